"""Two modules of Kubernetes at two versions, imported once for all tests of the index."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from portal.source.cargo import take
from portal.source.fetch import ModuleCache
from portal.source.index import Index
from portal.source.intake import take_in
from portal.source.snapshot import Shelf, Snapshot
from portal.source.view import Collection, View
from tests.support import source

MODULES = ("k8s.io/client-go", "k8s.io/apimachinery")


def part_of(snapshot: Snapshot) -> Snapshot:
    """Return the snapshot with MODULES alone: enough to be real, and soon imported."""
    return replace(snapshot, modules=tuple(one for one in snapshot.modules if one.path in MODULES))


@pytest.fixture(scope="session")
def current(shelf: Shelf) -> Snapshot:
    """The pinned version's part."""
    return part_of(shelf.get("kubernetes", "v1.36.3"))


@pytest.fixture(scope="session")
def older(shelf: Shelf) -> Snapshot:
    """An old version's part."""
    return part_of(shelf.get("kubernetes", "v1.20.2"))


@pytest.fixture(scope="session")
def collection(
    current: Snapshot, older: Snapshot, tmp_path_factory: pytest.TempPathFactory
) -> Collection:
    """Both, imported."""
    made = Collection(tmp_path_factory.mktemp("index"))
    for snapshot in (older, current):
        take_in(snapshot, source.bring(snapshot.modules), made, lambda _step: None)
    return made


@pytest.fixture(scope="session")
def view(collection: Collection, current: Snapshot) -> View:
    """The pinned version."""
    found = collection.view(current)
    assert found is not None
    return found


@pytest.fixture(scope="session")
def before(collection: Collection, older: Snapshot) -> View:
    """The old version."""
    found = collection.view(older)
    assert found is not None
    return found


@pytest.fixture(scope="session")
def index(view: View) -> Index:
    """Its symbols."""
    return Index(view)


@pytest.fixture(scope="session")
def unpacked(view: View, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same files as a folder, for tools that read folders."""
    root = tmp_path_factory.mktemp("tree")
    for (segment, blob), paths in view.paths.items():
        for path in paths:
            place = root / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(view.segments[segment].blob(blob))
    return root


def checkout(root: Path, files: dict[str, str]) -> Path:
    """Return a folder with these files."""
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


@pytest.fixture
def made(tmp_path: Path) -> Callable[[str, dict[str, str]], tuple[Snapshot, ModuleCache]]:
    """Return a version of a project of these files, as a module cache has it."""

    def make(version: str, files: dict[str, str]) -> tuple[Snapshot, ModuleCache]:
        root = checkout(tmp_path / version, {"go.mod": "module e.org/sea\n", **files})
        cache = tmp_path / "mod"
        return take(root, "sea", version, cache).snapshot, ModuleCache([cache])

    return make
