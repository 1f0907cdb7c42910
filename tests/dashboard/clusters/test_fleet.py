"""Clusters are connected when somebody looks, and left when nobody has for long."""

from pathlib import Path

from dashboard.client.config import Context, Contexts
from dashboard.clusters.fleet import IDLE_S, SWEEP_S, Fleet
from dashboard.demo.berth import Demo
from dashboard.demo.review import TOKEN
from tests.support.apiserver import kubeconfig
from tests.support.clock import FakeClock


async def test_a_cluster_nobody_looks_at_is_left_and_the_first_one_kept(tmp_path: Path) -> None:
    clock = FakeClock()
    demo = await Demo.start(tmp_path, clock, pods=310, seed=1)
    found = tuple(
        Context(
            name,
            name,
            demo.apiserver.server,
            (kubeconfig(tmp_path, demo.apiserver.server, name=name, user={"token": TOKEN}),),
        )
        for name in ("first", "second")
    )
    fleet = Fleet(Contexts(found, "first", "test", ()), (), clock)
    fleet.connect_first()
    try:
        first, second = fleet.get("first"), fleet.get("second")
        await first.connection()
        assert second.connected is None

        before = await second.connection()
        await clock.advance(IDLE_S - SWEEP_S)
        assert second.connected is before
        await second.connection()  # somebody looked again
        await clock.advance(IDLE_S - SWEEP_S)
        assert second.connected is before
        await clock.advance(3 * SWEEP_S)

        assert second.connected is None
        assert first.connected is not None
        assert await second.connection() is not before
    finally:
        await fleet.aclose()
        await demo.aclose()
