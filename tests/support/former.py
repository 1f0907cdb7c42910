"""Segments as earlier releases wrote them, to be read and searched by this one."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from portal.source.segment import TEXT, Segment
from portal.source.segmentwriter import is_text

PIECE_CHARACTERS = 16 * 1024

_SCHEMA = """
CREATE TABLE piece (id INTEGER PRIMARY KEY, blob INTEGER NOT NULL,
    start INTEGER NOT NULL, end INTEGER NOT NULL);
CREATE TABLE often (gram TEXT PRIMARY KEY, texts INTEGER NOT NULL) WITHOUT ROWID;
CREATE VIRTUAL TABLE gram USING fts5
    (body, content='', detail=none, columnsize=0, tokenize='trigram');
"""


def with_trigrams(place: Path) -> None:
    """Make of a segment one that has trigrams of pieces and heads instead of words: format 1."""
    pieces: list[tuple[int, int, int, str]] = []
    with closing(Segment(place)) as segment:
        start_of = segment.grams.start
        for _sha, number in sorted(segment.shas(), key=lambda row: row[1]):
            data, start = segment.blob(number), start_of(number)
            before = segment.predecessor(number)
            if not is_text(data):
                continue
            if before is None:
                pieces += ((number, *piece) for piece in _pieces(data, start))
            else:
                lender, blob = before
                fresh = _news(data[start:], lender.blob(blob)[lender.grams.start(blob) :])
                pieces.append((number, start, len(data), fresh.decode()))
        heads = [(number, segment.grams.head(number).decode()) for number in segment.grams.heads]
    with closing(sqlite3.connect(place.with_suffix(TEXT))) as db, db:
        db.executescript(_SCHEMA)
        for number, text in sorted(heads, reverse=True):
            db.execute("INSERT INTO gram(rowid, body) VALUES (?, ?)", (-number, text))
        for number, (blob, start, end, text) in enumerate(pieces, start=1):
            db.execute("INSERT INTO piece VALUES (?, ?, ?, ?)", (number, blob, start, end))
            db.execute("INSERT INTO gram(rowid, body) VALUES (?, ?)", (number, text))
        db.execute("ALTER TABLE heir DROP COLUMN runs")
        db.execute("DROP TABLE word")
        db.execute("PRAGMA user_version = 1")


def _pieces(data: bytes, start: int) -> Iterator[tuple[int, int, str]]:
    at = start
    while len(data) - at > PIECE_CHARACTERS and (
        end := data.find(b"\n", at + PIECE_CHARACTERS) + 1
    ):
        yield at, end, data[at:end].decode()
        at = end
    yield at, len(data), data[at:].decode()


def _news(data: bytes, before: bytes) -> bytes:
    """Return the lines of a blob that `before` does not have."""
    known = set(before.split(b"\n"))
    return b"\n".join([line for line in data.split(b"\n") if line not in known])
