"""What Go's type checker said of a version, to be asked.

It speaks of what a build for linux/amd64 and its tests compile; `Verdict.NOTHING` is for all the rest.
"""

import json
import sqlite3
from enum import Enum
from functools import cached_property, lru_cache
from pathlib import Path
from typing import NamedTuple

from portal.source.implementers import Pair


class Verdict(Enum):
    """What the checker says of one identifier."""

    IS = "is"
    IS_NOT = "is not"
    NOTHING = "nothing"
    """Its file was not checked to its end, or it depends on something that is not on this machine."""


class Uses:
    """The uses of one symbol."""

    def __init__(self, answers: "Answers", importpath: str, name: str) -> None:
        """Read them; a symbol that is not known has none."""
        self._answers = answers
        self._files = answers.files_of(importpath, name)

    def __call__(self, path: str, offset: int) -> Verdict:
        """Say whether the identifier at a byte's offset in a file is the symbol."""
        number, has_open = self._answers.files.get(path, (0, True))
        if offset in self._files.get(number, ()):
            return Verdict.IS
        is_open = not number or (has_open and offset in self._answers.open(number))
        return Verdict.NOTHING if is_open else Verdict.IS_NOT

    def may_be_in(self, path: str) -> bool:
        """Whether an identifier of a file may be a use of the symbol."""
        number, has_open = self._answers.files.get(path, (0, True))
        return has_open or number in self._files


class Call(NamedTuple):
    """A call of a function, method or variable that the version declares, or of an interface's method."""

    offset: int
    """Of its name, in bytes."""
    importpath: str
    name: str


class Calls(NamedTuple):
    """The calls in one file."""

    told: tuple[Call, ...]
    """In order."""
    open: frozenset[int]
    """The offsets, in bytes, of identifiers that mean nothing: what they call is not known."""


class Answers:
    """The answers for one version. Belongs to one thread at a time.

    Those that were made by an earlier release may be of uses alone.
    """

    def __init__(self, place: Path) -> None:
        """Open them; raises FileNotFoundError."""
        uri = f"{place.resolve(strict=True).as_uri()}?mode=ro&immutable=1"
        self._db = sqlite3.connect(uri, uri=True, check_same_thread=False)
        (self._format,) = self._db.execute("PRAGMA user_version").fetchone()

    def close(self) -> None:
        """Give the file back."""
        self._db.close()

    def uses(self, importpath: str, name: str) -> Uses:
        """Return the uses of a symbol, named as an anchor names it."""
        return Uses(self, importpath, name)

    def calls(self, path: str) -> Calls | None:
        """Return the calls in a file; None: it was not checked to its end, or these are of uses alone."""
        number, _has_open = self.files.get(path, (0, True))
        if not (number and self._format):
            return None
        rows = self._db.execute(
            "SELECT offsets, importpath, name FROM call JOIN callee ON id = callee WHERE file = ?",
            (number,),
        )
        told = (Call(at, *symbol) for offsets, *symbol in rows for at in json.loads(offsets))
        return Calls(tuple(sorted(told)), self.open(number))

    def implementers(self, importpath: str, name: str) -> list[Pair] | None:
        """Return the types, no interfaces, that implement one, in order, as method sets name them.

        None: it was not judged, or these answers are of uses alone. Those that were not judged are left out.
        """
        return self._pairs(
            "interface", "type", "AND NOT other.is_interface", importpath=importpath, name=name
        )

    def interfaces(self, importpath: str, name: str) -> list[Pair] | None:
        """Return the interfaces that a type implements, as `implementers` does."""
        return self._pairs("type", "interface", "", importpath=importpath, name=name)

    def is_judged(self, importpath: str, name: str) -> bool:
        """Whether all that a type, or an interface, has its methods from was checked without errors."""
        return self._judged(importpath, name) is not None

    @cached_property
    def is_whole(self) -> bool:
        """Whether every type was judged, and every file is of a package without errors."""
        if not self._format:
            return False
        (is_any,) = self._db.execute(
            "SELECT EXISTS (SELECT 1 FROM type WHERE NOT is_judged)"
            " OR EXISTS (SELECT 1 FROM file WHERE faults > 0)"
        ).fetchone()
        return not is_any

    def _judged(self, importpath: str, name: str) -> int | None:
        row = (
            self._db.execute(
                "SELECT id FROM type WHERE importpath = ? AND name = ? AND is_judged",
                (importpath, name),
            ).fetchone()
            if self._format
            else None
        )
        return int(row[0]) if row else None

    def _pairs(
        self, side: str, other: str, which: str, *, importpath: str, name: str
    ) -> list[Pair] | None:
        number = self._judged(importpath, name)
        if number is None:
            return None
        rows = self._db.execute(
            "SELECT other.importpath, other.name, is_pointer FROM implements"  # noqa: S608  (ours)
            f" JOIN type AS other ON other.id = {other} WHERE {side} = ? {which}",
            (number,),
        )
        return sorted(Pair(path, each, bool(is_pointer)) for path, each, is_pointer in rows)

    def faulty(self) -> tuple[int, int]:
        """Return how many files are of packages that did not check without errors, and of how many."""
        row = self._db.execute("SELECT total(faults > 0), count(*) FROM file").fetchone()
        return int(row[0]), int(row[1])

    def files_of(self, importpath: str, name: str) -> dict[int, frozenset[int]]:
        """Return the offsets, in bytes, by the numbers of files."""
        row = self._db.execute(
            "SELECT files FROM used WHERE importpath = ? AND name = ?", (importpath, name)
        ).fetchone()
        found = json.loads(row[0]) if row else {}
        return {int(number): frozenset(offsets) for number, offsets in found.items()}

    @cached_property
    def files(self) -> dict[str, tuple[int, bool]]:
        """Path to a file's number, from 1, and whether identifiers in it mean nothing.

        Files that could not be read to their ends are not among them: what they hold is not known.
        """
        whole = "WHERE id NOT IN (SELECT file FROM broken)" if self._format else ""
        rows = self._db.execute(f"SELECT path, id, open != '[]' FROM file {whole}")  # noqa: S608  (ours)
        return {path: (number, bool(has_open)) for path, number, has_open in rows}

    def open(self, number: int) -> frozenset[int]:
        """Return the offsets, in bytes, of the identifiers of a file that mean nothing."""
        row = self._db.execute("SELECT open FROM file WHERE id = ?", (number,)).fetchone()
        return frozenset(json.loads(row[0]))


@lru_cache(maxsize=4)
def _opened(place: Path, _inode: int) -> Answers:
    return Answers(place)


def of(place: Path) -> Answers | None:
    """Return the answers at a place, None where there are none yet. Kept open."""
    try:
        return _opened(place, place.stat().st_ino)
    except FileNotFoundError:
        return None
