"""One immutable piece of the code index: the new blobs of one import, their text and their names.

A segment is two SQLite files. `N.text` has every blob, compressed, and the trigrams of those that are
text; it is whole before `N.code` is begun, which has what each Go file declares. Neither changes once
it has its name, but for a `N.code` of another format, which is replaced. Source:
zoekt's design (blobs by content, trigrams as candidates only); SQLite's FTS5,
"The Trigram Tokenizer", which folds case, so a candidate is always verified.
"""

import json
import sqlite3
from array import array
from collections.abc import Iterator
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import zstandard

from portal.source.declared import Declared
from portal.source.grams import Grams, all_of, grams_of
from portal.source.methodset import Facts

TEXT, CODE = ".text", ".code"
CODE_FORMAT = 1
"""Of `N.code`; one of another format is as if it were not there, and is written anew by the next import."""
KEPT_OUTLINES = 1024
"""Outlines that a process which looks things up keeps: some 20 MB."""


class Found(NamedTuple):
    """A name of a segment and where it is declared."""

    name: str
    at: tuple[tuple[int, int], ...]
    """(blob, place among the symbols of its outline)."""


class Segment:
    """A segment to be read. Belongs to one thread at a time; what it gives is the caller's."""

    def __init__(self, place: Path) -> None:
        """Open `N.text`, and `N.code` once that is there. `place` is their path without a suffix."""
        self.place = place
        self._text = _open(place.with_suffix(TEXT))
        self._code_db: sqlite3.Connection | None = None
        self._decompressor = zstandard.ZstdDecompressor()
        self._outlines: dict[int, Declared] = {}
        self.grams = Grams(self._text)
        """Chooses among its texts."""

    @property
    def has_code(self) -> bool:
        """Whether what its Go files declare was read."""
        return self._code is not None

    def close(self) -> None:
        """Give its files back."""
        self._text.close()
        if self._code_db is not None:
            self._code_db.close()

    # --- blobs

    def blob(self, number: int) -> bytes:
        """Return a blob's bytes; raise KeyError for a number that is not here."""
        row = self._text.execute("SELECT data FROM blob WHERE id = ?", (number,)).fetchone()
        if row is None:
            raise KeyError(number)
        return self._unpacker.decompress(row[0])

    def headed_blob(self, number: int) -> tuple[bytes, int]:
        """Return a blob's bytes, and how many of them are its head."""
        return self.blob(number), self.grams.start(number)

    @cached_property
    def _unpacker(self) -> zstandard.ZstdDecompressor:
        with suppress(sqlite3.OperationalError):  # a segment of former times has no dictionary
            if row := self._text.execute("SELECT data FROM dictionary").fetchone():
                dictionary = dictionary_of(self._decompressor.decompress(row[0]))
                return zstandard.ZstdDecompressor(dict_data=dictionary)
        return self._decompressor

    def shas(self) -> Iterator[tuple[bytes, int]]:
        """Yield (hash, id) of every blob."""
        yield from self._text.execute("SELECT sha, id FROM blob")

    # --- what they declare

    def outline(self, number: int) -> Declared | None:
        """Return what a Go file declares; None for another file, or while that is not read."""
        if number in self._outlines:
            return self._outlines[number]
        if self._code is None:
            return None
        row = self._code.execute("SELECT data FROM outline WHERE blob = ?", (number,)).fetchone()
        if row is None:
            return None
        found = Declared.read(json.loads(self._decompressor.decompress(row[0])))
        self._outlines[number] = found
        if len(self._outlines) > KEPT_OUTLINES:
            del self._outlines[next(iter(self._outlines))]
        return found

    def outlines(self) -> Iterator[tuple[int, Declared]]:
        """Yield (blob, what it declares) of every Go file."""
        if self._code is not None:
            for number, data in self._code.execute("SELECT blob, data FROM outline ORDER BY blob"):
                yield number, Declared.read(json.loads(self._decompressor.decompress(data)))

    def facts(self) -> Iterator[tuple[int, Facts]]:
        """Yield (blob, what it adds to method sets) of every Go file that adds something."""
        if self._code is not None:
            for (data,) in self._code.execute("SELECT data FROM methods ORDER BY part"):
                for number, row in json.loads(self._decompressor.decompress(data)):
                    yield number, Facts.read(row)

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

    def names_with_humps(self, letters: str, most: int) -> list[Found]:
        """Return names whose words begin with `letters`, and may go on."""
        return list(self._names("humps >= ? AND humps < ? LIMIT ?", letters, f"{letters}~", most))

    def names_holding(self, part: str, most: int) -> list[Found]:
        """Return names that may hold `part`, upper and lower case alike."""
        query = all_of(grams_of([part]))
        if self._code is None or not query:
            return []
        where = "id IN (SELECT rowid FROM part WHERE part MATCH ? LIMIT ?)"
        return [one for one in self._names(where, query, most) if part.lower() in one.name.lower()]

    def importers(self, importpath: str) -> list[int]:
        """Return the Go files that import a package."""
        if self._code is None:
            return []
        row = self._code.execute(
            "SELECT blobs FROM importer WHERE importpath = ?", (importpath,)
        ).fetchone()
        return list(_numbers(row[0])) if row else []

    def imported(self) -> Iterator[str]:
        """Yield every import path that some Go file names."""
        if self._code is not None:
            for (importpath,) in self._code.execute("SELECT importpath FROM importer"):
                yield importpath

    def _names(self, where: str, *values: object) -> Iterator[Found]:
        if self._code is None:
            return
        rows = self._code.execute(f"SELECT name, at FROM name WHERE {where}", values)  # noqa: S608  (ours)
        for name, at in rows:
            numbers = _numbers(at)
            yield Found(name, tuple(zip(numbers[::2], numbers[1::2], strict=True)))

    @property
    def _code(self) -> sqlite3.Connection | None:
        if self._code_db is None:
            place = self.place.with_suffix(CODE)
            if place.is_file():
                db = _open(place)
                (found,) = db.execute("PRAGMA user_version").fetchone()
                if found == CODE_FORMAT:
                    self._code_db = db
                else:
                    db.close()
        return self._code_db


def dictionary_of(data: bytes) -> zstandard.ZstdCompressionDict:
    """Return what the blobs of a segment are compressed by."""
    return zstandard.ZstdCompressionDict(data, dict_type=zstandard.DICT_TYPE_RAWCONTENT)


def _open(place: Path) -> sqlite3.Connection:
    uri = f"{place.resolve().as_uri()}?mode=ro&immutable=1"
    return sqlite3.connect(uri, uri=True, check_same_thread=False)


def _numbers(data: bytes) -> "array[int]":
    numbers = array("I")
    numbers.frombytes(data)
    return numbers
