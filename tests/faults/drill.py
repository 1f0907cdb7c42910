"""Faults of processes and of what the cluster serves: each once, on a cluster of its own.

A drill is a storm in which the weather is calm and something else happens meanwhile.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

from tests.faults.ground import GROUP, KINDS, Ground, Refused, authorized, definition, served
from tests.faults.machine import Machine
from tests.faults.plan import Plan, Target
from tests.faults.proxy import Proxy
from tests.faults.storm import RATE
from tests.faults.weather import Fault
from tests.faults.workload import Writer

CONVERGED_S = 15.0
"""How long after the API server is ready again everything may take to be right (F16)."""

DETECTED_S = 10.0
"""How long an etcd that went back may stay unnoticed (F18): 150 s by the subject's clock."""

STOPPED_S = 120.0
"""How long the API server is stopped, by the subject's clock (F16)."""

LATE_S = 3.0
"""How late a file follows the server: longer than what was seen may be shown after a refusal."""

BETWEEN_S = 1.0
DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"


@dataclass(frozen=True, slots=True)
class Scene:
    """What a deed can lay its hands on."""

    machine: Machine
    ground: Ground
    writer: Writer
    proxy: Proxy


Deed = Callable[[Scene], Awaitable[None]]


async def stop(scene: Scene) -> None:
    """F16: the API server says nothing for two minutes, and then goes on."""
    await scene.machine.pause("apiserver", STOPPED_S / RATE)


async def stop_etcd(scene: Scene) -> None:
    """F16, one floor down: etcd says nothing for 4 s."""
    await scene.machine.pause("etcd", 4 * BETWEEN_S)


async def kill(scene: Scene) -> None:
    """F16: the API server is killed and starts again."""
    await scene.machine.kill("apiserver")


async def term(scene: Scene) -> None:
    """F16: the API server is asked to end, is killed when it takes too long, and starts again."""
    await scene.machine.restart("apiserver")


async def kill_etcd(scene: Scene) -> None:
    """F16, one floor down: etcd is killed and starts again, on what it had written."""
    await scene.machine.kill("etcd")


async def compact(scene: Scene) -> None:
    """F17: etcd is compacted, and the API server killed and started again."""
    await scene.machine.compact()


async def restore(scene: Scene) -> None:
    """F18: etcd goes back to an older state; what is written then stays below the versions seen.

    A watch from a version that is still to come is accepted and says nothing (fact M4).
    """
    await _go_back(scene, 5 * BETWEEN_S)


async def restore_passed(scene: Scene) -> None:
    """F18: the same, and what is written then passes the versions seen: a watch speaks again."""
    await _go_back(scene, BETWEEN_S)
    await asyncio.sleep(4 * BETWEEN_S)


async def _go_back(scene: Scene, lost_s: float) -> None:
    async with scene.writer.quiet:
        saved = await scene.machine.save()
        scene.proxy.log.add("saved")
    await asyncio.sleep(lost_s)
    async with scene.writer.quiet:
        # Until the API server knows again who may what, its 403 would tell that something happened.
        outage = Fault("outage")
        scene.proxy.weather.begin(outage)
        await scene.machine.restore(saved)
        scene.proxy.log.add("restored")
        await scene.writer.relearn()
        await authorized(scene.ground.kube)
        scene.proxy.weather.end(outage)


async def stale(scene: Scene) -> None:
    """F8: a replica that lags answers listings as they were, in a stream and then in pages."""
    weather = scene.proxy.weather
    for also in ((), ("unprocessable",), ()):
        old = Fault("stale")
        faults = [old, *map(Fault, also), Fault("expired")]
        for fault in faults:
            weather.begin(fault)
        await asyncio.sleep(2 * BETWEEN_S)
        for fault in faults:
            weather.end(fault)
        if not old.struck and not also:  # nothing was in pages before
            raise RuntimeError("nobody was told of old")


async def token(scene: Scene) -> None:
    """F19: the API server takes another token than before; its file is there first, and then late."""
    credentials = scene.ground.credentials
    for late_s in (0.0, LATE_S):
        fresh = secrets.token_hex(16)
        if not late_s:
            credentials.hand_out(fresh)
        await scene.machine.replace_token("portal", fresh)
        await asyncio.sleep(late_s)
        credentials.hand_out(fresh)
        await asyncio.sleep(2 * BETWEEN_S)


async def certificate(scene: Scene) -> None:
    """F20: the API server shows another certificate, and then one of an authority that is trusted late."""
    weather, credentials = scene.proxy.weather, scene.ground.credentials
    for change in (credentials.certify, credentials.found):
        outage = Fault("outage")
        weather.begin(outage)
        change()
        await asyncio.sleep(BETWEEN_S)
        weather.end(outage)
        await asyncio.sleep(LATE_S)
        credentials.trust()
        await asyncio.sleep(2 * BETWEEN_S)


async def crd_again(scene: Scene) -> None:
    """F22: a kind goes with all of its objects, and comes back."""
    async with scene.writer.quiet:
        scene.writer.lose("widgets")
        await scene.ground.kube.ask("DELETE", f"{DEFINITIONS}/widgets.{GROUP}")
        async with asyncio.timeout(CONVERGED_S):
            while True:
                with suppress(Refused):
                    await scene.ground.kube.ask("GET", f"{DEFINITIONS}/widgets.{GROUP}")
                    await asyncio.sleep(0.1)
                    continue
                break
        await asyncio.sleep(2 * BETWEEN_S)
        await scene.ground.kube.ensure(DEFINITIONS, definition("widgets"))
        await served(scene.ground.kube, KINDS["widgets"])
        scene.proxy.log.add("note", text="the kind is back")
        await asyncio.sleep(BETWEEN_S)


async def crd_columns(scene: Scene) -> None:
    """F22: a kind gets a second version, which is the stored one from then on."""
    changed = definition("widgets", versions=("v1", "v2"), stored="v2")
    await scene.ground.kube.ask("PATCH", f"{DEFINITIONS}/widgets.{GROUP}", changed)
    await asyncio.sleep(3 * BETWEEN_S)


@dataclass(frozen=True, slots=True)
class Drill:
    """What happens, while which kinds are watched, and how soon all must be right again."""

    deed: Deed
    kinds: tuple[str, str]
    limit_s: float = CONVERGED_S


DRILLS = {
    "stop": Drill(stop, ("configmaps", "widgets")),
    "stop_etcd": Drill(stop_etcd, ("configmaps", "pods")),
    "kill": Drill(kill, ("configmaps", "widgets")),
    "term": Drill(term, ("configmaps", "pods")),
    "kill_etcd": Drill(kill_etcd, ("configmaps", "pods")),
    "compact": Drill(compact, ("configmaps", "pods")),
    "stale": Drill(stale, ("configmaps", "pods")),
    "token": Drill(token, ("configmaps", "pods")),
    "certificate": Drill(certificate, ("configmaps", "widgets")),
    "crd_again": Drill(crd_again, ("widgets", "configmaps")),
    "crd_columns": Drill(crd_columns, ("widgets", "configmaps")),
    "restore": Drill(restore, ("configmaps", "pods"), DETECTED_S),
    "restore_passed": Drill(restore_passed, ("configmaps", "pods"), DETECTED_S),
}


def plan(number: int, kinds: tuple[str, str]) -> Plan:
    """Return calm weather over `kinds`, the first in one namespace and the second in all."""
    spaces = tuple(f"drill{number}-{letter}" for letter in "ab")
    targets = (Target(kinds[0], spaces[0]), Target(kinds[0], spaces[1]), Target(kinds[1], ""))
    return Plan(number, spaces, targets, (), 0.0, 0.05)
