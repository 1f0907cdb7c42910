"""Writes the `N.text` of a segment while an import goes on; see portal.source.segment.

It has its name once it is whole. What an ended writer had added is kept for the next.
"""

import re
import sqlite3
from collections.abc import Collection
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import zstandard

from portal.source.heir import Difference
from portal.source.segment import TEXT_FORMAT, dictionary_of
from portal.source.wordwriter import SCHEMA as WORDS
from portal.source.wordwriter import WordWriter

LEVEL = 3
"""Of zstandard: a sixth of the size, at 200 MB/s on one core; levels above gain little."""
PAGE_BYTES = 8192
NEEDLESS_PAGES = 64
"""What of a file's pages may be empty, as one in so many, before it is written anew without them."""
_PRAGMAS = f"PRAGMA page_size={PAGE_BYTES}; PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"

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

_HEAD = re.compile(r"(?:(?:/\*.*?\*/[ \t]*\n|(?:(?://|#)[^\n]*\n)+)\n+)+", re.DOTALL)
HEAD_CHARACTERS = 4000
DICTIONARY_BYTES, DICTIONARY_SHARE = 256 * 1024, 64
"""What of the first blobs the others are compressed by, and the part of them that it is at the most: a fifth
less room."""


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
        self._lenders: dict[str, int] = dict(self._db.execute("SELECT name, number FROM lender"))
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
        row = number, self._lender(name), before, heir.runs
        self._db.execute("INSERT INTO heir VALUES (?, ?, ?, ?)", row)
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

    def _lender(self, name: str) -> int:
        """Return the number of a lender, written the first time."""
        if name not in self._lenders:
            number = self._lenders[name] = len(self._lenders) + 1
            self._db.execute("INSERT INTO lender VALUES (?, ?)", (number, name))
        return self._lenders[name]

    def _index(self, number: int, text: str) -> None:
        self._db.execute("INSERT INTO gram(rowid, body) VALUES (?, ?)", (number, text))

    def finish(self) -> None:
        """Give the file its name; nothing is added any more."""
        with self._db:
            self._db.execute("CREATE UNIQUE INDEX blob_sha ON blob(sha)")
            self._db.execute("CREATE INDEX blob_head ON blob(head) WHERE head IS NOT NULL")
            self._write_words()
            self._db.execute("DROP TABLE fresh")
        give_name(self._db, self._part, self._place)

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


def give_name(db: sqlite3.Connection, part: Path, place: Path) -> None:
    """Close what is whole, and give it its name."""
    with closing(db):
        db.execute("PRAGMA journal_mode=DELETE")  # one file, that needs nothing beside it
        (pages,), (free,) = (
            db.execute(f"PRAGMA {what}").fetchone() for what in ("page_count", "freelist_count")
        )
        if free * NEEDLESS_PAGES > pages:
            db.execute("VACUUM")
    part.replace(place)
