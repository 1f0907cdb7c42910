"""The thread: from a real API server's byte to a pixel, and from a real Go file to a chapter."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenSheet
from tests.cluster.fixtures import Cluster

pytestmark = [pytest.mark.browser, pytest.mark.cluster]

POD = """
{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "from-kubectl", "namespace": "payments"},
 "spec": {"containers": [{"name": "main", "image": "registry.harbour.example/thread:1"}]}}
"""
CHAPTER = "/learn/kube-apiserver/handler-chain"
ARRIVES_MS = 20_000


def test_a_pod_that_kubectl_makes_comes_and_one_that_it_deletes_goes(
    page: Page, cluster: Cluster, slug: str
) -> None:
    page.goto(f"/c/{slug}/pods.v1?ns=payments")
    expect(page.locator("[data-fresh][data-state=live]")).to_be_visible(timeout=ARRIVES_MS)
    made = page.locator('tr[data-name="from-kubectl"]')
    expect(made).to_have_count(0)

    cluster.kubectl("create", "-f", "-", text=POD)
    try:
        expect(made).to_be_visible(timeout=ARRIVES_MS)
    finally:
        cluster.kubectl(
            "-n", "payments", "delete", "pod", "from-kubectl", "--grace-period=0", "--force"
        )
    expect(made).to_have_count(0, timeout=ARRIVES_MS)


def test_the_table_on_screen_equals_kubectl(page: Page, cluster: Cluster, slug: str) -> None:
    page.goto(f"/c/{slug}/nodes.v1")
    expect(page.locator("[data-fresh][data-state=live]")).to_be_visible(timeout=ARRIVES_MS)

    listed = cluster.kubectl("get", "nodes", "--no-headers").splitlines()
    shown = page.locator("tbody tr:not(.pad)")

    expect(shown).to_have_count(len(listed))
    names = {line.split()[0] for line in listed}
    assert {part.get_attribute("title") for part in page.locator("tbody .nm").all()} == names


def test_ages_tick_in_the_browser(page: Page, slug: str) -> None:
    page.goto(f"/c/{slug}/namespaces.v1")
    age = page.locator("tbody time").first
    before = age.inner_text()

    page.clock.install()
    page.goto(f"/c/{slug}/namespaces.v1")
    page.clock.fast_forward("48:00:00")

    expect(page.locator("tbody time").first).to_have_text(re.compile("^2d"), timeout=ARRIVES_MS)
    assert not before.startswith("2d")


def test_the_chapter_shows_real_source_and_a_live_number(
    page: Page, cluster: Cluster, slug: str
) -> None:
    page.goto(CHAPTER)
    code = page.locator(".code .go").first
    expect(code).to_contain_text("DefaultBuildHandlerChain")
    expect(page.locator(".stamp")).to_contain_text("v1.36.3")

    flows = len(cluster.kubectl("get", "flowschemas", "--no-headers").splitlines())
    expect(page.locator("[data-evidence] [data-total]").first).to_have_text(
        str(flows), timeout=ARRIVES_MS
    )
    expect(page.locator("[data-evidence] [data-fresh]").first).to_have_attribute(
        "data-state", "live"
    )


def test_the_live_number_follows_the_cluster(page: Page, cluster: Cluster) -> None:
    page.goto(CHAPTER)
    total = page.locator("[data-evidence] [data-total]").first
    flows = len(cluster.kubectl("get", "flowschemas", "--no-headers").splitlines())
    expect(total).to_have_text(str(flows), timeout=ARRIVES_MS)
    schema = cluster.kubectl("get", "flowschema", "catch-all", "-o", "json")
    renamed = schema.replace('"name": "catch-all"', '"name": "thread-test"', 1)
    renamed = re.sub(r'"(uid|resourceVersion|creationTimestamp)": "[^"]*",?', "", renamed)
    renamed = re.sub(r",(\s*})", r"\1", renamed)

    cluster.kubectl("create", "-f", "-", text=renamed)
    try:
        expect(total).to_have_text(str(flows + 1), timeout=ARRIVES_MS)
    finally:
        cluster.kubectl("delete", "flowschema", "thread-test")
    expect(total).to_have_text(str(flows), timeout=ARRIVES_MS)


def test_an_identifier_in_the_chapter_leads_to_its_source(page: Page) -> None:
    page.goto(CHAPTER)
    page.locator(".go a.fn", has_text="WithAuthorization").first.click()

    expect(page.locator("h1")).to_contain_text("WithAuthorization")
    page.locator("a.src, .code header .path a").first.click()
    expect(page).to_have_url(re.compile(r"/source/kubernetes@v1\.36\.3/staging/src/"))


def test_chinese_is_the_same_tree(page: Page, slug: str) -> None:
    page.goto(f"/c/{slug}/pods.v1?q=CrashLoopBackOff")
    page.get_by_role("link", name="中文").click()

    expect(page).to_have_url(re.compile(rf"/zh-hans/c/{slug}/pods\.v1\?q=CrashLoopBackOff$"))
    expect(page.locator("[data-fresh][data-state=live]")).to_be_visible(timeout=ARRIVES_MS)
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")


def test_without_a_cluster_the_page_says_so_and_the_chapter_stays(open_sheet: OpenSheet) -> None:
    home = open_sheet("/").page
    expect(home.locator("main")).to_contain_text("make cluster")

    chapter = open_sheet(CHAPTER).page
    expect(chapter.locator("h1")).to_have_text("A request through kube-apiserver")
    expect(chapter.locator(".evid").first).to_contain_text("No cluster is connected")
