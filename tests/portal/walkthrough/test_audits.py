"""The pages of two versions, of drift and of the never-existed check, in both languages."""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from time import process_time

import pytest
from django.core.management import CommandError, call_command
from django.test import AsyncClient

from portal.walkthrough import shelfmark
from portal.walkthrough.checkpage import LIMIT_S, check_text
from portal.walkthrough.codesearch import READER
from portal.walkthrough.links import Links
from portal.walkthrough.stock import Where
from tests.portal.walkthrough.test_pages import Page, get
from tests.support import editions

OLD = {
    "go.mod": "module example.org/sea\n",
    "sea.go": "package sea\n\nfunc Root() {}\n",
    "pkg/chart/a.go": "package chart\n\nfunc Gone() {}\n\nfunc Head(a int) {\n\tone()\n}\n\n"
    "func Body() {\n\tone()\n\tone()\n}\n\nfunc one() {}\n",
}
NEW = {
    **OLD,
    "sea.go": "package sea\n\nfunc Root() { panic(1) }\n",
    "pkg/chart/a.go": "package chart\n\nfunc New() {}\n\nfunc Head(a string) {\n\tone()\n}\n\n"
    "func Body() {\n\tone()\n\ttwo() // <script>\n}\n\nfunc one() {}\n\nfunc two() {}\n",
}
SIDES = "source/sea@v1.0.0...v1.1.0/"


@pytest.fixture
async def sea(
    reader: AsyncClient, monkeypatch: pytest.MonkeyPatch, small: Where
) -> AsyncIterator[AsyncClient]:
    """A reader on a machine that has two small versions."""
    monkeypatch.setattr(shelfmark, "where", lambda: small)
    yield reader
    READER.close()


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Where:
    """Two small versions, imported."""
    return editions.written(tmp_path_factory.mktemp("sea"), {"v1.0.0": OLD, "v1.1.0": NEW})


@pytest.mark.parametrize("language", ["", "zh-hans/"])
@pytest.mark.parametrize("address", [SIDES, f"{SIDES}pkg/chart", "source/check", "learn/drift"])
async def test_pages_are_whole_in_both_languages(
    sea: AsyncClient, language: str, address: str
) -> None:
    page = await get(sea, f"{language}{address}")

    assert page.headings.count(1) == 1
    assert page.inline == []
    assert len(page.ids) == len(set(page.ids))


async def test_the_summary_leads_to_the_package_and_counts_it(sea: AsyncClient) -> None:
    page = await get(sea, SIDES)

    assert f"/{SIDES}pkg/chart" in page.links
    row = page.html.split("example.org/sea/pkg/chart</a>")[1].split("</tr>")[0]
    counts = re.findall(r'class="num">(?:<b>)?(?:<span class="dimmer">)?(\d+)', row)
    assert counts == ["1", "1", "0", "1", "2", "5"]  # removed, signature, moved, body, added, all


async def test_a_package_shows_signatures_and_lines(sea: AsyncClient) -> None:
    page = await get(sea, f"{SIDES}pkg/chart")

    assert "func Head(a int)" in page.html
    assert "func Head(a string)" in page.html
    assert '<td class="c was">\tone()</td>' in page.html
    assert '<td class="c now">\ttwo() // &lt;script&gt;</td>' in page.html
    assert "/symbol/example.org/sea/pkg/chart/Gone?at=v1.0.0" in page.links
    assert {"Gone", "Head", "Body", "New", "two"} <= set(page.ids)


async def test_the_root_of_a_repository_has_a_page_too(sea: AsyncClient) -> None:
    assert f"/{SIDES}-" in (await get(sea, SIDES)).links

    assert "Root" in (await get(sea, f"{SIDES}-")).ids


async def test_a_choice_leaves_out_the_rest(sea: AsyncClient) -> None:
    by_change = await get(sea, f"{SIDES}pkg/chart?change=body")
    by_name = await get(sea, f"{SIDES}pkg/chart?name=Head")
    by_part = await get(sea, f"{SIDES}?q=nowhere")

    assert "Body" in by_change.ids
    assert "Head" not in by_change.ids
    assert "Head" in by_name.ids
    assert "Body" not in by_name.ids
    assert f"/{SIDES}pkg/chart" not in by_part.links


@pytest.mark.parametrize(
    "address",
    ["source/sea@v1.0.0...v9.9.9/", f"{SIDES}pkg/nowhere", "source/lake@v1.0.0...v1.1.0/"],
)
async def test_what_is_not_there_is_said_with_a_way_on(sea: AsyncClient, address: str) -> None:
    page = await get(sea, address, status=404)

    assert page.links


async def test_a_version_that_is_not_imported_says_the_command(
    reader: AsyncClient, nowhere: Where, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelfmark, "where", lambda: nowhere)

    page = await get(reader, "source/kubernetes@v1.20.2...v1.36.3/", status=503)

    assert "portolan source add kubernetes@v1.20.2" in page.html
    READER.close()


async def test_a_text_is_checked_and_shown_again_but_not_kept(sea: AsyncClient) -> None:
    text = "`chart.New` and `chart.Submarine`, see pkg/chart/a.go:6 <script>"

    answer = await sea.post("/source/check", {"text": text})

    assert answer.status_code == 200
    page = Page(answer.content.decode())
    assert [id_ for id_ in page.ids if id_ in {"never", "since", "here"}] == [
        "never",
        "since",
        "here",
    ]
    assert "&lt;script&gt;" in page.html
    assert re.search(r"go:example\.org/sea/pkg/chart#Head~[0-9a-f]{8}", page.html)
    assert "no-store" in answer.headers["Cache-Control"]
    assert "Submarine" not in (await get(sea, "source/check")).html


async def test_a_text_from_another_site_is_refused(
    sea: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    strict = AsyncClient(enforce_csrf_checks=True)

    answer = await strict.post("/source/check", {"text": "x"})

    assert answer.status_code == 403


def test_the_command_checks_a_file_and_ends_with_what_it_found(
    small: Where,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(shelfmark, "where", lambda: small)
    notes = tmp_path / "notes.md"
    notes.write_text("`chart.Body`")
    call_command("checktext", str(notes))
    assert "go:example.org/sea/pkg/chart#Body~" in capsys.readouterr().out

    notes.write_text("`chart.Submarine`")
    with pytest.raises(SystemExit) as end:
        call_command("checktext", str(notes))

    assert end.value.code == 1
    with pytest.raises(CommandError):
        call_command("checktext", str(tmp_path / "nothing.md"))


@pytest.mark.source
def test_a_long_text_full_of_names_is_answered_in_time(tmp_path: Path) -> None:
    where = editions.part_of_kubernetes(tmp_path, "v1.20.2", "v1.36.3")
    links = Links("/symbol/", "/source/", "/learn/")
    text = " ".join(
        f"`cache.Reflector{number}` `Reflector.run{number}` x/y{number}.go:3 `Sail{number}()`"
        for number in range(6000)
    )
    begun = process_time()

    report = check_text(where, text, links)

    assert process_time() - begun < LIMIT_S + 2  # 1.0 s where it was measured
    assert report.is_cut
    assert report.total + report.unread > 2000
