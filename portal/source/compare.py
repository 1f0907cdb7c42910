"""Two imported versions, symbol by symbol: what was added, moved, changed and removed.

A file that both versions have is not read: an equal text is one blob of one segment. Tests are left
out, and `init`, which no one can name. A member of a type that is new, gone or moved says nothing
that the type does not say.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import NamedTuple

from portal.source.buildtags import is_test
from portal.source.index import Change, Index, Located, compare
from portal.source.view import View

TELLING = 60
"""Characters of a declaration that is known again in another package by itself; a shorter one only
where others went the same way."""
MOST_TWINS = 400
"""Pairs of equal declarations that are weighed; of more nothing is known."""
WHOLE = frozenset({Change.ADDED, Change.REMOVED, Change.MOVED})


@dataclass(frozen=True, slots=True)
class Changed:
    """A symbol that differs. `old` or `new` is None where a version does not declare it."""

    name: str
    change: Change
    old: Located | None
    new: Located | None

    @property
    def either(self) -> Located:
        """The newer declaration, or the one that was removed."""
        if one := self.new or self.old:
            return one
        raise AssertionError("unreachable")

    @property
    def is_elsewhere(self) -> bool:
        """Whether it moved from one package to another."""
        return bool(self.old and self.new and self.old.importpath != self.new.importpath)


@dataclass(frozen=True, slots=True)
class PackageChange:
    """How many symbols of a package differ. One that went to another package counts as moved in both."""

    importpath: str
    folder: str
    """In the newer version, or in the older one where the package is gone."""
    counts: Mapping[Change, int]
    is_new: bool
    is_gone: bool

    @property
    def total(self) -> int:
        """How many differ in all."""
        return sum(self.counts.values())


class _Lost(NamedTuple):
    """A symbol that one version of a package has and the other has not, as it is looked for elsewhere."""

    importpath: str
    name: str
    digest: str
    size: int


class _Side:
    """What one version has that the other has not."""

    def __init__(self, index: Index, other: View) -> None:
        there = _blobs(other)
        self.index = index
        self.folders: dict[str, str] = {}
        """Import path to folder, of every package."""
        self.files: dict[str, list[str]] = {}
        """Import path to those files that differ, in order."""
        for path, blob in sorted(_blobs(index.view).items()):
            folder = path.rpartition("/")[0]
            if folder not in self._importpaths:
                self._importpaths[folder] = index.importpath_of(path)
                self.folders[self._importpaths[folder]] = folder
            if there.get(path) != blob:
                self.files.setdefault(self._importpaths[folder], []).append(path)

    @cached_property
    def _importpaths(self) -> dict[str, str]:
        return {}

    def declared(self, importpath: str) -> Iterator[Located]:
        """Yield what the files of a package that differ declare."""
        for path in self.files.get(importpath, ()):
            if outline := self.index.declared(path):
                for mark in outline.symbols:
                    if mark.name != "init":
                        yield Located(importpath, path, mark, outline.constraint)


class Comparison:
    """Two versions held against each other. Belongs to the process that opened their views."""

    def __init__(self, old: Index, new: Index) -> None:
        """Find what differs; nothing is read yet but the lists of files."""
        self.old, self.new = old, new
        self._old, self._new = _Side(old, new.view), _Side(new, old.view)

    @cached_property
    def packages(self) -> tuple[PackageChange, ...]:
        """Every package in which a symbol differs, by import path."""
        found = []
        for importpath, before in self._look[0].items():
            counts = Counter(before)
            for away in (self._to.get(importpath, {}), self._from.get(importpath, {})):
                counts[Change.MOVED] += len(away)
            counts[Change.REMOVED] -= len(self._to.get(importpath, {}))
            counts[Change.ADDED] -= len(self._from.get(importpath, {}))
            if counts := +counts:
                found.append(self._package_change(importpath, counts))
        return tuple(found)

    def package(self, importpath: str) -> list[Changed]:
        """Return what differs in a package, by file and line of the newer version, removed ones last."""
        to, came = self._to.get(importpath, {}), self._from.get(importpath, {})
        found = []
        for one in self._within(importpath):
            if one.change is Change.REMOVED and one.name in to:
                there = _named(self._new, to[one.name], one.name)
                found.append(Changed(one.name, Change.MOVED, one.old, there))
            elif one.change is Change.ADDED and one.name in came:
                there = _named(self._old, came[one.name], one.name)
                found.append(Changed(one.name, Change.MOVED, there, one.new))
            else:
                found.append(one)
        return sorted(
            found,
            key=lambda one: (one.new is None, one.either.path, one.either.mark.start),
        )

    def _package_change(self, importpath: str, counts: Mapping[Change, int]) -> PackageChange:
        old, new = self._old.folders.get(importpath), self._new.folders.get(importpath)
        folder = new if new is not None else old
        return PackageChange(importpath, folder or "", counts, old is None, new is None)

    def _within(self, importpath: str) -> list[Changed]:
        """Return what differs in a package, as if there were no other."""
        changed = [
            Changed(name, change, old, new)
            for name, old, new in _pairs(
                self._old.declared(importpath), self._new.declared(importpath)
            )
            if (change := compare(old, new)) is not Change.SAME
        ]
        owners = {one.name: one for one in changed if one.change in WHOLE and "." not in one.name}
        return [one for one in changed if not _is_part(one, owners)]

    @cached_property
    def _look(self) -> tuple[dict[str, Counter[Change]], list[tuple[_Lost, _Lost]]]:
        """The counts of each package, and what left one package and stands in another, word for word."""
        counts: dict[str, Counter[Change]] = {}
        lost: dict[Change, list[_Lost]] = {Change.REMOVED: [], Change.ADDED: []}
        for importpath in sorted({*self._old.files, *self._new.files}):
            changed = self._within(importpath)
            counts[importpath] = Counter(one.change for one in changed)
            for one in changed:
                if one.change in lost:
                    mark = one.either.mark
                    size = mark.end - mark.start
                    lost[one.change].append(_Lost(importpath, one.name, mark.digest, size))
        return counts, _moves(lost[Change.REMOVED], lost[Change.ADDED])

    @cached_property
    def _to(self) -> dict[str, dict[str, str]]:
        """Import path, name: where it went."""
        found: dict[str, dict[str, str]] = {}
        for old, new in self._look[1]:
            found.setdefault(old.importpath, {})[old.name] = new.importpath
        return found

    @cached_property
    def _from(self) -> dict[str, dict[str, str]]:
        """Import path, name: where it came from."""
        found: dict[str, dict[str, str]] = {}
        for old, new in self._look[1]:
            found.setdefault(new.importpath, {})[new.name] = old.importpath
        return found


def _blobs(view: View) -> dict[str, tuple[str, int]]:
    """Return (segment, blob) of every Go file that is no test."""
    names = [segment.place.name for segment in view.segments]
    return {
        path: (names[segment], blob)
        for (segment, blob), paths in view.paths.items()
        for path in paths
        if path.endswith(".go") and not is_test(path)
    }


def _pairs(
    old: Iterable[Located], new: Iterable[Located]
) -> Iterator[tuple[str, Located | None, Located | None]]:
    """Yield each name with its declaration before and after.

    Where platforms have one each, those of one file belong together, then those that are equal.
    """
    before: dict[str, list[Located]] = {}
    after: dict[str, list[Located]] = {}
    for side, found in ((old, before), (new, after)):
        for one in side:
            found.setdefault(one.mark.name, []).append(one)
    for name in dict.fromkeys([*before, *after]):
        olds, news = before.get(name, []), after.get(name, [])
        for is_one in (
            lambda a, b: a.path == b.path,
            lambda a, b: a.mark.digest == b.mark.digest,
            lambda _a, _b: True,
        ):
            for one in list(olds):
                other = next((each for each in news if is_one(one, each)), None)
                if other is not None:
                    olds.remove(one)
                    news.remove(other)
                    yield name, one, other
        yield from ((name, one, None) for one in olds)
        yield from ((name, None, one) for one in news)


def _is_part(one: Changed, owners: Mapping[str, Changed]) -> bool:
    """Whether a symbol is declared inside a type that is new, gone or moved as a whole."""
    owner = owners.get(one.name.rpartition(".")[0])
    if owner is None or owner.change is not one.change:
        return False
    whole, part = owner.either, one.either
    return whole.path == part.path and whole.mark.start <= part.mark.start < whole.mark.end


def _moves(removed: Iterable[_Lost], added: Iterable[_Lost]) -> list[tuple[_Lost, _Lost]]:
    """Return what was removed and what it was added as: one of each, or the way that others went."""
    left: dict[tuple[str, str], tuple[list[_Lost], list[_Lost]]] = {}
    for side, lost in enumerate((removed, added)):
        for one in lost:
            left.setdefault((one.name, one.digest), ([], []))[side].append(one)
    twins = [pair for pair in left.values() if pair[0] and pair[1]]
    ways: Counter[tuple[str, str]] = Counter()
    found = []
    for olds, news in twins:
        if len(olds) == len(news) == 1 and olds[0].size >= TELLING:
            found.append((olds.pop(), news.pop()))
            ways[found[-1][0].importpath, found[-1][1].importpath] += 1
    for olds, news in twins:
        if 0 < len(olds) * len(news) <= MOST_TWINS:
            for old, new in sorted(
                product(olds, news), key=lambda p: -ways[p[0].importpath, p[1].importpath]
            ):
                if ways[old.importpath, new.importpath] and old in olds and new in news:
                    olds.remove(old)
                    news.remove(new)
                    found.append((old, new))
    return found


def _named(side: _Side, importpath: str, name: str) -> Located | None:
    return next((one for one in side.declared(importpath) if one.mark.name == name), None)
