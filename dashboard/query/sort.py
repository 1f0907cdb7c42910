"""Sort terms as they stand in an address, and rows as byte strings that order by them.

One byte string a row: it compares as fast as anything does, and 50,000 of them are small.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from math import floor, isfinite
from struct import pack
from typing import Final

from dashboard.api.names import Namespace, ObjectKey, ObjectName
from dashboard.api.table import Cell, Column, MixedCell, Row, TimeCell
from dashboard.errors import InvalidQuery, gettext_noop

UNKNOWN_COLUMN = gettext_noop("cannot sort by “%(label)s”; columns are %(known)s")

NAMESPACE = "namespace"
NAME = "name"

DIGITS_LIMIT = 18
"""Digits that are read as one number; more are read as several."""

_NUMBERS = re.compile(rf"(\d{{1,{DIGITS_LIMIT}}})", re.ASCII)

_NOTHING: Final = b"\x00"
_NUMBER: Final = b"\x01"
_TEXT: Final = b"\x02"
"""What a term begins with: nothing sorts before numbers, numbers before text."""

_END: Final = b"\x00"
"""Ends a text, so that a shorter one sorts before those that it begins."""

_OTHER_WAY = bytes(range(255, -1, -1))
"""Turns an order round, byte by byte; no term is the beginning of another, so that is all of it."""

KNOWN_CELLS: Final = 4_096
"""How many different texts are remembered each way before all are forgotten."""

_ASCENDING: Final[dict[str, bytes]] = {}
_DESCENDING: Final[dict[str, bytes]] = {}
"""Texts as they order: most columns that change hold few."""

_FAR: Final = 1 << 960
"""Numbers beyond are as good as this one."""


@dataclass(frozen=True, slots=True)
class Term:
    """One column to sort by; `column` is its position, None for namespace and name themselves."""

    label: str
    column: int | None
    is_descending: bool


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


def key(row: Row, terms: Sequence[Term]) -> bytes:
    """Return what orders `row` by `terms`, then by namespace and name, so that order is total."""
    found = b""
    for term in terms:
        found += _encoded(row, term)
    return found + f"\0{row.namespace}\0{row.name}".encode()


def key_of(sorted_by: bytes) -> ObjectKey:
    """Return which row has this key."""
    _, namespace, name = sorted_by.rsplit(_END, 2)
    return ObjectKey(Namespace(namespace.decode()), ObjectName(name.decode()))


def _encoded(row: Row, term: Term) -> bytes:
    """Return what orders `row` by one term alone."""
    if term.column is None:
        text = row.namespace if term.label == NAMESPACE else row.name
        found = _TEXT + text.encode() + _END
        return found.translate(_OTHER_WAY) if term.is_descending else found
    cell = row.cells[term.column] if term.column < len(row.cells) else None
    if type(cell) is not str:
        found = _cell(cell)
        return found.translate(_OTHER_WAY) if term.is_descending else found
    known = _DESCENDING if term.is_descending else _ASCENDING
    if (held := known.get(cell)) is not None:
        return held
    if len(known) >= KNOWN_CELLS:
        known.clear()
    found = _cell(cell)
    known[cell] = found = found.translate(_OTHER_WAY) if term.is_descending else found
    return found


def _cell(cell: Cell) -> bytes:
    """Return bytes that compare with every other cell's: nothing, then numbers, then text."""
    if cell is None:
        return _NOTHING
    if isinstance(cell, TimeCell):
        # The smaller age is the later time.
        return _number(-cell.t_ms)
    text = cell.v if isinstance(cell, MixedCell) else cell
    if isinstance(text, bool | int | float):
        return _number(text)
    if text.isdecimal() and text.isascii() and len(text) <= DIGITS_LIMIT:
        return _number(int(text))
    # Numbers within a text order as numbers: their length goes before their digits. It is less than
    # any letter, so a1 comes before ab.
    parts = _NUMBERS.split(text)
    for at in range(1, len(parts), 2):
        digits = parts[at].lstrip("0")
        parts[at] = chr(1 + len(digits)) + digits
    return _TEXT + "".join(parts).encode() + _END


def _number(value: float) -> bytes:
    """Return bytes that order as numbers do, of whatever size and however close together."""
    if not isfinite(value):
        return _NUMBER + (b"\x00" if value < 0 else b"\xff")
    if value < 0:
        return _NUMBER + _magnitude(-value).translate(_OTHER_WAY)
    return _NUMBER + _magnitude(value)


def _magnitude(value: float) -> bytes:
    """Return length and digits of the whole part, then what is left, whose bits order as it does."""
    whole = min(floor(value), _FAR)
    length = (whole.bit_length() + 7) // 8
    is_whole = whole in {value, _FAR}
    rest = b"\x00" if is_whole else b"\x01" + pack(">d", value - whole)
    return bytes((0x80 + length,)) + whole.to_bytes(length) + rest
