"""What the Go files of a segment declare: its `N.code`, to be read."""

import json
import sqlite3
from array import array
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import zstandard

from portal.source.declared import Declared
from portal.source.methodset import Facts
from portal.source.nametable import NameTable
from portal.source.stringfacts import StringFact

CODE = ".code"
CODE_FORMAT = 3
"""Of `N.code`; 1 does not say what is plain and 2 not what strings stand for, and they are read as they are.
One of another format is as if it were not there, and is written anew by the next import."""
MAPPED_BYTES = 1 << 30
"""What is read of a file by its pages in memory, which all processes share."""
KEPT_OUTLINES = 1024
"""Outlines that a process which looks things up keeps: some 20 MB."""


class Found(NamedTuple):
    """A name of a segment and where it is declared."""

    name: str
    at: tuple[tuple[int, int], ...]
    """(blob, place among the symbols of its outline)."""


class CodePart:
    """The declarations of a segment's Go files, by the number of each; nothing while they are not read."""

    def __init__(self, place: Path) -> None:
        """Open `N.code`, now or once it is there. `place` is its path without a suffix."""
        self._place = place.with_suffix(CODE)
        self._opened: sqlite3.Connection | None = None
        self._format = 0
        self._decompressor = zstandard.ZstdDecompressor()
        self._outlines: dict[int, Declared] = {}
        self._open()

    @property
    def is_there(self) -> bool:
        """Whether what its Go files declare was read."""
        return self._db is not None

    def close(self) -> None:
        """Give the file back."""
        if self._opened is not None:
            self._opened.close()

    def outline(self, number: int) -> Declared | None:
        """Return what a Go file declares; None for another file, or while that is not read."""
        if number in self._outlines:
            return self._outlines[number]
        if self._db is None:
            return None
        row = self._db.execute("SELECT data FROM outline WHERE blob = ?", (number,)).fetchone()
        if row is None:
            return None
        found = Declared.read(json.loads(self._decompressor.decompress(row[0])))
        self._outlines[number] = found
        if len(self._outlines) > KEPT_OUTLINES:
            del self._outlines[next(iter(self._outlines))]
        return found

    def is_plain(self, number: int) -> bool:
        """Whether a Go file was read that is plain, as portal.source.pieces has it."""
        if self._db is None or self._format == 1:
            return False
        row = self._db.execute("SELECT is_plain FROM outline WHERE blob = ?", (number,)).fetchone()
        return row is not None and bool(row[0])

    def outlined(self) -> set[int]:
        """Return every blob of which is known what it declares."""
        rows = self._db.execute("SELECT blob FROM outline") if self._db is not None else ()
        return {blob for (blob,) in rows}

    def outlines(self) -> Iterator[tuple[int, Declared]]:
        """Yield (blob, what it declares) of every Go file."""
        if self._db is not None:
            for number, data in self._db.execute("SELECT blob, data FROM outline ORDER BY blob"):
                yield number, Declared.read(json.loads(self._decompressor.decompress(data)))

    def facts(self) -> Iterator[tuple[int, Facts]]:
        """Yield (blob, what it adds to method sets) of every Go file that adds something."""
        if self._db is not None:
            for (data,) in self._db.execute("SELECT data FROM methods ORDER BY part"):
                for number, row in json.loads(self._decompressor.decompress(data)):
                    yield number, Facts.read(row)

    def strings(self, kind: str) -> list[tuple[int, StringFact]] | None:
        """Return (blob, fact) of every string that stands for a `kind`; None: that is not known."""
        if self._db is None or self._format < CODE_FORMAT:
            return None
        rows = self._db.execute("SELECT blob, * FROM string WHERE kind = ?", (kind,))
        return [(row[0], StringFact(*row[1:-1])) for row in rows]

    def named(self, name: str) -> Found | None:
        """Return where `name` is declared, as an anchor writes it: Func, Type.Method."""
        return next(self._names("name = ?", name), None)

    def names_ending(self, last: str, most: int) -> list[Found]:
        """Return names whose last part is `last`, upper and lower case alike; `most` at the most."""
        return list(self._names("last = ? LIMIT ?", last.lower(), most))

    def names_beginning(self, last: str, most: int) -> list[Found]:
        """Return names whose last part begins with `last`, upper and lower case alike."""
        lower = last.lower()
        return list(
            self._names("last >= ? AND last < ? LIMIT ?", lower, f"{lower}\U0010ffff", most)
        )

    @property
    def names(self) -> NameTable | None:
        """What looks for names by parts of them; None while they are not read."""
        return NameTable(self._db) if self._db is not None else None

    def kind(self, number: int, name: str) -> str:
        """Return what a Go file declares `name` to be, without reading all that it declares; "": nothing."""
        if self._db is None:
            return ""
        row = self._db.execute("SELECT data FROM outline WHERE blob = ?", (number,)).fetchone()
        data = self._decompressor.decompress(row[0]) if row else b""
        # A quotation mark inside a text has a backslash before it: so nothing but a symbol begins.
        begin = f'[{json.dumps(name)},"'.encode()
        at = data.find(begin, 1)  # behind the package, which may have the same name
        at += len(begin)
        return data[at : data.index(b'"', at)].decode() if at >= len(begin) else ""

    def importers(self, importpath: str) -> list[int]:
        """Return the Go files that import a package."""
        if self._db is None:
            return []
        row = self._db.execute(
            "SELECT blobs FROM importer WHERE importpath = ?", (importpath,)
        ).fetchone()
        return list(_numbers(row[0])) if row else []

    def imported(self) -> Iterator[str]:
        """Yield every import path that some Go file names."""
        if self._db is not None:
            for (importpath,) in self._db.execute("SELECT importpath FROM importer"):
                yield importpath

    def _names(self, where: str, *values: object) -> Iterator[Found]:
        if self._db is None:
            return
        rows = self._db.execute(f"SELECT name, at FROM name WHERE {where}", values)  # noqa: S608  (ours)
        for name, at in rows:
            numbers = _numbers(at)
            yield Found(name, tuple(zip(numbers[::2], numbers[1::2], strict=True)))

    @property
    def _db(self) -> sqlite3.Connection | None:
        if self._opened is None:
            self._open()
        return self._opened

    def _open(self) -> None:
        if self._place.is_file():
            db = open_part(self._place)
            (found,) = db.execute("PRAGMA user_version").fetchone()
            if found in {1, 2, CODE_FORMAT}:
                self._opened, self._format = db, found
            else:
                db.close()


def open_part(place: Path) -> sqlite3.Connection:
    """Return a file of a segment, to be read."""
    uri = f"{place.resolve().as_uri()}?mode=ro&immutable=1"
    db = sqlite3.connect(uri, uri=True, check_same_thread=False)
    db.execute(f"PRAGMA mmap_size = {MAPPED_BYTES}")
    return db


def _numbers(data: bytes) -> "array[int]":
    numbers = array("I")
    numbers.frombytes(data)
    return numbers
