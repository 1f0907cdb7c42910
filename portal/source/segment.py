"""One immutable piece of the code index: the new blobs of one import, their text and their names.

A segment is two SQLite files. `N.text` has every blob, compressed, and the trigrams of those that are
text; it is whole before `N.code` is begun, which has what each Go file declares. Neither changes once
it has its name. Source: zoekt's design (blobs by content, trigrams as candidates only); SQLite's FTS5,
"The Trigram Tokenizer", which folds case, so a candidate is always verified.
"""

import json
import re
import sqlite3
from array import array
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import zstandard

from portal.source.declared import Declared
from portal.source.methodset import Facts

TEXT, CODE = ".text", ".code"
LEVEL = 3
"""Of zstandard: a sixth of the size, at 200 MB/s on one core; levels above gain little."""
SHORTEST = 3
"""Characters that an index of trigrams needs."""
PAGE_BYTES = 8192
CODE_FORMAT = 1
"""Of `N.code`; one of another format is as if it were not there, and is written anew by the next import."""
KEPT_OUTLINES = 1024
"""Outlines that a process which looks things up keeps: some 20 MB."""
PART_FILES = 256
"""Files whose method sets lie together: they are only ever read all at once."""

_TEXT_SCHEMA = """
CREATE TABLE blob (id INTEGER PRIMARY KEY, sha BLOB NOT NULL, size INTEGER NOT NULL, data BLOB NOT NULL);
CREATE VIRTUAL TABLE gram USING fts5
    (body, content='', detail=none, columnsize=0, tokenize='trigram');
"""
_CODE_SCHEMA = f"""
PRAGMA user_version = {CODE_FORMAT};
CREATE TABLE outline (blob INTEGER PRIMARY KEY, data BLOB NOT NULL);
CREATE TABLE name (id INTEGER PRIMARY KEY, name TEXT NOT NULL, last TEXT NOT NULL,
    humps TEXT NOT NULL, at BLOB NOT NULL);
CREATE VIRTUAL TABLE part USING fts5
    (name, content='', detail=none, columnsize=0, tokenize='trigram');
CREATE TABLE methods (part INTEGER PRIMARY KEY, data BLOB NOT NULL);
CREATE TABLE importer (importpath TEXT PRIMARY KEY, blobs BLOB NOT NULL) WITHOUT ROWID;
"""


class NewBlob(NamedTuple):
    """A blob as `Writer.add` takes it."""

    sha: bytes
    size: int
    data: bytes
    """Compressed by `pack`."""
    text: str | None
    """None: no text, so it is kept and not searched."""


def pack(data: bytes) -> bytes:
    """Return `data` compressed."""
    return zstandard.ZstdCompressor(level=LEVEL).compress(data)


def text_of(data: bytes) -> str | None:
    """Return the text of a blob, or None where it is none: it holds a NUL near its start, as for git."""
    if b"\0" in data[:8000]:
        return None
    # A NUL further on would be the end of the text for the index.
    return data.decode("utf-8", "replace").replace("\0", "\ufffd")


class TextWriter:
    """Writes `N.text` beside its name; it has its name after `finish`, and what was added before is kept."""

    def __init__(self, place: Path) -> None:
        """Go on where a writer that was ended left off, or begin."""
        self._place = place
        self._part = place.with_name(f"{place.name}.part")
        is_new = not self._part.exists()
        self._db = sqlite3.connect(self._part)
        self._db.executescript(_PRAGMAS + (_TEXT_SCHEMA if is_new else ""))
        rows = self._db.execute("SELECT sha, id FROM blob")
        self.held: dict[bytes, int] = dict(rows)
        """Hash to id of what was added."""

    def add(self, blobs: Iterable[NewBlob]) -> None:
        """Add blobs that are not `held`; all of them or, when that is interrupted, none."""
        with self._db:
            for blob in blobs:
                number = len(self.held) + 1
                self._db.execute(
                    "INSERT INTO blob VALUES (?, ?, ?, ?)", (number, blob.sha, blob.size, blob.data)
                )
                if blob.text is not None:
                    self._db.execute(
                        "INSERT INTO gram(rowid, body) VALUES (?, ?)", (number, blob.text)
                    )
                self.held[blob.sha] = number

    def finish(self) -> None:
        """Give the file its name; nothing is added any more."""
        with self._db:
            self._db.execute("CREATE UNIQUE INDEX blob_sha ON blob(sha)")
        _finish(self._db, self._part, self._place)

    def drop(self) -> None:
        """Leave nothing behind: there was nothing new."""
        self._db.close()
        self._part.unlink()

    def close(self) -> None:
        """Leave off: another writer may go on."""
        self._db.close()


def write_code(place: Path, outlines: Iterable[tuple[int, Declared, Facts]]) -> None:
    """Write `N.code` from what each Go blob declares; it has its name when it is whole."""
    part = place.with_name(f"{place.name}.part")
    part.unlink(missing_ok=True)
    db = sqlite3.connect(part)
    db.executescript(_PRAGMAS + _CODE_SCHEMA)
    names: dict[str, array[int]] = {}
    importers: dict[str, array[int]] = {}
    methods: list[tuple[int, Facts]] = []
    compressor = zstandard.ZstdCompressor(level=LEVEL)
    with db:
        for number, declared, facts in outlines:
            if facts.shapes or facts.methods:
                methods.append((number, facts))
            data = compressor.compress(json.dumps(declared, separators=(",", ":")).encode())
            db.execute("INSERT INTO outline VALUES (?, ?)", (number, data))
            for at, symbol in enumerate(declared.symbols):
                names.setdefault(symbol.name, array("I")).extend((number, at))
            for importpath in set(declared.imports.values()):
                importers.setdefault(importpath, array("I")).append(number)
        for number, (name, places) in enumerate(sorted(names.items()), start=1):
            last = name.rpartition(".")[2].lower()
            row = (number, name, last, humps(name), places.tobytes())
            db.execute("INSERT INTO name VALUES (?, ?, ?, ?, ?)", row)
            db.execute("INSERT INTO part(rowid, name) VALUES (?, ?)", (number, name))
        for at in range(0, len(methods), PART_FILES):
            part_data = json.dumps(methods[at : at + PART_FILES], separators=(",", ":")).encode()
            db.execute("INSERT INTO methods VALUES (?, ?)", (at, compressor.compress(part_data)))
        db.executemany(
            "INSERT INTO importer VALUES (?, ?)",
            ((path, blobs.tobytes()) for path, blobs in sorted(importers.items())),
        )
        db.execute("CREATE INDEX name_last ON name(last)")
        db.execute("CREATE INDEX name_humps ON name(humps)")
        db.execute("CREATE UNIQUE INDEX name_name ON name(name)")
    _finish(db, part, place)


def humps(name: str) -> str:
    """Return the letters that begin the words of a name: `RLAW` for Reflector.ListAndWatch."""
    return "".join(re.findall(r"(?:(?<=^)|(?<=[._]))[a-z]|[A-Z]", name))


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
        return self._decompressor.decompress(row[0])

    def shas(self) -> Iterator[tuple[bytes, int]]:
        """Yield (hash, id) of every blob."""
        yield from self._text.execute("SELECT sha, id FROM blob")

    def candidates(self, parts: Sequence[str]) -> list[int] | None:
        """Return, in order, the blobs that may hold all of `parts`, upper and lower case alike.

        None: none of them is long enough to tell. No blob that does hold them is missing.
        """
        query = _grams(parts)
        if not query:
            return None
        rows = self._text.execute("SELECT rowid FROM gram WHERE gram MATCH ?", (query,))
        return [row[0] for row in rows]

    def texts(self) -> list[int]:
        """Return every blob, in order."""
        return [row[0] for row in self._text.execute("SELECT id FROM blob ORDER BY id")]

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
        query = _grams([part])
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


_PRAGMAS = f"PRAGMA page_size={PAGE_BYTES}; PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"


def _open(place: Path) -> sqlite3.Connection:
    uri = f"{place.resolve().as_uri()}?mode=ro&immutable=1"
    return sqlite3.connect(uri, uri=True, check_same_thread=False)


def _finish(db: sqlite3.Connection, part: Path, place: Path) -> None:
    with closing(db):
        db.execute("PRAGMA journal_mode=DELETE")  # one file, that needs nothing beside it
    part.replace(place)


def _grams(parts: Sequence[str]) -> str:
    """Return the question for all texts that hold every gram of `parts`; "": there is none to ask for.

    Grams one by one: without positions the index knows no phrase. A NUL would end the question.
    """
    grams = dict.fromkeys(part[at : at + 3] for part in parts for at in range(len(part) - 2))
    return " AND ".join('"' + g.replace('"', '""') + '"' for g in grams if "\0" not in g)


def _numbers(data: bytes) -> "array[int]":
    numbers = array("I")
    numbers.frombytes(data)
    return numbers
