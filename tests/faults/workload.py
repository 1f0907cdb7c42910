"""Writes on the real API server, past the proxy: made, changed, deleted and made again.

One write at a time, so that the versions which the server answers order all of them: a deletion, whose
own version the server does not tell, lies between those of the writes before and after it.
"""

from __future__ import annotations

import asyncio
import random
import time
from typing import Any

import aiohttp

from tests.faults.eventlog import EventLog
from tests.faults.ground import KINDS, Kube, Refused
from tests.faults.manifest import manifest, running

NAMES = 5
"""Objects of each kind in each namespace: few, so that names return."""

STAMP = "rig/stamp"
AWAY = (aiohttp.ClientError, OSError, TimeoutError)
UNSURE = frozenset({404, 409, 429})
Place = tuple[str, str, str]


class Writer:
    """Changes objects of some kinds in some namespaces, and writes down what the server said."""

    def __init__(
        self,
        kube: Kube,
        log: EventLog,
        random_: random.Random,
        *,
        kinds: list[str],
        spaces: tuple[str, ...],
        pace_s: float,
    ) -> None:
        """Write nothing yet."""
        self._kube = kube
        self._log = log
        self._random = random_
        self._pace_s = pace_s
        self._places: list[Place] = [
            (kind, space, f"{kind[:3]}-{n}")
            for kind in kinds
            for space in spaces
            for n in range(NAMES)
        ]
        self._spaces = spaces
        self._kinds = kinds
        self._there: set[Place] = set()
        self._stamp = 0
        self._newest = 0
        self._is_over = False
        self.quiet = asyncio.Lock()
        """Whoever holds it has every write answered and none under way."""

    async def begin(self) -> None:
        """Make the namespaces and half of the objects."""
        for space in self._spaces:
            await self._kube.ensure("/api/v1/namespaces", {"metadata": {"name": space}})
            account = {"metadata": {"name": "default"}}
            await self._kube.ensure(f"/api/v1/namespaces/{space}/serviceaccounts", account)
        for place in self._places[::2]:
            await self._create(place)

    async def run(self, for_s: float) -> None:
        """Write for so long; what is under way at the end is finished."""
        end = time.monotonic() + for_s
        while time.monotonic() < end and not self._is_over:
            if self._random.random() < 0.03:
                for _ in range(self._random.randint(10, 25)):
                    await self._step()
            await self._step()
            await asyncio.sleep(self._random.uniform(0, self._pace_s))

    def lose(self, kind: str) -> None:
        """Take note that every object of a kind is about to be deleted by somebody else."""
        for place in [each for each in self._there if each[0] == kind]:
            self._note("delete", place, self._newest, None)
            self._there.discard(place)

    def stop(self) -> None:
        """Let `run` end after the write that is under way."""
        self._is_over = True

    async def relearn(self) -> None:
        """Know what is there now, where it may have been changed behind the writer's back."""
        self._there.clear()
        for kind in self._kinds:
            for space in self._spaces:
                found = await self._kube.ask("GET", KINDS[kind].path(space))
                names = {item["metadata"]["name"] for item in found["items"]}
                self._there |= {(kind, space, name) for name in names}
                self._newest = int(found["metadata"]["resourceVersion"])

    async def finish(self) -> dict[Place, int]:
        """Make a last object everywhere; return the version of each."""
        last = {}
        for kind in self._kinds:
            for space in self._spaces:
                place = (kind, space, f"{kind[:3]}-last")
                await self._create(place)
                last[place] = self._newest
        return last

    async def clear(self) -> None:
        """Leave nothing but the namespaces, which stay: nobody runs who would remove them."""
        for kind in self._kinds:
            for space in self._spaces:
                await self._kube.ask("DELETE", f"{KINDS[kind].path(space)}?gracePeriodSeconds=0")

    async def _step(self) -> None:
        async with self.quiet:
            await self._write_one()

    async def _write_one(self) -> None:
        place = self._random.choice(self._places)
        if place not in self._there:
            await self._create(place)
            return
        dice = self._random.random()
        if dice < 0.6:
            await self._change(place)
        else:
            await self._delete(place)
            if dice > 0.8:
                await self._create(place)

    async def _create(self, place: Place) -> None:
        kind, space, name = place
        body = manifest(kind, self._labels(), self._random)
        body["metadata"]["name"] = name
        await self._write("create", place, "POST", KINDS[kind].path(space), body)
        self._there.add(place)

    async def _change(self, place: Place) -> None:
        kind, space, name = place
        path = f"{KINDS[kind].path(space)}/{name}"
        if kind == "pods":
            if self._random.random() < 0.6:
                path += "/status"
                body = running(self._random)
            else:
                body = {"metadata": {"labels": self._labels()}}
        else:
            body = manifest(kind, self._labels(), self._random, is_change=True)
        await self._write("change", place, "PATCH", path, body)

    async def _delete(self, place: Place) -> None:
        kind, space, name = place
        path = f"{KINDS[kind].path(space)}/{name}?gracePeriodSeconds=0"
        await self._write("delete", place, "DELETE", path, None)
        self._there.discard(place)

    async def _write(
        self, op: str, place: Place, method: str, path: str, body: dict[str, Any] | None
    ) -> None:
        after = self._newest
        try:
            answer = await self._kube.ask(method, path, body)
        except (*AWAY, Refused) as error:
            # 404 and 409: an earlier write of which nobody heard was done all the same.
            if isinstance(error, Refused) and error.status < 500 and error.status not in UNSURE:
                raise
            await self._find_out(op, place, after)
            return
        self._note(op, place, after, None if op == "delete" else answer)

    def _note(self, op: str, place: Place, after: int, object_: dict[str, Any] | None) -> None:
        kind, space, name = place
        entry: dict[str, Any] = {"op": op, "kind": kind, "namespace": space, "name": name}
        entry["after"] = after
        if object_ is not None:
            meta = object_["metadata"]
            self._newest = max(self._newest, int(meta["resourceVersion"]))
            entry["uid"], entry["version"] = meta["uid"], meta["resourceVersion"]
            entry["stamp"] = (meta.get("labels") or {}).get(STAMP, "")
        self._log.add("write", **entry)

    async def _find_out(self, op: str, place: Place, after: int) -> None:
        """Write down what became of a write that nobody answered, once somebody does."""
        kind, space, name = place
        while True:
            await asyncio.sleep(0.3)
            try:
                found: dict[str, Any] | None = await self._kube.ask(
                    "GET", f"{KINDS[kind].path(space)}/{name}"
                )
            except Refused as error:
                if error.status != 404:
                    continue
                found = None
            except AWAY:
                continue
            break
        if op == "delete" and found is None:
            self._note(op, place, after, None)
        elif found is not None and int(found["metadata"]["resourceVersion"]) > after:
            # A pod's deletion writes it once more before it takes it away; it may stop half-way.
            self._note("change" if op == "delete" else op, place, after, found)
        if found is None:
            self._there.discard(place)
        else:
            self._there.add(place)

    def _labels(self) -> dict[str, str]:
        self._stamp += 1
        return {STAMP: str(self._stamp)}
