"""The demo in a browser: a start without any cluster shows a living one, and every page says what it is."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.browser

ARRIVES_MS = 20_000
ROLLOUT_MS = 70_000
"""A rollout begins every 45 s and takes some 10."""


@pytest.fixture
def page(demo_site: str, chromium: Browser) -> Iterator[Page]:
    """Yield an empty page of a browser that was given no link."""
    context = chromium.new_context(base_url=demo_site, viewport={"width": 1440, "height": 900})
    sheet = context.new_page()
    complaints: list[str] = []
    sheet.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    sheet.on("pageerror", lambda error: complaints.append(str(error)))
    yield sheet
    context.close()
    assert complaints == []


@pytest.mark.parametrize(
    "path", ["/", "/c/demo/", "/c/demo/pods.v1", "/learn/", "/zh-hans/c/demo/nodes.v1"]
)
def test_every_page_says_that_it_is_the_demo(page: Page, path: str) -> None:
    page.goto(path)

    expect(page.locator(".bar .tag")).to_be_visible()
    page.set_viewport_size({"width": 390, "height": 844})
    expect(page.locator(".bar .tag")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_rollout_changes_the_open_table(page: Page, shoot: Callable[[Page, str], None]) -> None:
    page.goto("/c/demo/pods.v1?ns=catalogue&q=storefront")
    expect(page.locator("[data-fresh][data-state=live]")).to_be_visible(timeout=ARRIVES_MS)
    rows = page.locator('tr[data-name^="storefront-"]')
    expect(rows.first).to_be_visible(timeout=ARRIVES_MS)
    shoot(page, "demo-rollout")
    before = {row.get_attribute("data-name") for row in rows.all()}

    for name in before:
        expect(page.locator(f'tr[data-name="{name}"]')).to_have_count(0, timeout=ROLLOUT_MS)
    expect(rows.first).to_be_visible(timeout=ARRIVES_MS)


def test_the_overview_counts_a_thousand_pods(
    page: Page, shoot: Callable[[Page, str], None]
) -> None:
    answer = page.request.get("/c/demo/pods.v1?format=json&limit=1").json()
    assert answer["state"] == "live"
    assert 990 <= answer["total"] <= 1020

    page.goto("/c/demo/")
    shoot(page, "demo-overview")
    expect(page.get_by_text("CrashLoopBackOff").first).to_be_visible()


def test_secrets_are_forbidden_and_the_page_says_so(demo_site: str, chromium: Browser) -> None:
    context = chromium.new_context(base_url=demo_site)
    answer = context.request.get("/c/demo/secrets.v1?format=json")

    assert answer.status == 403
    assert "rows" not in answer.json()
    context.close()
