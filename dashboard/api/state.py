"""How far an answer can be trusted to show the present."""

from enum import StrEnum


class State(StrEnum):
    """What every page and frame says about its own age. No event for 150 s is not live."""

    LIVE = "live"
    """In step with a watch that was heard of within the inactivity limit."""
    SYNCING = "syncing"
    """The first listing is under way; what is shown is not all."""
    RESYNCING = "resyncing"
    """Complete as of the last listing; a new one is under way."""
    STALE = "stale"
    """The last good state; the cluster cannot be heard."""
    DENIED = "denied"
    """The viewer's rights show nothing here."""
    UNKNOWN = "unknown"
    """Nothing was read or checked yet."""
