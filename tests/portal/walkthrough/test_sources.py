"""Versions on a page and on the command line: imported, verified, removed; and what the index then shows."""

import asyncio
import html
import json
import os
import re
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import cast

import pytest
from django.core.management import CommandError, call_command
from django.http import StreamingHttpResponse
from django.test import AsyncClient
from pytest_django import Settings

from portal.source.exact import checker
from portal.source.fetch import ModuleCache
from portal.walkthrough import kinship, symbolasides
from portal.walkthrough.codesearch import READER
from portal.walkthrough.importer import IMPORTER
from portal.walkthrough.kinship import COMPARER
from tests.cluster import toolchain
from tests.support import source

pytestmark = [pytest.mark.source, pytest.mark.timeout(240)]

KEY = "go-restful@v3.13.0"
PATH = "github.com/emicklei/go-restful/v3"
LIMIT_S = 120.0


@pytest.fixture
def data(tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder of its own, in which processes that are started work too."""
    source.bring_all()
    modules = source.listed().get(*KEY.split("@")).modules
    cache = next(one for one in source.CACHES if not ModuleCache([one]).absent(modules))
    monkeypatch.setenv("PORTOLAN_DATA", str(tmp_path))
    monkeypatch.setenv("GOMODCACHE", str(cache))
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, data=tmp_path)
    return tmp_path


@pytest.fixture
async def visitor(data: Path, reader: AsyncClient) -> AsyncIterator[AsyncClient]:
    """A reader whose imports go to `data`."""
    yield reader
    await IMPORTER.stop()
    READER.close()
    COMPARER.close()


def run(*words: str) -> str:
    """Return what `portolan source` prints."""
    out = StringIO()
    call_command("source", *words, stdout=out)
    return out.getvalue()


async def text(visitor: AsyncClient, address: str, status: int = 200) -> str:
    """Return a page."""
    answer = await visitor.get(address)
    assert answer.status_code == status, address
    if answer.streaming:
        sent = cast("StreamingHttpResponse", answer)
        return b"".join([part async for part in sent]).decode()
    return answer.content.decode()


async def imported(visitor: AsyncClient) -> None:
    """Import KEY by the page and wait until it is whole."""
    answer = await visitor.post("/source/import", {"key": KEY})
    assert answer.status_code == 302
    begun = time.monotonic()
    while IMPORTER.progress.is_running:
        assert time.monotonic() - begun < LIMIT_S
        await asyncio.sleep(0.1)  # another process, which tells nobody but its pipe
    assert IMPORTER.progress.failed == ""


@pytest.mark.usefixtures("data")
def test_a_version_is_imported_verified_and_removed_by_command() -> None:
    assert re.search(rf"{KEY}\s+1 /\s+1  \w{{12}}\s*$", run("list"), re.MULTILINE)

    run("add", KEY)
    assert re.search(rf"{KEY}\s+1 /\s+1  \w{{12}}  indexed", run("list"))
    assert KEY in run("verify", KEY)

    run("remove", KEY)
    assert "indexed" not in run("list")


@pytest.mark.usefixtures("data")
def test_steps_are_told_as_json() -> None:
    steps = [json.loads(line) for line in run("add", KEY, "--json").splitlines()]

    assert list(dict.fromkeys(step["phase"] for step in steps)) == ["fetch", "text", "code"]
    assert all(0 <= step["done"] <= step["total"] for step in steps)


@pytest.mark.usefixtures("data")
def test_a_version_that_nobody_lists_is_said() -> None:
    with pytest.raises(CommandError, match=r"v9\.9\.9"):
        run("add", "go-restful@v9.9.9")
    for key in (
        "nobody@v1.0.0",
        "go-restful@v1.0.0-../../x",
        "go-restful@v1.0.0-a/b",
        "go-restful@main",
    ):
        with pytest.raises(CommandError, match="is not listed"):
            run("add", key)


@pytest.mark.usefixtures("data")
def test_a_version_that_is_not_listed_is_asked_of_proxies() -> None:
    """With the hash that the checksum database has; from then on it is a version like others."""
    run("add", "go-restful@v3.12.2")

    assert re.search(r"go-restful@v3\.12\.2\s+1 /\s+1  \w{12}  indexed", run("list"))
    assert "go-restful@v3.12.2" in run("verify", "go-restful@v3.12.2")


async def test_whoever_runs_portolan_imports_a_version_from_the_page(visitor: AsyncClient) -> None:
    before = await text(visitor, "/source/")
    assert "imported:" not in before

    await imported(visitor)

    after = await text(visitor, "/source/")
    assert after.count("imported: searched, and cross-referenced") == 1


async def test_where_go_is_at_hand_it_goes_over_what_a_page_has_imported(
    visitor: AsyncClient, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, exact=True)
    go = toolchain.find(checker.MINIMUM)
    monkeypatch.setenv("PATH", f"{Path(go).parent}{os.pathsep}{os.environ['PATH']}")

    await imported(visitor)

    page = await text(visitor, "/source/")
    assert page.count("cross-referenced by Go's type checker") == 1


async def test_without_a_version_that_is_listed_nothing_is_begun(visitor: AsyncClient) -> None:
    answer = await visitor.post("/source/import", {"key": "nobody@v0.0.1"})

    assert answer.status_code == 404
    assert not IMPORTER.progress.is_running


async def test_where_others_are_let_in_too_the_page_imports_nothing(
    visitor: AsyncClient, settings: Settings
) -> None:
    """Middleware is asked first: this view would refuse even whoever it let in."""
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, auth="token")
    answer = await visitor.post("/source/import", {"key": KEY})

    assert answer.status_code in {401, 403}
    assert not IMPORTER.progress.is_running


async def test_code_is_searched_once_its_version_is_imported(visitor: AsyncClient) -> None:
    nothing = await text(visitor, "/search?q=WebService&in=code", 400)
    assert "imported" in nothing

    await imported(visitor)

    page = await text(visitor, "/search?q=case:yes+func+NewContainer&in=code")
    assert "<mark>func NewContainer</mark>()" in page
    assert f"/source/{KEY}/container.go#L" in page
    assert "1 line · 1 file<" in page
    regex = await text(visitor, "/search?in=code&q=" + "%2F%5Etype%20W%5Cw%2B%20struct%2F")
    assert "<mark>type WebService struct</mark>" in regex
    assert "No line of code holds this." in await text(visitor, "/search?q=zzzzzz&in=code")
    one_box = await text(visitor, "/search?q=NewContainer")
    assert "container.go:" in one_box
    assert f"Looked through every symbol of {KEY}." in one_box


async def test_what_is_found_is_text_and_never_markup(visitor: AsyncClient) -> None:
    await imported(visitor)

    page = await text(visitor, "/search?in=code&q=%3C+len(")

    assert "<mark>&lt; len(</mark>" in page
    hostile = await text(visitor, "/search?in=code&q=%3Cscript%3Ealert(1)%3C/script%3E")
    assert "<script>alert" not in hostile


async def test_the_page_of_a_symbol_tells_where_it_is_used(visitor: AsyncClient) -> None:
    address = f"/symbol/{PATH}/NewContainer"
    assert f"portolan source add {KEY}" in await text(visitor, address)

    await imported(visitor)

    page = await text(visitor, address)
    assert "Where it is used" in page
    assert "declared here" in page
    whole = await text(visitor, f"{address}?show=uses")
    assert whole.count('class="where"') > 5
    assert "by its name alone" in await text(visitor, f"/symbol/{PATH}/Container.Filter")


async def test_a_card_tells_what_a_name_is(visitor: AsyncClient) -> None:
    assert (await visitor.get(f"/symbol/{PATH}/NewContainer?show=card")).status_code == 404
    await imported(visitor)

    card = json.loads(await text(visitor, f"/symbol/{PATH}/NewContainer?show=card"))

    assert card["signature"] == "func NewContainer() *Container"
    assert card["doc"].startswith("NewContainer creates")
    assert card["uses"] == f"/symbol/{PATH}/NewContainer?show=uses"
    assert (await visitor.get(f"/symbol/{PATH}/Nothing?show=card")).status_code == 404


async def test_the_page_of_a_function_tells_what_it_calls(visitor: AsyncClient) -> None:
    page = await text(visitor, f"/symbol/{PATH}/NewContainer")

    assert "What it calls" in page


async def test_an_interface_tells_what_implements_it_and_a_type_what_it_implements(
    visitor: AsyncClient,
) -> None:
    await imported(visitor)

    for show in ("?show=kin", ""):  # the page that waits for it, and then the one that does not
        interface = await text(visitor, f"/symbol/{PATH}/RouteSelector{show}")
        assert "What implements it" in interface
        assert ">CurlyRouter</a>" in interface
        assert ">RouterJSR311</a>" in interface
    kind = await text(visitor, f"/symbol/{PATH}/CurlyRouter")
    assert "What it implements" in kind
    assert ">RouteSelector</a>" in kind
    assert "without a type checker" in kind


async def test_a_page_does_not_wait_for_types_to_be_compared(
    visitor: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It leads to the page that does, also for whoever runs no script."""
    monkeypatch.setattr(kinship, "PATIENCE_S", 0)
    await imported(visitor)

    page = await text(visitor, f"/symbol/{PATH}/RouteSelector")

    assert "still being compared" in page
    assert 'href="?show=kin"' in page
    assert "Where it is used" in page
    assert ">CurlyRouter</a>" in await text(visitor, f"/symbol/{PATH}/RouteSelector?show=kin")
    nothing = await text(visitor, f"/symbol/{PATH}/NewContainer?show=kin")
    assert "nothing implements it" in nothing


async def test_uses_are_told_page_by_page_and_each_once(
    visitor: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(symbolasides, "PAGE_USES", 7)
    await imported(visitor)
    address = f"/symbol/{PATH}/Container?show=uses"
    found: list[str] = []
    while address:
        page = await text(visitor, address)
        found += re.findall(r'class="where" href="([^"]+)"', page)
        more = re.search(r'<footer><a href="([^"]+)">', page)
        address = f"/symbol/{PATH}/Container{html.unescape(more[1])}" if more else ""

    monkeypatch.setattr(symbolasides, "PAGE_USES", 10_000)
    whole = await text(visitor, f"/symbol/{PATH}/Container?show=uses&from=x")
    assert len(found) > 20
    assert found == re.findall(r'class="where" href="([^"]+)"', whole)


async def test_the_page_of_a_folder_tells_what_its_package_declares(visitor: AsyncClient) -> None:
    assert "func NewContainer" not in await text(visitor, f"/source/{KEY}/")
    await imported(visitor)

    page = await text(visitor, f"/source/{KEY}/")

    assert "func NewContainer() *Container" in page
    assert f'href="/symbol/{PATH}/NewContainer' in page
    assert "a lean package for creating REST-style WebServices" in page


async def test_uses_of_a_version_that_is_not_imported_are_not_guessed(visitor: AsyncClient) -> None:
    page = await text(visitor, f"/symbol/{PATH}/NewContainer?show=uses", 503)

    assert f"portolan source add {KEY}" in page


@pytest.mark.parametrize("start", ["-1", "x", "99999999999", "１"])
async def test_a_place_that_is_none_is_the_beginning(visitor: AsyncClient, start: str) -> None:
    await imported(visitor)

    page = await text(visitor, f"/search?q=NewContainer&in=code&from={start}")

    assert "container.go" in page
