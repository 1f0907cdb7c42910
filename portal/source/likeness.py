"""Names and paths that are like a wrong one, for whoever wrote it down from memory."""

import difflib
from collections import Counter
from collections.abc import Callable, Iterable

from portal.source.versions import Versions

NEAR = 3
"""How many are named."""
MOST = 150
"""Names that are weighed of those that begin alike."""
MOST_PACKAGES = 4
"""Packages of one name that are read."""


class Likeness:
    """Looks for what is like something, until it `is_late`; then nothing is."""

    def __init__(self, versions: Versions, is_late: Callable[[], bool]) -> None:
        """Look through `versions`."""
        self._versions = versions
        self._is_late = is_late

    def members(self, owner: str, last: str) -> list[tuple[str, str]]:
        """Return members of the types of this name that are called like `last`, or the types."""
        owners = dict.fromkeys(spot.importpath for spot in self._versions.declared(owner))
        near = self.names([*owners][:NEAR], f"{owner}.{last}", f"{owner}.")
        return near or [(importpath, owner) for importpath in [*owners][:NEAR]]

    def names(self, packages: Iterable[str], name: str, start: str = "") -> list[tuple[str, str]]:
        """Return names of some packages that are like `name`, and begin with `start`."""
        if self._is_late():
            return []
        found: dict[str, str] = {}
        for importpath in sorted(packages)[:MOST_PACKAGES]:
            for bit in self._versions.bits(self._versions.packages.get(importpath, 0)):
                for one in self._versions.indexes[bit].package(importpath):
                    if one.mark.name.startswith(start) and not one.is_test:
                        found[one.mark.name] = importpath
        found.pop(name, None)
        return [(found[near], near) for near in difflib.get_close_matches(name, found, NEAR, 0.7)]

    def anywhere(self, name: str) -> list[tuple[str, str]]:
        """Return names of any package that begin as `name` does."""
        if self._is_late():
            return []
        last = name.rpartition(".")[2]
        names = self._versions.beginning(last[: max(4, len(last) * 2 // 3)], MOST)
        near = difflib.get_close_matches(name, names, NEAR, 0.7)
        return [(spot.importpath, one) for one in near for spot in self._versions.declared(one)[:1]]

    def paths(self, path: str, versions: int = -1) -> list[str]:
        """Return files of the same folder that are called alike, then those of the same name elsewhere.

        Of the latter those that share more than half of the way, the nearest first.
        """
        parts = Counter(path.split("/"))
        name = path.rpartition("/")[2]
        shared = {
            one: total
            for one in self._versions.called.get(name, ())
            if self._versions.files[one] & versions
            and (total := (Counter(one.split("/")) & parts).total()) * 2 > parts.total()
        }
        if near := difflib.get_close_matches(path, self._beside(path, versions), NEAR, 0.7):
            return near
        return sorted(shared, key=lambda one: (-shared[one], one))[:NEAR]

    def _beside(self, path: str, versions: int) -> list[str]:
        """Return the files of the folder that a path names."""
        folder = path.rpartition("/")[0]
        if not folder or not self._versions.folders.get(folder, 0) & versions or self._is_late():
            return []
        return [
            one
            for one, bits in self._versions.files.items()
            if bits & versions and one.rpartition("/")[0] == folder
        ]
