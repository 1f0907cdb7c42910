"""Writes the index of a segment's texts; see portal.source.words."""

import sqlite3
from array import array

import zstandard

from portal.source.blocks import blocks, packed, terms

LEVEL = 3
SCHEMA = "CREATE TABLE word (name TEXT PRIMARY KEY, data BLOB NOT NULL) WITHOUT ROWID;"


class WordWriter:
    """Holds the words of texts until all of them are known."""

    def __init__(self) -> None:
        """Know no text yet."""
        self._places: dict[bytes, array[int]] = {}
        self._blobs = array("I")
        self._starts = array("I")
        self._ends = array("I")
        self._texts = array("I")

    def text(self, blob: int) -> None:
        """Say that a blob is text: each once, in order."""
        self._texts.append(blob)

    def add(self, blob: int, data: bytes, start: int = 0, offset: int = 0) -> None:
        """Add what a text has from `start` on; it stands in its blob by `offset` further on."""
        places = self._places
        for begin, end in blocks(data, start):
            number = len(self._blobs)
            self._blobs.append(blob)
            self._starts.append(begin + offset)
            self._ends.append(end + offset)
            for term in terms(data[begin:end]):
                try:
                    places[term].append(number)
                except KeyError:
                    places[term] = array("I", (number,))

    def write(self, db: sqlite3.Connection) -> None:
        """Write all of it; nothing is added any more."""
        known = sorted((term.lower(), term) for term in self._places)
        starts, ends = array("I"), array("I", (0,))
        dictionary, places = bytearray(b"\n"), bytearray()
        for _lower, term in known:
            starts.append(len(dictionary))
            dictionary += term + b"\n"
            places += packed(self._places.pop(term))
            ends.append(len(places))
        told = {
            "terms": dictionary,
            "term starts": starts,
            "places": places,
            "place ends": ends,
            "blobs": self._blobs,
            "starts": self._starts,
            "ends": self._ends,
            "texts": self._texts,
        }
        compressor = zstandard.ZstdCompressor(level=LEVEL)
        db.executemany(
            "INSERT INTO word VALUES (?, ?)",
            ((name, compressor.compress(bytes(data))) for name, data in told.items()),
        )
