"""A folder is taken as a snapshot: its modules packed as published ones are, and no more."""

from pathlib import Path

import pytest

from portal.source.directory import forget, take
from portal.source.errors import NotAModule, NotImported
from portal.source.fetch import ModuleCache
from portal.source.snapshot import Shelf, dump, parse
from portal.source.tree import Tree


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A repository with a staging module, a vendor folder, a link and a licence."""
    root = tmp_path / "checkout"
    for name, text in {
        "go.mod": "module k8s.io/kubernetes\n",
        "LICENSE": "Apache License\nVersion 2.0\n",
        "pkg/a/a.go": "package a\n",
        "vendor/e.org/v.go": "package v\n",
        ".git/config": "[core]\n",
        ".github/CODEOWNERS": "* @sea\n",
        "staging/src/k8s.io/api/go.mod": "module k8s.io/api // published\n",
        "staging/src/k8s.io/api/core/v1/types.go": "package v1\n\ntype Pod struct{}\n",
        "staging/README.md": "staging\n",
    }.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    (root / "pkg/a/link.go").symlink_to("/etc/passwd")
    (root / "pkg/out").symlink_to("/etc")
    return root


def test_every_module_is_taken_and_paths_stay_as_in_the_repository(
    checkout: Path, tmp_path: Path
) -> None:
    snapshot = take(checkout, "kubernetes", "v1.36.3-mine", tmp_path / "mod")

    assert [(str(m), m.folder) for m in snapshot.modules] == [
        ("k8s.io/kubernetes@v1.36.3-mine", ""),
        ("k8s.io/api@v0.36.3-mine", "staging/src/k8s.io/api"),
    ]
    assert snapshot.licence == "Apache-2.0"
    tree = Tree(snapshot, ModuleCache([tmp_path / "mod"]))
    assert b"type Pod" in tree.read("staging/src/k8s.io/api/core/v1/types.go")
    assert [e.name for e in tree.listing("")] == [
        ".github",
        "pkg",
        "staging",
        "LICENSE",
        "go.mod",
    ]
    assert [e.name for e in tree.listing("pkg")] == ["a"]
    assert [e.name for e in tree.listing("pkg/a")] == ["a.go"]
    for module in snapshot.modules:
        tree.cache.verify(module)


def test_the_snapshot_stays_when_the_folder_changes(checkout: Path, tmp_path: Path) -> None:
    snapshot = take(checkout, "kubernetes", "v1.36.3-mine", tmp_path / "mod")
    (checkout / "pkg/a/a.go").write_text("package changed\n")

    assert Tree(snapshot, ModuleCache([tmp_path / "mod"])).read("pkg/a/a.go") == b"package a\n"
    again = take(checkout, "kubernetes", "v1.36.3-mine2", tmp_path / "mod")
    assert again.id != snapshot.id


def test_the_list_of_taken_snapshots_reads_as_it_was_written(
    checkout: Path, tmp_path: Path
) -> None:
    shelf = Shelf((take(checkout, "kubernetes", "v1.36.3-mine", tmp_path / "mod"),))

    assert parse(dump(shelf)) == shelf


def test_what_is_forgotten_is_gone(checkout: Path, tmp_path: Path) -> None:
    snapshot = take(checkout, "kubernetes", "v1.36.3-mine", tmp_path / "mod")

    forget(snapshot.modules[1], tmp_path / "mod")

    cache = ModuleCache([tmp_path / "mod"])
    assert cache.find(snapshot.modules[0])
    with pytest.raises(NotImported):
        cache.find(snapshot.modules[1])


@pytest.mark.parametrize("spoil", ["no go.mod", "no version"])
def test_what_is_no_module_is_refused_in_words(checkout: Path, tmp_path: Path, spoil: str) -> None:
    if spoil == "no go.mod":
        (checkout / "go.mod").unlink()
    version = "mine" if spoil == "no version" else "v1.36.3"

    with pytest.raises(NotAModule, match=r"no go\.mod|write it as v1\.2\.3"):
        take(checkout, "kubernetes", version, tmp_path / "mod")
