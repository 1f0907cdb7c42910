"""Which packages of a version a package can reach through imports: only of those it can have values.

Tests aside. What leads through modules that are not imported, or through an import with a dot, is not seen.
"""

from functools import lru_cache

from portal.source.buildtags import is_test
from portal.source.index import Index
from portal.source.view import View

KEPT = 4
"""Versions that stay in the memory of a process; one is some MB."""


@lru_cache(maxsize=KEPT)
def of(view: View) -> "Reach":
    """Return the reach of a version's packages, made once for an open view."""
    return Reach(Index(view))


class Reach:
    """The imports of every package of one version, of all builds. Holds nothing of the view."""

    def __init__(self, index: Index) -> None:
        """Read who imports what; takes a tenth of a second for Kubernetes."""
        view = index.view
        self._imports: dict[str, set[str]] = {}
        for number, segment in enumerate(view.segments):
            for imported in segment.code.imported():
                if view.snapshot.module_of(imported) is None:
                    continue
                for blob in segment.code.importers(imported):
                    for path in view.paths.get((number, blob), ()):
                        if not is_test(path):
                            importing = index.importpath_of(path)
                            self._imports.setdefault(importing, set()).add(imported)

    def __call__(self, importpath: str) -> frozenset[str]:
        """Return a package and all that it imports, and what that imports."""
        found = {importpath}
        waiting = [importpath]
        while waiting:
            for one in self._imports.get(waiting.pop(), ()):
                if one not in found:
                    found.add(one)
                    waiting.append(one)
        return frozenset(found)
