"""The source that pages are made from, opened once per process: snapshots, modules, packages."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from portal.source.fetch import ModuleCache
from portal.source.index import Index
from portal.source.package import Packages
from portal.source.snapshot import Shelf, Snapshot, load
from portal.source.tree import Tree
from portal.source.view import Collection, View


@dataclass(frozen=True, slots=True)
class Where:
    """Where source lies on this machine. A value, so that it can be sent to another process."""

    snapshots: Path
    """The list of snapshots: content/snapshots.toml."""
    caches: tuple[Path, ...]
    """The module caches to look in, the one that imports go to last."""
    taken: Path | None = None
    """The list of snapshots that were taken from folders; None, or absent: none were."""
    stamp: int = 0
    """Changes when `taken` does."""
    index: Path | None = None
    """The folder of what was imported; None, or absent: nothing was."""


@dataclass(frozen=True, slots=True)
class Stock:
    """What `Where` leads to. Belongs to one process: packages are kept in it."""

    shelf: Shelf
    cache: ModuleCache
    packages: Packages
    collection: Collection | None = None

    def tree(self, key: str) -> Tree:
        """Return the files of the snapshot `PROJECT@VERSION`; raise UnknownSnapshot."""
        snapshot = self.snapshot(key)
        return Tree(snapshot, self.cache, self._view(snapshot))

    def index(self, key: str) -> Index | None:
        """Return the symbols of `PROJECT@VERSION`, None until it is imported; raise UnknownSnapshot."""
        view = self._view(self.snapshot(key))
        return _index(view) if view else None

    def _view(self, snapshot: Snapshot) -> View | None:
        return self.collection.view(snapshot) if self.collection else None

    def holds(self, snapshot: Snapshot) -> bool:
        """Whether a version is imported."""
        return self.collection is not None and self.collection.holds(snapshot)

    def snapshot(self, key: str) -> Snapshot:
        """Return the snapshot `PROJECT@VERSION`; raise UnknownSnapshot."""
        project, _, version = key.partition("@")
        return self.shelf.get(project, version)


@lru_cache(maxsize=4)
def stock(where: Where) -> Stock:
    """Return this process's stock of `where`, opened the first time it is asked for.

    What was taken from a folder comes before what is listed, so that it serves an equal version.
    """
    taken = load(where.taken).snapshots if where.taken and where.taken.is_file() else ()
    shelf = Shelf(taken + load(where.snapshots).snapshots)
    collection = Collection(where.index) if where.index else None
    return Stock(shelf, ModuleCache(where.caches), Packages(), collection)


@lru_cache(maxsize=16)
def _index(view: View) -> Index:
    return Index(view)
