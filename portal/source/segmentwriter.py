"""Writes segments: `N.text` while an import goes on, and then `N.code`; see portal.source.segment.

Each has its name once it is whole. What an ended writer of `N.text` had added is kept for the next.
"""

import json
import re
import sqlite3
from array import array
from collections.abc import Collection, Iterable
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import zstandard

from portal.source.heir import Difference
from portal.source.language import Reading
from portal.source.methodset import Facts
from portal.source.search import humps
from portal.source.segment import CODE_FORMAT, TEXT_FORMAT, dictionary_of
from portal.source.wordwriter import SCHEMA as WORDS
from portal.source.wordwriter import WordWriter

LEVEL = 3
"""Of zstandard: a sixth of the size, at 200 MB/s on one core; levels above gain little."""
PAGE_BYTES = 8192
PART_FILES = 256
"""Files whose method sets lie together: they are only ever read all at once."""

_TEXT_SCHEMA = f"""
PRAGMA user_version = {TEXT_FORMAT};
CREATE TABLE blob (id INTEGER PRIMARY KEY, sha BLOB NOT NULL, size INTEGER NOT NULL, data BLOB NOT NULL,
    head INTEGER);
CREATE TABLE lender (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE heir (blob INTEGER PRIMARY KEY, number INTEGER NOT NULL, before INTEGER NOT NULL,
    runs BLOB NOT NULL);
CREATE TABLE fresh (blob INTEGER NOT NULL, start INTEGER NOT NULL, data BLOB NOT NULL);
CREATE TABLE dictionary (data BLOB NOT NULL);
CREATE TABLE head (id INTEGER PRIMARY KEY, data BLOB NOT NULL);
{WORDS}
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


_HEAD = re.compile(r"(?:(?:/\*.*?\*/[ \t]*\n|(?:(?://|#)[^\n]*\n)+)\n+)+", re.DOTALL)
HEAD_CHARACTERS = 4000
DICTIONARY_BYTES, DICTIONARY_SHARE = 256 * 1024, 64
"""What of the first blobs the others are compressed by, and the part of them that it is at the most: a fifth
less room."""
_PRAGMAS = f"PRAGMA page_size={PAGE_BYTES}; PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"


class NewBlob(NamedTuple):
    """A blob as `Writer.add` takes it."""

    sha: bytes
    size: int
    data: bytes
    """Its bytes; those of `pack` where it has a predecessor."""
    head: str
    """What `head_of` says of its text."""
    difference: Difference | None = None
    """Where it has a predecessor, by whose means `data` was packed."""


def pack(data: bytes, before: bytes | None = None) -> bytes:
    """Return `data` compressed; with `before`, a text much like it, by its difference."""
    if before is None:
        return zstandard.ZstdCompressor(level=LEVEL).compress(data)
    known = dictionary_of(before)
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


def head_of(text: str) -> str:
    """Return the comments that a text begins with and that an empty line ends: its licence; or ""."""
    found = _HEAD.match(text, 0, HEAD_CHARACTERS)
    return found[0] if found and found[0].isascii() else ""


def _compressor(dictionary: bytes) -> zstandard.ZstdCompressor:
    return zstandard.ZstdCompressor(level=LEVEL, dict_data=dictionary_of(dictionary))


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
        self._heads: dict[str, int] = {
            zstandard.decompress(data).decode(): number
            for number, data in self._db.execute("SELECT id, data FROM head")
        }
        row = self._db.execute("SELECT data FROM dictionary").fetchone()
        self._compressor = _compressor(zstandard.decompress(row[0])) if row else None

    def add(self, blobs: Collection[NewBlob]) -> None:
        """Add blobs that are not `held`; all of them or, when that is interrupted, none."""
        with self._db:
            self._compressor = self._compressor or self._begin(blobs)
            for blob in blobs:
                number = len(self.held) + 1
                data = blob.data
                if blob.difference is None and self._compressor is not None:
                    data = self._compressor.compress(data)
                self._db.execute(
                    "INSERT INTO blob VALUES (?, ?, ?, ?, ?)",
                    (number, blob.sha, blob.size, data, self._head(blob.head)),
                )
                if blob.difference is not None:
                    self._add_heir(number, blob.difference)
                self.held[blob.sha] = number

    def _add_heir(self, number: int, heir: Difference) -> None:
        name, before = heir.before
        self._db.execute("INSERT OR IGNORE INTO lender(name) VALUES (?)", (name,))
        self._db.execute(
            "INSERT INTO heir SELECT ?, number, ?, ? FROM lender WHERE name = ?",
            (number, before, heir.runs, name),
        )
        self._db.executemany(
            "INSERT INTO fresh VALUES (?, ?, ?)",
            ((number, start, data) for start, data in heir.fresh),
        )

    def _begin(self, blobs: Collection[NewBlob]) -> zstandard.ZstdCompressor | None:
        """Choose the dictionary: the first of some of the blobs; None: none of these is kept whole."""
        whole = [blob for blob in blobs if blob.difference is None]
        if not whole:
            return None
        most = min(DICTIONARY_BYTES, sum(blob.size for blob in whole) // DICTIONARY_SHARE)
        each = 4 * most // len(whole)
        data = b"".join(blob.data[: 16 * each] for blob in whole[::64])[:most]
        self._db.execute("INSERT INTO dictionary VALUES (?)", (pack(data),))
        return _compressor(data)

    def _head(self, text: str) -> int | None:
        """Return the number of a head, written the first time; it is indexed in the end."""
        if not text:
            return None
        if text not in self._heads:
            number = self._heads[text] = len(self._heads) + 1
            self._db.execute("INSERT INTO head VALUES (?, ?)", (number, pack(text.encode())))
        return self._heads[text]

    def finish(self) -> None:
        """Give the file its name; nothing is added any more."""
        with self._db:
            self._db.execute("CREATE UNIQUE INDEX blob_sha ON blob(sha)")
            self._db.execute("CREATE INDEX blob_head ON blob(head) WHERE head IS NOT NULL")
            self._write_words()
            self._db.execute("DROP TABLE fresh")
        _finish(self._db, self._part, self._place)

    def _write_words(self) -> None:
        """Index all texts: those that are kept whole, and of the others what is new."""
        words = WordWriter()
        heads = {number: len(text) for text, number in self._heads.items()}
        row = self._db.execute("SELECT data FROM dictionary").fetchone()
        known = dictionary_of(zstandard.decompress(row[0])) if row else None
        unpacker = zstandard.ZstdDecompressor(dict_data=known)
        fresh: dict[int, list[tuple[int, bytes]]] = {}
        for number, start, data in self._db.execute("SELECT * FROM fresh ORDER BY blob, start"):
            fresh.setdefault(number, []).append((start, data))
        rows = self._db.execute(
            "SELECT id, head, CASE WHEN heir.blob IS NULL THEN data END"
            " FROM blob LEFT JOIN heir ON heir.blob = id ORDER BY id"
        )
        for number, head, packed in rows:
            if packed is None:
                words.text(number)
                for start, data in fresh.get(number, ()):
                    words.add(number, data, offset=start)
            elif is_text(data := unpacker.decompress(packed)):
                words.text(number)
                words.add(number, data, heads.get(head, 0))
        words.write(self._db)

    def drop(self) -> None:
        """Leave nothing behind: there was nothing new."""
        self._db.close()
        self._part.unlink()

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


def _finish(db: sqlite3.Connection, part: Path, place: Path) -> None:
    with closing(db):
        db.execute("PRAGMA journal_mode=DELETE")  # one file, that needs nothing beside it
        db.execute("VACUUM")  # of what was merged
    part.replace(place)
