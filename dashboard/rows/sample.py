"""A sample of the server's own Table, and whether our rows say the same.

The server prints durations as of its own clock, we keep times: a time is the same if it could have
been printed so, give or take what two clocks may differ by.
"""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from dashboard.api.age import INVALID, parse_human
from dashboard.api.table import Cell, Column, MixedCell, Row, TimeCell
from dashboard.rows.table import SKEW_S
from dashboard.wire.table import TableRow

AGO: Final = " ago)"


class Difference(NamedTuple):
    """Where a row of ours is not the server's; `ours` and `theirs` are for tests, never for a log."""

    column: str
    ours: Cell
    theirs: Any


class Sample:
    """Some rows as the server printed them, to hold ours against."""

    def __init__(
        self, columns: tuple[Column, ...], printed: Sequence[TableRow], *, printed_at_ms: int
    ) -> None:
        """`printed` were printed at `printed_at_ms` or up to a moment before."""
        self.columns = columns
        self.compared = 0
        """How many rows were held against it."""
        self._printed_at_ms = printed_at_ms
        self._cells = {
            (each.object.metadata.uid, each.object.metadata.resourceVersion): each.cells
            for each in printed
        }

    def difference(self, row: Row) -> Difference | None:
        """Return the first cell that differs; None if none does, or the row is no longer in the sample."""
        if not self._cells:
            return None
        theirs = self._cells.pop((row.uid, row.resource_version), None)
        if theirs is None:
            return None
        self.compared += 1
        for column, ours, printed in zip(self.columns, row.cells, theirs, strict=False):
            if not is_same(ours, printed, printed_at_ms=self._printed_at_ms):
                return Difference(column.name, ours, printed)
        return None


def is_same(cell: Cell, printed: Any, *, printed_at_ms: int) -> bool:  # noqa: ANN401  (JSON)
    """Whether `cell` is what the server printed as `printed` at about `printed_at_ms`."""
    if isinstance(cell, MixedCell):
        text = str(printed)
        prefix = f"{cell.v} ("
        if not (text.startswith(prefix) and text.endswith(AGO)):
            return False
        return _is_time(cell.t_ms, text[len(prefix) : -len(AGO)], printed_at_ms)
    if isinstance(cell, TimeCell):
        return _is_time(cell.t_ms, str(printed), printed_at_ms)
    return type(cell) is type(printed) and cell == printed


def _is_time(t_ms: int, text: str, printed_at_ms: int) -> bool:
    age_s = (printed_at_ms - t_ms) / 1000
    if text == INVALID:
        return age_s < SKEW_S
    span = parse_human(text)
    return span is not None and span[0] - SKEW_S <= age_s <= span[1] + SKEW_S
