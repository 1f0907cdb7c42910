"""A tree makes the same snapshot in whatever it comes: a folder, an archive, a commit, a source package."""

import tarfile
from pathlib import Path

import pytest

from portal.source.cargo import Cargo, take
from portal.source.customs import Reason
from portal.source.errors import BadArchive, NotAModule, Tampered
from portal.source.tree import MAX_FILE_BYTES
from portal.source.tree import Tree as SourceTree
from tests.support import packed
from tests.support.packed import (
    PACKERS,
    TREE,
    Style,
    committed,
    debian,
    folder,
    git,
    tarred,
    zipped,
)


@pytest.fixture
def expected(tmp_path: Path) -> str:
    """The id that the tree has as a folder."""
    return taken(folder(tmp_path / "tree"), tmp_path / "first").snapshot.id


def taken(place: Path, cache: Path, ref: str = "") -> Cargo:
    return take(place, "kubernetes", "v1.36.3", cache, ref=ref)


def written(tmp_path: Path, data: bytes) -> Path:
    """Write an archive under a name that does not say what it is."""
    place = tmp_path / "brought"
    place.write_bytes(data)
    return place


@pytest.mark.parametrize("top", ["", "./", "kubernetes-1.36.3/", "./a/b/"])
@pytest.mark.parametrize("packer", PACKERS)
def test_a_tar_archive_is_the_folder_it_was_made_of(
    expected: str, tmp_path: Path, packer: str, top: str
) -> None:
    place = written(tmp_path, PACKERS[packer](tarred(top=top)))

    assert taken(place, tmp_path / "mod").snapshot.id == expected


@pytest.mark.parametrize("style", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_long_names_are_read_in_every_style(expected: str, tmp_path: Path, style: Style) -> None:
    place = written(tmp_path, tarred(style=style))

    assert taken(place, tmp_path / "mod").snapshot.id == expected


@pytest.mark.parametrize("top", ["", "kubernetes-1.36.3/", "k8s.io/kubernetes@v1.36.3/"])
def test_a_zip_is_the_folder_it_was_made_of(expected: str, tmp_path: Path, top: str) -> None:
    place = written(tmp_path, zipped(top=top))

    assert taken(place, tmp_path / "mod").snapshot.id == expected


def test_archives_packed_one_behind_the_other_by_gzip_are_one(
    expected: str, tmp_path: Path
) -> None:
    data = tarred()
    halves = PACKERS["tar.gz"](data[:700]) + PACKERS["tar.gz"](data[700:]) + b"\0" * 512

    assert taken(written(tmp_path, halves), tmp_path / "mod").snapshot.id == expected


@pytest.mark.parametrize("ref", ["v1.36.3", "main~1^{}", "HEAD"])
def test_a_commit_is_read_and_not_what_is_checked_out(
    expected: str, tmp_path: Path, ref: str
) -> None:
    repository = committed(tmp_path / "repository")
    commit = git(repository, "rev-parse", ref).decode().strip() if ref != "v1.36.3" else ref

    is_same = taken(repository, tmp_path / "mod", commit).snapshot.id == expected

    assert is_same == (ref != "HEAD")


def test_a_bare_repository_is_read_as_well(expected: str, tmp_path: Path) -> None:
    repository = committed(tmp_path / "repository") / ".git"

    assert taken(repository, tmp_path / "mod", "v1.36.3").snapshot.id == expected
    with pytest.raises(NotAModule, match="say which commit"):
        taken(repository, tmp_path / "mod")


def test_links_and_submodules_of_a_commit_are_left_out(tmp_path: Path) -> None:
    repository = committed(tmp_path / "repository")
    (repository / "pkg/link.go").symlink_to("/etc/passwd")
    git(repository, "add", "--all")
    head = git(repository, "rev-parse", "HEAD").decode().strip()
    git(repository, "update-index", "--add", "--cacheinfo", f"160000,{head},third/party")
    git(repository, "commit", "-q", "-m", "Link")

    left = taken(repository, tmp_path / "mod", "main").left

    assert (left[Reason.LINK].example, left[Reason.SUBMODULE].example) == (
        "pkg/link.go",
        "third/party",
    )


@pytest.mark.parametrize("ref", ["nowhere", "--help", "v1 v2", "HEAD:go.mod", "", ":/Sail"])
def test_what_names_no_commit_is_refused(tmp_path: Path, ref: str) -> None:
    repository = committed(tmp_path / "repository") / ".git"

    with pytest.raises(NotAModule):
        taken(repository, tmp_path / "mod", ref)


def test_a_source_package_is_its_upstream_archives_and_no_patch(
    expected: str, tmp_path: Path
) -> None:
    api = "staging/src/k8s.io/api/"
    main = {name: data for name, data in TREE.items() if not name.startswith("vendor/")}
    patches = {"debian/patches/a.patch": b"--- a\n", "debian/patches/series": b"a.patch\n"}
    dsc = debian(
        tmp_path / "package",
        {
            "sea_1.36.3.orig.tar.xz": PACKERS["tar.xz"](tarred(main, "sea-1.36.3/")),
            "sea_1.36.3.orig-vendor.tar.gz": PACKERS["tar.gz"](tarred({"e.org/v.go": b""}, "v/")),
            "sea_1.36.3-1.debian.tar.xz": PACKERS["tar.xz"](tarred(patches)),
        },
    )

    cargo = taken(dsc, tmp_path / "mod")

    assert cargo.snapshot.id == expected
    assert cargo.snapshot.modules[1].folder == api.rstrip("/")
    assert cargo.left[Reason.PATCH].example == "debian/patches/a.patch"
    assert cargo.left[Reason.FOLDER].example == "vendor"


def test_a_native_source_package_is_its_one_archive(expected: str, tmp_path: Path) -> None:
    dsc = debian(tmp_path / "package", {"sea_1.tar.gz": PACKERS["tar.gz"](tarred(top="sea-1/"))})

    assert taken(dsc, tmp_path / "mod").snapshot.id == expected


def test_an_archive_that_is_not_the_one_of_the_dsc_is_refused(tmp_path: Path) -> None:
    dsc = debian(tmp_path / "package", {"sea_1.tar.gz": PACKERS["tar.gz"](tarred())})
    (tmp_path / "package/sea_1.tar.gz").write_bytes(PACKERS["tar.gz"](tarred(top="other/")))

    with pytest.raises(Tampered, match=r"sea_1\.tar\.gz"):
        taken(dsc, tmp_path / "mod")


def test_nothing_and_what_is_no_archive_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(NotAModule, match="cannot be read"):
        taken(tmp_path / "absent", tmp_path / "mod")
    with pytest.raises(NotAModule, match="no git repository"):
        taken(folder(tmp_path / "tree"), tmp_path / "mod", "v1.0.0")
    with pytest.raises(BadArchive, match=r"no tar, zip or \.dsc"):
        taken(written(tmp_path, b"package a\n" * 100), tmp_path / "mod")


def test_the_trees_that_tests_pack_hold_a_name_too_long_for_plain_headers() -> None:
    assert max(map(len, packed.TREE)) > tarfile.LENGTH_NAME


@pytest.mark.source
def test_an_archive_of_a_published_module_has_its_published_hash(
    real: SourceTree, tmp_path: Path
) -> None:
    module = real.snapshot.module_of("k8s.io/apimachinery")
    assert module is not None
    holding = real.cache.find(module)
    tree = {path: holding.read(path, MAX_FILE_BYTES) for path in holding.walk()}

    for data in (zipped(tree, f"{module}/"), PACKERS["tar.gz"](tarred(tree, "top/"))):
        taken = take(written(tmp_path, data), "machinery", module.version, tmp_path / "mod")

        assert [(m.path, m.h1) for m in taken.snapshot.modules] == [(module.path, module.h1)]
