"""Code read in a browser: a version imported by its button, cards, keys, and hits as they are found."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenSheet, Sheet

KEY = "go-restful@v3.13.0"
PATH = "github.com/emicklei/go-restful/v3"
FILE = f"/source/{KEY}/container.go"
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
    expect(sheet.page.get_by_text("lines in")).to_be_visible()
    overflow = sheet.page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert overflow <= 0
    assert sheet.complaints == []


def test_everything_is_there_without_a_script(open_sheet: OpenSheet) -> None:
    imported(open_sheet)
    sheet = open_sheet(f"/symbol/{PATH}/Container.Add", script=False)

    expect(sheet.page.get_by_role("heading", name="Where it is used")).to_be_visible()
    sheet.page.get_by_role("link", name="Container.addHandler").first.click()
    expect(sheet.page.get_by_role("heading", level=1)).to_contain_text("addHandler")


@pytest.mark.parametrize("path", ["/source/", f"/source/{KEY}/"])
def test_lists_of_code_scroll_sideways_in_themselves_and_not_as_a_page(
    open_sheet: OpenSheet, path: str
) -> None:
    imported(open_sheet)
    sheet = open_sheet(path, width=390)

    assert sheet.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
