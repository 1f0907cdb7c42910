"""The scripted kubelet's scripts, logs and plans, without any cluster."""

from __future__ import annotations

import datetime as dt
import random
from itertools import islice
from typing import Any

import pytest

from tests.support.kubelet.casting import ANNOTATION, PART, Casting
from tests.support.kubelet.logs import HISTORY, lines
from tests.support.kubelet.script import RESTARTS, SCRIPTS
from tests.support.kubelet.status import Body
from tests.support.world.plan import MADE_BY_CONTROLLERS, World

NOON = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)


def pod(name: str = "a", cast: str = "healthy", owner: str = "o", **notes: str) -> dict[str, Any]:
    return {
        "metadata": {
            "name": name,
            "namespace": "n",
            "uid": f"uid-{name}",
            "annotations": {ANNOTATION: cast, **notes},
            "ownerReferences": [{"uid": owner}],
        },
        "spec": {
            "containers": [{"name": "main", "image": "i/main:1"}, {"name": "side", "image": "i/side:1"}],
            "initContainers": [{"name": "first", "image": "i/first:1"}],
        },
    }  # fmt: skip


def body(**notes: str) -> Body:
    return Body(pod(**notes), "10.0.0.1", "10.1.0.1")


@pytest.mark.parametrize("name", sorted(SCRIPTS))
def test_script_names_a_state_for_every_container_in_every_step(name: str) -> None:
    for step in islice(SCRIPTS[name](body(), random.Random(1)), 12):
        if step.status is None:
            continue
        containers = step.status["containerStatuses"] + step.status["initContainerStatuses"]
        assert all(len(container["state"]) == 1 for container in containers)
        kinds = [condition["type"] for condition in step.status["conditions"]]
        assert len(kinds) == len(set(kinds))


def test_crashing_container_restarts_once_per_round() -> None:
    played = SCRIPTS["crashloop"](body(**{RESTARTS: "7"}), random.Random(1))

    seen = [
        status["containerStatuses"][0]["restartCount"]
        for step in islice(played, 7)
        if (status := step.status) is not None
    ]

    assert seen == [7, 8, 8, 8, 9, 9, 9]


def test_only_the_first_container_of_a_crashing_pod_is_sick() -> None:
    first = next(SCRIPTS["crashloop"](body(), random.Random(1)))

    assert first.status is not None
    assert [c["ready"] for c in first.status["containerStatuses"]] == [False, True]


def test_condition_keeps_its_time_while_it_does_not_change() -> None:
    actor = body()
    up: dict[str, Any] = {name: {"running": {}} for name in actor.names}
    first = actor.compose("Running", up)
    moment = first["conditions"][-1]["lastTransitionTime"]
    first["conditions"][-1]["lastTransitionTime"] = "2001-01-01T00:00:00Z"

    second = actor.compose("Running", up)

    assert moment
    assert second["conditions"][-1]["lastTransitionTime"] == "2001-01-01T00:00:00Z"


def test_cast_deals_its_parts_in_order_and_per_owner() -> None:
    casting = Casting()
    cast = "evicted:2 healthy"

    parts = [casting.part(pod(str(n), cast)) for n in range(4)]

    assert parts == ["evicted", "evicted", "healthy", "healthy"]
    assert casting.part(pod("x", cast, owner="another")) == "evicted"


def test_part_that_was_dealt_before_a_restart_stays() -> None:
    dealt = pod("a", "evicted:1 healthy", **{PART: "healthy"})

    assert Casting().part(dealt) == "healthy"


def test_log_depends_on_names_alone() -> None:
    first = [text for _, text in islice(lines("p", "c", NOON, previous=False), 50)]
    again = [text for _, text in islice(lines("p", "c", NOON, previous=False), 50)]
    other = [text for _, text in islice(lines("q", "c", NOON, previous=False), 50)]

    assert first == again
    assert first != other


def test_log_of_a_previous_container_ends() -> None:
    log = list(lines("p", "c", NOON, previous=True))

    assert len(log) == HISTORY
    assert "fatal" in log[-1][1]


def test_one_seed_gives_one_plan_and_another_gives_another() -> None:
    plans = [World(seed=seed) for seed in (7, 7, 8)]

    first, again, other = ([*w.groundwork, *w.furniture, *w.workloads, *w.nodes] for w in plans)

    assert first == again
    assert first != other


@pytest.mark.parametrize("size", [300, MADE_BY_CONTROLLERS, 4000, 50_000])
def test_world_has_about_the_size_that_was_asked_for(size: int) -> None:
    world = World(pods=size)

    assert abs(world.expected_pods - size) <= size * 0.03
    assert len(world.nodes) * 200 > size


def test_no_two_objects_of_a_large_world_share_a_name() -> None:
    world = World(pods=5000)
    members = [member for group in world.crowd for member in (*group.pods, group.owner)]

    keys = [
        (o["apiVersion"], o["kind"], o["metadata"].get("namespace"), o["metadata"]["name"])
        for o in (*world.groundwork, *world.furniture, *world.workloads, *members)
    ]

    assert len(keys) == len(set(keys))
