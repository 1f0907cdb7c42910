"""What an API server goes through: etcd forgets the past, and the process is killed and told to end."""

from __future__ import annotations

import asyncio
import json
import signal
import time
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass

import aiohttp

from tests.cluster import processes
from tests.cluster.instance import Instance
from tests.facts.server import Answer, Json, Server, Stream, status

OBJECTS = 6
PAGE = 2
PATIENCE_S = 15
"""--request-timeout of the process that is told to end; 60 s where nothing is said."""


@dataclass(frozen=True, slots=True)
class Ordeal:
    """What one server said before, between and after; `_cold` is after a compaction and a restart."""

    snapshot: dict[str, str]
    """resourceVersion by uid when the first LIST was made, before anything changed."""
    exact: Answer
    """The exact LIST at that version, after everything had changed."""
    pages: Sequence[Answer]
    """The LIST that was begun at that version, its first page before and the others after the change."""
    exact_compacted: Answer
    continued_compacted: Answer
    watched_compacted: Json | None
    """The first event of a watch from that version."""
    killed_with: str
    """How a stream ends whose server is killed: the error's name, or "" for a clean end."""
    ready_after_kill_s: float
    exact_cold: Answer
    continued_cold: Answer
    watched_cold: Sequence[Json | None]
    """What a watch from that version says, to its end."""
    watched_restarted: Json | None
    """The first event of a watch from a version that etcd still has, after a restart alone."""
    ended_with: str
    """How a stream ends whose server is told to end."""
    ended_after_s: float
    written_meanwhile: int
    """The status that a write gets once the server was told to end; 0 where it lets nobody in."""
    ready_after_end_s: float


async def undergo(server: Server) -> Ordeal:
    """Go through it all with one server that is nobody else's."""
    instance = server.cluster.instance
    assert instance is not None
    space = await server.namespace("facts-ordeal")
    path = f"{space}/configmaps"
    for number in range(OBJECTS):
        await server.create(path, {"metadata": {"name": f"kept-{number}"}})
    first = await server.admin.get(path)
    at = str(first.resource_version)
    page = await server.admin.get(path, limit=str(PAGE))
    rest = {"limit": str(PAGE), "continue": page.json["metadata"]["continue"]}
    for number in range(OBJECTS):
        await server.admin.delete(f"{path}/kept-{number}")
        await server.create(path, {"metadata": {"name": f"new-{number}"}})
    exactly = {"resourceVersion": at, "resourceVersionMatch": "Exact"}
    exact = await server.admin.get(path, **exactly)
    second = await server.admin.get(path, **rest)
    compact(instance, (await server.admin.get(path)).resource_version)
    exact_compacted = await server.admin.get(path, **exactly)
    continued_compacted = await server.admin.get(path, **rest)
    watched_compacted = await _first_event(server, path, at)

    async with server.admin.watch(path) as stream:
        await stream.event()
        processes.send(instance.process("apiserver"), signal.SIGKILL)
        killed_with = await _end(stream)
    ready_after_kill_s = await _restarted(server, instance, [])
    exact_cold = await server.admin.get(path, **exactly)
    continued_cold = await server.admin.get(path, **rest)
    async with server.admin.watch(path, resourceVersion=at) as stream:
        assert stream.status == 200
        watched_cold = [await stream.event(), await stream.event()]

    known = (await server.admin.get(path)).resource_version
    await server.create(path, {"metadata": {"name": "after"}})
    await _restarted(server, instance, [f"--request-timeout={PATIENCE_S}s"])
    watched_restarted = await _first_event(server, path, str(known))
    async with server.admin.watch(path) as stream:
        await stream.event()
        told = time.monotonic()
        processes.send(instance.process("apiserver"), signal.SIGTERM)
        written = await _status_of_writing(server, path)
        ended_with = await _end(stream)
        ended_after_s = time.monotonic() - told
    ready_after_end_s = await _restarted(server, instance, [])
    return Ordeal(
        snapshot=versions(first),
        exact=exact,
        pages=(page, second),
        exact_compacted=exact_compacted,
        continued_compacted=continued_compacted,
        watched_compacted=watched_compacted,
        killed_with=killed_with,
        ready_after_kill_s=ready_after_kill_s,
        exact_cold=exact_cold,
        continued_cold=continued_cold,
        watched_cold=watched_cold,
        watched_restarted=watched_restarted,
        ended_with=ended_with,
        ended_after_s=ended_after_s,
        written_meanwhile=written,
        ready_after_end_s=ready_after_end_s,
    )


def versions(listed: Answer) -> dict[str, str]:
    """Return the resourceVersion of every object of a LIST by its uid."""
    metas = [item["metadata"] for item in listed.json["items"]]
    return {meta["uid"]: meta["resourceVersion"] for meta in metas}


def compact(instance: Instance, revision: int) -> None:
    """Make etcd forget what was before `revision`, as `etcdctl compaction` does (its gRPC gateway)."""
    asked = urllib.request.Request(
        f"http://127.0.0.1:{instance.state()['ports']['etcd']}/v3/kv/compaction",
        data=json.dumps({"revision": str(revision), "physical": True}).encode(),
    )
    with urllib.request.urlopen(asked, timeout=10) as answer:
        assert answer.status == 200


async def _first_event(server: Server, path: str, resource_version: str) -> Json | None:
    async with server.admin.watch(path, resourceVersion=resource_version) as stream:
        assert stream.status == 200
        return await stream.event()


async def _end(stream: Stream) -> str:
    """Return how `stream` ends, within what a server may take for it."""
    try:
        while await stream.event(PATIENCE_S * 3) is not None:
            continue
    except aiohttp.ClientError as error:
        return type(error).__name__
    return ""


async def _status_of_writing(server: Server, path: str) -> int:
    try:
        return (await server.admin.post(path, {"metadata": {"name": "late"}})).status
    except aiohttp.ClientError:
        return 0


async def _restarted(server: Server, instance: Instance, flags: list[str]) -> float:
    """Start the API server again, end it first if it runs; return how long it took to be ready."""
    process = instance.process("apiserver")
    await asyncio.to_thread(processes.end, [process], 0.0)
    plain = [flag for flag in process.command if not flag.startswith("--request-timeout")]
    begun = time.monotonic()
    instance.spawn("apiserver", [*plain, *flags], **process.environment)
    await server.until(lambda: server.admin.get("/readyz"), status(200))
    return time.monotonic() - begun
