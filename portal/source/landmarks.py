"""Lines that two texts share in one order: how one keeps its place in the other where much came or went.

Source: Bram Cohen's patience diff: what stands once in both, and of that the longest sequence that rises.
"""

import re
from bisect import bisect_left
from typing import NamedTuple

LINE_BYTES = 60
"""Shorter lines are passed over: they often stand more than once."""
_LINE = re.compile(rb"^[^\n]{%d,}\n" % LINE_BYTES, re.MULTILINE)


class Landmarks(NamedTuple):
    """Places of the same lines in two texts; both rise."""

    here: list[int]
    there: list[int]

    @classmethod
    def of(
        cls, data: bytes, span: tuple[int, int], old: bytes, old_span: tuple[int, int]
    ) -> "Landmarks":
        """Return those of a span of whole lines in `data` and of one in `old`."""
        once: dict[bytes, int] = {}
        for found in _LINE.finditer(old, *old_span):
            once[found[0]] = -1 if found[0] in once else found.start()
        places = [
            (found.start(), there)
            for found in _LINE.finditer(data, *span)
            if (there := once.get(found[0], -1)) >= 0
        ]
        rising = _rising([there for _here, there in places])
        return cls([places[at][0] for at in rising], [places[at][1] for at in rising])

    def before(self, place: int, end: int) -> int:
        """Return where the old text's part that may stand before `place` ends; `end` where none follows."""
        at = bisect_left(self.here, place)
        return self.there[at] if at < len(self.there) else end

    def within(self, first: int, last: int) -> tuple[int, int] | None:
        """Return (here, there) of the last between two places; None: there is none."""
        at = bisect_left(self.here, last) - 1
        return (self.here[at], self.there[at]) if at >= 0 and self.here[at] >= first else None


NONE = Landmarks([], [])


def _rising(numbers: list[int]) -> list[int]:
    """Return the places of the longest sequence of numbers that rises."""
    lowest: list[int] = []
    places: list[int] = []
    before: list[int] = []
    for place, number in enumerate(numbers):
        length = bisect_left(lowest, number)
        before.append(places[length - 1] if length else -1)
        lowest[length : length + 1] = [number]
        places[length : length + 1] = [place]
    found: list[int] = []
    at = places[-1] if places else -1
    while at >= 0:
        found.append(at)
        at = before[at]
    return found[::-1]
