"""Events, of both groups. Go: k8s.io/kubernetes/pkg/printers/internalversion#printEvent.

Both are one type inside the server, which prints that; events.k8s.io has other names for its fields.
Go: k8s.io/kubernetes/pkg/apis/events/v1#Convert_v1_Event_To_core_Event.
"""

from sys import intern
from typing import Final

from dashboard.api.table import Cell
from dashboard.rows.age import UNKNOWN, age
from dashboard.wire.partial import Partial, instant_ms

COLUMNS: Final = (
    "Last Seen",
    "Type",
    "Reason",
    "Object",
    "Subobject",
    "Source",
    "Message",
    "First Seen",
    "Count",
    "Name",
)

SPACE: Final = "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(
    map(chr, range(0x2000, 0x200B))
)
"""What Go trims. Go: unicode#IsSpace; Python would trim four control characters more."""


def cells(event: Partial) -> tuple[Cell, ...]:
    """Return the cells of COLUMNS for an event of the core group."""
    about = event.involvedObject
    first, last, count = _seen(event, event.firstTimestamp, event.lastTimestamp, event.count)
    return (
        last,
        intern(event.type),
        intern(event.reason),
        _object(about),
        intern(about.fieldPath),
        _source(event.source, event.reportingComponent, event.reportingInstance),
        event.message.strip(SPACE),
        first,
        count,
        event.metadata.name,
    )


def cells_of_events_group(event: Partial) -> tuple[Cell, ...]:
    """Return the cells of COLUMNS for an event of events.k8s.io."""
    about = event.regarding
    first, last, count = _seen(
        event,
        event.deprecatedFirstTimestamp,
        event.deprecatedLastTimestamp,
        event.deprecatedCount,
    )
    return (
        last,
        intern(event.type),
        intern(event.reason),
        _object(about),
        intern(about.fieldPath),
        _source(event.deprecatedSource, event.reportingController, event.reportingInstance),
        event.note.strip(SPACE),
        first,
        count,
        event.metadata.name,
    )


def _seen(event: Partial, first: Partial, last: Partial, count: int) -> tuple[Cell, Cell, int]:
    """Return when an event was first and last seen, and how often; a series has the last word."""
    first_cell = age(first)
    if first_cell == UNKNOWN:
        first_cell = age(event.eventTime)
    if event.HasField("series"):
        return first_cell, age(event.series.lastObservedTime), event.series.count
    last_cell = first_cell if instant_ms(last) is None else age(last)
    return first_cell, last_cell, count or 1


def _object(about: Partial) -> str:
    kind = about.kind.lower()
    return f"{kind}/{about.name}" if about.name else kind


def _source(source: Partial, controller: str, instance: str) -> str:
    """Return who reported, and where it runs. Go: ...#formatEventSource."""
    component = source.component or controller
    where = source.host or instance
    return intern(f"{component}, {where}" if where else component)
