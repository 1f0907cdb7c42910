"""A text that is kept by its difference from another: what it has of that one, and what is new in it."""

import sqlite3
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, starmap
from operator import sub
from typing import NamedTuple

from portal.source.blocks import blocks
from portal.source.heads import WHOLE
from portal.source.landmarks import NONE, Landmarks

LARGE_BYTES = 64 * 1024
"""How much must be new before landmarks are looked for: most texts keep their place without."""
NEAR_BYTES = 64 * 1024
"""How far behind what came before it a block is looked for in the predecessor."""
PART_BYTES, NEAR_PART_BYTES = 128, 4096
"""Parts of a block that is not there, and how far each is looked for: shorter ones stand in many places."""

_LINE = ord("\n")
Span = tuple[int, int]
"""Where whole lines begin, and where they end."""


@dataclass(frozen=True)
class Heir:
    """A blob that is kept by its difference from a predecessor."""

    lender: str
    """The name of the predecessor's segment."""
    before: int
    blob: int
    runs: bytes | None
    """As Difference has them; None: they were not kept."""

    def inherited(self, spans: Iterable[Span]) -> Sequence[Span]:
        """Return where in the blob is what it has of spans of whole lines of its predecessor."""
        if self.runs is None:
            return WHOLE
        firsts, lasts, moves = self._moves
        found: list[Span] = []
        for start, end in spans:
            for at in range(bisect_right(lasts, start), bisect_left(firsts, end)):
                moved = moves[at]
                found.append((max(start, firsts[at]) + moved, min(end, lasts[at]) + moved))
        return found

    @cached_property
    def _moves(self) -> tuple[Sequence[int], Sequence[int], Sequence[int]]:
        """Where each run begins and ends in the predecessor, and how much further on it stands here."""
        numbers = array("I", self.runs or b"")
        firsts, lasts, places = (numbers[at::3].tolist() for at in range(3))
        return firsts, lasts, [*map(sub, places, firsts)]


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
        for heir in starmap(Heir, rows):
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
        """Return what of `data` behind `start` the predecessor has behind `old_start`, in its order."""
        head = _alike(data, start, old, old_start)
        tail = _alike_ending(data, start + head, old, old_start + head)
        here, there = (start + head, len(data) - tail), (old_start + head, len(old) - tail)
        runs, fresh = _runs(data, here, old, there, NONE)
        if sum(end - begin for begin, end in fresh) > LARGE_BYTES:  # it may have lost its place
            runs, fresh = _runs(data, here, old, there, Landmarks.of(data, here, old, there))
        first = [(old_start, there[0], start)] if head else []
        last = [(there[1], len(old), here[1])] if tail else []
        return cls(
            before,
            array("I", chain.from_iterable([*first, *runs, *last])).tobytes(),
            [(begin, data[begin:end]) for begin, end in fresh],
        )

    @property
    def new_bytes(self) -> int:
        """How much of the text the predecessor does not have."""
        return sum(len(data) for _start, data in self.fresh)


def _runs(
    data: bytes, span: Span, old: bytes, old_span: Span, landmarks: Landmarks
) -> tuple[list[tuple[int, int, int]], list[Span]]:
    """Return what a span of `data` has of one of `old`, as Difference has it, and where it is new."""
    runs: list[tuple[int, int, int]] = []
    fresh: list[Span] = []
    at, stop = old_span

    def take(place: int, begin: int, end: int) -> int:
        """Take note of a run, and return where it ends in the old text."""
        until = place + end - begin
        if runs and (place, begin) == (runs[-1][1], runs[-1][2] + runs[-1][1] - runs[-1][0]):
            runs[-1] = runs[-1][0], until, runs[-1][2]
        else:
            runs.append((place, until, begin))
        return until

    for begin, end in blocks(data, *span):
        limit = landmarks.before(end, stop)
        if (place := _place(old, data[begin:end], at, limit, NEAR_BYTES)) >= 0:
            at = take(place, begin, end)
            continue
        is_marked = landmarks.within(begin, end) is not None
        for first, last in blocks(data, begin, end, PART_BYTES):
            part = data[first:last]
            if is_marked and (mark := landmarks.within(first, last)):
                here, there = mark
                place = _place(old, part, max(at, there - (here - first)), stop, 0)
                at = max(at, there)
            else:
                limit = landmarks.before(last, stop) if is_marked else limit
                place = _place(old, part, at, limit, NEAR_PART_BYTES)
            if place >= 0:
                at = take(place, first, last)
            elif fresh and fresh[-1][1] == first:
                fresh[-1] = fresh[-1][0], last
            else:
                fresh.append((first, last))
    return runs, fresh


def _alike(one: bytes, start: int, other: bytes, other_start: int) -> int:
    """Return how many bytes of whole lines two texts share from two places on."""
    low, high = 0, min(len(one) - start, len(other) - other_start)
    while low < high:
        middle = (low + high + 1) // 2
        if one.startswith(other[other_start + low : other_start + middle], start + low):
            low = middle
        else:
            high = middle - 1
    return max(one.rfind(b"\n", start, start + low) + 1 - start, 0)


def _alike_ending(one: bytes, start: int, other: bytes, other_start: int) -> int:
    """Return how many bytes of whole lines two texts share at their ends, none of them before two places."""
    low, high = 0, min(len(one) - start, len(other) - other_start)
    while low < high:
        middle = (low + high + 1) // 2
        if one.endswith(other[len(other) - middle : len(other) - low], start, len(one) - low):
            low = middle
        else:
            high = middle - 1
    begin = one.find(b"\n", len(one) - low) + 1
    return len(one) - begin if begin else 0


def _place(old: bytes, lines: bytes, start: int, stop: int, near: int) -> int:
    """Return where some whole lines are between two places, `near` bytes behind the first at the most.

    -1: nowhere.
    """
    size = len(lines)
    end = min(start + size + near, stop)
    # Most follow what came before them, and a comparison costs less than to prepare a search.
    place = start if old.startswith(lines, start, end) else old.find(lines, start, end)
    if place < 0 or (place and old[place - 1] != _LINE):
        return -1
    return place if lines[-1] == _LINE or place + size == len(old) else -1
