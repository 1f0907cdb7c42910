"""Rows out of the server's own Table, with the times in it turned into values that tick.

The server prints times as durations. Age comes from metadata exactly; any other time is only as
exact as the print, so it is computed back from the moment of printing.
"""

import re
from collections.abc import Sequence
from typing import Any

import msgspec

from dashboard.api.age import parse_human
from dashboard.api.names import Namespace, ObjectName, Uid
from dashboard.api.resourceversion import ResourceVersion
from dashboard.api.table import Cell, Column, MixedCell, Row, TimeCell, TimeForm
from dashboard.wire.table import ColumnDefinition, TableRow

AGE = "Age"

PRINTED_AGES = frozenset({"Last Seen", "First Seen", "Last Schedule"})
"""Columns of events and cron jobs that are ages too, though the server calls them strings."""

_MIXED = re.compile(r"(?P<v>.+?) \((?P<ago>[0-9a-z]+) ago\)")


def columns(definitions: Sequence[ColumnDefinition]) -> tuple[Column, ...]:
    """Return the columns in the server's order, all priorities."""
    return tuple(
        Column(item.name, item.type, item.format, item.priority, item.description)
        for item in definitions
    )


def row(printed: TableRow, columns: Sequence[Column], *, printed_at_ms: int) -> Row:
    """Return `printed` as a row; `printed_at_ms` is when the server printed it, in its own time."""
    meta = printed.object.metadata
    created_ms = int(meta.creationTimestamp.timestamp() * 1000) if meta.creationTimestamp else None
    return Row(
        uid=Uid(meta.uid),
        namespace=Namespace(meta.namespace),
        name=ObjectName(meta.name),
        resource_version=ResourceVersion(meta.resourceVersion),
        cells=tuple(
            _cell(value, column, created_ms, printed_at_ms)
            for value, column in zip(printed.cells, columns, strict=False)
        ),
        labels=tuple(f"{key}={value}" for key, value in (meta.labels or {}).items()),
    )


def _json(value: Any) -> str:  # noqa: ANN401
    return msgspec.json.encode(value).decode()


def _cell(value: Any, column: Column, created_ms: int | None, printed_at_ms: int) -> Cell:  # noqa: ANN401
    if type(value) is not str:
        # A CRD's column may hold anything; what is no scalar is shown as its JSON would read.
        return value if value is None or isinstance(value, int | float | bool) else _json(value)
    if column.name == AGE and created_ms is not None:
        return TimeCell(created_ms)
    if column.type == "date" or column.name in PRINTED_AGES:
        span = parse_human(value)
        return TimeCell(printed_at_ms - span[0] * 1000) if span else value
    if value.endswith(" ago)") and (mixed := _MIXED.fullmatch(value)):
        span = parse_human(mixed["ago"])
        if span:
            return MixedCell(mixed["v"], printed_at_ms - span[0] * 1000, TimeForm.AGO)
    return value
