"""What lay at a path in the imported version that is nearest to one that is being imported.

Most files of neighbouring versions that differ differ in a few lines: one that is known by what it was
before costs a tenth of its bytes and of its time.
"""

from contextlib import suppress
from typing import NamedTuple

from portal.source.errors import NoSuchFile, NotAFile, UnknownSnapshot
from portal.source.heir import Difference
from portal.source.segmentwriter import HEAD_CHARACTERS, NewBlob, head_of, is_text, pack
from portal.source.snapshot import Shelf, Snapshot
from portal.source.view import Collection, View

HEAD_BYTES = 4 * HEAD_CHARACTERS
MOST_NEW = 0.65
"""How much of a text may be new before it is kept whole, to be a predecessor itself."""


class Predecessor(NamedTuple):
    """A blob that is kept whole."""

    place: tuple[str, int]
    """(segment, blob)."""
    data: bytes
    start: int
    """Where it begins behind its head."""


def kept(sha: bytes, data: bytes, before: Predecessor | None) -> NewBlob:
    """Return a blob as it is to be kept: by its difference from `before` where they are alike, or whole."""
    if not is_text(data):
        return NewBlob(sha, len(data), data, "")
    head = head_of(data[:HEAD_BYTES].decode("utf-8", "replace"))
    if before and is_text(before.data):
        # Heads apart, for each is found by itself: a line may leave the one for the other.
        found = Difference.of(data, len(head), *before)
        if found.new_bytes <= MOST_NEW * len(data):
            return NewBlob(sha, len(data), pack(data, before.data), head, found)
    return NewBlob(sha, len(data), data, head)


class Lineage:
    """The files of the version that comes nearest, where one of the project is imported."""

    def __init__(self, snapshot: Snapshot, collection: Collection) -> None:
        """Choose the version for `snapshot`."""
        views = {view.snapshot: view for view in collection.views()}
        self._view: View | None = None
        with suppress(UnknownSnapshot):
            nearest, _fit = Shelf(tuple(views)).nearest(snapshot.project, snapshot.version)
            self._view = views.pop(nearest)
        for view in views.values():
            view.close()

    def close(self) -> None:
        """Give its files back."""
        if self._view is not None:
            self._view.close()

    def blob(self, path: str, sha: bytes, data: bytes) -> NewBlob:
        """Return a file's blob as it is to be kept: by its difference from what lay at `path`, or whole."""
        return kept(sha, data, self._predecessor(path))

    def _predecessor(self, path: str) -> Predecessor | None:
        """Return what lay at a path or, where that is kept by its difference, what it differs from."""
        if self._view is None:
            return None
        try:
            number, blob = self._view.find(path)
        except (NoSuchFile, NotAFile):
            return None
        segment = self._view.segments[number]
        segment, blob = segment.predecessor(blob) or (segment, blob)
        return Predecessor((segment.place.name, blob), *segment.headed_blob(blob))
