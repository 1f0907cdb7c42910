"""The clusters that this process knows, and which informers run on them."""

from collections.abc import Sequence
from pathlib import Path

from dashboard.clusters.fleet import Fleet
from dashboard.clusters.residents import RESIDENT

_fleet: list[Fleet] = []


async def start(data: Path, names: Sequence[str], resident: Sequence[str] | None = None) -> None:
    """Find the contexts (all, or those of `names`) and connect the first in the background.

    `resident` are the KINDs kept in memory while a cluster is connected; None takes RESIDENT.
    """
    _fleet[:] = [Fleet.found(data, names, RESIDENT if resident is None else resident)]
    _fleet[0].connect_first()


async def start_demo(server: str, kubeconfig: Path) -> None:
    """Know the demo's cluster alone, at the address `server`, and connect it in the background."""
    _fleet[:] = [Fleet.demo(server, kubeconfig)]
    _fleet[0].connect_first()


async def stop() -> None:
    """Leave every cluster and end every informer."""
    for fleet in _fleet:
        await fleet.aclose()
    _fleet.clear()


def fleet() -> Fleet:
    """Return the clusters of this process; empty ones before `start`."""
    return _fleet[0] if _fleet else Fleet.none()
