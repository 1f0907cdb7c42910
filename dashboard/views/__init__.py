"""Pages of the live half."""
