"""`portolan source add`: what is brought is listed once it can be read; what is refused leaves nothing."""

import gzip
import io
import json
import tarfile
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from asgiref.sync import sync_to_async
from django.core.management import CommandError, call_command
from django.test import AsyncClient
from pytest_django import Settings

from portal.source.fetch import hash1
from portal.source.holding import ZipHolding
from portal.source.search import Asked
from portal.source.snapshot import Module
from portal.walkthrough import shelfmark
from portal.walkthrough.stock import stock
from tests.support.footprint import footprint, outside
from tests.support.packed import committed, entry, folder, git, tar, tarred


@pytest.fixture(autouse=True)
def data(settings: Settings, tmp_path: Path) -> Path:
    """A data folder of its own."""
    folder = tmp_path / "data"
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, data=folder)
    return folder


def source(*arguments: str) -> str:
    said = io.StringIO()
    call_command("source", *arguments, stdout=said)
    return said.getvalue()


def listed(key: str) -> bool:
    return key in {snapshot.key for snapshot in stock(shelfmark.where()).shelf.snapshots}


def test_an_archive_is_imported_listed_and_removed(tmp_path: Path, data: Path) -> None:
    archive = tmp_path / "kubernetes.tar.gz"
    archive.write_bytes(gzip.compress(tarred(top="kubernetes-1.36.3/")))

    said = source("add", "kubernetes@v1.36.3-mine", str(archive))

    assert "left out: 1 folder that is vendored or built: kubernetes-1.36.3/vendor" in said
    store = stock(shelfmark.where())
    assert b"func A()" in store.tree("kubernetes@v1.36.3-mine").read("pkg/a/a.go")
    index = store.index("kubernetes@v1.36.3-mine")
    assert index is not None
    assert index.view.has_code
    assert not list((data / "source").rglob(".part-*"))
    assert not list((data / "source").rglob("*.zip"))
    with pytest.raises(CommandError, match="is listed already"):
        source("add", "kubernetes@v1.36.3-mine", str(archive))
    source("verify", "kubernetes@v1.36.3-mine")
    source("remove", "kubernetes@v1.36.3-mine")
    assert not listed("kubernetes@v1.36.3-mine")
    assert not list((data / "source/index").glob("*.view"))


def test_what_is_removed_frees_its_room_and_the_rest_is_compacted(
    tmp_path: Path, data: Path
) -> None:
    whale = "".join(f"// {number}\nfunc F{number}() {{}}\n" for number in range(3_000))
    files = {"go.mod": b"module e.org/sea\n", "a.go": b"package sea\n"}
    for version, text in (("v1.0.0", f"package sea\n{whale}"), ("v1.1.0", "package sea\n")):
        files["whale.go"] = text.encode()
        source("add", f"sea@{version}", str(folder(tmp_path / version, files)))

    def size() -> int:
        return sum(place.stat().st_size for place in (data / "source/index").glob("*.*"))

    before = size()
    source("remove", "sea@v1.0.0")

    assert size() < before / 2
    files["b.go"] = b"package sea\n\nvar Depth int\n"
    source("add", "sea@v1.2.0", str(folder(tmp_path / "v1.2.0", files)))
    assert source("compact").startswith("2 segments rewritten, ")
    assert source("compact") == "0 segments rewritten, 0.0 MB less\n"
    assert stock(shelfmark.where()).tree("sea@v1.1.0").read("a.go") == files["a.go"]
    assert stock(shelfmark.where()).tree("sea@v1.1.0").read("whale.go") == files["whale.go"]
    source("verify", "sea@v1.1.0")


def test_a_repository_is_named_with_a_ref_behind_a_hash_or_apart(tmp_path: Path) -> None:
    repository = committed(tmp_path / "sea#1")
    (repository / "pkg/link.go").symlink_to("/etc/passwd")
    git(repository, "add", "--all")
    git(repository, "commit", "-q", "-m", "Link")

    first = source("add", "sea@v1.0.0-a", f"{repository}#v1.36.3").splitlines()[-1]
    said = source("add", "sea@v1.0.0-b", str(repository), "--ref", "main", "--json").splitlines()

    assert first.startswith("sea@v1.0.0-a  2  ")
    left = [json.loads(line) for line in said if '"left"' in line]
    assert {(line["reason"], line["count"], line["example"]) for line in left} == {
        ("vendored or built", 1, "vendor"),
        ("symbolic link", 1, "pkg/link.go"),
    }


@pytest.mark.parametrize(
    "member",
    [
        entry("../../../out.go", b"package out\n"),
        entry("a.go", kind=tarfile.LNKTYPE, linkname="/etc/passwd"),
        entry("pkg/a/a.go", b"package other\n"),
    ],
)
def test_a_hostile_archive_is_refused_and_leaves_nothing_at_all(
    tmp_path: Path, data: Path, member: tuple[tarfile.TarInfo, bytes]
) -> None:
    archive = tmp_path / "hostile.tar"
    archive.write_bytes(tar(entry("go.mod", b"module e.org/sea\n"), entry("pkg/a/a.go"), member))

    with footprint() as changed, pytest.raises(CommandError, match=r"hostile\.tar: '.*': it"):
        source("add", "sea@v1.0.0", str(archive))

    assert not outside(changed, data)
    assert not listed("sea@v1.0.0")
    assert [p.name for p in data.rglob("*") if p.is_file()] in (["import.lock"], [])


def test_one_tree_under_two_names_stays_until_both_are_removed(tmp_path: Path) -> None:
    archive = tmp_path / "sea.tar"
    archive.write_bytes(tarred())
    source("add", "sea@v1.0.0", str(archive))
    source("add", "ocean@v1.0.0", str(archive))

    source("remove", "sea@v1.0.0")

    assert stock(shelfmark.where()).tree("ocean@v1.0.0").read("pkg/a/a.go")


def test_of_a_version_that_holds_go_nothing_else_declares_a_name(tmp_path: Path) -> None:
    both = {"a/types.go": b"package a\n\ntype Ship struct{}\n", "a/a.proto": b"message Ship {}\n"}
    source("add", "sea@v1.0.0", str(folder(tmp_path / "both", both)))

    index = stock(shelfmark.where()).index("sea@v1.0.0")

    assert index is not None
    assert [one.path for one in index.locate("sea/a", "Ship")] == ["a/types.go"]


async def test_a_symbol_of_another_language_leads_to_its_line(
    reader: AsyncClient, tmp_path: Path
) -> None:
    sdk = folder(tmp_path / "sdk", {"api/sea.proto": b"\nmessage Ship {}\n", "a.sql": b"SELECT 1;"})
    await sync_to_async(source)("add", "polaris@v2.0.0", str(sdk))

    shown = await reader.get("/symbol/polaris/api/Ship")

    assert (shown.status_code, shown.headers["Location"]) == (
        302,
        "/source/polaris@v2.0.0/api/sea.proto#L2",
    )
    page = await reader.get("/source/polaris@v2.0.0/api/sea.proto")
    assert page.status_code == 200
    found = stock(shelfmark.where()).index("polaris@v2.0.0")
    assert found is not None
    assert [name.name for name in found.search(Asked("ship"), 5).found] == ["Ship"]


@pytest.fixture
def proxied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Module:
    """Serve one module and its hash from a folder, as `GOPROXY=file://…` does."""
    name, root = "example.org/Sea/v2@v2.1.0", tmp_path / "proxy"
    place = root / "example.org/!sea/v2/@v/v2.1.0.zip"
    place.parent.mkdir(parents=True)
    with zipfile.ZipFile(place, "w") as archive:
        archive.writestr(f"{name}/go.mod", "module example.org/Sea/v2\n")
        archive.writestr(f"{name}/LICENSE", "Apache License\n")
        archive.writestr(f"{name}/a/b.go", "package a\n\nfunc Sail() {}\n")
    h1 = hash1(ZipHolding(place, name), name)
    known = root / "sumdb/sum.golang.org/lookup/example.org/!sea/v2@v2.1.0"
    known.parent.mkdir(parents=True)
    known.write_text(f"7\n{name.replace('@', ' ')} {h1}\n", encoding="ascii")
    monkeypatch.setenv("GOPROXY", f"file://{root}")
    return Module("example.org/Sea/v2", "v2.1.0", h1, "")


def test_any_module_is_imported_by_its_path_and_listed_by_its_name(
    proxied: Module, data: Path
) -> None:
    said = source("add", str(proxied))

    store = stock(shelfmark.where())
    [snapshot] = [one for one in store.shelf.snapshots if one.project == "Sea"]
    assert said.splitlines()[-1].startswith("Sea@v2.1.0  1  ")
    assert (snapshot.modules, snapshot.licence) == ((proxied,), "Apache-2.0")
    index = store.index("Sea@v2.1.0")
    assert index is not None
    assert [one.path for one in index.locate("example.org/Sea/v2/a", "Sail")] == ["a/b.go"]
    assert not list((data / "source").rglob("*.zip"))
    source("verify", "Sea@v2.1.0")


def test_a_module_whose_name_is_taken_is_listed_as_what_one_says(proxied: Module) -> None:
    for name in ("kubernetes", "a/b"):
        with pytest.raises(CommandError, match="say as what with --name"):
            source("add", str(proxied), "--name", name)
    source("add", str(proxied), "--name", "ocean")

    assert listed("ocean@v2.1.0")


@pytest.mark.parametrize(
    "key", ["../x@v1.0.0", "a/b@v1.0.0", "example.org/a/../b@v1.0.0", "example.org/Sea/v2@main"]
)
def test_what_is_no_module_or_no_version_is_asked_of_nobody(proxied: Module, key: str) -> None:
    with pytest.raises(CommandError, match=r"not the path of a module|not listed"):
        source("add", key)


def test_a_module_whose_hash_nobody_knows_is_not_taken(
    proxied: Module, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GOSUMDB", "off")

    with pytest.raises(CommandError, match="nobody knows its hash"):
        source("add", str(proxied))
