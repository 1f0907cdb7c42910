"""One box for both halves: what is typed, where it is looked for, what was found, and how it is shown."""
