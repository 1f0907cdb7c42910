"""What the page of two versions side by side shows: the packages that differ.

Made beside the press (portal.walkthrough.codesearch.READER), from the index alone.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from portal.source.compare import Comparison, PackageChange
from portal.source.errors import NotIndexed
from portal.source.index import Change, Index
from portal.source.snapshot import Snapshot, release
from portal.walkthrough.links import Links
from portal.walkthrough.stock import Where, stock

ORDER = (Change.REMOVED, Change.SIGNATURE, Change.MOVED, Change.BODY, Change.ADDED)
"""What breaks a caller first."""
CHANGES = tuple(change.value for change in ORDER)
SHOWN_PACKAGES = 300
ROOT = "-"
"""Stands for a repository's root where a folder is named."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Two versions and a choice among what differs."""

    where: Where
    project: str
    old: str
    new: str
    change: str = ""
    """The value of a Change; "" for all."""
    part: str = ""
    """A part of an import path, or of a symbol's name."""
    name: str = ""
    """One symbol, alone and whole; "" for all."""
    start: int = 0

    @property
    def keys(self) -> tuple[str, str]:
        """PROJECT@VERSION of each."""
        return f"{self.project}@{self.old}", f"{self.project}@{self.new}"


@dataclass(frozen=True, slots=True)
class Count:
    """How many symbols changed in one way. `is_on`: the page shows those alone."""

    change: str
    n: int
    is_on: bool = False


@dataclass(frozen=True, slots=True)
class PackageRow:
    """One package that differs."""

    importpath: str
    href: str
    counts: tuple[int, ...]
    """As ORDER; 0 for none."""
    total: int
    is_new: bool
    is_gone: bool


@dataclass(frozen=True, slots=True)
class Summary:
    """The packages that differ between two versions."""

    counts: tuple[Count, ...]
    """Of all packages."""
    total: int
    """Symbols that differ, of all packages."""
    packages: int
    """How many packages differ, as far as they were asked for."""
    rows: tuple[PackageRow, ...]
    next: int | None
    others: tuple[tuple[str, str], ...]
    """(label, address) of other pairs of imported versions."""


def summary(asked: Asked, links: Links) -> Summary:
    """Return which packages differ. Raises UnknownSnapshot, NotIndexed."""
    comparison = comparison_of(asked)
    total: Counter[Change] = Counter()
    for package in comparison.packages:
        total.update(package.counts)
    chosen = [
        package
        for package in comparison.packages
        if asked.part.lower() in package.importpath.lower()
        and (not asked.change or package.counts.get(Change(asked.change), 0))
    ]
    end = asked.start + SHOWN_PACKAGES
    return Summary(
        counts_of(total, asked.change),
        total.total(),
        len(chosen),
        tuple(_package_row(asked, package, links) for package in chosen[asked.start : end]),
        end if end < len(chosen) else None,
        tuple(_others(asked, links)),
    )


def comparison_of(asked: Asked) -> Comparison:
    """Return the two versions held against each other. Raises UnknownSnapshot, NotIndexed."""
    return _comparison(asked.where, *asked.keys)


def comparisons(where: Where, key: str, folder: str, links: Links) -> Iterator[tuple[str, str]]:
    """Yield (version, address) of what differs in a folder from each other imported version.

    The oldest first; none for a version that is not imported itself.
    """
    store = stock(where)
    shown = store.snapshot(key)
    if store.collection is None or not store.collection.holds(shown):
        return
    for other in sorted(store.shelf.snapshots, key=lambda one: release(one.version) or (0, 0, 0)):
        if other.project == shown.project and other != shown and store.collection.holds(other):
            old, new = sorted((other, shown), key=lambda one: release(one.version) or (0, 0, 0))
            yield other.version, links.comparison(shown.project, old.version, new.version, folder)


@lru_cache(maxsize=3)
def _comparison(where: Where, old: str, new: str) -> Comparison:
    return Comparison(_index(where, old), _index(where, new))


def _index(where: Where, key: str) -> Index:
    index = stock(where).index(key)
    if index is None or not index.view.has_code:
        raise NotIndexed(key)
    return index


def counts_of(counts: Counter[Change], on: str) -> tuple[Count, ...]:
    """Return how many changed in each way, as ORDER has them; `on` is the one that is shown alone."""
    return tuple(Count(change.value, counts[change], change.value == on) for change in ORDER)


def _package_row(asked: Asked, package: PackageChange, links: Links) -> PackageRow:
    return PackageRow(
        package.importpath,
        links.comparison(
            asked.project, asked.old, asked.new, package.folder or ROOT, change=asked.change
        ),
        tuple(package.counts.get(change, 0) for change in ORDER),
        package.total,
        package.is_new,
        package.is_gone,
    )


def _others(asked: Asked, links: Links) -> Iterator[tuple[str, str]]:
    """Yield each neighbouring pair of imported versions, and that from the oldest to the newest."""
    store = stock(asked.where)
    here: list[Snapshot] = sorted(
        (
            one
            for one in store.shelf.snapshots
            if one.project == asked.project
            and (index := store.index(one.key))
            and index.view.has_code
        ),
        key=lambda one: release(one.version) or (0, 0, 0),
    )
    pairs = list(pairwise(here))
    if len(here) > 2:
        pairs.append((here[0], here[-1]))
    for old, new in pairs:
        if (old.version, new.version) != (asked.old, asked.new):
            href = links.comparison(asked.project, old.version, new.version)
            yield f"{old.version} … {new.version}", href
