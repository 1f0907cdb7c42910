"""One immutable piece of the code index: the new blobs of one import, their text and their names.

A segment is two SQLite files. `N.text` has every blob, compressed, and the words of those that are
text; it is whole before `N.code` is begun, which has what each Go file declares. Neither changes once
it has its name, but for a `N.code` of another format, which is replaced. Blobs are compressed by a
dictionary of the segment's own.

A blob that has a predecessor, the blob at its path in a version that was there before, is kept as what
differs: compressed against that one, with the words of its new blocks alone, and where the others stand in
that one. A predecessor may lie in another segment, and is kept whole, so that reading a blob reads two at
the most. Source: zoekt's design (blobs by content, an index that tells candidates only).
"""

import json
import sqlite3
from array import array
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import zstandard

from portal.source.declared import Declared
from portal.source.errors import NewerIndex
from portal.source.grams import Grams
from portal.source.heads import Candidates, Within
from portal.source.heir import Heirs
from portal.source.methodset import Facts
from portal.source.nametable import NameTable
from portal.source.required import Part
from portal.source.stringfacts import StringFact
from portal.source.words import Words

TEXT, CODE = ".text", ".code"
TEXT_FORMAT = 2
"""Of `N.text`; 0 has every blob whole, 0 and 1 have trigrams of texts instead of words, and all are read as
they are."""
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


class Segment:
    """A segment to be read. Belongs to one thread at a time; what it gives is the caller's."""

    def __init__(self, place: Path, beside: "dict[str, Segment] | None" = None) -> None:
        """Open `N.text`, and `N.code` once that is there. `place` is their path without a suffix.

        Segments that share `beside` open each other's predecessors once. All that is there is opened now:
        when it was rewritten, it goes on being read as it was. Raises NewerIndex.
        """
        self.place = place
        self._text = _open(place.with_suffix(TEXT))
        (self._format,) = self._text.execute("PRAGMA user_version").fetchone()
        if self._format > TEXT_FORMAT:
            self._text.close()
            raise NewerIndex(f"{place.name}{TEXT}")
        self._beside = {} if beside is None else beside
        self._beside[place.name] = self
        self._code_db: sqlite3.Connection | None = None
        self._code_format = 0
        self._decompressor = zstandard.ZstdDecompressor()
        self._outlines: dict[int, Declared] = {}
        self.grams = Grams(self._text) if self._format < TEXT_FORMAT else Words(self._text)
        """Chooses among its texts; see `candidates`."""
        self._open_code()
        for name in self.lenders():
            self._lender(name)

    @property
    def has_code(self) -> bool:
        """Whether what its Go files declare was read."""
        return self._code is not None

    def close(self) -> None:
        """Give its files back, and those of the segments beside it."""
        for segment in self._beside.values():
            segment._text.close()
            if segment._code_db is not None:
                segment._code_db.close()

    # --- blobs

    def blob(self, number: int, before: bytes | None = None) -> bytes:
        """Return a blob's bytes; raise KeyError for a number that is not here.

        `before` are those of its predecessor, where they are at hand.
        """
        row = self._text.execute("SELECT data FROM blob WHERE id = ?", (number,)).fetchone()
        if row is None:
            raise KeyError(number)
        heir = self._heirs.of.get(number)
        if heir is None:
            return self._unpacker.decompress(row[0])
        if before is None:
            before = self._lender(heir.lender).blob(heir.before)
        return unpack(row[0], before)

    def headed_blob(self, number: int) -> tuple[bytes, int]:
        """Return a blob's bytes, and how many of them are its head."""
        return self.blob(number), self.grams.start(number)

    def predecessor(self, number: int) -> "tuple[Segment, int] | None":
        """Return (segment, blob) from which a blob is kept by its difference; None: it is kept whole."""
        heir = self._heirs.of.get(number)
        return (self._lender(heir.lender), heir.before) if heir else None

    def lenders(self) -> list[str]:
        """Return the names of the segments that this one cannot be read without."""
        return list(self._heirs.lent)

    def stored(self) -> dict[int, int]:
        """Return how many bytes each blob takes as it is kept."""
        return dict(self._text.execute("SELECT id, length(data) FROM blob"))

    def shas(self) -> Iterator[tuple[bytes, int]]:
        """Yield (hash, id) of every blob."""
        yield from self._text.execute("SELECT sha, id FROM blob")

    def blocks(self, number: int) -> Iterator[tuple[str, Sequence[int]]]:
        """Yield in which segments which blocks are of a blob, or of its predecessor."""
        yield self.place.name, self.grams.blocks(number)
        if heir := self._heirs.of.get(number):
            yield heir.lender, self._lender(heir.lender).grams.blocks(heir.before)

    def candidates(
        self, parts: Sequence[str], *, folds: bool = True, within: Within | None = None
    ) -> Candidates | None:
        """Return who may have a line with all of `parts`; with `folds`, upper and lower case alike.

        A blob that is kept by its difference may by a line of its own, or by one that it has from its
        predecessor. None: no part is long enough to tell. No blob that does have such a line `within` what is
        asked is missing.
        """

        def told(segment: Segment) -> Candidates | None:
            among = within.blocks(segment.place.name) if within else None
            return segment.grams.candidates(parts, folds=folds, among=among)

        found = told(self)
        if found is None:
            return None
        blobs = set(found.blobs)
        lent: dict[str, Candidates] = {}
        for name, heirs in self._heirs.lent.items():
            before = told(self._lender(name))
            if before is None:
                return None
            lent[name] = before
            for blob in heirs.keys() & before.blobs:
                blobs.update(heir.blob for heir in heirs[blob])

        def spans(blob: int) -> Sequence[tuple[int, int]]:
            own = found.spans(blob)
            heir = self._heirs.of.get(blob)
            if heir is None:
                return own
            return [*own, *heir.inherited(lent[heir.lender].spans(heir.before))]

        return Candidates(sorted(blobs), found.heads, spans) if lent else found

    def having(self, word: str) -> Candidates | None:
        """Return who may have a line with a word, whole and in its own case; as `candidates` does."""
        return self.candidates([Part.of(word, begins=True, ends=True)], folds=False)

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

    def is_plain(self, number: int) -> bool:
        """Whether a Go file was read that is plain, as portal.source.pieces has it."""
        if self._code is None or self._code_format == 1:
            return False
        row = self._code.execute(
            "SELECT is_plain FROM outline WHERE blob = ?", (number,)
        ).fetchone()
        return row is not None and bool(row[0])

    def outlined(self) -> set[int]:
        """Return every blob of which is known what it declares."""
        rows = self._code.execute("SELECT blob FROM outline") if self._code is not None else ()
        return {blob for (blob,) in rows}

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

    def strings(self, kind: str) -> list[tuple[int, StringFact]] | None:
        """Return (blob, fact) of every string that stands for a `kind`; None: that is not known."""
        if self._code is None or self._code_format < CODE_FORMAT:
            return None
        rows = self._code.execute("SELECT blob, * FROM string WHERE kind = ?", (kind,))
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
        return NameTable(self._code) if self._code is not None else None

    def kind(self, number: int, name: str) -> str:
        """Return what a Go file declares `name` to be, without reading all that it declares; "": nothing."""
        if self._code is None:
            return ""
        row = self._code.execute("SELECT data FROM outline WHERE blob = ?", (number,)).fetchone()
        data = self._decompressor.decompress(row[0]) if row else b""
        # A quotation mark inside a text has a backslash before it: so nothing but a symbol begins.
        begin = f'[{json.dumps(name)},"'.encode()
        at = data.find(begin, 1)  # behind the package, which may have the same name
        at += len(begin)
        return data[at : data.index(b'"', at)].decode() if at >= len(begin) else ""

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

    @cached_property
    def _unpacker(self) -> zstandard.ZstdDecompressor:
        with suppress(sqlite3.OperationalError):  # a segment of former times has no dictionary
            if row := self._text.execute("SELECT data FROM dictionary").fetchone():
                known = dictionary_of(self._decompressor.decompress(row[0]))
                return zstandard.ZstdDecompressor(dict_data=known)
        return self._decompressor

    @cached_property
    def _heirs(self) -> Heirs:
        return Heirs(self._text, self._format)

    def _lender(self, name: str) -> "Segment":
        if name not in self._beside:
            Segment(self.place.with_name(name), self._beside)
        return self._beside[name]

    @property
    def _code(self) -> sqlite3.Connection | None:
        if self._code_db is None:
            self._open_code()
        return self._code_db

    def _open_code(self) -> None:
        place = self.place.with_suffix(CODE)
        if place.is_file():
            db = _open(place)
            (found,) = db.execute("PRAGMA user_version").fetchone()
            if found in {1, 2, CODE_FORMAT}:
                self._code_db, self._code_format = db, found
            else:
                db.close()


def dictionary_of(data: bytes) -> zstandard.ZstdCompressionDict:
    """Return a text by which others, much like it, are compressed."""
    return zstandard.ZstdCompressionDict(data, dict_type=zstandard.DICT_TYPE_RAWCONTENT)


def unpack(data: bytes, before: bytes) -> bytes:
    """Return what portal.source.segmentwriter.pack made smaller by means of `before`."""
    return zstandard.ZstdDecompressor(dict_data=dictionary_of(before)).decompress(data)


def _open(place: Path) -> sqlite3.Connection:
    uri = f"{place.resolve().as_uri()}?mode=ro&immutable=1"
    db = sqlite3.connect(uri, uri=True, check_same_thread=False)
    db.execute(f"PRAGMA mmap_size = {MAPPED_BYTES}")
    return db


def _numbers(data: bytes) -> "array[int]":
    numbers = array("I")
    numbers.frombytes(data)
    return numbers
