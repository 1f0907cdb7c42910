"""Writes segments: `N.text` while an import goes on, and then `N.code`; see portal.source.segment.

Each has its name once it is whole. What an ended writer of `N.text` had added is kept for the next.
"""

import json
import re
import sqlite3
from array import array
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import zstandard

from portal.source.language import Reading
from portal.source.methodset import Facts
from portal.source.segment import CODE_FORMAT, TEXT_FORMAT

LEVEL = 3
"""Of zstandard: a sixth of the size, at 200 MB/s on one core; levels above gain little."""
PAGE_BYTES = 8192
PART_FILES = 256
"""Files whose method sets lie together: they are only ever read all at once."""

_TEXT_SCHEMA = f"""
PRAGMA user_version = {TEXT_FORMAT};
CREATE TABLE blob (id INTEGER PRIMARY KEY, sha BLOB NOT NULL, size INTEGER NOT NULL, data BLOB NOT NULL);
CREATE TABLE lender (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE heir (blob INTEGER PRIMARY KEY, number INTEGER NOT NULL, before INTEGER NOT NULL);
CREATE VIRTUAL TABLE gram USING fts5
    (body, content='', detail=none, columnsize=0, tokenize='trigram');
"""
_CODE_SCHEMA = f"""
PRAGMA user_version = {CODE_FORMAT};
CREATE TABLE outline (blob INTEGER PRIMARY KEY, is_plain INTEGER NOT NULL, data BLOB NOT NULL);
CREATE TABLE name (id INTEGER PRIMARY KEY, name TEXT NOT NULL, last TEXT NOT NULL,
    humps TEXT NOT NULL, at BLOB NOT NULL);
CREATE VIRTUAL TABLE part USING fts5
    (name, content='', detail=none, columnsize=0, tokenize='trigram');
CREATE TABLE methods (part INTEGER PRIMARY KEY, data BLOB NOT NULL);
CREATE TABLE importer (importpath TEXT PRIMARY KEY, blobs BLOB NOT NULL) WITHOUT ROWID;
"""


_PRAGMAS = f"PRAGMA page_size={PAGE_BYTES}; PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"


class NewBlob(NamedTuple):
    """A blob as `Writer.add` takes it."""

    sha: bytes
    size: int
    data: bytes
    """Compressed by `pack`."""
    text: str | None
    """What of it is `searched`: all, or the `news` where it has a predecessor; None: it is no text."""
    before: tuple[str, int] | None = None
    """(segment, blob) of the predecessor by whose means `data` was packed, which is kept whole."""


def pack(data: bytes, before: bytes | None = None) -> bytes:
    """Return `data` compressed; with `before`, a text much like it, by its difference."""
    if before is None:
        return zstandard.ZstdCompressor(level=LEVEL).compress(data)
    known = zstandard.ZstdCompressionDict(before, dict_type=zstandard.DICT_TYPE_RAWCONTENT)
    # With a checksum: by means of any other text it is refused.
    compressor = zstandard.ZstdCompressor(level=LEVEL, dict_data=known, write_checksum=True)
    return compressor.compress(data)


def is_text(data: bytes) -> bool:
    """Whether a blob is text: none holds a NUL near its start, as for git."""
    return b"\0" not in data[:8000]


def news(data: bytes, before: bytes) -> bytes:
    """Return the lines of a blob that `before` does not have."""
    known = set(before.split(b"\n"))
    return b"\n".join([line for line in data.split(b"\n") if line not in known])


def searched(data: bytes) -> str:
    """Return text as it is searched: a NUL would be its end."""
    return data.decode("utf-8", "replace").replace("\0", "\ufffd")


class TextWriter:
    """Writes `N.text` beside its name; it has its name after `finish`, and what was added before is kept."""

    def __init__(self, place: Path) -> None:
        """Go on where a writer of this format that was ended left off, or begin."""
        self._place = place
        self._part = place.with_name(f"{place.name}.part")
        self._db = sqlite3.connect(self._part)
        (found,) = self._db.execute("PRAGMA user_version").fetchone()
        if found != TEXT_FORMAT:
            self.drop()
            self._db = sqlite3.connect(self._part)
        self._db.executescript(_PRAGMAS + ("" if found == TEXT_FORMAT else _TEXT_SCHEMA))
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
                if blob.text:
                    self._db.execute(
                        "INSERT INTO gram(rowid, body) VALUES (?, ?)", (number, blob.text)
                    )
                if blob.before is not None:
                    name, before = blob.before
                    self._db.execute("INSERT OR IGNORE INTO lender(name) VALUES (?)", (name,))
                    self._db.execute(
                        "INSERT INTO heir SELECT ?, number, ? FROM lender WHERE name = ?",
                        (number, before, name),
                    )
                self.held[blob.sha] = number

    def finish(self) -> None:
        """Give the file its name; nothing is added any more."""
        with self._db:
            self._db.execute("CREATE UNIQUE INDEX blob_sha ON blob(sha)")
        _finish(self._db, self._part, self._place)

    def drop(self) -> None:
        """Leave nothing behind."""
        self._db.close()
        self._part.unlink(missing_ok=True)

    def close(self) -> None:
        """Leave off: another writer may go on."""
        self._db.close()


def write_code(place: Path, readings: Iterable[tuple[int, Reading]]) -> None:
    """Write `N.code` from what each Go blob says; it has its name when it is whole."""
    part = place.with_name(f"{place.name}.part")
    part.unlink(missing_ok=True)
    db = sqlite3.connect(part)
    db.executescript(_PRAGMAS + _CODE_SCHEMA)
    names: dict[str, array[int]] = {}
    importers: dict[str, array[int]] = {}
    methods: list[tuple[int, Facts]] = []
    compressor = zstandard.ZstdCompressor(level=LEVEL)
    with db:
        for number, (declared, facts, is_plain) in readings:
            if facts.shapes or facts.methods:
                methods.append((number, facts))
            data = compressor.compress(json.dumps(declared, separators=(",", ":")).encode())
            db.execute("INSERT INTO outline VALUES (?, ?, ?)", (number, is_plain, data))
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


def _finish(db: sqlite3.Connection, part: Path, place: Path) -> None:
    with closing(db):
        db.execute("PRAGMA journal_mode=DELETE")  # one file, that needs nothing beside it
    part.replace(place)
