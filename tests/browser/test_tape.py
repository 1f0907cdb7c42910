"""A tape is stepped through with the keyboard alone, and needs no script for that."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenSheet

CHAPTER = "/learn/client-go/list-and-watch"


@pytest.mark.parametrize("script", [True, False])
def test_arrow_keys_go_from_step_to_step(open_sheet: OpenSheet, script: bool) -> None:
    sheet = open_sheet(CHAPTER, script=script)
    tape = sheet.page.locator("details.tape", has_text="The connection is cut")
    tape.locator("summary").click()
    steps = tape.locator("li:not(.struck)")

    steps.nth(3).click(position={"x": 150, "y": 8})
    sheet.page.keyboard.press("ArrowDown")

    expect(steps.nth(3).locator("input")).not_to_be_checked()
    expect(steps.nth(4).locator("input")).to_be_checked()
    expect(steps.nth(4)).to_contain_text("meets an error")
    expect(steps.nth(5)).to_have_css("opacity", "0.4")
    assert tape.locator("[data-play]").is_visible() == script
    assert sheet.complaints == []


def test_function_beside_a_step_is_a_link_of_its_own(open_sheet: OpenSheet) -> None:
    sheet = open_sheet(CHAPTER)

    sheet.page.locator("details.tape[open] a.src").first.click()

    sheet.page.wait_for_url("**/symbol/k8s.io/client-go/tools/cache/Reflector.watchList")
