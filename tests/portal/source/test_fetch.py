"""Modules are found where the go command keeps them, read in place and held against their hash."""

import zipfile
from pathlib import Path

import pytest

from portal.source.errors import (
    BadPath,
    NoSuchFile,
    NotAFile,
    NotImported,
    Tampered,
    TooLarge,
)
from portal.source.fetch import ModuleCache, cache_folders, escape, hash1
from portal.source.holding import clean
from portal.source.snapshot import Module, Snapshot
from portal.source.tree import Tree

FILES = {"go.mod": "module example.org/Mod\n", "a/b.go": "package a\n", "a/c/d.go": "package c\n"}
H1 = "h1:" + "C" * 43 + "="


def module(h1: str = H1, folder: str = "") -> Module:
    return Module("example.org/Mod", "v1.0.0", h1, folder)


def unpack(cache: Path, note: str = "") -> Path:
    root = cache / "example.org" / "!mod@v1.0.0"
    for name, text in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    if note:
        download = cache / "cache/download/example.org/!mod/@v"
        download.mkdir(parents=True)
        (download / "v1.0.0.ziphash").write_text(note)
    return root


def archive(cache: Path) -> Path:
    download = cache / "cache/download/example.org/!mod/@v"
    download.mkdir(parents=True)
    with zipfile.ZipFile(download / "v1.0.0.zip", "w") as file:
        for name, text in FILES.items():
            file.writestr(f"example.org/Mod@v1.0.0/{name}", text)
    return download


@pytest.fixture(params=["unpacked", "zip"])
def cache(request: pytest.FixtureRequest, tmp_path: Path) -> ModuleCache:
    """A module cache that holds the module either way."""
    (unpack if request.param == "unpacked" else archive)(tmp_path)
    return ModuleCache([tmp_path])


def tree(cache: ModuleCache, folder: str = "") -> Tree:
    snapshot = Snapshot("p", "v1.0.0", (module(folder=folder),), "MIT", "example.org/p")
    return Tree(snapshot, cache)


def test_files_are_read_and_folders_listed_either_way(cache: ModuleCache) -> None:
    files = tree(cache)

    assert files.read("a/b.go") == b"package a\n"
    assert [(e.name, e.is_folder) for e in files.listing("")] == [("a", True), ("go.mod", False)]
    assert [(e.name, e.size) for e in files.listing("a")] == [("c", None), ("b.go", 10)]
    assert sorted(cache.find(module()).walk()) == sorted(FILES)


def test_all_files_are_read_in_the_order_of_their_paths(cache: ModuleCache) -> None:
    held = cache.find(module())

    assert list(held.files(99)) == [(path, FILES[path].encode()) for path in sorted(FILES)]
    assert list(held.files(max(map(len, FILES.values()))))
    with pytest.raises(TooLarge):
        list(held.files(max(map(len, FILES.values())) - 1))


@pytest.mark.parametrize(
    "path", ["../x", "a/../../x", "/etc/passwd", "a//b.go", "a/./b.go", "a\0b", "a\\b"]
)
def test_paths_that_climb_are_refused(cache: ModuleCache, path: str) -> None:
    with pytest.raises(BadPath):
        tree(cache).read(path)


def test_what_is_not_there_is_said(cache: ModuleCache) -> None:
    files = tree(cache)

    with pytest.raises(NoSuchFile):
        files.read("a/none.go")
    with pytest.raises(NotAFile):
        files.read("a")
    with pytest.raises(NoSuchFile):
        files.listing("a/b.go")
    with pytest.raises(TooLarge):
        files.read("a/b.go", limit=3)


def test_a_link_is_no_way_out(tmp_path: Path) -> None:
    root = unpack(tmp_path)
    (tmp_path / "secret").write_text("key")
    (root / "a" / "link.go").symlink_to(tmp_path / "secret")
    (root / "out").symlink_to(tmp_path)
    files = tree(ModuleCache([tmp_path]))

    for path in ("a/link.go", "out/secret"):
        with pytest.raises(BadPath):
            files.read(path)
    assert [entry.name for entry in files.listing("a")] == ["c", "b.go"]
    assert [path for path, _data in files.cache.find(module()).files(99)] == sorted(FILES)


def test_a_module_that_is_not_here_says_what_brings_it(tmp_path: Path) -> None:
    with pytest.raises(NotImported) as absent:
        ModuleCache([tmp_path]).find(module())

    assert absent.value.command == "portolan source fetch example.org/Mod@v1.0.0"


def test_a_module_imported_later_is_found_without_a_restart(tmp_path: Path) -> None:
    cache = ModuleCache([tmp_path])
    snapshot = tree(cache).snapshot
    assert cache.absent(snapshot.modules) == (module(),)

    unpack(tmp_path)

    assert cache.absent(snapshot.modules) == ()


def test_the_note_of_another_download_is_tampering(tmp_path: Path) -> None:
    unpack(tmp_path, note="h1:" + "A" * 43 + "=")

    with pytest.raises(Tampered):
        ModuleCache([tmp_path]).find(module())


def test_every_byte_counts_when_verified(cache: ModuleCache) -> None:
    have = hash1(cache.find(module()), "example.org/Mod@v1.0.0")

    cache.verify(module(h1=have))
    with pytest.raises(Tampered):
        cache.verify(module(h1="h1:" + "B" * 43 + "="))


def test_upper_case_is_escaped() -> None:
    assert escape("github.com/Azure/go-X") == "github.com/!azure/go-!x"


def test_the_cache_is_where_the_go_command_has_it() -> None:
    assert cache_folders({"GOMODCACHE": "/m", "GOPATH": "/p"}) == (Path("/m"),)
    assert cache_folders({"GOPATH": "/p:/q"}) == (Path("/p/pkg/mod"), Path("/q/pkg/mod"))
    assert cache_folders({"HOME": "/h"}) == (Path("/h/go/pkg/mod"),)


def test_clean_keeps_good_paths() -> None:
    assert clean("") == ""
    assert clean("a/b/") == "a/b"
    assert clean("a/..b/...") == "a/..b/..."


@pytest.mark.source
def test_a_real_module_hashes_to_what_go_says(real: Tree) -> None:
    small = next(m for m in real.snapshot.modules if m.path == "k8s.io/apiserver")

    real.cache.verify(small)
