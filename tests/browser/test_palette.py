"""The palette with the keyboard alone: it opens anywhere, finds both halves, and goes there."""

import re
from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, Route, expect

pytestmark = pytest.mark.browser

ARRIVES_MS = 20_000


@pytest.fixture
def page(demo_site: str, chromium: Browser) -> Iterator[Page]:
    """Yield an empty page of the demo."""
    context = chromium.new_context(base_url=demo_site, viewport={"width": 1440, "height": 900})
    sheet = context.new_page()
    complaints: list[str] = []
    sheet.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    sheet.on("pageerror", lambda error: complaints.append(str(error)))
    yield sheet
    context.close()
    assert complaints == []


def box(page: Page) -> Locator:
    return page.get_by_role("combobox")


def options(page: Page) -> Locator:
    return page.locator("#go-to [role=option]")


def chosen(page: Page) -> Locator:
    return page.locator("#go-to [role=option][aria-selected=true]")


@pytest.mark.parametrize(
    "path", ["/", "/c/demo/pods.v1", "/learn/", "/kinds/pods.v1", "/search", "/zh-hans/c/demo/"]
)
def test_it_opens_with_a_key_on_every_page_and_closes_with_another(page: Page, path: str) -> None:
    page.goto(path)
    if path == "/search":
        page.locator("body").press("Tab")  # out of the box that the page begins in
    for key in (":", "Control+k"):
        page.keyboard.press(key)
        expect(box(page)).to_be_focused()
        expect(box(page)).to_have_value("")
        page.keyboard.press("Escape")
        expect(page.locator("#go-to")).to_be_hidden()


def test_a_command_typed_and_entered_goes_to_its_table(page: Page) -> None:
    page.goto("/learn/")
    page.keyboard.press(":")
    page.keyboard.type("po payments")
    page.keyboard.press("Enter")  # before the answer: it is waited for

    page.wait_for_url("**/c/demo/pods.v1?ns=payments", timeout=ARRIVES_MS)


def test_arrows_home_and_end_choose_and_enter_opens(
    page: Page, shoot: Callable[[Page, str], None]
) -> None:
    page.goto("/c/demo/pods.v1")
    page.keyboard.press("Control+k")
    page.keyboard.type("deploy")
    expect(chosen(page)).to_have_text(re.compile("Deployments"), timeout=ARRIVES_MS)
    last = options(page).count() - 1

    for key, at in (
        ("ArrowDown", 1),
        ("ArrowUp", 0),
        ("ArrowUp", last),
        ("Home", 0),
        ("End", last),
    ):
        page.keyboard.press(key)
        expect(chosen(page)).to_have_attribute("data-at", str(at))
        expect(box(page)).to_have_attribute("aria-activedescendant", f"go-to-{at}")
        expect(box(page)).to_be_focused()
    shoot(page, "palette")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?q=deploy*")  # the last one is the page with all results
    expect(page.locator("h1")).to_have_text("“deploy”")


def test_both_halves_are_found_in_groups(page: Page) -> None:
    page.goto("/c/demo/")
    page.keyboard.press("Control+k")
    page.keyboard.type("reflector")
    expect(page.locator("#go-to [role=group] .gh")).to_contain_text(
        ["Symbols", "Chapters"], timeout=60_000
    )
    page.locator("#go-to input[role=combobox]").fill("list and watch")
    expect(chosen(page)).to_have_attribute(
        "href", re.compile("/learn/client-go/list-and-watch"), timeout=ARRIVES_MS
    )
    page.keyboard.press("Enter")
    page.wait_for_url("**/learn/client-go/list-and-watch*")


def test_what_was_opened_last_is_offered_first(page: Page) -> None:
    page.goto("/c/demo/")
    page.keyboard.press(":")
    expect(options(page)).to_have_count(0)
    page.keyboard.type("nodes")
    expect(chosen(page)).to_have_text(re.compile("Nodes"), timeout=ARRIVES_MS)
    page.keyboard.press("Enter")
    page.wait_for_url("**/c/demo/nodes.v1")

    page.keyboard.press(":")
    expect(chosen(page)).to_have_text(re.compile("Nodes"))
    expect(options(page)).to_have_count(1)


def test_nothing_found_says_what_was_searched(page: Page) -> None:
    page.goto("/c/demo/")
    page.keyboard.press(":")
    page.keyboard.type("nothing-is-called-so")

    said = page.locator("#go-to [role=status]")
    expect(said).to_contain_text("Nothing was found.", timeout=ARRIVES_MS)
    expect(said).to_contain_text("Looked through, of what you may list: Namespaces")


def test_an_old_answer_never_replaces_a_newer_one(page: Page) -> None:
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.goto("/c/demo/")
    page.route("**/search?q=po&*", hold)
    page.keyboard.press(":")
    with page.expect_request("**/search?q=po&*"):
        page.keyboard.type("po")
    page.locator("#go-to input[role=combobox]").fill("nodes")
    expect(chosen(page)).to_have_text(re.compile("Nodes"), timeout=ARRIVES_MS)
    for route in held:
        route.fulfill(json={"q": "po", "groups": []})
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    assert held
    expect(chosen(page)).to_have_text(re.compile("Nodes"))


def test_an_answer_that_is_not_whole_is_asked_for_again(page: Page) -> None:
    names = ["Reflector", "Run"]

    def answer(route: Route) -> None:
        hits = [
            {"label": name, "sub": "", "url": f"/{name}", "kind": "symbol", "icon": "f"}
            for name in names
        ]
        is_partial = len(names) < 3
        group = {
            "name": "symbols",
            "title": "Symbols",
            "hits": hits,
            "note": "",
            "partial": is_partial,
        }
        route.fulfill(json={"q": "r", "groups": [group]})

    page.goto("/c/demo/")
    page.route("**/search?*", answer)
    page.keyboard.press(":")
    page.keyboard.type("r")
    said = page.locator("#go-to [role=status]")
    expect(said).to_have_text("Results: 2 (more is still being read)")
    page.keyboard.press("ArrowDown")
    expect(chosen(page)).to_have_attribute("href", "/Run")
    names.insert(0, "Reader")

    expect(said).to_have_text("Results: 3", timeout=ARRIVES_MS)
    expect(chosen(page)).to_have_attribute("href", "/Run")


def test_a_search_that_fails_says_so(page: Page) -> None:
    page.goto("/c/demo/")
    page.route("**/search?*", lambda route: route.fulfill(status=200, body="no JSON"))
    page.keyboard.press(":")
    page.keyboard.type("po")

    expect(page.locator("#go-to [role=status]")).to_contain_text("The search does not answer.")
    expect(options(page)).to_have_count(0)


def test_the_box_in_the_bar_asks_without_a_script(demo_site: str, chromium: Browser) -> None:
    context = chromium.new_context(base_url=demo_site, java_script_enabled=False)
    page = context.new_page()
    page.goto("/c/demo/")
    page.locator(".ask input[name=q]").fill("kube-system")
    page.locator(".ask input[name=q]").press("Enter")
    page.wait_for_url("**/search?q=kube-system&cluster=demo")

    assert page.locator(".hit-list a").first.get_attribute("href") == (
        "/c/demo/namespaces.v1/-/kube-system"
    )
    context.close()


@pytest.mark.parametrize("width", [390, 1440])
def test_palette_and_page_have_no_faults_that_axe_finds(
    demo_site: str, chromium: Browser, width: int
) -> None:
    # A page of its own: axe sets styles, and our policy complains.
    context = chromium.new_context(
        base_url=demo_site, viewport={"width": width, "height": 844}, reduced_motion="reduce"
    )
    page = context.new_page()
    page.goto("/search?q=kube")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.keyboard.press("Control+k")
    page.keyboard.type("kube")
    expect(chosen(page)).to_be_visible(timeout=ARRIVES_MS)

    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    context.close()
