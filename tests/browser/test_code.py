"""Code read in a browser: a version imported by its button, cards, keys, and hits as they are found."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import ROOT, OpenSheet, Sheet, serving

KEY = "go-restful@v3.13.0"
PATH = "github.com/emicklei/go-restful/v3"
FILE = f"/source/{KEY}/container.go"
SAIL = """
// Sail sails.
func Sail() {
	one()
	two()
}

func one() {}

func two() {}
"""
SWELL = "\tone()\n" * 60
LONG = f"""package sea

type Buoy struct{{}}

func (b *Buoy) Ring() error {{
{SWELL}	if err := ring(); err != nil {{
		hidden()
		return err
	}}
{SWELL}	return nil
}}

func Race() {{ Sail() }}
"""
SEA = {
    "v1.0.0": {
        "go.mod": "module example.org/sea\n",
        "a.go": f"package sea\n{SAIL}",
        "long.go": LONG,
    },
    "v1.1.0": {
        "go.mod": "module example.org/sea\n",
        "b.go": f"package sea\n\nfunc first() {{}}\n{SAIL}",
    },
}
IMPORT_MS = 120_000

pytestmark = [pytest.mark.source, pytest.mark.timeout(240)]


def imported(open_sheet: OpenSheet) -> Sheet:
    """Return the list of versions, once KEY is imported; it is by whoever comes first."""
    sheet = open_sheet("/source/")
    row = sheet.page.locator("tr", has_text=KEY)
    if row.get_by_role("button", name="Import").count():
        row.get_by_role("button", name="Import").click()
    whole = row.get_by_text("imported: searched, and cross-referenced")
    for _ in range(IMPORT_MS // 500):
        if whole.count():
            return sheet
        sheet.page.wait_for_timeout(500)  # no script on this page: it is loaded again
        sheet.page.reload()
    raise AssertionError(f"{KEY} was not imported in time")


def line(page: Page, text: str) -> str:
    """Return the id of the first line of code that holds `text`."""
    found = page.locator(".go li[id]", has_text=text).first.get_attribute("id")
    assert found is not None
    return found


def test_a_name_tells_what_it_is_and_keys_lead_on(open_sheet: OpenSheet) -> None:
    imported(open_sheet)
    sheet = open_sheet(FILE)
    page = sheet.page
    name = page.locator(".go a.ty", has_text="Container").first

    name.hover()

    card = page.locator(".hovercard")
    expect(card).to_contain_text("type Container struct")
    expect(card).to_contain_text("Container holds a collection of WebServices")
    page.keyboard.press("Escape")
    expect(card).to_have_count(0)

    start = line(page, "func NewContainer")
    page.goto(f"{FILE}#{start}")
    declared = page.locator(".go li:has(a.def)").evaluate_all("all => all.map(one => one.id)")
    following = declared[declared.index(start) + 1]
    page.keyboard.press("]")
    assert page.url.endswith(f"#{following}")
    page.keyboard.press("j")
    assert page.url.endswith(f"#L{int(following[1:]) + 1}")

    name.hover()
    expect(card).to_be_visible()
    page.keyboard.press("g")
    page.keyboard.press("r")
    page.wait_for_url("**show=uses*")
    expect(page.get_by_role("heading", name="Where it is used")).to_be_visible()
    assert sheet.complaints == []


@pytest.mark.parametrize(("theme", "width"), [("paper", 1440), ("ink", 390)])
def test_hits_are_shown_with_what_matches_marked(
    open_sheet: OpenSheet, theme: str, width: int
) -> None:
    imported(open_sheet)
    sheet = open_sheet("/search?q=NewContainer&in=code", theme=theme, width=width)

    expect(sheet.page.locator("mark", has_text="NewContainer").first).to_be_visible()
    expect(sheet.page.get_by_text(re.compile(r"\d+ lines · \d+ files"))).to_be_visible()
    overflow = sheet.page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert overflow <= 0
    assert sheet.complaints == []


def test_everything_is_there_without_a_script(open_sheet: OpenSheet) -> None:
    imported(open_sheet)
    sheet = open_sheet(f"/symbol/{PATH}/Container.Add", script=False)

    expect(sheet.page.get_by_role("heading", name="Where it is used")).to_be_visible()
    sheet.page.locator("summary", has_text="What it calls").click()
    sheet.page.get_by_role("link", name="Container.addHandler").first.click()
    expect(sheet.page.get_by_role("heading", level=1)).to_contain_text("addHandler")


@pytest.mark.parametrize("path", ["/source/", f"/source/{KEY}/"])
def test_lists_of_code_scroll_sideways_in_themselves_and_not_as_a_page(
    open_sheet: OpenSheet, path: str
) -> None:
    imported(open_sheet)
    sheet = open_sheet(path, width=390)

    assert sheet.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


@pytest.fixture(scope="module")
def sea(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a site that has two small versions of one project."""
    data, home = tmp_path_factory.mktemp("sea"), tmp_path_factory.mktemp("sea-home")
    for version, files in SEA.items():
        folder = data / "src" / version
        for path, text in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text)
        subprocess.run(
            [sys.executable, "manage.py", "source", "add", f"sea@{version}", str(folder)],
            cwd=ROOT,
            env={**os.environ, "PORTOLAN_DATA": str(data), "PORTOLAN_AUTH": "none"},
            check=True,
            capture_output=True,
        )
    with serving(data, home, PORTOLAN_DEMO="0") as origin:
        yield origin


def test_the_switch_of_versions_keeps_the_line(sea: str, open_sheet: OpenSheet) -> None:
    sheet = open_sheet(f"{sea}/source/sea@v1.0.0/a.go")
    page = sheet.page
    page.goto(f"{sea}/source/sea@v1.0.0/a.go#{line(page, 'two()')}")

    page.locator("button.ver").click()
    page.get_by_role("link", name="v1.1.0").click()

    page.wait_for_url("**/sea@v1.1.0/b.go?**")
    number = page.url.partition("#")[2]
    expect(page.locator(f"#{number}")).to_contain_text("two()")
    expect(page.get_by_text("At v1.0.0, Sail was in a.go; at v1.1.0 it is here.")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert sheet.complaints == []


def test_a_key_gives_the_short_address_of_what_is_looked_at(
    sea: str, open_sheet: OpenSheet
) -> None:
    sheet = open_sheet(f"{sea}/source/sea@v1.0.0/a.go", width=390)
    page = sheet.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=sea)
    expect(page.locator("#short")).to_be_hidden()
    page.goto(f"{sea}/source/sea@v1.0.0/a.go#{line(page, 'two()')}")

    page.keyboard.press("y")

    expect(page.locator("#short")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == page.locator("#short a").get_attribute("href")
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    page.goto(copied)
    expect(page.get_by_role("heading", level=1)).to_have_text("Sail")
    assert sheet.complaints == []


@pytest.mark.parametrize(("theme", "width"), [("paper", 1440), ("ink", 390)])
def test_the_heads_of_what_is_read_stay_above_it(
    sea: str, open_sheet: OpenSheet, theme: str, width: int
) -> None:
    sheet = open_sheet(f"{sea}/source/sea@v1.0.0/long.go", theme=theme, width=width)
    page = sheet.page
    heads = page.locator(".scope li")
    expect(heads).to_have_count(0)

    page.goto(f"{sea}/source/sea@v1.0.0/long.go#{line(page, 'hidden()')}")

    expect(heads).to_have_count(2)
    expect(heads.first).to_contain_text("type Buoy struct{}")
    expect(heads.last).to_contain_text("func (b *Buoy) Ring() error {")
    covered = page.evaluate(
        """() => {
          const line = document.querySelector(".go li:target").getBoundingClientRect();
          return line.top < document.querySelector(".scope .go").getBoundingClientRect().bottom;
        }"""
    )
    assert not covered, "the line that the address names is seen whole"
    page.evaluate("scrollTo(0, 0)")
    expect(heads).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert sheet.complaints == []


def test_what_is_beside_the_point_is_folded_and_found_all_the_same(
    sea: str, open_sheet: OpenSheet
) -> None:
    sheet = open_sheet(f"{sea}/source/sea@v1.0.0/long.go")
    page = sheet.page
    inside = page.locator(".code > .go li", has_text="hidden()")
    number = line(page, "hidden()")

    page.keyboard.press("z")

    expect(page.get_by_role("button", name="3 lines for an error").last).to_be_visible()
    assert inside.evaluate("row => row.offsetHeight") == 0
    assert inside.get_attribute("hidden") == "until-found", "the browser finds it"
    page.evaluate("number => { location.hash = number; }", number)
    expect(inside).to_be_in_viewport()
    assert inside.get_attribute("hidden") is None
    page.keyboard.press("z")
    assert inside.get_attribute("hidden") is None, "what the address names is never folded"
    assert sheet.complaints == []


def test_without_a_script_nothing_is_folded(sea: str, open_sheet: OpenSheet) -> None:
    sheet = open_sheet(f"{sea}/source/sea@v1.0.0/long.go", script=False)

    expect(sheet.page.locator(".code > .go li", has_text="hidden()")).to_be_visible()
    expect(sheet.page.locator("[data-fold-all]")).to_be_hidden()


@pytest.mark.parametrize(("theme", "width"), [("paper", 1440), ("ink", 390)])
def test_calls_are_a_tree_of_two_levels(
    sea: str, open_sheet: OpenSheet, theme: str, width: int
) -> None:
    sheet = open_sheet(f"{sea}/symbol/example.org/sea/one?at=v1.0.0", theme=theme, width=width)
    page = sheet.page
    tree = page.locator("details[data-way=callers]")

    tree.locator("summary").click()
    expect(tree.get_by_role("link", name="Buoy.Ring", exact=True)).to_be_visible()
    expect(tree.get_by_text("120 calls")).to_be_visible()
    sail = tree.locator(".calls > li", has=page.get_by_role("link", name="Sail", exact=True))
    sail.get_by_role("button").click()

    expect(sail.get_by_role("link", name="Race", exact=True)).to_be_visible()
    expect(sail.locator(".calls button")).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert sheet.complaints == []


def test_calls_are_a_page_without_a_script(sea: str, open_sheet: OpenSheet) -> None:
    sheet = open_sheet(f"{sea}/symbol/example.org/sea/one?at=v1.0.0", script=False)

    sheet.page.get_by_role("link", name="As a page").first.click()

    expect(sheet.page.get_by_role("link", name="Sail", exact=True)).to_be_visible()
