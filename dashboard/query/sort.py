"""Sort terms as they stand in an address, and rows as values that order by them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import total_ordering
from typing import Any

from dashboard.api.table import Cell, Column, MixedCell, Row, TimeCell
from dashboard.errors import InvalidQuery, gettext_noop

UNKNOWN_COLUMN = gettext_noop("cannot sort by “%(label)s”; columns are %(known)s")

NAMESPACE = "namespace"
NAME = "name"

SortKey = tuple[Any, ...]

DIGITS_LIMIT = 18
"""Digits that are read as one number; Python refuses to read some thousands at once."""

_NUMBERS = re.compile(rf"(\d{{1,{DIGITS_LIMIT}}})")


@dataclass(frozen=True, slots=True)
class Term:
    """One column to sort by; `column` is its position, None for namespace and name themselves."""

    label: str
    column: int | None
    is_descending: bool


@total_ordering
class _Reversed:
    """Compares the other way round than what it holds."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:  # noqa: ANN401  (anything that compares)
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Reversed) and bool(other.value == self.value)

    def __lt__(self, other: "_Reversed") -> bool:
        return bool(other.value < self.value)

    __hash__ = None  # type: ignore[assignment]


def parse(terms: Sequence[str], columns: Sequence[Column]) -> tuple[Term, ...]:
    """Return `terms` read against `columns`, case aside; "-" before a term means descending.

    Raises InvalidQuery for a column that is not there.
    """
    places = {column.name.lower().replace(" ", "-"): at for at, column in enumerate(columns)}
    found = []
    for term in terms:
        label = term.removeprefix("-").lower()
        if label not in places and label not in {NAMESPACE, NAME}:
            known = ", ".join((NAMESPACE, *places))
            raise InvalidQuery(position=0, reason=UNKNOWN_COLUMN, label=label, known=known)
        place = None if label in {NAMESPACE, NAME} else places[label]
        found.append(Term(label, place, term.startswith("-")))
    return tuple(found)


def key(row: Row, terms: Sequence[Term]) -> SortKey:
    """Return what orders `row` by `terms`, then by namespace and name, so that order is total."""
    parts: list[Any] = []
    for term in terms:
        value = _value(row, term)
        parts.append(_Reversed(value) if term.is_descending else value)
    return (*parts, row.namespace, row.name)


def _value(row: Row, term: Term) -> Any:  # noqa: ANN401
    if term.column is None:
        return row.namespace if term.label == NAMESPACE else row.name
    return _comparable(row.cells[term.column]) if term.column < len(row.cells) else (0,)


def _comparable(cell: Cell) -> tuple[Any, ...]:
    """Return a tuple that compares with every other: nothing, then numbers, then text."""
    if cell is None:
        return (0,)
    if isinstance(cell, TimeCell):
        # The smaller age is the later time.
        return (1, -cell.t_ms)
    text = cell.v if isinstance(cell, MixedCell) else cell
    if isinstance(text, bool | int | float):
        return (1, text)
    if text.isdecimal() and len(text) <= DIGITS_LIMIT:
        return (1, int(text))
    return (
        2,
        tuple((1, int(part)) if part.isdecimal() else (0, part) for part in _NUMBERS.split(text)),
    )
