"""A version is imported whole or not at all, its blobs once, and goes on where it was ended."""

import sqlite3
import zipfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from portal.source.codepart import CODE
from portal.source.errors import NoSuchFile, NotAFile, NotImported, TooLarge
from portal.source.fetch import ModuleCache, verify
from portal.source.index import Index
from portal.source.intake import Step, take_in
from portal.source.snapshot import Snapshot
from portal.source.tree import Tree
from portal.source.view import Collection, View
from portal.source.viewholding import ViewHolding
from tests.support import source


class Ended(Exception):
    """Whoever imported was ended."""


def quiet(_step: Step) -> None:
    """Hear nothing of it."""


ONE = {"a/a.go": "package a\n\nfunc Sail() {}\n", "b/b.go": "package b\n\nfunc Row() {}\n"}
TWO = {"a/a.go": ONE["a/a.go"], "b/b.go": "package b\n\nfunc Row(n int) {}\n"}


def test_a_file_is_read_from_the_index_as_it_was(collection: Collection, current: Snapshot) -> None:
    cache = source.bring(current.modules)
    kept = Tree(current, cache, collection.view(current))
    real = Tree(current, cache)
    folder = "staging/src/k8s.io/client-go/tools/cache"

    assert kept.listing(folder) == real.listing(folder)
    assert [e for e in kept.listing("") if not e.is_folder] == []
    for entry in real.listing(folder):
        if not entry.is_folder:
            path = f"{folder}/{entry.name}"
            assert kept.read(path) == real.read(path)
    with pytest.raises(NoSuchFile):
        kept.read(f"{folder}/none.go")
    with pytest.raises(NotAFile):
        kept.read(folder)
    with pytest.raises(TooLarge):
        kept.read(f"{folder}/reflector.go", 10)


def test_every_byte_in_the_index_hashes_to_what_is_listed(
    collection: Collection, current: Snapshot
) -> None:
    view = collection.view(current)
    assert view is not None
    for module in current.modules:
        verify(module, ViewHolding(view, module))


def test_a_blob_that_another_version_has_is_kept_once(
    tmp_path: Path, made: Callable[[str, dict[str, str]], tuple[Snapshot, ModuleCache]]
) -> None:
    collection = Collection(tmp_path / "index")
    for version, files in (("v1.0.0", ONE), ("v1.1.0", TWO)):
        take_in(*made(version, files), collection, quiet)

    views = {view.snapshot.version: view for view in collection.views()}
    shas = [sha for name in collection.segments() for sha, _ in _segment(collection, name)]
    assert len(shas) == len(set(shas)) == 4, "go.mod, a.go and two of b.go"
    assert len(views["v1.0.0"].segments) == 1
    assert len(views["v1.1.0"].segments) == 2
    for version, signature in (("v1.0.0", "func Row()"), ("v1.1.0", "func Row(n int)")):
        found = Index(views[version]).locate("e.org/sea/b", "Row")
        assert [one.mark.signature for one in found] == [signature]


def test_the_same_version_again_changes_nothing(
    tmp_path: Path, made: Callable[[str, dict[str, str]], tuple[Snapshot, ModuleCache]]
) -> None:
    collection = Collection(tmp_path / "index")
    snapshot, cache = made("v1.0.0", ONE)
    take_in(snapshot, cache, collection, quiet)
    before = {place.name: place.stat().st_mtime_ns for place in collection.root.iterdir()}

    take_in(snapshot, cache, collection, quiet)

    assert {p.name: p.stat().st_mtime_ns for p in collection.root.iterdir()} == before


@pytest.mark.parametrize("phase", ["text", "code"])
def test_an_import_that_is_ended_shows_nothing_half_and_goes_on_later(
    tmp_path: Path,
    made: Callable[[str, dict[str, str]], tuple[Snapshot, ModuleCache]],
    phase: str,
) -> None:
    collection = Collection(tmp_path / "index")
    snapshot, cache = made("v1.0.0", ONE)

    def end(step: Step) -> None:
        if step.phase == phase:
            raise Ended

    with pytest.raises(Ended):
        take_in(snapshot, cache, collection, end)
    view = collection.view(snapshot)
    assert (view is None) == (phase == "text")
    if view is not None:
        assert view.read("a/a.go", 100) == ONE["a/a.go"].encode()
        assert not view.has_code
        assert Index(view).locate("e.org/sea/a", "Sail") == []

    take_in(snapshot, cache, collection, quiet)
    view = collection.view(snapshot)
    assert view is not None
    assert view.has_code
    assert [one.path for one in Index(view).locate("e.org/sea/a", "Sail")] == ["a/a.go"]
    assert not [place for place in collection.root.iterdir() if "part" in place.name]


def test_a_module_that_is_not_here_is_said_and_nothing_is_visible(
    tmp_path: Path, made: Callable[[str, dict[str, str]], tuple[Snapshot, ModuleCache]]
) -> None:
    collection = Collection(tmp_path / "index")
    snapshot, cache = made("v1.0.0", ONE)
    missing = replace(snapshot.modules[0], path="e.org/other", folder="other")

    with pytest.raises(NotImported):
        take_in(replace(snapshot, modules=(*snapshot.modules, missing)), cache, collection, quiet)

    assert list(collection.views()) == []
    assert collection.segments() == []


def test_a_version_that_is_removed_takes_along_what_no_other_reads(
    tmp_path: Path, made: Callable[[str, dict[str, str]], tuple[Snapshot, ModuleCache]]
) -> None:
    collection = Collection(tmp_path / "index")
    first, cache = made("v1.0.0", ONE)
    second, _ = made("v1.1.0", TWO)
    for snapshot in (first, second):
        take_in(snapshot, cache, collection, quiet)

    collection.remove(first)
    assert collection.view(first) is None
    assert len(collection.segments()) == 2, "the second one reads both"
    view = collection.view(second)
    assert view is not None
    assert view.read("a/a.go", 100) == ONE["a/a.go"].encode()

    collection.remove(second)
    assert collection.segments() == []


def test_what_is_no_text_is_kept_and_not_searched(
    tmp_path: Path, made: Callable[[str, dict[str, str]], tuple[Snapshot, ModuleCache]]
) -> None:
    collection = Collection(tmp_path / "index")
    snapshot, cache = made("v1.0.0", {"a.bin": "sail\0away", "a.txt": "sail away"})
    take_in(snapshot, cache, collection, quiet)

    view = collection.view(snapshot)
    assert view is not None
    assert view.read("a.bin", 100) == b"sail\0away"
    found = view.segments[0].candidates(["sail"])
    assert found is not None
    assert [view.paths[0, blob] for blob in found.blobs] == [("a.txt",)]


def test_a_module_zip_and_a_folder_are_imported_alike(
    tmp_path: Path, made: Callable[[str, dict[str, str]], tuple[Snapshot, ModuleCache]]
) -> None:
    snapshot, cache = made("v1.0.0", ONE)
    unpacked = tmp_path / "other" / "e.org" / "sea@v1.0.0"
    archive = next((tmp_path / "mod").rglob("*.zip"))
    with zipfile.ZipFile(archive) as packed:
        for name in packed.namelist():
            place = tmp_path / "other" / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(packed.read(name))
    assert unpacked.is_dir()
    shas = []
    for name, one in (("zip", cache), ("folder", ModuleCache([tmp_path / "other"]))):
        collection = Collection(tmp_path / name)
        take_in(snapshot, one, collection, quiet)
        shas.append(sorted(sha for sha, _ in _segment(collection, collection.segments()[0])))

    assert shas[0] == shas[1]


def _segment(collection: Collection, name: str) -> list[tuple[bytes, int]]:
    for view in collection.views():
        for segment in view.segments:
            if segment.place.name == name:
                return list(segment.shas())
    raise AssertionError(name)


def test_what_was_read_in_another_format_is_read_again(
    tmp_path: Path, made: Callable[[str, dict[str, str]], tuple[Snapshot, ModuleCache]]
) -> None:
    collection = Collection(tmp_path / "index")
    snapshot, cache = made("v1.0.0", ONE)
    take_in(snapshot, cache, collection, quiet)
    place = (collection.root / collection.segments()[0]).with_suffix(CODE)
    with closing(sqlite3.connect(place)) as db:
        db.execute("PRAGMA user_version = 0")

    assert not _view(collection, snapshot).has_code
    take_in(snapshot, cache, collection, quiet)

    assert _view(Collection(collection.root), snapshot).has_code


def _view(collection: Collection, snapshot: Snapshot) -> View:
    view = collection.view(snapshot)
    assert view is not None
    return view
