"""The frame around every page, the theme that people pick, and the page of all parts."""

import re
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import AsyncClient, override_settings

from dashboard.access import directory
from dashboard.api.state import State
from dashboard.errors import ClusterError, Unreachable
from dashboard.views import lookbook as live_lookbook
from portal.lookbook import look_book
from portal.resource import resource_path

pytestmark = pytest.mark.django_db

THEME = "/-/theme"
"""Where a choice is posted."""


@pytest.fixture
def visitor(monkeypatch: pytest.MonkeyPatch) -> AsyncClient:
    """Somebody who was let in."""
    from portal.accounts import door

    async def everybody(_session: object) -> object:
        return object()

    monkeypatch.setattr(door, "credential", everybody)
    return AsyncClient()


def clusters(monkeypatch: pytest.MonkeyPatch, *states: directory.ClusterState) -> None:
    """Let the process know these clusters."""
    found = directory.Found(states, "KUBECONFIG", ("KUBECONFIG",), None)
    monkeypatch.setattr(directory, "found", lambda: found)


def cluster(
    slug: str, *, connected: bool = True, trouble: ClusterError | None = None
) -> directory.ClusterState:
    """Return one cluster."""
    version = "v1.36.3" if connected else ""
    return directory.ClusterState(slug, slug, "https://10.0.0.1", version, connected, trouble)


async def text_of(client: AsyncClient, path: str) -> str:
    """Return a page."""
    answer = await client.get(path)
    assert answer.status_code == 200
    return str(answer.content.decode())


async def test_a_theme_is_kept_and_leads_back_to_the_page(visitor: AsyncClient) -> None:
    answer = await visitor.post(THEME, {"theme": "ink", "next": "/learn/?at=v1.36.3"})
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/learn/?at=v1.36.3"
    assert visitor.cookies["portolan_theme"].value == "ink"
    assert 'data-theme="ink"' in await text_of(visitor, "/")


async def test_following_the_system_forgets_the_theme(visitor: AsyncClient) -> None:
    await visitor.post(THEME, {"theme": "ink"})
    await visitor.post(THEME, {"theme": "system"})
    assert "data-theme=" not in await text_of(visitor, "/")


@pytest.mark.parametrize(
    "elsewhere", ["https://example.org/", "//example.org", "javascript:alert(1)", ""]
)
async def test_nobody_is_sent_elsewhere(visitor: AsyncClient, elsewhere: str) -> None:
    answer = await visitor.post(THEME, {"theme": "paper", "next": elsewhere})
    assert answer.headers["Location"] == "/"


async def test_a_link_cannot_change_the_theme(visitor: AsyncClient) -> None:
    answer = await visitor.get(THEME, {"theme": "ink"})
    assert answer.status_code == 405


async def test_a_theme_that_is_none_is_not_written_into_the_page(visitor: AsyncClient) -> None:
    visitor.cookies["portolan_theme"] = '"><b>'
    assert "<b>" not in (await text_of(visitor, "/")).split("<head>")[0]


async def test_a_stranger_reads_no_name_of_a_cluster(monkeypatch: pytest.MonkeyPatch) -> None:
    clusters(monkeypatch, cluster("prod-eu-1"))
    answer = await AsyncClient().get("/")
    assert answer.status_code == 401
    assert b"prod-eu-1" not in answer.content


async def test_the_menu_names_every_cluster_and_how_it_answers(
    visitor: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    silent = cluster("prod-us-2", connected=False, trouble=Unreachable(cluster="prod-us-2"))
    clusters(monkeypatch, cluster("prod-eu-1"), silent, cluster("edge-lab", connected=False))
    page = await text_of(visitor, "/")
    menu = page[page.index('id="menu-clusters"') : page.index('id="menu-me"')]
    assert re.findall(r'class="mk c-(\w+)', menu) == ["ok", "fail", "still"]
    assert "does not answer" in menu
    assert "not asked yet" in menu


async def test_the_connected_cluster_is_the_one_in_the_bar(
    visitor: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    clusters(monkeypatch, cluster("edge-lab", connected=False), cluster("prod-eu-1"))
    page = await text_of(visitor, "/learn/")
    assert "<b>prod-eu-1</b> <small>v1.36.3</small>" in page


async def test_each_half_says_that_one_is_in_it(visitor: AsyncClient) -> None:
    current = re.compile(r'<nav class="halves".*?aria-current="true">(\w+)</a>', re.DOTALL)
    assert current.findall(await text_of(visitor, "/")) == ["Cluster"]
    assert current.findall(await text_of(visitor, "/learn/")) == ["Source"]


async def test_the_page_of_all_parts_shows_every_age(visitor: AsyncClient) -> None:
    page = await text_of(visitor, "/-/look")
    assert {state.value for state in State} <= set(re.findall(r'data-state="(\w+)"', page))


async def test_the_page_of_all_parts_has_every_section_that_it_lists(visitor: AsyncClient) -> None:
    page = await text_of(visitor, "/-/look")
    ids = re.findall(r'<section class="spec" id="([\w-]+)"', page)
    assert ids == [name for name, _title in look_book().sections]


def test_the_six_states_are_six_partials() -> None:
    book = live_lookbook.look_book()
    assert len({state.template for state in (*book.states, book.stale)}) == 6


@override_settings(
    STORAGES={"staticfiles": {"BACKEND": "portal.assets.HashedStorage"}},
    STATICFILES_DIRS=[resource_path("static")],
)
def test_styles_and_modules_are_collected_under_their_hash(
    settings: object, tmp_path: Path
) -> None:
    with override_settings(STATIC_ROOT=tmp_path):
        fonts = tmp_path / "source" / "fonts"
        fonts.mkdir(parents=True)
        names = re.findall(
            r"fonts/([\w-]+\.woff2)",
            (resource_path("static") / "css" / "tokens.css").read_text(encoding="utf-8"),
        )
        for name in names:
            (fonts / name).touch()
        with override_settings(STATICFILES_DIRS=[resource_path("static"), tmp_path / "source"]):
            call_command("collectstatic", interactive=False, verbosity=0)
    (entry,) = (
        path
        for path in (tmp_path / "css").glob("portolan.*.css")
        if re.fullmatch(r"portolan\.[0-9a-f]{12}\.css", path.name)
    )
    imports = re.findall(r'@import url\("(.*?)"\)', entry.read_text(encoding="utf-8"))
    assert len(imports) > 20
    for name in imports:
        assert re.fullmatch(r"[\w-]+\.[0-9a-f]{12}\.css", name)
        assert (tmp_path / "css" / name).is_file()
