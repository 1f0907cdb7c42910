"""The server's cells become rows, and the times in them become values."""

from datetime import UTC, datetime
from typing import Any

import pytest

from dashboard.api.table import Cell, Column, MixedCell, TimeCell, TimeForm
from dashboard.rows.table import row
from dashboard.wire.table import ObjectMeta, PartialObject, TableRow

CREATED = datetime(2026, 1, 1, tzinfo=UTC)
NOW_MS = 1_767_229_200_000


def cell(value: Any, column: Column) -> Cell:
    meta = ObjectMeta(
        name="a", namespace="b", uid="u", resourceVersion="9", creationTimestamp=CREATED
    )
    return row(TableRow([value], PartialObject(meta)), [column], printed_at_ms=NOW_MS).cells[0]


@pytest.mark.parametrize(
    ("value", "column", "expected"),
    [
        ("60m", Column("Age"), TimeCell(1_767_225_600_000)),
        ("3 (5m ago)", Column("Restarts"), MixedCell("3", NOW_MS - 300_000, TimeForm.AGO)),
        ("3", Column("Restarts"), "3"),
        (3, Column("Desired", "integer"), 3),
        (None, Column("Node"), None),
        (True, Column("Suspend", "boolean"), True),
        ("2d", Column("Renewed", "date"), TimeCell(NOW_MS - 172_800_000)),
        ("<unknown>", Column("Renewed", "date"), "<unknown>"),
        ({"a": 1}, Column("Odd"), '{"a":1}'),
        ("5m", Column("Last Seen"), TimeCell(NOW_MS - 300_000)),
        ("image (old ago)", Column("Image"), "image (old ago)"),
    ],
)
def test_each_cell_is_a_value_or_a_time(value: Any, column: Column, expected: Cell) -> None:
    assert cell(value, column) == expected


def test_a_row_knows_its_object() -> None:
    meta = ObjectMeta(name="a", namespace="b", uid="u", resourceVersion="9")

    found = row(TableRow(["a"], PartialObject(meta)), [Column("Name")], printed_at_ms=NOW_MS)

    assert (found.namespace, found.name, found.uid, found.resource_version) == ("b", "a", "u", "9")
