"""Portolan's own client and reflector on the demo: whatever it is sent, it ends with what there is."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from dashboard.api.gvr import GVR
from dashboard.api.names import Namespace
from dashboard.api.state import State
from dashboard.api.table import Row
from dashboard.cache.sharedinformer import SharedInformer
from dashboard.client.resource import TableResource
from dashboard.clusters.cluster import Connection
from dashboard.clusters.fleet import Fleet
from dashboard.demo.apiserver import Apiserver
from dashboard.demo.berth import kubeconfig
from dashboard.demo.fault import End, Fault
from dashboard.demo.world import World
from tests.support.clock import FakeClock, settle

PODS = GVR("", "v1", "pods")


@pytest.fixture
async def connection(apiserver: Apiserver, tmp_path: Path) -> AsyncIterator[Connection]:
    """Portolan, connected as the demo's user."""
    path = tmp_path / "kubeconfig"
    path.write_text(json.dumps(kubeconfig(apiserver.server)), encoding="utf-8")
    fleet = Fleet.demo(apiserver.server, path)
    yield await fleet.get("demo").connection()
    await fleet.aclose()


@pytest.fixture
async def informer(connection: Connection, clock: FakeClock) -> AsyncIterator[SharedInformer[Row]]:
    """An informer of the demo's pods, running on the same clock as the demo."""
    resource = connection.resources.get(PODS)
    source = TableResource(connection.transport, resource, Namespace(""), clock)
    found: SharedInformer[Row] = SharedInformer(source, clock=clock)
    task = asyncio.create_task(found.run())
    await _until(lambda: found.reflector.state is State.LIVE)
    yield found
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_the_portal_finds_itself_to_be_the_demos_user(connection: Connection) -> None:
    assert connection.owner.user == "demo"
    assert connection.version == "v1.36.3"
    assert len(connection.resources) > 60


async def test_rows_follow_a_rollout(
    informer: SharedInformer[Row], apiserver: Apiserver, clock: FakeClock
) -> None:
    world = apiserver._world
    before = _truth(world)
    for _ in range(50):
        await clock.advance(1)
        world.catch_up()
        await _until(lambda: _held(informer) == _truth(world))

    assert _truth(world) != before
    assert informer.reflector.epoch == 1, "nothing had to be listed anew"


@pytest.mark.parametrize(
    "fault",
    [
        Fault("pods.v1", chunks=(b"not JSON\n",), end=End.SILENT),
        Fault("pods.v1", chunks=(b'{"type":"ADDED","object":{"kind":"Tab',), end=End.CUT),
        Fault("pods.v1", chunks=(b'{"type":"ADDED","object":{"kind":"Tab',)),
        Fault("pods.v1", chunks=(b'{"type":"SURPRISE","object":{}}\n',), end=End.SILENT),
        Fault(
            "pods.v1", chunks=(b'{"type":"ADDED","object":{"kind":"PodList"}}\n',), end=End.SILENT
        ),
        Fault(
            "pods.v1",
            chunks=(
                b'{"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired"}}\n',
            ),
        ),
        Fault(
            "pods.v1",
            chunks=(
                b'{"type":"ERROR","object":{"kind":"Status","code":500,"reason":"InternalError"}}\n',
            ),
        ),
    ],
    ids=["no JSON", "cut", "ended inside", "unknown type", "no Table", "410", "500"],
)
async def test_after_a_fault_the_rows_are_true_again(
    informer: SharedInformer[Row], apiserver: Apiserver, clock: FakeClock, fault: Fault
) -> None:
    world = apiserver._world
    # The stream that is open ends, so that the next one is the faulty one.
    apiserver.faults.add(fault, Fault("pods.v1", verb="list", status=502, chunks=(b"<html>",)))
    apiserver.hang_up()
    for _ in range(60):
        await clock.advance(1)
        world.catch_up()
        await settle()
    await _until(lambda: not apiserver.faults.waiting("pods.v1", "watch"), clock)

    await _until(
        lambda: informer.reflector.state is State.LIVE and _held(informer) == _truth(world), clock
    )


def _held(informer: SharedInformer[Row]) -> dict[str, str]:
    return {f"{row.namespace}/{row.name}": row.resource_version for row in informer.items}


def _truth(world: World) -> dict[str, str]:
    pods = world.storage.collections["pods.v1"]
    return {version.key: str(version.resource_version) for version in pods}


async def _until(fact: Callable[[], bool], clock: FakeClock | None = None) -> None:
    """Wait for `fact` while sockets deliver; with a clock, let time pass too."""
    async with asyncio.timeout(20):
        while not fact():
            # A turn of the loop that polls sockets.
            await asyncio.to_thread(lambda: None)
            if clock is not None:
                await clock.advance(0.5)
