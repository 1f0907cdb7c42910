"""The demo's life: it moves, it repeats itself without anybody noticing, and it is the same for all."""

import json
import re
from collections import Counter
from typing import Any

from dashboard.demo.recording import LENGTH_S
from dashboard.demo.town import LARGEST
from dashboard.demo.world import World
from tests.dashboard.demo.conftest import NewWorld
from tests.support.clock import FakeClock


def rows(world: World, kind: str) -> list[list[Any]]:
    found = world.storage.collections[kind].at(world.storage.resource_version)
    return [json.loads(version.cells(world.clock.now_ms())) for version in found]


def documents(world: World, kind: str) -> list[Any]:
    return [version.document() for version in world.storage.collections[kind]]


async def play(world: World, clock: FakeClock, seconds: float) -> None:
    for _ in range(int(seconds)):
        await clock.advance(1)
        world.catch_up()


async def test_two_worlds_with_one_seed_are_equal_and_with_another_are_not(
    new_world: NewWorld, clock: FakeClock
) -> None:
    one, two = new_world(pods=400), new_world(pods=400)
    other = new_world(pods=400, seed=8)
    assert rows(one, "pods.v1") == rows(two, "pods.v1")
    assert rows(one, "pods.v1") != rows(other, "pods.v1")

    for world in (one, two):
        await play(world, clock, 0)
    await clock.advance(LENGTH_S * 3)
    one.catch_up()
    two.catch_up()
    assert rows(one, "pods.v1") == rows(two, "pods.v1")
    assert one.storage.resource_version == two.storage.resource_version


def test_a_world_has_as_many_pods_as_asked_for(new_world: NewWorld) -> None:
    assert abs(len(new_world(pods=1000).storage.collections["pods.v1"]) - 1000) <= 5
    smallest = len(new_world(pods=1).storage.collections["pods.v1"])
    assert 250 < smallest < 400


def test_what_counts_pods_counts_the_added_ones_too(new_world: NewWorld) -> None:
    world = new_world(pods=1000)
    pods = documents(world, "pods.v1")
    owned = Counter(
        owner["uid"]
        for pod in pods
        if pod["status"]["phase"] != "Failed"  # an evicted pod counts no more
        for owner in pod["metadata"].get("ownerReferences", ())
    )
    for replicaset in documents(world, "replicasets.v1.apps"):
        assert replicaset["status"]["replicas"] == owned[replicaset["metadata"]["uid"]] <= LARGEST

    uids = [pod["metadata"]["uid"] for pod in pods]
    running = [pod for pod in pods if pod["status"].get("podIP") and not _is_on_host(pod)]
    addresses = Counter(pod["status"]["podIP"] for pod in running)
    assert len(set(uids)) == len(pods)
    assert max(addresses.values()) == 1
    known = set(uids)
    for slice_ in documents(world, "endpointslices.v1.discovery.k8s.io"):
        targets = [
            endpoint["targetRef"]["uid"]
            for endpoint in slice_["endpoints"] or ()
            if "targetRef" in endpoint
        ]
        assert set(targets) <= known
    nodes = {node["metadata"]["name"] for node in documents(world, "nodes.v1")}
    assert {pod["spec"].get("nodeName", "") for pod in pods} - {""} <= nodes


def test_deployments_and_endpoints_print_what_they_count(new_world: NewWorld) -> None:
    world = new_world(pods=1000)
    for version in world.storage.collections["deployments.v1.apps"]:
        status = version.document()["status"]
        cells = json.loads(version.cells(world.clock.now_ms()))
        wanted = version.document()["spec"]["replicas"]
        assert cells[1] == f"{status.get('readyReplicas', 0)}/{wanted}"
        assert cells[2:4] == [status.get("updatedReplicas", 0), status.get("availableReplicas", 0)]
    for version in world.storage.collections["endpointslices.v1.discovery.k8s.io"]:
        addresses = [item["addresses"][0] for item in version.document()["endpoints"] or ()]
        cells = json.loads(version.cells(world.clock.now_ms()))
        if len(addresses) > 3:
            assert cells[3] == f"{','.join(addresses[:3])} + {len(addresses) - 3} more..."


async def test_the_rolling_deployment_rolls_on_through_the_end_of_the_tape(
    new_world: NewWorld, clock: FakeClock
) -> None:
    world = new_world()

    def image() -> int:
        found = world.storage.collections["deployments.v1.apps"].get("catalogue", "storefront")
        assert found is not None
        match = re.search(r"storefront:112\.(\d+)\.0", found.object())
        assert match
        return int(match[1])

    first, seen = image(), []
    for _ in range(LENGTH_S * 2 // 5):
        await play(world, clock, 5)
        seen.append(image())

    assert seen == sorted(seen), "no rollout goes back"
    assert image() - first == 8
    names = [
        row[0] for row in rows(world, "replicasets.v1.apps") if row[0].startswith("storefront")
    ]
    assert len(names) == len(set(names)) == 11, "old ReplicaSets go as new ones come"
    pods = [row for row in rows(world, "pods.v1") if row[0].startswith("storefront")]
    assert 5 <= len(pods) <= 12


async def test_the_cron_job_runs_on_every_minute_of_the_real_clock(
    new_world: NewWorld, clock: FakeClock
) -> None:
    world = new_world()
    await play(world, clock, 4 * 60 + 10)
    jobs = [row[0] for row in rows(world, "jobs.v1.batch") if row[0].startswith("invoice-run-")]
    minutes = [int(name.removeprefix("invoice-run-")) for name in jobs]

    now = clock.now_ms() // 60_000
    assert max(minutes) == now
    created = [
        job["metadata"]["creationTimestamp"]
        for job in documents(world, "jobs.v1.batch")
        if job["metadata"]["name"] == f"invoice-run-{now}"
    ]
    assert created[0][-3:] <= "05Z"


async def test_restarts_only_grow_and_the_world_does_not(
    new_world: NewWorld, clock: FakeClock
) -> None:
    world = new_world()
    sizes = {kind: len(found) for kind, found in world.storage.collections.items()}
    restarts: dict[str, int] = {}
    for _ in range(LENGTH_S * 3 // 20):
        await play(world, clock, 20)
        for cells in rows(world, "pods.v1"):
            count = int(cells[3].split()[0])
            assert count >= restarts.get(cells[0], 0), cells
            restarts[cells[0]] = count
    await play(world, clock, (-(clock.now_ms() // 1000) + 30) % 180)

    for kind, found in world.storage.collections.items():
        assert abs(len(found) - sizes[kind]) <= (120 if "events" in kind else 8), kind


async def test_every_change_is_told_with_a_new_resource_version(
    new_world: NewWorld, clock: FakeClock
) -> None:
    world = new_world()
    before = world.storage.resource_version
    await play(world, clock, LENGTH_S * 2)

    for collection in world.storage.collections.values():
        versions = [event.resource_version for event in collection.since(before)]
        assert versions == sorted(set(versions))
        live = {version.key: version.resource_version for version in collection.at(before)}
        for event in collection.since(before):
            if event.type == "ADDED":
                assert event.after.key not in live
                live[event.after.key] = event.resource_version
            elif event.type == "MODIFIED":
                assert event.after.key in live
                live[event.after.key] = event.resource_version
            else:
                del live[event.after.key]
        now = {version.key: version.resource_version for version in collection}
        assert live == now, collection.kind


async def test_a_machine_that_slept_goes_on_in_the_present(
    new_world: NewWorld, clock: FakeClock
) -> None:
    world = new_world()
    before = world.storage.resource_version
    await clock.advance(8 * 3600)
    world.catch_up()

    assert world.storage.resource_version - before < 5_000
    leases = documents(world, "leases.v1.coordination.k8s.io")
    renewed = [item["spec"]["renewTime"] for item in leases]
    assert max(renewed) > "2026-01-01T07:59:00"


def _is_on_host(pod: Any) -> bool:
    return bool(pod["spec"].get("hostNetwork"))
