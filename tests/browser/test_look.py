"""Every page and part can be read: by everyone, in both themes and languages, at every width."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.conftest import OpenSheet

pytestmark = pytest.mark.browser

PATHS = ["/", "/-/look", "/zh-hans/", "/zh-hans/-/look"]
THEMES = ["paper", "ink"]
WIDTHS = [390, 768, 1024, 1280, 1440, 1920]
GROUND = "() => getComputedStyle(document.documentElement).backgroundColor"

Shoot = Callable[[Page, str], None]


def name_of(path: str) -> str:
    """Return what a screenshot of `path` is called."""
    page = "look" if path.endswith("look") else "home"
    return f"{page}-{'zh' if path.startswith('/zh') else 'en'}"


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("path", PATHS)
def test_axe_finds_nothing_and_the_console_is_silent(
    open_sheet: OpenSheet, shoot: Shoot, path: str, theme: str
) -> None:
    sheet = open_sheet(path, theme=theme)
    assert sheet.complaints == []
    found = Axe().run(sheet.page)  # which sets styles of its own, and our policy complains
    assert found.violations_count == 0, found.generate_report()
    shoot(sheet.page, f"{name_of(path)}-1440-{theme}")


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("path", PATHS)
def test_axe_finds_nothing_on_a_phone(
    open_sheet: OpenSheet, shoot: Shoot, path: str, theme: str
) -> None:
    sheet = open_sheet(path, theme=theme, width=390)
    found = Axe().run(sheet.page)
    assert found.violations_count == 0, found.generate_report()
    shoot(sheet.page, f"{name_of(path)}-390-{theme}")


@pytest.mark.parametrize("path", PATHS)
def test_no_page_scrolls_sideways(open_sheet: OpenSheet, path: str) -> None:
    page = open_sheet(path).page
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        wide = page.evaluate("() => document.documentElement.scrollWidth")
        assert wide <= width, f"at {width} px the page is {wide} px wide"


def test_our_own_fonts_are_loaded(open_sheet: OpenSheet) -> None:
    page = open_sheet("/-/look").page
    loaded = page.evaluate(
        "() => [...document.fonts].filter(face => face.status === 'loaded')"
        ".map(face => face.family.replaceAll('\"', ''))"
    )
    assert {"Source Sans 3", "Source Serif 4", "Source Code Pro"} <= set(loaded)


def test_a_theme_is_picked_and_kept_without_script(open_sheet: OpenSheet) -> None:
    page = open_sheet("/", script=False).page
    page.emulate_media(color_scheme="light")
    paper = page.evaluate(GROUND)
    page.locator(".me").click()
    page.get_by_label("Deep ink").check()
    ink = page.evaluate(GROUND)
    assert ink != paper, "the choice shows before it is kept"
    page.get_by_role("button", name="Keep this theme").click()
    page.wait_for_load_state()
    assert page.locator("html").get_attribute("data-theme") == "ink"
    assert page.evaluate(GROUND) == ink
    page.locator(".me").click()
    page.get_by_label("Follow the system").check()
    assert page.evaluate(GROUND) == paper


def test_a_theme_is_kept_at_once_with_script(open_sheet: OpenSheet) -> None:
    page = open_sheet("/").page
    page.locator(".me").click()
    assert not page.get_by_role("button", name="Keep this theme").is_visible()
    page.get_by_label("Deep ink").check()
    page.reload()
    assert page.locator("html").get_attribute("data-theme") == "ink"


def test_the_keyboard_reaches_the_content_first(open_sheet: OpenSheet) -> None:
    page = open_sheet("/").page
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.className") == "skip"
    assert page.locator(".skip").bounding_box()["y"] >= 0  # type: ignore[index]
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.activeElement.id === 'main'")


def test_whatever_has_the_focus_shows_it(open_sheet: OpenSheet) -> None:
    page = open_sheet("/-/look").page
    seen = 0
    for _step in range(40):
        page.keyboard.press("Tab")
        outline = page.evaluate(
            "() => { const at = document.activeElement;"
            " const shown = at.closest('.filter, .ask') ?? at;"
            " return [at.outerHTML.slice(0, 80), getComputedStyle(shown).outlineStyle]; }"
        )
        assert outline[1] != "none", f"{outline[0]} shows no focus"
        seen += 1
    assert seen == 40


def test_the_rail_is_a_menu_where_there_is_no_room_for_it(open_sheet: OpenSheet) -> None:
    page = open_sheet("/", width=390).page
    rail = page.locator("#menu-nav")
    assert not rail.is_visible()
    page.get_by_role("button", name="Menu").click()
    assert rail.is_visible()
    assert rail.get_by_role("link", name="中文").is_visible()
    page.keyboard.press("Escape")
    assert not rail.is_visible()
    page.set_viewport_size({"width": 1440, "height": 900})
    assert rail.is_visible()


def test_paper_carries_the_page_and_not_its_frame(open_sheet: OpenSheet) -> None:
    page = open_sheet("/", theme="ink").page
    page.emulate_media(media="print")
    assert not page.locator(".bar").is_visible()
    assert not page.locator(".rail").is_visible()
    assert page.locator("main h1").is_visible()
    assert page.evaluate("() => getComputedStyle(document.documentElement).colorScheme") == "light"


def test_marks_keep_their_shape_in_forced_colours(open_sheet: OpenSheet) -> None:
    sheet = open_sheet("/-/look")
    sheet.page.emulate_media(forced_colors="active")
    found = Axe().run(sheet.page)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("menu", ["menu-spaces", "menu-versions"])
def test_an_open_menu_can_be_read_and_closed_again(open_sheet: OpenSheet, menu: str) -> None:
    page = open_sheet("/-/look").page
    page.locator(f"[popovertarget={menu}]").click()
    shown = page.locator(f"#{menu}")
    assert shown.is_visible()
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    page.keyboard.press("Escape")
    assert not shown.is_visible()


def test_relations_are_a_list_where_there_is_no_room_for_the_graph(open_sheet: OpenSheet) -> None:
    page = open_sheet("/-/look").page
    assert page.locator("svg.rel").is_visible()
    page.set_viewport_size({"width": 768, "height": 900})
    assert not page.locator("svg.rel").is_visible()
    assert page.locator(".rel-list").first.is_visible()
    assert page.locator(".paths-list").is_visible()


@pytest.mark.parametrize("path", PATHS)
def test_no_link_is_dead(open_sheet: OpenSheet, path: str) -> None:
    page = open_sheet(path).page
    lost = page.evaluate(
        "() => [...document.querySelectorAll('a[href^=\"#\"]')]"
        ".map(link => link.getAttribute('href')).filter(hash => !document.querySelector(hash))"
    )
    assert lost == []
    addresses = page.evaluate(
        "() => [...new Set([...document.links].filter(link => link.origin === location.origin)"
        ".map(link => link.pathname + link.search))].slice(0, 60)"
    )
    answers = {address: page.request.get(address).status for address in addresses}
    # 503 is a page that says what to import.
    assert {address: status for address, status in answers.items() if status in {404, 500}} == {}
