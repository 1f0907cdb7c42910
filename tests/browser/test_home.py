"""The home page of a machine without a cluster says so, and what to do about it."""

import pytest

from tests.browser.conftest import OpenSheet

pytestmark = pytest.mark.browser


def test_it_says_where_it_looked_and_what_to_do(open_sheet: OpenSheet) -> None:
    page = open_sheet("/").page
    empty = page.locator("#clusters")
    assert empty.get_by_role("heading", name="No cluster connected").is_visible()
    assert empty.get_by_text("make cluster", exact=True).is_visible()
    looked = page.locator(".tried li code").all_inner_texts()
    assert "~/.kube/config" in looked


def test_the_books_are_there_without_a_cluster(open_sheet: OpenSheet) -> None:
    page = open_sheet("/").page
    page.locator(".readlist a").first.click()
    page.wait_for_url("**/learn/**")
    assert page.locator("main h1").is_visible()


def test_the_other_language_is_one_click_away_and_back(open_sheet: OpenSheet) -> None:
    page = open_sheet("/").page
    page.locator(".bar").get_by_role("link", name="中文").click()
    page.wait_for_url("**/zh-hans/")
    assert page.locator("html").get_attribute("lang") == "zh-Hans"
    page.locator(".bar").get_by_role("link", name="English").click()
    page.wait_for_function("() => document.documentElement.lang === 'en'")


def test_the_menu_of_clusters_is_honest_when_there_are_none(open_sheet: OpenSheet) -> None:
    page = open_sheet("/", script=False).page
    page.get_by_role("button", name="No cluster connected").click()
    assert page.get_by_role("link", name="What was tried").is_visible()
