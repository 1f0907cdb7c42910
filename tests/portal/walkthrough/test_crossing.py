"""From one version to another, the reader stays at the declaration; and a short address finds it anywhere."""

from typing import Any

import pytest
from django.test import AsyncClient

from portal.source import shortname
from portal.walkthrough.crossing import Crossing, cross
from portal.walkthrough.fate import fate
from portal.walkthrough.links import Links
from portal.walkthrough.shortlink import symbols_of
from portal.walkthrough.stock import Where
from portal.walkthrough.subject import Subject
from portal.walkthrough.trouble import no_short
from tests.support import editions

CHART = "example.org/sea/chart"
OLD = {
    "go.mod": "module example.org/sea\n",
    "chart/a.go": "package chart\n\n// Sail sails.\nfunc Sail() {\n\tone()\n\ttwo()\n}\n\n"
    "func Tack(n int) {\n\tone()\n}\n\nfunc Gone() { two() }\n\nfunc one() {}\n\nfunc two() {}\n",
    "chart/b.go": "package chart\n\ntype Buoy struct {\n\tlight bool\n}\n\n"
    "func (b *Buoy) Ring() {\n\tone()\n\ttwo()\n}\n",
    "chart/d.go": "package chart\n\nfunc Drift() {\n\ttwo()\n\tone()\n}\n",
    "chart/e.go": "package chart\n\nfunc Ebb() { panic(2) }\n",
}
NEW = {
    "go.mod": "module example.org/sea\n",
    "chart/a.go": 'package chart\n\nimport "fmt"\n\n// Sail sails.\nfunc Sail() {\n\tone()\n\ttwo()\n}\n\n'
    "func Tack(n int) {\n\tfmt.Println(n)\n\tone()\n}\n\nfunc one() {}\n\nfunc two() {}\n",
    "chart/c.go": "package chart\n\n// Buoy is one.\ntype Buoy struct {\n\tlight bool\n}\n\n"
    "func (b *Buoy) Ring() {\n\tone()\n\ttwo()\n}\n",
    "chart/a_test.go": "package chart\n\nfunc TestSail() {}\n",
    "chart/a_windows.go": "package chart\n\nfunc Moor() {}\n",
    "sea/d.go": "package sea\n\nfunc Drift() {\n\ttwo()\n\tone()\n}\n\nfunc anew() {}\n",
}
LINKS = Links("/symbol/", "/source/", "/learn/")
FROM, TO = "sea@v1.0.0", "sea@v1.1.0"


@pytest.fixture(scope="module")
def sea(tmp_path_factory: pytest.TempPathFactory) -> Where:
    """Two versions, imported."""
    versions = {"v1.0.0": OLD, "v1.1.0": NEW}
    return editions.written(tmp_path_factory.mktemp("sea"), versions)


async def asked(visitor: AsyncClient, address: str, status: int = 200) -> Any:
    answer = await visitor.get(address)
    assert answer.status_code == status, answer.content[:800]
    return answer


def text(*path: str) -> list[str]:
    """Return the lines of a file of NEW."""
    return NEW["/".join(path)].split("\n")


def test_a_line_of_a_body_that_is_the_same_is_that_line_again(sea: Where) -> None:
    line = OLD["chart/a.go"].split("\n").index("\ttwo()") + 1

    found = cross(sea, FROM, TO, "chart/a.go", line, "")

    assert (found.path, found.name) == ("chart/a.go", "Sail")
    assert text("chart", "a.go")[found.line - 1] == "\ttwo()"
    assert cross(sea, TO, FROM, "chart/a.go", found.line, "").line == line, "and back again"


def test_a_line_of_a_doc_comment_is_that_line_again(sea: Where) -> None:
    found = cross(sea, FROM, TO, "chart/a.go", 3, "")

    assert text("chart", "a.go")[found.line - 1] == "// Sail sails."


def test_of_a_body_that_is_another_the_first_line_is_meant(sea: Where) -> None:
    line = OLD["chart/a.go"].split("\n").index("func Tack(n int) {") + 2

    found = cross(sea, FROM, TO, "chart/a.go", line, "")

    assert text("chart", "a.go")[found.line - 1] == "func Tack(n int) {"


def test_a_declaration_is_followed_to_another_file_and_another_package(sea: Where) -> None:
    field = cross(sea, FROM, TO, "chart/b.go", 4, "")
    method = cross(sea, FROM, TO, "chart/b.go", 0, "Buoy.Ring")

    assert (field.path, field.name) == ("chart/c.go", "Buoy.light")
    assert text("chart", "c.go")[field.line - 1] == "\tlight bool"
    assert (method.path, text("chart", "c.go")[method.line - 1]) == (
        "chart/c.go",
        "func (b *Buoy) Ring() {",
    )
    assert cross(sea, FROM, TO, "chart/d.go", 4, "") == Crossing(
        "sea/d.go", 4, "example.org/sea/sea", "Drift"
    )


def test_what_is_gone_is_named_and_led_nowhere(sea: Where) -> None:
    assert cross(sea, FROM, TO, "chart/a.go", 0, "Gone") == Crossing("", 0, CHART, "Gone")


def test_a_line_that_declares_nothing_leads_to_the_file(sea: Where) -> None:
    assert cross(sea, FROM, TO, "chart/a.go", 1, "") == Crossing("chart/a.go")
    assert cross(sea, FROM, TO, "chart/b.go", 0, "").path == "chart/c.go", "its first declaration"
    assert cross(sea, FROM, TO, "nowhere.go", 7, "") == Crossing("")
    assert cross(sea, FROM, TO, "chart/e.go", 0, "") == Crossing(""), "it is gone with its file"


def test_a_short_name_is_of_the_package_and_the_name_and_of_nothing_else(sea: Where) -> None:
    short = shortname.short(CHART, "Buoy.Ring")

    assert shortname.read(short.upper().replace("1", "I").replace("0", "O")) == short
    assert symbols_of(sea, short) == ((CHART, "Buoy.Ring"),)
    assert symbols_of(sea, shortname.short(CHART, "Gone")) == ((CHART, "Gone"),), (
        "an old version has it"
    )
    assert symbols_of(sea, shortname.short(CHART, "Buoy.Sink")) == ()
    assert shortname.read("no short name") is None


def test_short_names_stay_what_they_are() -> None:
    """They are addresses, so they are a promise."""
    assert shortname.short("k8s.io/client-go/tools/cache", "Reflector.watch") == "ymn267c7pe"


def test_one_name_in_two_packages_of_one_sign_has_two_short_names() -> None:
    """These two packages of Kubernetes have the same part, and declare the same names."""
    one, other = (
        "k8s.io/kubelet/pkg/apis/credentialprovider/v1alpha1",
        "k8s.io/client-go/scale/scheme/appsint",
    )

    assert shortname.of_package(one) == shortname.of_package(other)
    assert shortname.short(one, "GroupName") != shortname.short(other, "GroupName")


def test_a_short_name_of_several_offers_them_all() -> None:
    ways = (("a#A", "/symbol/a/A"), ("b#B", "/symbol/b/B"))

    page = no_short("0123456789", ways, "/source/")

    assert page.ways == ways
    assert "more than one symbol" in page.title


def test_the_fate_of_a_symbol_says_where_or_since_when(sea: Where) -> None:
    gone = fate(Subject(sea, TO, CHART, "Gone"), LINKS)
    moved = fate(Subject(sea, TO, CHART, "Drift"), LINKS)

    assert gone is not None
    assert (gone.importpath, gone.last, gone.since) == ("", "v1.0.0", "v1.1.0")
    assert moved is not None
    assert moved.importpath == "example.org/sea/sea"
    assert fate(Subject(sea, FROM, CHART, "Gone"), LINKS) is None, "it is there"
    early = fate(Subject(sea, FROM, "example.org/sea/sea", "anew"), LINKS)
    assert early is not None
    assert (early.last, early.first) == ("", "v1.1.0")


async def test_the_switch_of_a_file_leads_to_the_symbol_without_a_script(
    visitor: AsyncClient,
) -> None:
    page = (await asked(visitor, f"/source/{FROM}/chart/b.go?symbol=Buoy.Ring")).content.decode()
    link = f"/source/{TO}/chart/b.go?symbol=Buoy.Ring&amp;from=v1.0.0"
    assert f'href="{link}"' in page
    assert '<li id="L7" class="on"' in page

    onward = await asked(visitor, link.replace("&amp;", "&"), 302)
    arrived = onward["Location"]
    assert arrived == (f"/source/{TO}/chart/c.go?symbol=Buoy.Ring&was=v1.0.0%3Achart%2Fb.go#L8")
    there = (await asked(visitor, arrived)).content.decode()
    assert "At v1.0.0, Buoy.Ring was in chart/b.go; at v1.1.0 it is here." in there


async def test_the_switch_says_what_does_not_exist_there(visitor: AsyncClient) -> None:
    page = await asked(visitor, f"/source/{TO}/chart/a.go?symbol=Gone&from=v1.0.0")
    assert "it does not exist since v1.1.0" in page.content.decode()

    file = await asked(visitor, f"/source/{TO}/chart/e.go?from=v1.0.0", 404)
    assert "There is no such file" in file.content.decode()
    symbol = await asked(visitor, f"/source/{TO}/chart/e.go?from=v1.0.0&symbol=Ebb", 404)
    assert f"/symbol/{CHART}/Ebb?at=v1.0.0" in symbol.content.decode(), "the way back"

    back = await asked(visitor, f"/source/{FROM}/sea/d.go?line=8&from=v1.1.0", 404)
    assert "v1.1.0 is the first that has anew" in back.content.decode()


async def test_a_short_address_leads_to_the_symbol_and_says_what_became_of_it(
    visitor: AsyncClient,
) -> None:
    page = (await asked(visitor, f"/symbol/{CHART}/Gone?at=v1.0.0")).content.decode()
    short = f"/s/{shortname.short(CHART, 'Gone')}"
    assert f'href="http://testserver{short}@v1.0.0"' in page
    assert "it does not exist since v1.1.0" in page

    pinned = await asked(visitor, f"{short}@v1.0.0", 302)
    assert pinned["Location"] == f"/symbol/{CHART}/Gone?at=v1.0.0"
    newest = await asked(visitor, short, 302)
    told = (await asked(visitor, newest["Location"], 404)).content.decode()
    assert "Gone does not exist at v1.1.0" in told
    assert f"/symbol/{CHART}/Gone?at=v1.0.0" in told, "the way back"

    drift = await asked(visitor, f"/s/{shortname.short(CHART, 'Drift')}@v1.1.0", 302)
    moved = await asked(visitor, drift["Location"], 302)
    there = (await asked(visitor, moved["Location"])).content.decode()
    assert f"It was asked for in {CHART}, and at v1.1.0 it has moved here." in there
    here = (await asked(visitor, f"/symbol/{CHART}/Drift?at=v1.0.0")).content.decode()
    assert "At v1.1.0 it has moved to" in here


async def test_a_short_address_is_the_same_in_every_language(visitor: AsyncClient) -> None:
    short = f"/s/{shortname.short(CHART, 'Sail')}"
    page = (await asked(visitor, f"/zh-hans/symbol/{CHART}/Sail?at=v1.0.0")).content.decode()
    assert f'href="http://testserver{short}@v1.0.0"' in page

    for preferred, at in (("zh-CN,en;q=0.5", "/zh-hans/symbol/"), ("de,en;q=0.5", "/symbol/")):
        led = await visitor.get(short, headers={"Accept-Language": preferred})
        assert led["Location"].startswith(at)


@pytest.mark.parametrize("short", ["0123456789", "nothing", "@", "0123456789@v1.0.0"])
async def test_a_short_address_of_nothing_says_so(visitor: AsyncClient, short: str) -> None:
    page = await asked(visitor, f"/s/{short}", 404)

    assert "is short for no symbol here" in page.content.decode()


@pytest.mark.parametrize(
    ("name", "file", "line"), [("TestSail", "a_test.go", 3), ("Moor", "a_windows.go", 3)]
)
async def test_a_symbol_without_a_page_is_shown_in_its_file(
    visitor: AsyncClient, name: str, file: str, line: int
) -> None:
    answer = await asked(visitor, f"/symbol/{CHART}/{name}", 302)

    assert answer["Location"] == f"/source/{TO}/chart/{file}?symbol={name}#L{line}"
    page = await asked(visitor, answer["Location"])
    assert f'<li id="L{line}" class="on"' in page.content.decode()
