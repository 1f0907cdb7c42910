"""Rewrites segments without what no version needs, many small ones as one, while others go on reading.

What is written has its name once it is whole; versions follow one by one, each at once; old segments go
when none reads them. Whoever is ended in between leaves every version as it is read, and at the most a
segment too much, which the next one takes away. Who has the old ones open goes on with them.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import NamedTuple

from portal.source.codepart import CODE
from portal.source.codewriter import Outlined, outlined, write_code
from portal.source.intake import BATCH_BYTES, read_code
from portal.source.language import Reading
from portal.source.lineage import Predecessor, kept
from portal.source.methodset import Facts
from portal.source.segment import TEXT
from portal.source.segmentwriter import NewBlob, TextWriter
from portal.source.stringfacts import string_facts
from portal.source.view import SUFFIX, Collection, Placed, View

WASTED = 0.25
"""How much of a segment no version needs before it is rewritten when one is removed."""
SMALL_BYTES = 16 * 1024 * 1024
"""Segments of less are rewritten as one: a patch release of Kubernetes has some 3 MB."""

Place = tuple[str, int]
"""(segment, blob)."""


class Saving(NamedTuple):
    """What was done."""

    segments: int
    """How many were rewritten, as one."""
    bytes: int
    """How much less the folder holds than before."""


def compact(collection: Collection, *, is_thrifty: bool = False) -> Saving:
    """Rewrite the segments that hold something needless, and small ones; hold the lock meanwhile.

    Those that are read by means of one of them follow it. With `is_thrifty` only those are rewritten of
    which WASTED is needless. What was begun by another and not ended goes. Raises NewerIndex.
    """
    before = _size(collection)
    for suffix in (TEXT, CODE, SUFFIX):
        for begun in collection.root.glob(f"*{suffix}.part*"):
            begun.unlink()
    collection.sweep()
    with _opened(collection) as source:
        chosen = source.chosen(is_thrifty=is_thrifty)
    if chosen:
        read_code(collection, lambda _step: None)
        with _opened(collection) as source:
            _rewrite(collection, source, _Moved(source, chosen))
        collection.sweep()
    return Saving(len(chosen), before - _size(collection))


class _Source:
    """All versions, and the segments that they read."""

    def __init__(self, views: Sequence[View]) -> None:
        self.views = views
        self.segments = {name: segment for view in views for name, segment in view.beside.items()}
        self.needed: dict[str, set[int]] = {name: set() for name in self.segments}
        """The blobs of each that lie in a version."""
        self.go: set[Place] = set()
        for view in views:
            for (number, blob), paths in view.paths.items():
                name = view.segments[number].place.name
                self.needed[name].add(blob)
                if any(path.endswith(".go") for path in paths):
                    self.go.add((name, blob))

    def chosen(self, *, is_thrifty: bool) -> frozenset[str]:
        """Return what is to be rewritten."""
        chosen: set[str] = set()
        small: set[str] = set()
        for name, segment in self.segments.items():
            stored = segment.stored()
            total = sum(stored.values())
            useless = total - sum(stored[blob] for blob in self.needed[name])
            if useless and (not is_thrifty or useless >= WASTED * total):
                chosen.add(name)
            elif segment.place.with_suffix(TEXT).stat().st_size < SMALL_BYTES:
                small.add(name)
        if not is_thrifty and len(small) > 1:
            chosen |= small
        while more := {
            name
            for name, segment in self.segments.items()
            if name not in chosen and chosen.intersection(segment.lenders())
        }:
            chosen |= more
        return frozenset(chosen)

    def read(self, place: Place) -> tuple[bytes, int]:
        """Return a blob's bytes, and how many of them are its head."""
        return self.segments[place[0]].headed_blob(place[1])


@contextmanager
def _opened(collection: Collection) -> Iterator[_Source]:
    with ExitStack() as opened:
        views = list(collection.views())
        for view in views:
            opened.callback(view.close)
        yield _Source(views)


class _Moved:
    """What is rewritten: each blob once that lies in a version, and what it is kept by."""

    def __init__(self, source: _Source, chosen: frozenset[str]) -> None:
        self.chosen = chosen
        self.shas: dict[Place, bytes] = {}
        """Of every blob that is needed."""
        self.before: dict[Place, Place] = {}
        """What heirs are to be kept by: another of these, or a blob of a segment that stays."""
        for name in sorted(chosen):
            for sha, blob in source.segments[name].shas():
                if blob in source.needed[name]:
                    self.shas[name, blob] = sha
        self.places = list({sha: place for place, sha in self.shas.items()}.values())
        heads: dict[Place, Place] = {}
        for place in self.places:
            found = source.segments[place[0]].predecessor(place[1])
            if found is None:
                continue
            before = found[0].place.name, found[1]
            if before[0] in chosen and before not in self.shas:
                # No version has it any more: the first that was kept by it takes its place.
                before = heads.setdefault(before, place)
            if before != place:
                self.before[place] = before

    @property
    def name(self) -> str:
        told = "".join(f"{name} {blob} {sha.hex()}\n" for (name, blob), sha in self.shas.items())
        return hashlib.sha256(told.encode()).hexdigest()[:16]


def _rewrite(collection: Collection, source: _Source, moved: _Moved) -> None:
    name = collection.free_name(moved.name)
    place = collection.root / name
    writer = TextWriter(place.with_suffix(TEXT))
    try:
        for batch in _batches(_whole(source, moved)):
            writer.add(batch)
        for batch in _batches(_heirs(source, moved, name, writer.held)):
            writer.add(batch)
        numbers = {old: writer.held[sha] for old, sha in moved.shas.items()}
        writer.finish()
    finally:
        writer.close()
    write_code(place.with_suffix(CODE), _outlined(source, numbers))
    for view in source.views:
        if moved.chosen.intersection(segment.place.name for segment in view.segments):
            collection.write(view.snapshot, _placed(view, name, numbers))


def _placed(view: View, name: str, numbers: Mapping[Place, int]) -> Iterator[Placed]:
    for file in view.placed():
        number = numbers.get((file.segment, file.blob))
        yield file if number is None else file._replace(segment=name, blob=number)


def _whole(source: _Source, moved: _Moved) -> Iterator[NewBlob]:
    for place in moved.places:
        if place not in moved.before:
            yield kept(moved.shas[place], source.read(place)[0], None)


def _heirs(
    source: _Source, moved: _Moved, name: str, held: Mapping[bytes, int]
) -> Iterator[NewBlob]:
    for place, before in moved.before.items():
        new = (name, held[moved.shas[before]]) if before[0] in moved.chosen else before
        predecessor = Predecessor(new, *source.read(before))
        yield kept(moved.shas[place], source.read(place)[0], predecessor)


def _batches(blobs: Iterator[NewBlob]) -> Iterator[list[NewBlob]]:
    batch: list[NewBlob] = []
    size = 0
    for blob in blobs:
        batch.append(blob)
        size += blob.size
        if size > BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _outlined(source: _Source, numbers: Mapping[Place, int]) -> Iterator[Outlined]:
    """Yield what each blob declares as it was read, under its new number."""
    facts = {
        (name, blob): found
        for name in {name for name, _blob in numbers}
        for blob, found in source.segments[name].code.facts()
        if (name, blob) in numbers
    }
    done = 0
    for place, number in sorted(numbers.items(), key=lambda item: item[1]):
        segment, blob = source.segments[place[0]], place[1]
        declared = segment.code.outline(blob)
        if declared is None or number == done:  # it may lie in two segments
            continue
        done = number
        methods = facts.get(place, Facts("", (), ()))
        # Not copied: what an earlier Portolan read does not say it.
        text = segment.blob(blob).decode("utf-8", "replace") if place in source.go else ""
        strings = string_facts(text, declared) if text else ()
        yield outlined(number, Reading(declared, methods, segment.code.is_plain(blob), strings))


def _size(collection: Collection) -> int:
    return sum(place.stat().st_size for place in collection.root.iterdir())
