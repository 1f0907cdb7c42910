"""Versions imported whole for tests: small ones written down here, or parts of Kubernetes'."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from portal.source.cargo import take
from portal.source.fetch import ModuleCache
from portal.source.index import Index
from portal.source.intake import take_in
from portal.source.snapshot import Shelf, Snapshot, dump
from portal.source.view import Collection
from portal.walkthrough.stock import Where, stock
from tests.support import source

PART = ("k8s.io/client-go", "k8s.io/apimachinery", "k8s.io/apiserver")
"""What chapters anchor into most."""


def written(root: Path, versions: Mapping[str, Mapping[str, str]]) -> Where:
    """Return where these versions of the project `sea` lie, imported: version, path, text."""
    snapshots = []
    for version, files in versions.items():
        folder = root / "src" / version
        for path, text in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text)
        snapshots.append(take(folder, "sea", version, root / "mod").snapshot)
    return _imported(root, snapshots, ModuleCache((root / "mod",)))


def part_of_kubernetes(root: Path, *versions: str) -> Where:
    """Return where PART of these versions lies, imported; fetched if it was not on this machine."""
    snapshots = [source.listed().get("kubernetes", version) for version in versions]
    parts = [
        replace(snapshot, modules=tuple(one for one in snapshot.modules if one.path in PART))
        for snapshot in snapshots
    ]
    return _imported(root, parts, source.bring(module for one in parts for module in one.modules))


def indexes(where: Where) -> list[Index]:
    """Return the index of every version, in the order in which they were given."""
    store = stock(where)
    return [index for one in store.shelf.snapshots if (index := store.index(one.key))]


def _imported(root: Path, snapshots: list[Snapshot], cache: ModuleCache) -> Where:
    collection = Collection(root / "index")
    for snapshot in snapshots:
        take_in(snapshot, cache, collection, lambda _step: None)
    listed = root / "snapshots.toml"
    listed.write_text(dump(Shelf(tuple(snapshots))))
    return Where(listed, (root / "mod",), index=root / "index")
