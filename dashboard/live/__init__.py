"""From a changed row to the browsers that show it."""
