"""Which texts of a segment of former times may hold a text: trigrams of pieces of them, and of heads.

Nothing writes it any more; see portal.source.words. Source: SQLite's FTS5, "The Trigram Tokenizer", which
folds case, so a candidate is always verified.
"""

import sqlite3
from array import array
from bisect import bisect
from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

from portal.source.heads import WHOLE, Blocks, Candidates, Heads

SHORTEST = 3
"""Characters that an index of trigrams needs."""
KEPT_ANSWERS = 16
"""A predecessor's segment is asked by itself and by those of its heirs."""
ASKED_GRAMS = 6
"""Of those that a text must hold, the rarest: more take longer than reading what they would leave out."""


class _Pieces(NamedTuple):
    """The numbers that the index has of texts: pieces, and whole blobs where they are short."""

    blobs: Sequence[int]
    """Number to blob."""
    spans: dict[int, tuple[int, int]]
    """Number to the bytes of its blob, of the long ones."""
    long: frozenset[int]


class Grams(Heads):
    """The index of one segment's texts. Belongs to one thread at a time."""

    def __init__(self, db: sqlite3.Connection) -> None:
        """Read `N.text`."""
        super().__init__(db)
        self._told: dict[tuple[str, ...], Candidates] = {}

    def candidates(
        self,
        parts: Sequence[str],
        *,
        folds: bool = True,  # noqa: ARG002
        among: Blocks | None = None,  # noqa: ARG002
    ) -> Candidates | None:
        """Return who may hold all of `parts` on one line, whatever the case and wherever.

        None: none of them is long enough to tell. No blob that does hold them is missing, but for those
        that are kept by their difference: see Segment.candidates. What is told is not to be changed.
        """
        if (told := self._told.get(tuple(parts))) is not None:
            return told
        grams = sorted(grams_of(parts), key=lambda gram: self._often.get(gram.lower(), 0))
        if not grams:
            return None
        query = all_of(grams[:ASKED_GRAMS])
        rows = self._db.execute("SELECT rowid FROM gram WHERE gram MATCH ?", (query,))
        numbers = [row[0] for row in rows]
        heads = bisect(numbers, 0)
        index = self._pieces
        pieces: dict[int, list[tuple[int, int]]] = {}
        for number in numbers[heads:]:
            if span := index.spans.get(number):
                pieces.setdefault(index.blobs[number], []).append(span)
        blobs = dict.fromkeys(map(index.blobs.__getitem__, numbers[heads:]))
        told = Candidates(
            [*blobs],
            [-number for number in numbers[:heads]],
            lambda blob: pieces.get(blob, WHOLE if blob in blobs else ()),
        )
        self._told[tuple(parts)] = told
        if len(self._told) > KEPT_ANSWERS:
            del self._told[next(iter(self._told))]
        return told

    @cached_property
    def _pieces(self) -> "_Pieces":
        """What the numbers of the index stand for; a segment of former times has whole blobs."""
        try:
            rows = self._db.execute("SELECT blob, start, end FROM piece ORDER BY id").fetchall()
        except sqlite3.OperationalError:
            numbers = self._db.execute("SELECT ifnull(max(id), 0) FROM blob").fetchone()
            return _Pieces(range(numbers[0] + 1), {}, frozenset())
        blobs = array("I", (0, *(row[0] for row in rows)))
        long = frozenset(blob for blob, next_blob in pairwise(blobs) if blob == next_blob)
        spans = {at: row[1:] for at, row in enumerate(rows, 1) if row[0] in long}
        return _Pieces(blobs, spans, long)

    @cached_property
    def _often(self) -> dict[str, int]:
        """The grams that many texts hold, and how many; a segment of former times does not say."""
        with suppress(sqlite3.OperationalError):
            return dict(self._db.execute("SELECT gram, texts FROM often"))
        return {}

    def texts(self) -> list[int]:
        """Return every blob that is text, in order."""
        return [*dict.fromkeys(self._pieces.blobs)][1:]


def grams_of(parts: Iterable[str]) -> list[str]:
    """Return every gram of `parts` once. A NUL would end a question."""
    grams = dict.fromkeys(part[at : at + 3] for part in parts for at in range(len(part) - 2))
    return [gram for gram in grams if "\0" not in gram]


def all_of(grams: Iterable[str]) -> str:
    """Return the question for all texts that hold every gram: the index knows no phrase."""
    return " AND ".join('"' + gram.replace('"', '""') + '"' for gram in grams)
