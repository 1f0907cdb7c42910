"""Keeps the pods of scripted nodes: watches them, plays their scripts, writes their status."""

from __future__ import annotations

import asyncio
import heapq
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import aiohttp

from tests.support.kubelet.apiserver import Apiserver, Object, Refused, path_of
from tests.support.kubelet.casting import PART, Casting
from tests.support.kubelet.events import Recorder
from tests.support.kubelet.nodes import Fleet
from tests.support.kubelet.script import SCRIPTS, Occurrence, Step
from tests.support.kubelet.status import Body, terminated

PODS = path_of("v1", "pods")
WRITERS = 16
RELIST_S = 1.0
RETRY_S = 0.2
SHUTDOWN_S = 1.0
"""How long a pod takes to end once it is asked to, never more than its grace period."""
NEVER_ENDING = frozenset({"lingers", "lost"})
"""Scripts whose pods stay in Terminating."""


@dataclass(slots=True)
class Actor:
    """A pod that is being played."""

    uid: str
    namespace: str
    name: str
    node: str
    part: str
    body: Body | None
    script: Iterator[Step] | None
    leaving: bool = False
    wanted: Object | None = None
    """The newest status that is not written yet."""
    events: list[Occurrence] = field(default_factory=list)
    queued: bool = False

    @property
    def path(self) -> str:
        return path_of("v1", "pods", self.namespace, self.name)


class Keeper:
    """All pods of a fleet. At most one write per pod is under way, so no older status wins."""

    def __init__(self, apiserver: Apiserver, fleet: Fleet, seed: int) -> None:
        self._apiserver = apiserver
        self._fleet = fleet
        self._seed = seed
        self._recorder = Recorder(apiserver)
        self._casting = Casting()
        self._actors: dict[str, Actor] = {}
        self._due: list[tuple[float, str, int]] = []
        self._order = 0
        self._changed = asyncio.Event()
        self._writes: asyncio.Queue[Actor] = asyncio.Queue()
        self._addresses: dict[str, int] = {}

    async def run(self) -> None:
        """Play until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._follow())
            tasks.create_task(self._play())
            for _ in range(WRITERS):
                tasks.create_task(self._write())

    def restarts_of(self, namespace: str, name: str, container: str) -> int | None:
        """Return how often a container restarted, or None if it is not known here."""
        for actor in self._actors.values():
            if (actor.namespace, actor.name) == (namespace, name) and actor.body is not None:
                return actor.body.restarts.get(container)
        return None

    async def _follow(self) -> None:
        while True:
            try:
                items, version = await self._apiserver.list(PODS, fieldSelector="spec.nodeName!=")
                present = {pod["metadata"]["uid"] for pod in items}
                for uid in self._actors.keys() - present:
                    del self._actors[uid]
                for pod in items:
                    self._see(pod)
                while True:
                    version = await self._watch(version)
            except (Refused, aiohttp.ClientError, TimeoutError):
                await asyncio.sleep(RELIST_S)

    async def _watch(self, version: str) -> str:
        """Follow one watch to its end and return where the next one starts."""
        async for kind, pod in self._apiserver.watch(
            PODS, version, fieldSelector="spec.nodeName!="
        ):
            version = pod["metadata"]["resourceVersion"]
            if kind == "DELETED":
                self._actors.pop(pod["metadata"]["uid"], None)
            elif kind != "BOOKMARK":
                self._see(pod)
        return version

    def _see(self, pod: Object) -> None:
        node = pod["spec"]["nodeName"]
        if not self._fleet.speaks_for(node):
            return
        meta = pod["metadata"]
        actor = self._actors.get(meta["uid"])
        if actor is None:
            actor = self._actors[meta["uid"]] = self._cast(pod, node)
            self._schedule(actor, 0.0)
        if "deletionTimestamp" in meta and not actor.leaving:
            actor.leaving = True
            if actor.part not in NEVER_ENDING:
                actor.script = self._leave(actor)
                self._schedule(actor, 0.0)
            else:
                actor.events.append(_killing(actor))
                self._enqueue(actor)

    def _cast(self, pod: Object, node: str) -> Actor:
        meta = pod["metadata"]
        part = self._casting.part(pod)
        uid, namespace, name = meta["uid"], meta["namespace"], meta["name"]
        if pod.get("status", {}).get("phase") in ("Succeeded", "Failed"):
            return Actor(uid, namespace, name, node, part, None, None)
        body = Body(pod, self._address(pod, node), self._fleet.nodes[node].address)
        chance = random.Random(f"{self._seed}/{namespace}/{name}")
        return Actor(uid, namespace, name, node, part, body, SCRIPTS[part](body, chance))

    def _address(self, pod: Object, node: str) -> str:
        """Return the pod's address: the one it has, its node's, or the next of its node's network."""
        place = self._fleet.nodes[node]
        if pod["spec"].get("hostNetwork", False):
            return place.address
        if known := pod.get("status", {}).get("podIP"):
            return str(known)
        number = self._addresses[node] = self._addresses.get(node, 1) % 253 + 1
        return f"{place.pod_network}.{number}"

    def _leave(self, actor: Actor) -> Iterator[Step]:
        """End the containers, then let `_write` see that nothing is left."""
        yield Step(None, SHUTDOWN_S, (_killing(actor),))
        if actor.body is not None:
            ended = dict.fromkeys(actor.body.names, terminated(0, "Completed", ran_s=1))
            yield Step(actor.body.compose("Succeeded", ended, ready=False))

    def _schedule(self, actor: Actor, in_s: float) -> None:
        self._order += 1
        heapq.heappush(self._due, (time.monotonic() + in_s, actor.uid, self._order))
        self._changed.set()

    async def _play(self) -> None:
        while True:
            while self._due and self._due[0][0] <= time.monotonic():
                _, uid, _ = heapq.heappop(self._due)
                actor = self._actors.get(uid)
                if actor is not None:
                    self._advance(actor)
            self._changed.clear()
            wait_s = self._due[0][0] - time.monotonic() if self._due else None
            try:
                async with asyncio.timeout(wait_s):
                    await self._changed.wait()
            except TimeoutError:
                continue

    def _advance(self, actor: Actor) -> None:
        if actor.script is None or not self._fleet.speaks_for(actor.node):
            return
        step = next(actor.script, None)
        if step is None:
            actor.script = None
            if actor.leaving:
                self._enqueue(actor)
            else:
                # Nothing more to play: what the script held is not needed again.
                actor.body = actor.body if len(self._actors) < 5000 else None
            return
        if step.status is not None:
            actor.wanted = step.status
        actor.events.extend(step.events)
        self._enqueue(actor)
        self._schedule(actor, step.then_s)

    def _enqueue(self, actor: Actor) -> None:
        if not actor.queued:
            actor.queued = True
            self._writes.put_nowait(actor)

    async def _write(self) -> None:
        while True:
            actor = await self._writes.get()
            actor.queued = False
            # A pod that is gone gets no status, or one of its name would be asked for ever.
            if self._actors.get(actor.uid) is not actor:
                continue
            try:
                await self._flush(actor)
            except Refused as refusal:
                if refusal.code == 404:
                    self._actors.pop(actor.uid, None)
                elif refusal.code in (409, 429) or refusal.code >= 500:
                    await self._again(actor)
            except (aiohttp.ClientError, TimeoutError):
                await self._again(actor)

    async def _again(self, actor: Actor) -> None:
        await asyncio.sleep(RETRY_S)
        self._enqueue(actor)

    async def _flush(self, actor: Actor) -> None:
        if actor.wanted is not None:
            status, actor.wanted = actor.wanted, None
            metadata = {"uid": actor.uid, "annotations": {PART: actor.part}}
            body = {"metadata": metadata, "status": status}
            try:
                await self._apiserver.patch(f"{actor.path}/status", body)
            except (Refused, aiohttp.ClientError, TimeoutError):
                actor.wanted = actor.wanted or status
                raise
        if actor.leaving and actor.script is None and actor.part not in NEVER_ENDING:
            options = {"gracePeriodSeconds": 0, "preconditions": {"uid": actor.uid}}
            await self._apiserver.delete(actor.path, options)
        events, actor.events = actor.events, []
        subject = {
            "kind": "Pod",
            "apiVersion": "v1",
            "namespace": actor.namespace,
            "name": actor.name,
            "uid": actor.uid,
        }
        for event in events:
            await self._recorder.record(subject, actor.node, event)


def _killing(actor: Actor) -> Occurrence:
    name = actor.body.names[0] if actor.body is not None else actor.name
    return Occurrence("Killing", f"Stopping container {name}")
