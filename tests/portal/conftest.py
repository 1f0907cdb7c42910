"""Real Kubernetes source, brought here if it is absent: nothing is skipped for want of it."""

import shutil
import subprocess
from pathlib import Path

import pytest

from portal.resource import resource_path
from portal.source.errors import NotImported
from portal.source.fetch import ModuleCache, cache_folders
from portal.source.snapshot import Shelf, Snapshot, load
from portal.source.tree import Tree
from portal.walkthrough.stock import Where

READ_BY_TESTS = ("k8s.io/apiserver", "k8s.io/client-go", "k8s.io/apimachinery", "k8s.io/kubernetes")


@pytest.fixture(scope="session")
def shelf() -> Shelf:
    """The snapshots that are listed."""
    return load(resource_path("content") / "snapshots.toml")


@pytest.fixture(scope="session")
def snapshot(shelf: Shelf) -> Snapshot:
    """The pinned version."""
    return shelf.get("kubernetes", "v1.36.3")


@pytest.fixture(scope="session")
def real(snapshot: Snapshot) -> Tree:
    """The pinned version's files, downloaded by the go command if they are not in its cache."""
    cache = ModuleCache()
    for module in snapshot.modules:
        if module.path in READ_BY_TESTS:
            try:
                cache.find(module)
            except NotImported:
                go = shutil.which("go")
                assert go, f"{module} is not in the module cache, and there is no go to fetch it"
                subprocess.run([go, "mod", "download", str(module)], check=True)
    return Tree(snapshot, cache)


@pytest.fixture
def where(real: Tree) -> Where:
    """Where the real source lies."""
    assert real.snapshot.modules
    return Where(resource_path("content") / "snapshots.toml", cache_folders())


@pytest.fixture
def nowhere(tmp_path: Path) -> Where:
    """A machine on which nothing is imported."""
    return Where(resource_path("content") / "snapshots.toml", (tmp_path,))
