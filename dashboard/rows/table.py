"""Rows out of the server's own Table, with the times in it turned into values that tick.

The server prints times as durations. Age comes from metadata exactly; any other time is computed
back from the moment of printing, which is as exact as the print: `within_ms` says how vague it is.
"""

import re
from collections.abc import Sequence
from sys import intern
from typing import Any

import msgspec
from msgspec import structs

from dashboard.api.age import parse_human
from dashboard.api.names import Namespace, ObjectName, Uid
from dashboard.api.resourceversion import ResourceVersion
from dashboard.api.table import Cell, Column, MixedCell, Row, TimeCell, TimeForm
from dashboard.wire.table import ColumnDefinition, TableRow

AGE = "Age"

PRINTED_AGES = frozenset({"Last Seen", "First Seen", "Last Schedule"})
"""Columns of events and cron jobs that are ages too, though the server calls them strings."""

DURATION = "Duration"
"""A column of jobs: how long one has run, or ran.

Go: k8s.io/kubernetes/pkg/printers/internalversion#printJob.
"""

SHORT = 40
"""Characters up to which a text is worth sharing: states, kinds, node names; not messages."""

SKEW_S = 60
"""By how much the server's clock may differ from ours before an age is no longer recognised."""

MINUTE_MS = 60_000

_MIXED = re.compile(r"(?P<v>.+?) \((?P<ago>[0-9a-z]+) ago\)")


def columns(definitions: Sequence[ColumnDefinition]) -> tuple[Column, ...]:
    """Return the columns in the server's order, all priorities."""
    return tuple(
        Column(item.name, item.type, item.format, item.priority, item.description)
        for item in definitions
    )


def row(printed: TableRow, columns: Sequence[Column], *, printed_at_ms: int) -> Row:
    """Return `printed` as a row; `printed_at_ms` is when the server printed it, in its own time.

    A cell that has no column is dropped, as kubectl does (kubernetes#66379). Short texts, of which
    there are few different ones, are shared between rows.
    """
    meta = printed.object.metadata
    created_ms = int(meta.creationTimestamp.timestamp() * 1000) if meta.creationTimestamp else None
    cells = tuple(
        _cell(value, column, created_ms, printed_at_ms)
        for value, column in zip(printed.cells, columns, strict=False)
    )
    return Row(
        uid=Uid(meta.uid),
        namespace=Namespace(intern(meta.namespace)),
        name=ObjectName(meta.name),
        resource_version=ResourceVersion(meta.resourceVersion),
        cells=_with_duration(cells, columns, printed_at_ms),
        labels=tuple(intern(f"{key}={value}") for key, value in (meta.labels or {}).items()),
    )


def narrowed(held: Row, again: Row) -> Row:
    """Return `held` with its times as exact as it and `again`, a later print of it, make them.

    Returns `again` for another version of the object, and `held` itself if nothing is known better.
    """
    if (held.uid, held.resource_version) != (again.uid, again.resource_version):
        return again
    pairs = zip(held.cells, again.cells, strict=True)
    cells = tuple(_narrowed(old, new) for old, new in pairs)
    return held if cells == held.cells else structs.replace(held, cells=cells)


def _narrowed(old: Cell, new: Cell) -> Cell:
    for shape in (TimeCell, MixedCell):
        if isinstance(old, shape) and isinstance(new, shape) and old.within_ms:
            latest = min(old.t_ms, new.t_ms)
            earliest = max(old.t_ms - old.within_ms, new.t_ms - (new.within_ms or MINUTE_MS))
            if latest <= earliest:
                return structs.replace(new, within_ms=0)  # as exact as two prints can be
            return structs.replace(old, t_ms=latest, within_ms=_vague(latest - earliest))
    return new


def _vague(within_ms: int) -> int:
    return within_ms if within_ms > MINUTE_MS else 0


def _json(value: Any) -> str:  # noqa: ANN401
    return msgspec.json.encode(value).decode()


def _cell(value: Any, column: Column, created_ms: int | None, printed_at_ms: int) -> Cell:  # noqa: ANN401
    if type(value) is not str:
        # A CRD's column may hold anything; what is no scalar is shown as its JSON would read.
        return value if value is None or isinstance(value, int | float | bool) else _json(value)
    if column.name == AGE and created_ms is not None:
        return _age(value, created_ms, printed_at_ms)
    if column.type == "date" or column.name in PRINTED_AGES:
        return _printed(value, printed_at_ms) or value
    if value.endswith(" ago)") and (mixed := _MIXED.fullmatch(value)):
        time = _printed(mixed["ago"], printed_at_ms)
        if time:
            return MixedCell(mixed["v"], time.t_ms, TimeForm.AGO, time.within_ms)
    return intern(value) if len(value) <= SHORT else value


def _age(value: str, created_ms: int, printed_at_ms: int) -> Cell:
    """Return the time since creation, unless a CRD prints something else under that name."""
    span = parse_human(value)
    if span is None:
        return value
    age_s = (printed_at_ms - created_ms) / 1000
    if span[0] - SKEW_S <= age_s <= span[1] + SKEW_S:
        return TimeCell(created_ms)
    return _printed(value, printed_at_ms) or value


def _printed(text: str, printed_at_ms: int) -> TimeCell | None:
    """Return the time that was printed as `text`, or None for what is no duration."""
    span = parse_human(text)
    if span is None:
        return None
    within_ms = (span[1] - span[0] + 1) * 1000
    return TimeCell(printed_at_ms - span[0] * 1000, within_ms=_vague(within_ms))


def _with_duration(
    cells: tuple[Cell, ...], columns: Sequence[Column], printed_at_ms: int
) -> tuple[Cell, ...]:
    """Return the cells of a job that still runs with its Duration as a time; others as they are."""
    names = [column.name for column in columns]
    if DURATION not in names or "Completions" not in names or len(cells) != len(names):
        return cells
    at = names.index(DURATION)
    time = _printed(str(cells[at]), printed_at_ms)
    if time is None or _is_complete(dict(zip(names, cells, strict=True))):
        return cells
    ticking = TimeCell(time.t_ms, TimeForm.DURATION, time.within_ms)
    return (*cells[:at], ticking, *cells[at + 1 :])


def _is_complete(job: dict[str, Cell]) -> bool:
    """Whether a job has its completionTime, from which on its Duration stands still."""
    if "Status" in job:
        return job["Status"] == "Complete"
    done, _, wanted = str(job["Completions"]).partition("/")  # servers before 1.31
    return done == wanted
