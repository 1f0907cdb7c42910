"""What takes patience: watches that are followed for longer than a healthy one is silent."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass

from tests.facts.server import JSON, RBAC, TABLE, Answer, Caller, Json, Server, status

OBSERVED_S = 75.0
"""A healthy watch gets a bookmark each minute (cacher: defaultBookmarkFrequency)."""
FAR_AHEAD = 1_000_000
WRITES = 5
STILL_DELIVERED = 3
BETWEEN_DELIVERIES_S = 5.0


@dataclass(frozen=True, slots=True)
class Silence:
    """What watches of one collection were told within OBSERVED_S seconds."""

    future_status: int
    future: Sequence[Json]
    """The events of a watch from a resourceVersion that is far ahead."""
    healthy: Sequence[Json]
    """The events of a watch from the present one."""
    tabled: Sequence[Json]
    """The events of the same watch as a Table."""
    untouched: Sequence[Json]
    """The events of a watch from the present one, of a kind that nobody writes."""
    listed: Answer
    """The answer to a LIST at the same resourceVersion far ahead."""
    listed_after_s: float
    unmarked_status: int
    unmarked: Sequence[Json]
    """The events of a watch with sendInitialEvents and without resourceVersionMatch."""
    refused_at_once: Answer
    """What alice's LIST says once her RoleBinding is gone."""
    delivered: Sequence[str]
    """The objects, made after that, that her open watch brought her."""


async def watch(server: Server) -> Silence:
    """Follow the watches side by side; configmaps are written meanwhile."""
    space = await server.namespace("facts-patience")
    path = f"{space}/configmaps"
    present = (await server.admin.get(path)).resource_version
    future = str(present + FAR_AHEAD)
    quiet = f"{space}/replicationcontrollers"
    quiet_at = (await server.admin.get(quiet)).resource_version
    begun = asyncio.Barrier(6)
    admin = server.admin
    now = {"resourceVersion": str(present)}
    async with asyncio.TaskGroup() as group:
        begin = group.create_task
        ahead = begin(_follow(admin, path, begun, resourceVersion=future))
        healthy = begin(_follow(admin, path, begun, **now))
        tabled = begin(_follow(admin, path, begun, TABLE, includeObject="Metadata", **now))
        untouched = begin(_follow(admin, quiet, begun, resourceVersion=str(quiet_at)))
        unmarked = begin(_follow(admin, path, begun, sendInitialEvents="true"))
        listed = begin(_list(admin, path, future))
        revoked = begin(_after_revocation(server))
        begin(_write(server, path, begun))
    return Silence(
        *ahead.result(),
        healthy.result()[1],
        tabled.result()[1],
        untouched.result()[1],
        *listed.result(),
        *unmarked.result(),
        *revoked.result(),
    )


async def _follow(
    caller: Caller, path: str, begun: asyncio.Barrier, accept: str = JSON, /, **query: str
) -> tuple[int, list[Json]]:
    async with caller.watch(path, accept, allowWatchBookmarks="true", **query) as stream:
        await begun.wait()
        return stream.status, await stream.all_until(OBSERVED_S)


async def _write(server: Server, path: str, begun: asyncio.Barrier) -> None:
    await begun.wait()
    for number in range(WRITES):
        await server.create(path, {"metadata": {"name": f"meanwhile-{number}"}})


async def _list(caller: Caller, path: str, resource_version: str) -> tuple[Answer, float]:
    asked = time.monotonic()
    answer = await caller.get(path, resourceVersion=resource_version)
    return answer, time.monotonic() - asked


async def _after_revocation(server: Server) -> tuple[Answer, list[str]]:
    """Take alice's right away while she watches, and write on."""
    space = await server.namespace("facts-revoked")
    rights = f"{RBAC}/namespaces/facts-revoked"
    reads = {"apiGroups": [""], "resources": ["configmaps"], "verbs": ["get", "list", "watch"]}
    await server.create(f"{rights}/roles", {"metadata": {"name": "reads"}, "rules": [reads]})
    await server.bind(rights, "reads", "alice")
    alice = server.user("alice")
    path = f"{space}/configmaps"
    present = await server.until(lambda: alice.get(path), status(200))
    names: list[str] = []
    async with alice.watch(path, resourceVersion=str(present.resource_version)) as stream:
        await server.admin.delete(f"{rights}/rolebindings/reads-alice")
        refused = await server.until(lambda: alice.get(path), status(403))
        for number in range(STILL_DELIVERED):
            names += _names(await stream.all_until(BETWEEN_DELIVERIES_S))
            await server.create(path, {"metadata": {"name": f"secretly-{number}"}})
        names += _names(await stream.all_until(BETWEEN_DELIVERIES_S))
    return refused, names


def _names(events: Sequence[Json]) -> list[str]:
    return [event["object"]["metadata"]["name"] for event in events]
