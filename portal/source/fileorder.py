"""The files of a version in the order in which they are looked through, and the first of them apart.

A page is often full soon. So candidates are chosen among the first files alone, and then among more.
"""

from array import array
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from portal.source.heads import Within
from portal.source.sieve import Joined
from portal.source.view import Text, View

WINDOWS = (1_500,)
"""Where the first files end among which candidates are chosen."""
NOWHERE = -1


@dataclass(frozen=True, slots=True)
class Window:
    """Files that lie together in the order."""

    start: int
    stop: int
    blobs: Sequence[Collection[int]]
    """For each segment, the blobs of its texts."""
    within: Within | None
    """Where their text is; None: anywhere."""


class FileOrder:
    """The order of a version's files. Belongs to one thread at a time, as the version does."""

    def __init__(self, view: View) -> None:
        """Sort the files."""
        self._view = view
        self.files: list[tuple[str, int, int]] = sorted(
            ((path, *where) for where, paths in view.paths.items() for path in paths), key=_rank
        )
        """(path, segment, blob)."""
        self.texts: list[int] = []
        """The places of files that are text."""
        self._more: list[dict[int, list[int]]] = [{} for _each in view.segments]
        texts = [set(each.grams.texts()) for each in view.segments]
        self._first = [array("i", [NOWHERE]) * (1 + max(known, default=0)) for known in texts]
        for place, (_path, segment, blob) in enumerate(self.files):
            if blob not in texts[segment]:
                continue
            self.texts.append(place)
            if self._first[segment][blob] == NOWHERE:
                self._first[segment][blob] = place
            else:
                self._more[segment].setdefault(blob, []).append(place)

    def places(self, segment: int, blobs: Collection[int]) -> set[int]:
        """Return the places of all files with these blobs."""
        found = set(map(self._first[segment].__getitem__, blobs))
        found.discard(NOWHERE)
        for blob in self._more[segment].keys() & blobs:
            found.update(self._more[segment][blob])
        return found

    @cached_property
    def heads(self) -> list[tuple[Sequence[int], Joined]]:
        """For each segment, the numbers of its heads, and they themselves."""
        return [
            (each.grams.heads, Joined([Text.of(each.grams.head(one)) for one in each.grams.heads]))
            for each in self._view.segments
        ]

    @cached_property
    def windows(self) -> list[Window]:
        """All files, in few windows."""
        begun = [stop for stop in WINDOWS if stop < len(self.files)]
        stops = [*begun, len(self.files)]
        starts = [0, *begun]
        return [self._window(*ends) for ends in zip(starts, stops, strict=True)]

    def _window(self, start: int, stop: int) -> Window:
        blobs: list[set[int]] = [set() for _each in self._view.segments]
        for _path, segment, blob in self.files[start:stop]:
            blobs[segment].add(blob)
        if stop == len(self.files):
            return Window(start, stop, blobs, None)
        blocks: dict[str, set[int]] = {}
        for known, each in zip(blobs, self._view.segments, strict=True):
            for blob in known:
                for name, numbers in each.blocks(blob):
                    blocks.setdefault(name, set()).update(numbers)
        return Window(start, stop, blobs, Within(blocks))


@lru_cache(maxsize=16)
def order_of(view: View) -> FileOrder:
    """Return the order of a version's files, kept."""
    return FileOrder(view)


def _rank(file: tuple[str, int, int]) -> tuple[int, str]:
    """Order Go first, then what is no test, then what nobody wrote by hand."""
    path = file[0]
    name = path.rpartition("/")[2]
    if name.endswith("_test.go") or "/testdata/" in path or "/testing/" in path:
        return 2, path
    if name.startswith(("zz_generated", "generated.")) or name.endswith((".pb.go", ".pb.gw.go")):
        return 3, path
    return (0 if name.endswith(".go") else 1), path
