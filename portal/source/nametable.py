"""The names that a segment's Go files declare, by how they may fit a question.

What is given may fit: portal.source.search says how well. SQLite compares, for a version has 200,000
names and a question few that fit.
"""

import re
import sqlite3
from array import array
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from portal.source.grams import all_of, grams_of
from portal.source.search import words_of

MOST = 300
"""Whole names that are given for one question."""
MOST_BEGUN, MOST_OTHERS = 60, 150
"""Names of one beginning, and of each other kind of fit."""
LOOKED = 3_000
"""Names of one beginning, or with such initials, that are compared."""
ASKED_GRAMS = 3
"""Of those that a name must hold: more take longer than comparing what they would leave out."""

_FIELDS = "name.name, name.humps, name.at"


class Row(NamedTuple):
    """A name."""

    name: str
    humps: str
    """See portal.source.search.humps."""
    at: bytes
    """Pairs of a blob and a place among the symbols of its outline, four bytes each."""

    @property
    def blobs(self) -> Sequence[int]:
        """The files that declare it, one as often as it does."""
        return array("I", self.at)[::2]


class NameTable:
    """The names of one segment. Belongs to one thread at a time."""

    def __init__(self, db: sqlite3.Connection) -> None:
        """Read `N.code`."""
        self._db = db

    def exact(self, name: str) -> list[Row]:
        """Return the name itself."""
        return self._rows("name = ?", name)

    def whole(self, name: str) -> list[Row]:
        """Return names of which all, or all behind a dot, may be `name`; capitals aside, MOST at the most."""
        last = name.rpartition(".")[2].lower()
        if "." not in name:
            return self._rows("last = ? LIMIT ?", last, MOST)
        # PACKAGE.NAME, where the package's own name may have a dot.
        fits, values = _any("LIKE", [name, *_behind_dots(name)])
        return self._rows(f"last = ? AND ({fits}) LIMIT ?", last, *values, MOST)

    def beginning(self, name: str) -> Iterator[list[Row]]:
        """Yield the shortest names that begin so, with a capital or without, MOST_BEGUN of each.

        No members of types, and behind a dot of `name` those too that begin as what follows: a package has
        a small name, and may have a dot in it.
        """
        qualifier = name.rpartition(".")[0]
        rests = [] if any(map(str.isupper, qualifier)) else _behind_dots(name)
        fits = "1" if qualifier else "instr(name.name, '.') = 0"
        if qualifier:
            yield self._beginning(name, fits)
        for rest in rests if qualifier else [name]:
            first = rest[:1]
            for each in {first, first.upper(), first.lower()}:
                yield self._beginning(each + rest[1:], fits)

    def others(self, name: str, *, is_known: bool) -> Iterator[list[Row]]:
        """Yield names that may fit `name` otherwise, MOST_OTHERS of each kind; some twice.

        By how the last part of them begins, by the initials of their words, by words in order and by what
        they hold. Where it `is_known` that there is a member of this very name, its words are looked for in
        members that are called alike.
        """
        qualifier, _dot, last = name.rpartition(".")
        lower = last.lower()
        range_ = "last >= ? AND last < ?", [lower, f"{lower}\U0010ffff"]
        if not qualifier:
            yield self._rows(f"{range_[0]} LIMIT ?", *range_[1], MOST_OTHERS)
            yield from self._by_words(name)
        elif last and (globs := _in_order(name)):
            alike = ("last = ?", [lower]) if is_known else range_
            yield self._compared(*alike, *_any("GLOB", globs))
        yield self._holding(name)

    def importers(self) -> Iterator[tuple[str, int]]:
        """Yield every import path that some Go file names, and how many do."""
        yield from self._db.execute("SELECT importpath, length(blobs) / 4 FROM importer")

    def _by_words(self, name: str) -> Iterator[list[Row]]:
        letters = name if name[:1].isupper() else name.upper()
        if len(name) > 1:
            initials = "humps >= ? AND humps < ? LIMIT ?"
            yield self._rows(initials, letters, f"{letters}~", MOST_OTHERS)
        capitals = "".join(c for c in name if c.isupper())
        if name[:1].isupper() and 1 < len(capitals) < len(name):
            fits, values = _any("GLOB", _in_order(name))
            range_ = "humps >= ? AND humps < ?", [capitals, f"{capitals}~"]
            yield self._compared(*range_, fits, values)

    def _beginning(self, text: str, fits: str) -> list[Row]:
        of = [text, f"{text}\U0010ffff"]
        fits = f"{fits} ORDER BY length(name.name)"
        return self._compared("name >= ? AND name < ?", of, fits, [], most=MOST_BEGUN)

    def _compared(
        self, chosen: str, of: list[str], fits: str, values: list[str], most: int = MOST_OTHERS
    ) -> list[Row]:
        """Return what `fits` among the first LOOKED names that are `chosen`."""
        inner = f"SELECT name, humps, at FROM name WHERE {chosen} LIMIT ?"  # noqa: S608  (ours)
        sql = f"SELECT {_FIELDS} FROM ({inner}) AS name WHERE {fits} LIMIT ?"  # noqa: S608
        return list(map(Row._make, self._db.execute(sql, (*of, LOOKED, *values, most))))

    def _holding(self, part: str) -> list[Row]:
        grams = grams_of([part])
        if not grams:
            return []
        step = max(1.0, len(grams) / ASKED_GRAMS)
        some = [grams[int(at * step)] for at in range(min(ASKED_GRAMS, len(grams)))]
        sql = (
            f"SELECT {_FIELDS} FROM part JOIN name ON name.id = part.rowid"  # noqa: S608  (ours)
            " WHERE part MATCH ? AND name.name LIKE ? LIMIT ?"
        )
        return list(map(Row._make, self._db.execute(sql, (all_of(some), f"%{part}%", MOST_OTHERS))))

    def _rows(self, where: str, *values: object) -> list[Row]:
        sql = f"SELECT {_FIELDS} FROM name WHERE {where}"  # noqa: S608  (ours)
        return list(map(Row._make, self._db.execute(sql, values)))


def _behind_dots(name: str) -> list[str]:
    return [name[dot.end() :] for dot in re.finditer(r"\.", name) if dot.end() < len(name)]


def _in_order(name: str) -> list[str]:
    """Return the patterns of names that hold the words of `name` in order; the first may begin one small."""
    words = words_of(name)
    if len(words) < len("ab"):
        return []
    rest = "*".join(words[1:])
    first = words[0]
    return [f"*{first}*{rest}*", f"{first[0].lower()}{first[1:]}*{rest}*"]


def _any(operator: str, patterns: list[str]) -> tuple[str, list[str]]:
    """Return the condition that one of the patterns fits a name, and its values."""
    return " OR ".join([f"name.name {operator} ?"] * len(patterns)) or "0", patterns
