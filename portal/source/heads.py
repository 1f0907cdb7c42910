"""The comments that files begin with, their licences most of all: each is kept once for all that share it.

Thousands of files begin alike, and every word of a licence would lead to all of them: so heads are looked
through by themselves, and an index of texts has what follows them.
"""

import sqlite3
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property

import zstandard

Blocks = set[int] | frozenset[int]
"""Numbers of blocks of text."""
WHOLE = ((0, sys.maxsize),)
"""Where a text stands that may stand anywhere."""


class Within:
    """Blocks of text among which is looked for candidates."""

    def __init__(self, blocks: Mapping[str, Blocks]) -> None:
        """Keep the numbers of blocks of each segment, by its name."""
        self._blocks = blocks

    def blocks(self, segment: str) -> Blocks:
        """Return the numbers of blocks of a segment."""
        return self._blocks.get(segment, frozenset())


@dataclass(frozen=True, slots=True)
class Candidates:
    """Who may hold a text."""

    blobs: Sequence[int]
    """In order; behind their heads."""
    heads: Sequence[int]
    """Comments that blobs begin with and that may hold it."""
    spans: Callable[[int], Sequence[tuple[int, int]]]
    """Returns where in one of the blobs it may stand, in bytes: whole lines, in no order."""


class Heads:
    """The heads of one segment, and which blobs begin with them. Belongs to one thread at a time."""

    def __init__(self, db: sqlite3.Connection) -> None:
        """Read `N.text`."""
        self._db = db

    def head(self, number: int) -> bytes:
        """Return a head."""
        return self._texts[number]

    @cached_property
    def heads(self) -> Sequence[int]:
        """The numbers of all heads."""
        return [*self.headed]

    def head_of(self, blob: int) -> int | None:
        """Return the head that a blob begins with."""
        return self._heads.get(blob)

    def blocks(self, _blob: int) -> Sequence[int]:
        """Return the numbers of a blob's blocks, where it is known by them."""
        return ()

    def start(self, blob: int) -> int:
        """Return where a blob begins behind its head."""
        return len(self._texts[self._heads[blob]]) if blob in self._heads else 0

    @cached_property
    def _texts(self) -> dict[int, bytes]:
        unpacker = zstandard.ZstdDecompressor()
        with suppress(sqlite3.OperationalError):  # a segment of former times knows no heads
            rows = self._db.execute("SELECT id, data FROM head")
            return {number: unpacker.decompress(data) for number, data in rows}
        return {}

    @cached_property
    def _heads(self) -> dict[int, int]:
        with suppress(sqlite3.OperationalError):
            return dict(self._db.execute("SELECT id, head FROM blob WHERE head IS NOT NULL"))
        return {}

    @cached_property
    def headed(self) -> dict[int, list[int]]:
        """Head to the blobs that begin with it."""
        found: dict[int, list[int]] = {}
        for blob, head in self._heads.items():
            found.setdefault(head, []).append(blob)
        return found
