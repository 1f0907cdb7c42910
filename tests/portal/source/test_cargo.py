"""A source tree is taken as a snapshot: its modules packed as published ones are, whatever it comes in."""

from pathlib import Path

import pytest

from portal.source.cargo import forget, take
from portal.source.customs import Reason
from portal.source.errors import NotAModule, NotImported
from portal.source.fetch import ModuleCache
from portal.source.snapshot import Shelf, dump, parse
from portal.source.tree import MAX_FILE_BYTES, Tree


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
    snapshot = take(checkout, "kubernetes", "v1.36.3-mine", tmp_path / "mod").snapshot

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
    snapshot = take(checkout, "kubernetes", "v1.36.3-mine", tmp_path / "mod").snapshot
    (checkout / "pkg/a/a.go").write_text("package changed\n")

    assert Tree(snapshot, ModuleCache([tmp_path / "mod"])).read("pkg/a/a.go") == b"package a\n"
    again = take(checkout, "kubernetes", "v1.36.3-mine2", tmp_path / "mod").snapshot
    assert again.id != snapshot.id


def test_the_list_of_taken_snapshots_reads_as_it_was_written(
    checkout: Path, tmp_path: Path
) -> None:
    shelf = Shelf((take(checkout, "kubernetes", "v1.36.3-mine", tmp_path / "mod").snapshot,))

    assert parse(dump(shelf)) == shelf


def test_what_is_forgotten_is_gone(checkout: Path, tmp_path: Path) -> None:
    snapshot = take(checkout, "kubernetes", "v1.36.3-mine", tmp_path / "mod").snapshot

    forget(snapshot.modules[1], tmp_path / "mod")

    cache = ModuleCache([tmp_path / "mod"])
    assert cache.find(snapshot.modules[0])
    with pytest.raises(NotImported):
        cache.find(snapshot.modules[1])


@pytest.mark.parametrize(
    ("project", "version", "why"),
    [
        ("kubernetes", "mine", r"write it as v1\.2\.3"),
        ("kubernetes", "v1.2.3-../../../out", r"write it as v1\.2\.3"),
        ("../out", "v1.2.3", "no name of a project"),
    ],
)
def test_what_has_no_good_name_is_refused_in_words(
    checkout: Path, tmp_path: Path, project: str, version: str, why: str
) -> None:
    with pytest.raises(NotAModule, match=why):
        take(checkout, project, version, tmp_path / "mod")


def test_a_folder_without_any_file_holds_no_source(tmp_path: Path) -> None:
    (tmp_path / "empty/vendor").mkdir(parents=True)

    with pytest.raises(NotAModule, match="no source"):
        take(tmp_path / "empty", "sea", "v1.0.0", tmp_path / "mod")


def test_a_tree_without_go_mod_is_one_module_named_after_its_project(tmp_path: Path) -> None:
    tree = tmp_path / "sdk"
    (tree / "src/main").mkdir(parents=True)
    (tree / "src/main/Sea.java").write_text("class Sea {}\n")
    (tree / "sea.proto").write_text('syntax = "proto3";\n')

    snapshot = take(tree, "polaris", "v2.0.0", tmp_path / "mod").snapshot

    assert [(str(m), m.folder) for m in snapshot.modules] == [("polaris@v2.0.0", "")]
    cache = ModuleCache([tmp_path / "mod"])
    cache.verify(snapshot.modules[0])
    assert Tree(snapshot, cache).read("src/main/Sea.java") == b"class Sea {}\n"


def test_what_is_left_out_is_counted_with_an_example(checkout: Path, tmp_path: Path) -> None:
    (checkout / "pkg/large.bin").write_bytes(b"\0" * (MAX_FILE_BYTES + 1))
    (checkout / "pkg/A").mkdir()
    (checkout / "pkg/A/a.go").write_text("package a\n")

    left = take(checkout, "kubernetes", "v1.36.3-mine", tmp_path / "mod").left

    assert {reason: (found.count, found.example) for reason, found in left.items()} == {
        Reason.FOLDER: (2, ".git"),
        Reason.LINK: (2, "pkg/out"),
        Reason.LARGE: (1, "pkg/large.bin"),
        Reason.CASE: (1, "pkg/a/a.go"),
    }


@pytest.mark.parametrize(
    "text",
    [
        "module k8s.io/kubernetes\n",
        "module ../../../../out\n",
        "module e.org//out\n",
        'module ""\n',
        "",
    ],
)
def test_a_go_mod_that_names_no_module_of_its_own_stays_with_the_module_around_it(
    checkout: Path, tmp_path: Path, text: str
) -> None:
    (checkout / "pkg/a/go.mod").write_text(text)

    cargo = take(checkout, "kubernetes", "v1.36.3-mine", tmp_path / "mod")

    assert [m.folder for m in cargo.snapshot.modules] == ["", "staging/src/k8s.io/api"]
    assert cargo.left[Reason.MODULE].example == "pkg/a/go.mod"
    assert parse(dump(Shelf((cargo.snapshot,)))).snapshots == (cargo.snapshot,)
    tree = Tree(cargo.snapshot, ModuleCache([tmp_path / "mod"]))
    assert tree.read("pkg/a/go.mod") == text.encode()


def test_the_name_of_a_folder_may_be_in_any_script(checkout: Path, tmp_path: Path) -> None:
    (checkout / "航海🧭").mkdir()
    (checkout / "航海🧭/go.mod").write_text("module e.org/sea\n")

    shelf = Shelf((take(checkout, "kubernetes", "v1.36.3-mine", tmp_path / "mod").snapshot,))

    assert parse(dump(shelf)) == shelf
