"""Sort keys in order, at a cost per change that hardly grows with their number.

As sortedcontainers' SortedList: a list of short sorted lists. Ours is filled in slices, which that
one cannot be, and knows one kind of key.
"""

from bisect import bisect_left, insort
from collections.abc import Sequence
from itertools import accumulate
from typing import Final

from dashboard.api.slices import let_go, slices

LOAD: Final = 512
"""Keys in a list when it is new; it is cut in two when it has twice as many."""

SAMPLE: Final = 64


class Order:
    """A set of distinct keys that knows which is the how-many-eth."""

    def __init__(self) -> None:
        """Start empty."""
        self._lists: list[list[bytes]] = []
        self._lasts: list[bytes] = []
        """The greatest key of each list."""
        self._starts: list[int] | None = None
        """The place of the first key of each list, until something comes or goes."""
        self._length = 0

    def __len__(self) -> int:
        return self._length

    async def fill(self, keys: list[bytes]) -> None:
        """Hold exactly `keys`, which are taken over; others run meanwhile and see the old ones."""
        runs = []
        async for piece in slices(keys, LOAD):
            runs.append(sorted(piece))  # noqa: PERF401  (each in a slice of its own)
        # Every 64th key of each run stands for those around it: between two of these cuts there are
        # about LOAD keys, taken from all the runs.
        samples = sorted(run[at] for run in runs for at in range(0, len(run), SAMPLE))
        cuts = samples[LOAD // SAMPLE :: LOAD // SAMPLE]
        lists: list[list[bytes]] = []
        begins = [0] * len(runs)
        async for piece_of_cuts in slices([*cuts, None], 4):
            for cut in piece_of_cuts:
                part: list[bytes] = []
                for number, run in enumerate(runs):
                    end = len(run) if cut is None else bisect_left(run, cut, begins[number])
                    part += run[begins[number] : end]
                    begins[number] = end
                if part:
                    part.sort()
                    lists.append(part)
        self._lists = lists
        self._lasts = [part[-1] for part in lists]
        self._starts = None
        self._length = len(keys)
        for former in (keys, *runs):
            await let_go(former)

    async def let_go(self) -> None:
        """Hold nothing, in slices; for one that nobody reads any more."""
        for part in self._lists:
            await let_go(part)

    def add(self, key: bytes) -> None:
        """Hold `key` too, which is not held yet."""
        self._starts = None
        self._length += 1
        if not self._lists:
            self._lists.append([key])
            self._lasts.append(key)
            return
        at = bisect_left(self._lasts, key)
        if at == len(self._lasts):
            at -= 1
            self._lists[at].append(key)
            self._lasts[at] = key
        else:
            insort(self._lists[at], key)
        if len(self._lists[at]) > 2 * LOAD:
            self._cut(at)

    def remove(self, key: bytes) -> None:
        """Hold `key` no more. Raises KeyError if it was not held."""
        at = bisect_left(self._lasts, key)
        part = self._lists[at] if at < len(self._lists) else []
        place = bisect_left(part, key)
        if place == len(part) or part[place] != key:
            raise KeyError(key)
        self._starts = None
        self._length -= 1
        del part[place]
        if not part:
            del self._lists[at], self._lasts[at]
        elif place == len(part):
            self._lasts[at] = part[-1]

    def place(self, key: bytes) -> int:
        """Return how many keys are smaller than `key`."""
        at = bisect_left(self._lasts, key)
        if at == len(self._lasts):
            return self._length
        return self._begin(at) + bisect_left(self._lists[at], key)

    def keys(self, start: int, stop: int) -> Sequence[bytes]:
        """Return the keys from place `start` to before `stop`, fewer where they end."""
        start, stop = max(start, 0), min(stop, self._length)
        found: list[bytes] = []
        if start >= stop:
            return found
        at = bisect_left(self._begins(), start + 1) - 1
        while len(found) < stop - start:
            first = start + len(found) - self._begin(at)
            found += self._lists[at][first : first + stop - start - len(found)]
            at += 1
        return found

    def _cut(self, at: int) -> None:
        part = self._lists[at]
        self._lists[at : at + 1] = [part[:LOAD], part[LOAD:]]
        self._lasts.insert(at, part[LOAD - 1])

    def _begin(self, at: int) -> int:
        return self._begins()[at]

    def _begins(self) -> list[int]:
        if self._starts is None:
            self._starts = [0, *accumulate(map(len, self._lists))]
            self._starts.pop()
        return self._starts
