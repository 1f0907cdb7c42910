"""All imported versions at once: which of them have a file, a folder, a package or a name.

A set of versions is an int, one bit for each, the oldest version of a project lowest. Names are asked
of each segment once, however many versions it serves.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property, lru_cache
from typing import NamedTuple

from portal.source.buildtags import is_test
from portal.source.codepart import Found
from portal.source.declared import Declared, Mark
from portal.source.index import Index
from portal.source.segment import Segment

KEPT_OUTLINES = 400
"""Of files; about 30 kB each."""
KEPT_WORDS = 4_000
MOST_CANDIDATES = 200
"""Files that are read to see whether a word stands in one."""


class Spot(NamedTuple):
    """Where a name is declared. `versions` are those that have this very file."""

    importpath: str
    name: str
    path: str
    segment: Segment
    blob: int
    at: int
    """Its place among the symbols of the file."""
    versions: int


class Versions:
    """Imported versions, those of one project side by side, the oldest first."""

    def __init__(self, indexes: Sequence[Index]) -> None:
        """Look into `indexes`, all of which have their code read."""
        self.indexes = tuple(indexes)
        self.keys = tuple(index.view.snapshot.key for index in indexes)
        self._importpaths: list[dict[str, str]] = [{} for _ in indexes]
        self._segments: dict[str, tuple[Segment, list[tuple[int, int]]]] = {}
        for bit, index in enumerate(indexes):
            for number, segment in enumerate(index.view.segments):
                name = str(segment.place)
                self._segments.setdefault(name, (segment, []))[1].append((bit, number))
        self.outline = lru_cache(maxsize=KEPT_OUTLINES)(self._outline)
        self.is_written = lru_cache(maxsize=KEPT_WORDS)(self._is_written)
        """Whether a word stands in some file of some version, capitals as here, or may do so."""

    @cached_property
    def files(self) -> dict[str, int]:
        """The path of every file: the versions that have it."""
        found: dict[str, int] = {}
        for bit, index in enumerate(self.indexes):
            for paths in index.view.paths.values():
                for path in paths:
                    found[path] = found.get(path, 0) | 1 << bit
        return found

    @cached_property
    def folders(self) -> dict[str, int]:
        """Every folder that a file lies in, at any depth; "" is a repository's root."""
        found: dict[str, int] = {"": (1 << len(self.keys)) - 1}
        for path, bits in self.files.items():
            folder = path.rpartition("/")[0]
            while folder and found.get(folder, 0) | bits != found.get(folder):
                found[folder] = found.get(folder, 0) | bits
                folder = folder.rpartition("/")[0]
        return found

    @cached_property
    def called(self) -> dict[str, tuple[str, ...]]:
        """The paths of each file name."""
        found: dict[str, list[str]] = {}
        for path in self.files:
            found.setdefault(path.rpartition("/")[2], []).append(path)
        return {name: tuple(sorted(paths)) for name, paths in found.items()}

    @cached_property
    def packages(self) -> dict[str, int]:
        """The import path of every folder with Go in it that is no test."""
        found: dict[str, int] = {}
        folders: dict[str, int] = {}
        for path, bits in self.files.items():
            if path.endswith(".go") and not is_test(path):
                folder = path.rpartition("/")[0]
                folders[folder] = folders.get(folder, 0) | bits
        for folder, bits in folders.items():
            for bit in self.bits(bits):
                importpath = self.importpath(bit, folder)
                found[importpath] = found.get(importpath, 0) | 1 << bit
        return found

    @cached_property
    def qualifiers(self) -> dict[str, frozenset[str]]:
        """The import paths that code may mean by a package's name: `cache`, `metav1`, `corev1`."""
        found: dict[str, set[str]] = {}
        for importpath in self.packages:
            for name in names_of(importpath):
                found.setdefault(name, set()).add(importpath)
        return {name: frozenset(paths) for name, paths in found.items()}

    @cached_property
    def strangers(self) -> frozenset[str]:
        """What code calls packages that no version has: of Go itself, and of other modules."""
        return frozenset(name for path in self.foreign for name in names_of(path))

    @cached_property
    def foreign(self) -> frozenset[str]:
        """The import paths that some file names and no version has."""
        paths = {path for segment, _ in self._segments.values() for path in segment.code.imported()}
        return frozenset(paths - self.packages.keys())

    @cached_property
    def newest(self) -> int:
        """The newest version of each project."""
        last = {key.partition("@")[0]: bit for bit, key in enumerate(self.keys)}
        return sum(1 << bit for bit in last.values())

    def all_of(self, bits: int) -> int:
        """Return every version of the projects that some of `bits` are versions of."""
        projects = {self.keys[bit].partition("@")[0] for bit in self.bits(bits)}
        return sum(1 << n for n, key in enumerate(self.keys) if key.partition("@")[0] in projects)

    def bits(self, versions: int) -> Iterator[int]:
        """Yield the numbers of some versions, in order."""
        return (bit for bit in range(len(self.keys)) if versions >> bit & 1)

    def names(self, versions: int) -> tuple[str, ...]:
        """Return PROJECT@VERSION of each."""
        return tuple(self.keys[bit] for bit in self.bits(versions))

    def declared(self, name: str) -> list[Spot]:
        """Return where any version declares `name`; tests are left out."""
        return list(self._spots((seg, seg.code.named(name)) for seg, _ in self._segments.values()))

    def ending(self, last: str, most: int) -> list[Spot]:
        """Return names whose last part is `last` exactly; of `most` of them at the most."""
        found = (
            (segment, one)
            for segment, _ in self._segments.values()
            for one in segment.code.names_ending(last, most)
            if one.name.rpartition(".")[2] == last
        )
        return list(self._spots(found))

    def beginning(self, last: str, most: int) -> list[str]:
        """Return names whose last part begins with `last`, the shortest first."""
        found = {
            one.name
            for segment, _ in self._segments.values()
            for one in segment.code.names_beginning(last, most)
        }
        return sorted(found, key=lambda name: (len(name), name))

    def importers(self, importpath: str) -> int:
        """Return how many files import a package: how likely it is the one that is meant."""
        return sum(
            len(segment.code.importers(importpath)) for segment, _ in self._segments.values()
        )

    def mark(self, spot: Spot) -> Mark:
        """Return what its file's outline says of a symbol."""
        outline = self.outline(spot.segment, spot.blob)
        if outline is None:
            raise KeyError(spot.blob)
        return outline.symbols[spot.at]

    def importpath(self, bit: int, folder: str) -> str:
        """Return the import path of a folder at a version."""
        known = self._importpaths[bit]
        if folder not in known:
            known[folder] = self.indexes[bit].importpath_of(f"{folder}/" if folder else "a")
        return known[folder]

    def _spots(self, found: Iterable[tuple[Segment, Found | None]]) -> Iterator[Spot]:
        for segment, one in found:
            if one is None:
                continue
            users = self._segments[str(segment.place)][1]
            for blob, at in one.at:
                spots: dict[tuple[str, str], int] = {}
                for bit, number in users:
                    for path in self.indexes[bit].view.paths.get((number, blob), ()):
                        if not is_test(path):
                            key = self.importpath(bit, path.rpartition("/")[0]), path
                            spots[key] = spots.get(key, 0) | 1 << bit
                for (importpath, path), bits in spots.items():
                    yield Spot(importpath, one.name, path, segment, blob, at, bits)

    def _is_written(self, word: str) -> bool:
        """Look into the files that may hold a word; it may where more are like it than are read."""
        for segment, _ in self._segments.values():
            found = segment.candidates([word], folds=False)
            if found is None or len(found.blobs) > MOST_CANDIDATES:
                return True
            if any(word.encode() in segment.blob(blob) for blob in found.blobs) or any(
                word.encode() in segment.grams.head(head) for head in found.heads
            ):
                return True
        return False

    @staticmethod
    def _outline(segment: Segment, blob: int) -> Declared | None:
        return segment.code.outline(blob)


def names_of(importpath: str) -> set[str]:
    """Return what code calls a package: the end of its path, or the two last parts joined."""
    parts = [
        "".join(c for c in part if c.isalnum() or c == "_") for part in importpath.split("/")[-3:]
    ]
    last = parts[-1]
    names = {last, "".join(parts[-2:]), last.removeprefix("go")}
    if last[:1] == "v" and last[1:2].isdigit() and len(parts) > 1:
        names |= {parts[-2], "".join(parts[-3:])}
    return names - {""}
