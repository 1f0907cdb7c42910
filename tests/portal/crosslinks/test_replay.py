"""The list-and-watch chapter replays what this portal's own reflector did, to those who may see it."""

import re
from typing import Any

import pytest

from dashboard.cache.trace import Step
from portal.crosslinks.steps import MEANINGS
from portal.source.package import Packages
from portal.source.tree import Tree
from tests.cluster.fixtures import Cluster
from tests.support.visitor import visiting

CHAPTER = "/learn/client-go/list-and-watch"


def test_every_step_has_its_function_in_the_source(real: Tree) -> None:
    packages = Packages()

    assert set(MEANINGS) == set(Step)
    for meaning in MEANINGS.values():
        packages.get(real, meaning.place.importpath).symbol(meaning.place.name)


@pytest.mark.cluster
@pytest.mark.source
@pytest.mark.django_db(transaction=True)
async def test_the_chapter_shows_the_steps_that_were_taken(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    slug = cluster.kubectl("config", "current-context").strip()
    async with visiting(cluster.kubeconfig, monkeypatch) as visitor:
        total = (await visitor.data(f"/c/{slug}/pods.v1"))["total"]
        data: dict[str, Any] = (await visitor.get(f"/-/trace/{slug}/pods.v1")).json()
        page = (await visitor.get(CHAPTER)).content.decode()

    steps = data["traces"][0]["steps"]
    assert [step["step"] for step in steps[:3]] == ["stream", "initial_events_end", "replace"]
    assert abs(int(steps[2]["detail"]) - total) < 20
    assert steps[2]["resource_version"].isdigit()
    shown = re.findall(r'<span class="what">([^<]*?)\s*[×<]', live(page))
    assert shown[:3] == [
        "asks for the present state as a stream",
        "has all initial events",
        "replaces the copy",
    ]
    assert "/symbol/k8s.io/client-go/tools/cache/Reflector.watchList" in page


@pytest.mark.cluster
@pytest.mark.source
@pytest.mark.django_db(transaction=True)
async def test_without_the_right_no_step_is_told(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with visiting(cluster.user("dave"), monkeypatch) as dave:
        slug = cluster.kubectl("config", "current-context", user="dave").strip()
        await dave.get(f"/c/{slug}/")
        answer = await dave.get(f"/-/trace/{slug}/pods.v1")
        page = (await dave.get(CHAPTER)).content.decode()

    assert answer.status_code == 403
    assert "steps" not in answer.json()
    assert 'class="steps"' not in live(page)
    assert "You have no access" in live(page)


def live(page: str) -> str:
    """Return the chapter from the live trace on; tapes, which are everybody's, come before it."""
    return page.partition('data-replay="')[2]
