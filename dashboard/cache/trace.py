"""What a reflector did, step by step, for a page that replays it beside the Go code."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

TRACE_LIMIT = 200
"""Steps kept of one reflector: several relists with all that led to them."""


class Step(StrEnum):
    """One thing that a reflector does; crosslinks maps each to the Go symbol that does the same."""

    STREAM = "stream"
    INITIAL_EVENTS_END = "initial_events_end"
    LIST = "list"
    LIST_PAGE = "list_page"
    REPLACE = "replace"
    WATCH = "watch"
    EVENTS = "events"
    BOOKMARK = "bookmark"
    WATCH_ENDED = "watch_ended"
    MALFORMED = "malformed"
    COLUMNS = "columns"
    DENIED = "denied"
    UNWATCHED = "unwatched"
    RELIST = "relist"
    FALLBACK = "fallback"
    VERIFY = "verify"
    CHECK = "check"
    BACKOFF = "backoff"
    ERROR = "error"


@dataclass(slots=True)
class Entry:
    """One step; runs of EVENTS are one entry whose `count` grows."""

    step: Step
    at_ms: int
    resource_version: str
    detail: str
    count: int = 1


class Trace:
    """The last steps of one reflector, oldest first."""

    def __init__(self) -> None:
        """Start empty."""
        self._entries: deque[Entry] = deque(maxlen=TRACE_LIMIT)

    def add(
        self,
        step: Step,
        at_ms: int,
        *,
        resource_version: str = "",
        detail: str = "",
        count: int = 1,
    ) -> None:
        """Remember `step`, taken `count` times; more events after events only count."""
        last = self._entries[-1] if self._entries else None
        if last is not None and step is Step.EVENTS and last.step is Step.EVENTS:
            last.count += count
            last.at_ms = at_ms
            last.resource_version = resource_version
            return
        self._entries.append(Entry(step, at_ms, resource_version, detail, count))

    def entries(self) -> Sequence[Entry]:
        """Return the steps as they are now."""
        return tuple(self._entries)
