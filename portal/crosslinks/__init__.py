"""WHERE THE HALVES MEET, and nowhere else: live facts in chapters, at the version that runs."""
