"""Rows as a template prints them: every choice made, nothing left to compute."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from dashboard.api.age import human_duration
from dashboard.api.table import Cell, Column, MixedCell, Row, TimeCell, TimeForm
from dashboard.errors import InvalidQuery, gettext_noop
from dashboard.insight.health import Health, health, status_column

TAIL = 5
"""Characters of a generated name that are never cut: what tells two pods apart."""

HOT_RESTARTS = 10

NO_COLUMN = gettext_noop("“%(column)s” is no column; there are %(columns)s")


@dataclass(frozen=True, slots=True)
class Time:
    """A time that ticks: `t` in milliseconds, how to read it out, and what it reads now.

    `is_vague` marks one that is known to no better than hours.
    """

    t: int
    form: str
    text: str
    is_vague: bool = False


@dataclass(frozen=True, slots=True)
class CellView:
    """One cell: `css` for the td, text, and at most one of status mark, name link and time."""

    css: str
    text: str = ""
    mark: str = ""
    name: tuple[str, str] | None = None
    time: Time | None = None
    is_hot: bool = False


@dataclass(frozen=True, slots=True)
class RowView:
    """One row; `is_selected` marks the one that is open beside the list, `url` is its page or ""."""

    namespace: str
    name: str
    cells: tuple[CellView, ...]
    is_going: bool
    is_selected: bool = False
    url: str = ""


@dataclass(frozen=True, slots=True)
class Head:
    """One column head; `sort_url` sorts by it, `direction` is ascending, descending or ""."""

    label: str
    css: str
    place: int
    sort_term: str
    sort_url: str
    direction: str


def shown(columns: Sequence[Column], asked: Sequence[str] = ()) -> tuple[tuple[int, Column], ...]:
    """Return the columns to show with their places, in the server's order.

    `asked` holds names as in addresses, `wide` for all; empty is the server's priority 0. The name
    is always shown. Raises InvalidQuery for a name that is no column, with those that exist.
    """
    if not asked:
        return tuple((at, column) for at, column in enumerate(columns) if column.priority == 0)
    if "wide" in asked:
        return tuple(enumerate(columns))
    names = [term(column.name) for column in columns]
    if unknown := next((name for name in asked if columns and name not in names), None):
        raise InvalidQuery(
            position=0, reason=NO_COLUMN, column=unknown, columns=", ".join([*names, "wide"])
        )
    return tuple(
        (at, column)
        for at, column in enumerate(columns)
        if names[at] in asked or is_name(at, column)
    )


def term(name: str) -> str:
    """Return a column's name as addresses write it."""
    return name.lower().replace(" ", "-")


def is_name(at: int, column: Column) -> bool:
    """Whether a column holds the object's name."""
    return column.format == "name" or (at == 0 and column.name == "Name")


def row_view(
    row: Row,
    columns: Sequence[Column],
    now_ms: int,
    *,
    has_namespace: bool,
    asked: Sequence[str] = (),
    url: str = "",
) -> RowView:
    """Return `row` under the shown columns, the namespace first where there is one.

    `url` is the page of its object, "" where there is none.
    """
    mark = health(row, columns)
    marked = status_column(columns)
    cells = [CellView("ns c-ns", row.namespace)] if has_namespace else []
    for at, column in shown(columns, asked):
        cell = row.cells[at] if at < len(row.cells) else None
        if is_name(at, column):
            cells.append(CellView("c-nm", row.name, name=split_name(row.name)))
        elif at == marked:
            cells.append(CellView("c-st", text_of(cell), mark=mark or Health.STILL))
        else:
            cells.append(_cell_view(cell, column, now_ms))
    return RowView(row.namespace, row.name, tuple(cells), mark is Health.GOING, url=url)


def split_name(name: str) -> tuple[str, str]:
    """Return what of `name` may be cut, and the last part, which may not."""
    head, dash, tail = name.rpartition("-")
    return (f"{head}-", tail) if dash and len(tail) <= TAIL + 5 else (name, "")


def is_numeric(column: Column) -> bool:
    """Whether cells of `column` stand at the end of their box."""
    return column.type in {"integer", "number"} or column.name in {"Ready", "Restarts", "Age"}


def _cell_view(cell: Cell, column: Column, now_ms: int) -> CellView:
    css = "num" if is_numeric(column) else ""
    if isinstance(cell, TimeCell):
        return CellView(css, time=_time(cell, now_ms))
    if isinstance(cell, MixedCell):
        hot = column.name == "Restarts" and cell.v.isdigit() and int(cell.v) >= HOT_RESTARTS
        return CellView(css, cell.v, time=_time(cell, now_ms), is_hot=hot)
    hot = column.name == "Restarts" and str(cell).isdigit() and int(str(cell)) >= HOT_RESTARTS
    return CellView(css, text_of(cell), is_hot=hot)


def _time(cell: TimeCell | MixedCell, now_ms: int) -> Time:
    text = human_duration(now_ms - cell.t_ms)
    if cell.form is TimeForm.AGO:
        text = _("%(age)s ago") % {"age": text}
    return Time(cell.t_ms, cell.form.value, text, is_vague=bool(cell.within_ms))


def text_of(cell: Cell) -> str:
    """Return the words of `cell`, without its time; "" for none."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return str(cell).lower()
    return cell.v if isinstance(cell, MixedCell) else str(cell)
