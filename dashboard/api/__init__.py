"""Plain values and protocols that the live half speaks in."""
