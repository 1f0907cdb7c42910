"""Short addresses of symbols: which symbol of the imported versions one is of."""

from functools import lru_cache

from portal.source.index import Index
from portal.source.shortname import PACKAGE_SIGNS, of_name, of_package
from portal.source.snapshot import release
from portal.walkthrough.stock import Where, stock

Symbol = tuple[str, str]
"""Import path and name."""


def symbols_of(where: Where, short: str) -> tuple[Symbol, ...]:
    """Return the symbol that a short name is of, as the newest version that has it says; (): none has.

    More than one where two share it: a job for READER.
    """
    store = stock(where)
    for snapshot in sorted(
        store.shelf.snapshots, key=lambda one: release(one.version) or (0, 0, 0), reverse=True
    ):
        index = store.index(snapshot.key)
        if index is None or not index.view.has_code:
            continue
        found = {
            (importpath, one.mark.name)
            for importpath in _packages(index).get(short[:PACKAGE_SIGNS], ())
            for one in index.package(importpath)
            if of_name(importpath, one.mark.name) == short[PACKAGE_SIGNS:]
        }
        if found:
            return tuple(sorted(found))
    return ()


@lru_cache(maxsize=16)
def _packages(index: Index) -> dict[str, tuple[str, ...]]:
    """Return the import paths of a version that hold Go, by their part of a short name."""
    folders = {
        path.rpartition("/")[0]
        for paths in index.view.paths.values()
        for path in paths
        if path.endswith(".go")
    }
    found: dict[str, tuple[str, ...]] = {}
    for folder in sorted(folders):
        importpath = index.importpath_of(f"{folder}/x" if folder else "x")
        code = of_package(importpath)
        found[code] = (*found.get(code, ()), importpath)
    return found
