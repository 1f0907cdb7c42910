"""THE GATE: the only way from a cache to a viewer. Deny by default."""
