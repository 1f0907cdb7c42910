"""Modules come from the proxies of GOPROXY, and are kept only if they are the listed ones."""

import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from portal.source.errors import NotImported, Tampered, Unreachable
from portal.source.fetch import ModuleCache, archive_of, hash1
from portal.source.holding import ZipHolding
from portal.source.proxy import DEFAULT, Proxy, download, proxies
from portal.source.snapshot import Module

NAME = "example.org/Mod@v1.0.0"


def shelf_of(root: Path, name: str = "v1.0.0.zip") -> Module:
    """Serve one module from a folder, as `GOPROXY=file://…` does; return it with its true hash."""
    place = root / "example.org" / "!mod" / "@v" / name
    place.parent.mkdir(parents=True)
    with zipfile.ZipFile(place, "w") as archive:
        archive.writestr(f"{NAME}/go.mod", "module example.org/Mod\n")
        archive.writestr(f"{NAME}/a/b.go", "package a\n")
    return Module("example.org/Mod", "v1.0.0", hash1(ZipHolding(place, NAME), NAME), "")


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("", proxies({"GOPROXY": DEFAULT})),
        ("off", ()),
        ("direct", ()),
        ("https://a/,direct", (Proxy("https://a", is_last_on_error=True),)),
        (
            "https://a|file:///b,off,https://never",
            (Proxy("https://a", is_last_on_error=False), Proxy("file:///b", is_last_on_error=True)),
        ),
        ("ftp://a,https://b", (Proxy("https://b", is_last_on_error=True),)),
    ],
)
def test_goproxy_is_read_as_the_go_command_reads_it(text: str, asked: tuple[Proxy, ...]) -> None:
    assert proxies({"GOPROXY": text}) == asked


def test_a_module_is_downloaded_checked_and_then_found(tmp_path: Path) -> None:
    module = shelf_of(tmp_path / "proxy")
    cache = tmp_path / "mod"
    with pytest.raises(NotImported):
        ModuleCache([cache]).find(module)

    download(module, cache, (Proxy(f"file://{tmp_path}/proxy", is_last_on_error=True),))

    found = ModuleCache([cache])
    assert found.find(module).read("a/b.go", 100) == b"package a\n"
    found.verify(module)


def test_another_content_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    module = replace(shelf_of(tmp_path / "proxy"), h1="h1:" + "A" * 43 + "=")

    with pytest.raises(Tampered, match="is listed"):
        download(
            module, tmp_path / "mod", (Proxy(f"file://{tmp_path}/proxy", is_last_on_error=True),)
        )

    assert [path for path in (tmp_path / "mod").rglob("*") if path.is_file()] == []


def test_what_is_no_zip_is_said_and_leaves_nothing(tmp_path: Path) -> None:
    module = shelf_of(tmp_path / "proxy")
    (tmp_path / "proxy/example.org/!mod/@v/v1.0.0.zip").write_bytes(b"<html>sign in</html>")

    with pytest.raises(Unreachable, match="not a zip"):
        download(
            module, tmp_path / "mod", (Proxy(f"file://{tmp_path}/proxy", is_last_on_error=True),)
        )

    assert [path for path in (tmp_path / "mod").rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("separator_forgives", [True, False])
def test_the_next_proxy_is_asked_as_the_separator_says(
    tmp_path: Path, *, separator_forgives: bool
) -> None:
    module = shelf_of(tmp_path / "proxy")
    nobody = Proxy("http://127.0.0.1:9", is_last_on_error=not separator_forgives)
    asked = (nobody, Proxy(f"file://{tmp_path}/proxy", is_last_on_error=True))

    if separator_forgives:
        assert download(module, tmp_path / "mod", asked) == archive_of(tmp_path / "mod", module)
    else:
        with pytest.raises(Unreachable, match=r"127\.0\.0\.1:9: .*refused"):
            download(module, tmp_path / "mod", asked)


def test_a_proxy_without_the_module_passes_on(tmp_path: Path) -> None:
    module = shelf_of(tmp_path / "proxy")
    (tmp_path / "empty").mkdir()
    asked = (
        Proxy(f"file://{tmp_path}/empty", is_last_on_error=True),
        Proxy(f"file://{tmp_path}/proxy", is_last_on_error=True),
    )

    assert download(module, tmp_path / "mod", asked).is_file()


def test_a_copy_that_differs_is_passed_over_for_one_that_does_not(tmp_path: Path) -> None:
    module = shelf_of(tmp_path / "proxy")
    spoiled = archive_of(tmp_path / "first", module)
    spoiled.parent.mkdir(parents=True)
    spoiled.write_bytes(b"x")
    spoiled.with_suffix(".ziphash").write_text("h1:" + "B" * 43 + "=")
    download(module, tmp_path / "mod", (Proxy(f"file://{tmp_path}/proxy", is_last_on_error=True),))

    assert ModuleCache([tmp_path / "first", tmp_path / "mod"]).find(module)
    with pytest.raises(Tampered):
        ModuleCache([tmp_path / "first"]).find(module)
