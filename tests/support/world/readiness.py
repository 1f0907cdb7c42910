"""When a world can be used: the facts that a start waits for."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable

import aiohttp

from tests.support.kubelet.apiserver import Apiserver, Refused, path_of
from tests.support.world.loader import is_ready
from tests.support.world.manifest import Object
from tests.support.world.plan import World
from tests.support.world.sick import EXPECTED_STATUSES, STUCK

TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io"
POLL_S = 0.5


async def statuses(apiserver: Apiserver) -> Counter[str]:
    """Return how many pods show each word in the STATUS column of kubectl get pods."""
    table = await apiserver.get(path_of("v1", "pods"), accept=TABLE, includeObject="None")
    column = [c["name"] for c in table["columnDefinitions"]].index("Status")
    return Counter(row["cells"][column] for row in table["rows"])


async def missing(apiserver: Apiserver, world: World, hollow: Iterable[str]) -> list[str]:
    """Return what the world still lacks, as sentences; empty when it can be used."""
    lacking = []
    nodes, _ = await apiserver.list(path_of("v1", "nodes"))
    ready = {node["metadata"]["name"] for node in nodes if is_ready(node)}
    lost = {node["metadata"]["name"] for node in world.nodes if "spec" in node}
    wanted = {node["metadata"]["name"] for node in world.nodes} - lost
    lacking += [f"node {name} is not ready" for name in sorted({*wanted, *hollow} - ready)]
    shown = await statuses(apiserver)
    lacking += [f"no pod shows {word}" for word in EXPECTED_STATUSES if not shown[word]]
    if shown.total() < world.expected_pods:
        lacking.append(f"{shown.total()} of {world.expected_pods} pods exist")
    stuck = await apiserver.get(path_of("apps/v1", "deployments", *STUCK))
    if not any(c.get("reason") == "ProgressDeadlineExceeded" for c in _conditions(stuck)):
        lacking.append(f"deployment {STUCK[1]} is not stuck yet")
    services, _ = await apiserver.list(path_of("apiregistration.k8s.io/v1", "apiservices"))
    if not any(c["status"] == "False" for service in services for c in _conditions(service)):
        lacking.append("no APIService is down yet")
    return lacking


async def settle(apiserver: Apiserver, world: World, hollow: Iterable[str], limit_s: float) -> None:
    """Return when nothing is missing; raises TimeoutError that names what is."""
    names = list(hollow)
    lacking = ["nothing was asked yet"]
    try:
        async with asyncio.timeout(limit_s):
            while lacking:
                try:
                    lacking = await missing(apiserver, world, names)
                except (Refused, aiohttp.ClientError) as error:
                    lacking = [str(error)]
                if lacking:
                    await asyncio.sleep(POLL_S)
    except TimeoutError:
        raise TimeoutError("; ".join(lacking)) from None


def _conditions(manifest: Object) -> list[Object]:
    conditions: list[Object] = manifest.get("status", {}).get("conditions", [])
    return conditions
