"""The server's cells become rows, and the times in them become values."""

from datetime import UTC, datetime
from typing import Any

import pytest
from msgspec.structs import replace

from dashboard.api.table import Cell, Column, MixedCell, TimeCell, TimeForm
from dashboard.rows.table import narrowed, row
from dashboard.wire.table import ObjectMeta, PartialObject, TableRow

CREATED = datetime(2026, 1, 1, tzinfo=UTC)
NOW_MS = 1_767_229_200_000


DAY_MS = 86_400_000


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
        ("2d", Column("Renewed", "date"), TimeCell(NOW_MS - 172_800_000, within_ms=3_600_000)),
        ("20d", Column("Age", "date"), TimeCell(NOW_MS - 20 * DAY_MS, within_ms=DAY_MS)),
        ("old", Column("Age"), "old"),
        (
            "9 (3d ago)",
            Column("Restarts"),
            MixedCell("9", NOW_MS - 3 * DAY_MS, TimeForm.AGO, within_ms=3_600_000),
        ),
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


JOB = [Column("Name"), Column("Status"), Column("Completions"), Column("Duration"), Column("Age")]


@pytest.mark.parametrize(
    ("cells", "columns", "duration"),
    [
        (["a", "Running", "0/1", "98m"], JOB, TimeCell(NOW_MS - 98 * 60_000, TimeForm.DURATION)),
        (["a", "Failed", "0/1", "98m"], JOB, TimeCell(NOW_MS - 98 * 60_000, TimeForm.DURATION)),
        (["a", "Complete", "1/1", "2s"], JOB, "2s"),
        (["a", "Suspended", "0/1", ""], JOB, ""),
        (["a", "1/1", "2s"], [JOB[0], *JOB[2:]], "2s"),
        (["a", "0/1", "9s"], [JOB[0], *JOB[2:]], TimeCell(NOW_MS - 9_000, TimeForm.DURATION)),
        (["a", "5m"], [Column("Name"), Column("Duration")], "5m"),
    ],
)
def test_the_duration_of_a_job_ticks_until_it_is_complete(
    cells: list[Any], columns: list[Column], duration: Cell
) -> None:
    printed = TableRow([*cells, "1h"], PartialObject(ObjectMeta(name="a", uid="u")))
    found = row(printed, columns, printed_at_ms=NOW_MS)

    place = [column.name for column in columns].index("Duration")
    assert found.cells[place] == duration


def test_a_cell_that_has_no_column_is_dropped_as_kubectl_does() -> None:
    printed = TableRow(["a", "services/a", "3h"], PartialObject(ObjectMeta(name="a", uid="u")))

    assert len(row(printed, JOB[:2], printed_at_ms=NOW_MS).cells) == 2


def test_two_prints_of_a_time_make_it_as_exact_as_both() -> None:
    meta = ObjectMeta(name="a", uid="u", resourceVersion="1")
    column = [Column("Shipped", "date")]
    first = row(TableRow(["20d"], PartialObject(meta)), column, printed_at_ms=NOW_MS)
    same = row(TableRow(["20d"], PartialObject(meta)), column, printed_at_ms=NOW_MS + 3_600_000)
    turned = row(TableRow(["21d"], PartialObject(meta)), column, printed_at_ms=NOW_MS + 3_660_000)

    known = narrowed(first, same)
    exact = narrowed(known, turned)

    assert known.cells[0] == TimeCell(NOW_MS - 20 * DAY_MS, within_ms=DAY_MS - 3_600_000)
    assert exact.cells[0] == TimeCell(NOW_MS + 3_660_000 - 21 * DAY_MS)
    assert not exact.is_vague
    newer = replace(turned, resource_version=turned.resource_version + "2")
    assert narrowed(known, newer) is newer
