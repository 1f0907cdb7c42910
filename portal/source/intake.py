"""Imports one version into the collection: its new blobs as a segment, then the view, then the code.

A version can be read and searched as soon as its view is there; what its files declare follows. An
import that is ended goes on where it was when it is begun again, and nothing of it is visible before
it is whole. The heavy part is done in processes: trees stay in the one that made them.
"""

import hashlib
import multiprocessing
import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from portal.source.codepart import CODE
from portal.source.codewriter import Outlined, outlined, write_code
from portal.source.fetch import ModuleCache
from portal.source.language import READERS, Before, ending
from portal.source.lineage import Lineage
from portal.source.segment import TEXT, Segment
from portal.source.segmentwriter import NewBlob, TextWriter
from portal.source.snapshot import Snapshot
from portal.source.tree import MAX_FILE_BYTES
from portal.source.view import Collection, Placed

BATCH_BYTES = 16 * 1024 * 1024
"""What is added to a segment at a time, and lost when that is interrupted."""
CHUNK = 40
"""Files that a process reads at a time."""


@dataclass(frozen=True, slots=True)
class Step:
    """How far an import is. `done` of `total` modules, then of files that declare something."""

    phase: str
    """`text` until the version can be read, then `code`."""
    done: int
    total: int


Say = Callable[[Step], None]


def take_in(snapshot: Snapshot, cache: ModuleCache, collection: Collection, say: Say) -> None:
    """Import a version, or what of it is not imported yet; hold the collection's lock meanwhile.

    Raises NotImported and Tampered as ModuleCache.find does; TooLarge for a file that nothing shows.
    """
    collection.root.mkdir(parents=True, exist_ok=True)
    if not collection.holds(snapshot):
        _take_text(snapshot, cache, collection, say)
    read_code(collection, say)


def read_code(collection: Collection, say: Say) -> None:
    """Read what the files of all versions declare, of those segments where that is not read yet."""
    code = _code_blobs(collection)
    for name in collection.segments():
        place = collection.root / name
        with closing(Segment(place)) as segment:
            # Of one that was removed and came again, some may not have been read anew in between.
            is_read = segment.code.is_there and code.get(name, {}).keys() <= segment.code.outlined()
        if not is_read:
            _take_code(place, code.get(name, {}), say)


def _code_blobs(collection: Collection) -> dict[str, dict[int, str]]:
    """Return the blobs of each segment that declare something, and the ending of their names.

    Where a version holds Go, that is all that is read of it: a generated proto file declares once
    more what its Go does, and a name leads to one of them. A blob is what the first of its paths says.
    """
    found: dict[str, dict[int, str]] = {}
    for view in collection.views():
        with closing(view):
            has_go = any(path.endswith(".go") for paths in view.paths.values() for path in paths)
            for (segment, blob), paths in view.paths.items():
                endings = [suffix for path in paths if (suffix := ending(path))]
                suffix = next((s for s in endings if s == ".go" or not has_go), "")
                if suffix:
                    name = view.segments[segment].place.name
                    found.setdefault(name, {}).setdefault(blob, suffix)
    return found


def _take_text(snapshot: Snapshot, cache: ModuleCache, collection: Collection, say: Say) -> None:
    known = _known(collection)
    place = (collection.root / collection.free_name(snapshot.id[:16])).with_suffix(TEXT)
    files: list[tuple[str, bytes, int]] = []
    lineage = Lineage(snapshot, collection)
    writer = TextWriter(place)
    try:
        batch: dict[bytes, NewBlob] = {}
        size = 0
        for done, module in enumerate(snapshot.modules):
            say(Step("text", done, len(snapshot.modules)))
            holding = cache.find(module)
            for inside, data in holding.files(MAX_FILE_BYTES):
                sha = hashlib.sha256(data).digest()
                path = f"{module.folder}/{inside}" if module.folder else inside
                files.append((path, sha, len(data)))
                if not (sha in known or sha in writer.held or sha in batch):
                    batch[sha] = lineage.blob(path, sha, data)
                    size += len(data)
                if size > BATCH_BYTES:
                    writer.add(batch.values())
                    batch.clear()
                    size = 0
        writer.add(batch.values())
        held = {sha: (place.stem, number) for sha, number in writer.held.items()}
        if held:
            writer.finish()
        else:
            writer.drop()
    finally:
        writer.close()
        lineage.close()
    where = known | held
    collection.write(snapshot, (Placed(path, *where[sha], size) for path, sha, size in files))


def _known(collection: Collection) -> dict[bytes, tuple[str, int]]:
    """Return where each blob is that some segment has."""
    known: dict[bytes, tuple[str, int]] = {}
    for name in collection.segments():
        with closing(Segment(collection.root / name)) as segment:
            known |= {sha: (name, number) for sha, number in segment.shas()}
    return known


def _take_code(place: Path, code: dict[int, str], say: Say) -> None:
    """Read what a segment's blobs declare."""
    numbers = sorted(code.items())
    chunks = [numbers[at : at + CHUNK] for at in range(0, len(numbers), CHUNK)]

    def files(pool: ProcessPoolExecutor) -> Iterator[Outlined]:
        for done, chunk in enumerate(pool.map(_read, chunks)):
            say(Step("code", min(done * CHUNK, len(numbers)), len(numbers)))
            yield from chunk

    with ProcessPoolExecutor(
        max_workers=os.cpu_count(),
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_prepare,
        initargs=(place,),
    ) as pool:
        write_code(place.with_suffix(CODE), files(pool))


_reading: list[Segment] = []
"""What a process of the pool reads, kept open as long as it lives."""


def _read(numbers: list[tuple[int, str]]) -> list[Outlined]:
    (segment,) = _reading
    found: list[Outlined] = []
    for number, suffix in numbers:
        before = _before(segment, number)
        data = segment.blob(number, before.data if before else None)
        found.append(outlined(number, READERS[suffix](data, before)))
    return found


def _before(segment: Segment, number: int) -> Before | None:
    found = segment.predecessor(number)
    if found is None or not found[0].code.is_plain(found[1]):
        return None
    lender, blob = found
    declared = lender.code.outline(blob)
    return Before(lender.blob(blob), declared) if declared else None


def _prepare(place: Path) -> None:
    """Open a segment, stand back behind the server for the processor, and end with whoever imports."""
    _reading.append(Segment(place))
    os.nice(5)
    threading.Thread(target=_end_with_parent, name="end-with-parent", daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
