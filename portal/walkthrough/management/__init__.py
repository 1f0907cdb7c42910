"""Commands of the reading half."""
