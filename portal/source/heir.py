"""A text that is kept by its difference from another: what it has of that one, and what is new in it."""

import sqlite3
from array import array
from collections.abc import Iterator, Sequence
from itertools import chain, islice
from typing import NamedTuple

from portal.source.blocks import blocks
from portal.source.heads import WHOLE

NEAR_BYTES = 256 * 1024
"""How far behind what came before it a block is looked for in the predecessor."""


class Heir(NamedTuple):
    """A blob that is kept by its difference from a predecessor."""

    lender: str
    """The name of the predecessor's segment."""
    before: int
    blob: int
    runs: bytes | None
    """As Difference has them; None: they were not kept."""

    def inherited(self, spans: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
        """Yield where in the blob is what it has of spans of whole lines of its predecessor."""
        if self.runs is None:
            yield from WHOLE
            return
        numbers = array("I", self.runs)
        spans = sorted(spans)
        at = 0
        for first, last, here in zip(numbers[::3], numbers[1::3], numbers[2::3], strict=True):
            while at < len(spans) and spans[at][1] <= first:
                at += 1
            for start, end in islice(spans, at, None):
                if start >= last:
                    break
                yield max(start, first) - first + here, min(end, last) - first + here


class Heirs:
    """The blobs of a segment that are kept by their difference."""

    def __init__(self, db: sqlite3.Connection, text_format: int) -> None:
        """Read `N.text`, of one of the formats that portal.source.segment tells."""
        self.of: dict[int, Heir] = {}
        """What is known of each, by its number."""
        self.lent: dict[str, dict[int, list[Heir]]] = {}
        """Segment to predecessor to those that differ from it."""
        if text_format == 0:
            return
        runs = "NULL" if text_format == 1 else "runs"
        rows = db.execute(
            f"SELECT name, before, blob, {runs} FROM heir JOIN lender USING (number)"  # noqa: S608  (ours)
        )
        for heir in map(Heir._make, rows):
            self.of[heir.blob] = heir
            self.lent.setdefault(heir.lender, {}).setdefault(heir.before, []).append(heir)


class Difference(NamedTuple):
    """What a text has of its predecessor, which is kept whole, and what is new in it."""

    before: tuple[str, int]
    """(segment, blob) of the predecessor."""
    runs: bytes
    """Of each run of lines, start and end in the predecessor, and start in the text: numbers of 4 bytes."""
    fresh: list[tuple[int, bytes]]
    """Where its new blocks are, and they themselves."""

    @classmethod
    def of(
        cls, data: bytes, start: int, before: tuple[str, int], old: bytes, old_start: int
    ) -> "Difference":
        """Return what of `data` behind `start` the predecessor has behind `old_start`, block by block."""
        runs: list[tuple[int, int, int]] = []
        fresh: list[tuple[int, bytes]] = []
        at = old_start
        for begin, end in blocks(data, start):
            block = data[begin:end]
            place = old.find(block, at, at + len(block) + NEAR_BYTES)
            until = place + len(block)
            # Lines of both: neither may begin or end within one.
            begins = place == old_start or old[place - 1 : place] == b"\n"
            if place < 0 or not begins or not (block.endswith(b"\n") or until == len(old)):
                fresh.append((begin, block))
                continue
            if runs and (place, begin) == (runs[-1][1], runs[-1][2] + runs[-1][1] - runs[-1][0]):
                runs[-1] = runs[-1][0], until, runs[-1][2]
            else:
                runs.append((place, until, begin))
            at = until
        return cls(before, array("I", chain.from_iterable(runs)).tobytes(), fresh)
