"""Open pages follow a real cluster: what kubectl changes is seen without a reload, and no row lies."""

import json
import os
import re
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import serving
from tests.cluster.fixtures import Cluster, StartCluster

pytestmark = [pytest.mark.browser, pytest.mark.cluster]

ARRIVES_MS = 20_000
RESTART_MS = 60_000
LIVE = "[data-fresh][data-state=live]"
ROWS = "tbody tr[data-version]"
"""Rows that the script has drawn, which then listens to keys too."""

Shoot = Callable[[Page, str], None]


def open_live(page: Page, address: str) -> None:
    page.goto(address)
    expect(page.locator(LIVE).first).to_be_visible(timeout=ARRIVES_MS)


def drawn(page: Page) -> None:
    """Wait until the script has taken the table over."""
    expect(page.locator(ROWS).first).to_be_visible(timeout=ARRIVES_MS)


@pytest.fixture
def config_map(cluster: Cluster) -> Iterator[str]:
    name = "watched-in-a-browser"
    cluster.kubectl("-n", "payments", "create", "configmap", name)
    yield name
    cluster.kubectl("-n", "payments", "delete", "configmap", name, "--ignore-not-found")


def test_the_page_of_an_object_follows_kubectl_to_its_end(
    page: Page, cluster: Cluster, slug: str, config_map: str
) -> None:
    open_live(page, f"/c/{slug}/configmaps.v1/payments/{config_map}")
    loaded = page.evaluate("() => performance.timeOrigin")
    label = page.locator(".labels", has_text="tide=high")
    expect(label).to_have_count(0)

    cluster.kubectl("-n", "payments", "label", "configmap", config_map, "tide=high")
    expect(label.first).to_be_visible(timeout=ARRIVES_MS)

    cluster.kubectl("-n", "payments", "delete", "configmap", config_map)
    expect(page.locator("[data-trouble]")).to_contain_text("gone", timeout=ARRIVES_MS)
    expect(label.first).to_be_visible()
    assert page.evaluate("() => performance.timeOrigin") == loaded, "it never reloaded"


@pytest.fixture
def deployment(cluster: Cluster) -> Iterator[str]:
    name = "scaled-in-a-browser"
    image = "--image=registry.harbour.example/thread:1"
    cluster.kubectl("-n", "payments", "create", "deployment", name, image, "--replicas=1")
    yield name
    cluster.kubectl("-n", "payments", "delete", "deployment", name)


def test_the_rows_of_a_scaled_deployment_arrive_and_a_deleted_pod_leaves(
    page: Page, cluster: Cluster, slug: str, deployment: str
) -> None:
    open_live(page, f"/c/{slug}/pods.v1?ns=payments&q={deployment}")
    rows = page.locator(ROWS)
    expect(rows).to_have_count(1, timeout=ARRIVES_MS)
    first = rows.first.get_attribute("data-name") or ""

    cluster.kubectl("-n", "payments", "scale", "deployment", deployment, "--replicas=3")
    expect(rows).to_have_count(3, timeout=ARRIVES_MS)

    cluster.kubectl("-n", "payments", "delete", "pod", first, "--grace-period=0", "--force")
    expect(page.locator(f'tr[data-name="{first}"]')).to_have_count(0, timeout=ARRIVES_MS)
    expect(rows).to_have_count(3, timeout=ARRIVES_MS)


def test_a_killed_apiserver_is_survived_without_a_reload_and_said_meanwhile(
    start_cluster: StartCluster,
    chromium: Browser,
    tmp_path_factory: pytest.TempPathFactory,
    shoot: Shoot,
) -> None:
    own = start_cluster(pods=40)
    instance = own.instance
    assert instance is not None
    slug = own.kubectl("config", "current-context").strip()
    data, home = tmp_path_factory.mktemp("killed-site"), tmp_path_factory.mktemp("killed-home")
    with serving(data, home, KUBECONFIG=str(own.kubeconfig)) as origin:
        context = chromium.new_context(base_url=origin, viewport={"width": 1440, "height": 900})
        page = context.new_page()
        open_live(page, f"/c/{slug}/configmaps.v1")
        loaded = page.evaluate("() => performance.timeOrigin")

        os.kill(instance.process("apiserver").pid, signal.SIGKILL)
        expect(page.locator("[data-fresh][data-state=stale]")).to_be_visible(timeout=ARRIVES_MS)
        expect(page.locator("[data-trouble]")).to_be_visible()
        assert page.locator(ROWS).count() > 0, "what was seen last stays, marked"
        shoot(page, "killed-apiserver")

        own.restart("apiserver")
        expect(page.locator(LIVE)).to_be_visible(timeout=RESTART_MS)
        expect(page.locator("[data-trouble]")).to_be_hidden()
        own.kubectl("create", "configmap", "made-after-the-restart")
        expect(page.locator('tr[data-name="made-after-the-restart"]')).to_be_visible(
            timeout=ARRIVES_MS
        )
        assert page.evaluate("() => performance.timeOrigin") == loaded, "it never reloaded"
        listed = own.kubectl("get", "configmaps", "-A", "--no-headers").splitlines()
        shown = {
            tuple(json.loads(row.get_attribute("data-key") or "[]"))
            for row in page.locator(ROWS).all()
        }
        assert shown == {tuple(line.split()[:2]) for line in listed}
        context.close()


def rows_on_screen(page: Page) -> list[str]:
    found: list[str] = page.evaluate(
        "() => { const top = document.querySelector('.grid thead th').getBoundingClientRect().bottom;"
        " return [...document.querySelectorAll('tbody tr[data-key]')].filter(row => {"
        " const box = row.getBoundingClientRect();"
        " return box.top >= top - 1 && box.bottom <= innerHeight; })"
        ".map(row => row.dataset.name); }"
    )
    return found


def names_of(page: Page, address: str) -> list[str]:
    answer = page.request.get(f"{address}{'&' if '?' in address else '?'}format=json&limit=0")
    return [row["name"] for row in answer.json()["rows"]]


def assert_in_order(shown: list[str], wanted: list[str]) -> None:
    assert len(shown) > 10
    at = wanted.index(shown[0])
    assert wanted[at : at + len(shown)] == shown


def test_rows_are_right_at_the_top_in_the_middle_and_at_the_end(page: Page, slug: str) -> None:
    # A collection that is quiet enough to be compared, and long enough to be scrolled.
    address = f"/c/{slug}/clusterroles.v1.rbac.authorization.k8s.io"
    page.set_viewport_size({"width": 1440, "height": 600})
    open_live(page, address)
    drawn(page)
    wanted = names_of(page, address)
    assert len(wanted) > 60

    assert_in_order(rows_on_screen(page), wanted)
    assert rows_on_screen(page)[0] == wanted[0]
    page.mouse.move(700, 400)
    page.mouse.wheel(0, 28 * len(wanted) // 2)
    page.wait_for_function("() => scrollY > 400")
    middle = rows_on_screen(page)
    assert_in_order(middle, wanted)
    assert middle[0] not in {wanted[0], wanted[-1]}
    page.keyboard.press("G")
    end = page.locator(f'tr[data-name="{wanted[-1]}"]')
    expect(end).to_have_attribute("aria-selected", "true", timeout=ARRIVES_MS)
    expect(end).to_be_in_viewport()
    assert_in_order(rows_on_screen(page), wanted)


def test_an_insert_above_moves_nothing_on_screen(page: Page, cluster: Cluster, slug: str) -> None:
    page.set_viewport_size({"width": 1440, "height": 600})
    address = f"/c/{slug}/clusterroles.v1.rbac.authorization.k8s.io"
    open_live(page, address)
    drawn(page)
    total = len(names_of(page, address))
    page.mouse.move(700, 400)
    page.mouse.wheel(0, 900)
    page.wait_for_function("() => scrollY > 400")
    before = rows_on_screen(page)
    cluster.kubectl("create", "clusterrole", "aaa-above", "--verb=get", "--resource=pods")
    try:
        expect(page.locator("[data-range]")).to_have_text(str(total + 1), timeout=ARRIVES_MS)
        page.wait_for_timeout(500)  # an order may wait until the pointer has rested
        assert rows_on_screen(page)[1:-1] == before[1:-1]
    finally:
        cluster.kubectl("delete", "clusterrole", "aaa-above")


def test_keys_move_open_and_explain(page: Page, slug: str) -> None:
    address = f"/c/{slug}/nodes.v1"
    open_live(page, address)
    drawn(page)
    names = names_of(page, address)
    selected = page.locator("tr[aria-selected=true]")

    page.keyboard.press("j")
    expect(selected).to_have_attribute("data-name", names[0])
    page.keyboard.press("j")
    expect(selected).to_have_attribute("data-name", names[1])
    page.keyboard.press("k")
    expect(selected).to_have_attribute("data-name", names[0])
    page.keyboard.press("G")
    expect(selected).to_have_attribute("data-name", names[-1])
    page.keyboard.press("g")
    page.keyboard.press("g")
    expect(selected).to_have_attribute("data-name", names[0])
    page.keyboard.press("Escape")
    expect(selected).to_have_count(0)
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#keys")).to_be_hidden()
    page.keyboard.press("/")
    expect(page.locator(".filter input[type=search]")).to_be_focused()
    page.keyboard.press("Escape")
    for key, view in (("Enter", ""), ("y", "/yaml"), ("e", "/events")):
        page.keyboard.press("j")
        page.keyboard.press(key)
        expect(page).to_have_url(re.compile(rf"{re.escape(address)}/-/{names[0]}{view}$"))
        page.go_back()
        drawn(page)


def test_namespaces_and_columns_are_chosen_in_menus(page: Page, slug: str) -> None:
    open_live(page, f"/c/{slug}/pods.v1")
    page.keyboard.press("n")
    spaces = page.locator("#menu-spaces")
    expect(spaces).to_be_visible()
    spaces.get_by_label(re.compile("^search")).check()
    spaces.get_by_role("button", name="Apply").click()
    expect(page).to_have_url(re.compile(r"ns=search"))
    expect(page.locator(LIVE)).to_be_visible(timeout=ARRIVES_MS)
    assert {cell.inner_text() for cell in page.locator("tbody .c-ns").all()} == {"search"}

    page.get_by_role("button", name="Columns").click()
    columns = page.locator("#menu-columns")
    columns.get_by_label("Node", exact=True).check()
    columns.get_by_role("button", name="Apply").click()
    expect(page.locator("thead th", has_text="Node").first).to_be_visible()
    expect(page).to_have_url(re.compile(r"ns=search"))
    expect(page.locator(LIVE)).to_be_visible(timeout=ARRIVES_MS)
    expect(page.locator("thead th", has_text="Node").first).to_be_visible()


def test_the_sheet_that_is_downloaded_holds_the_rows_of_the_data(
    page: Page, slug: str, tmp_path: Path
) -> None:
    address = f"/c/{slug}/nodes.v1"
    open_live(page, address)
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    path = tmp_path / "nodes.csv"
    download.value.save_as(path)

    data: dict[str, Any] = page.request.get(f"{address}?format=json&limit=0").json()
    lines = path.read_text().splitlines()
    assert lines[0] == ",".join(column["name"] for column in data["columns"])
    assert [line.split(",")[0] for line in lines[1:]] == [row["name"] for row in data["rows"]]


@pytest.mark.parametrize("language", ["", "/zh-hans"])
@pytest.mark.parametrize("width", [390, 1440])
def test_no_page_scrolls_sideways_or_complains(
    page: Page, cluster: Cluster, slug: str, shoot: Shoot, language: str, width: int
) -> None:
    """What a strict policy would have to block is in the console, which the fixture reads."""
    page.set_viewport_size({"width": width, "height": 900})
    pods = json.loads(cluster.kubectl("-n", "payments", "get", "pods", "-o", "json"))["items"]
    pod = f"/c/{slug}/pods.v1/payments/{pods[0]['metadata']['name']}"
    paths = {
        "overview": f"/c/{slug}/",
        "pods": f"/c/{slug}/pods.v1?columns=wide",
        "events": f"/c/{slug}/events.v1",
        "secrets": f"/c/{slug}/secrets.v1",
        "object": pod,
        "object-yaml": f"{pod}/yaml?managed=1",
        "object-events": f"{pod}/events",
        "kind": f"/kinds/pods.v1?cluster={slug}",
    }
    for name, path in paths.items():
        page.goto(f"{language}{path}")
        page.wait_for_load_state("networkidle")
        expect(page.locator("html")).to_have_attribute("lang", "zh-Hans" if language else "en")
        wide = page.evaluate("() => document.documentElement.scrollWidth")
        assert wide <= width, f"{path} is {wide} px wide"
        shoot(page, f"{name}-{width}{language.replace('/', '-')}")
