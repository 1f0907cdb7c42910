"""One seed from beginning to end, written down."""

from __future__ import annotations

import asyncio
import math
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tests.faults.eventlog import EventLog
from tests.faults.ground import Ground, Refused
from tests.faults.plan import Plan, Squall, Target
from tests.faults.proxy import Proxy, proxying
from tests.faults.subject import Subject, until
from tests.faults.truth import truth
from tests.faults.workload import Writer

RATE = 15.0
"""How much faster the subject's clock runs: a pause of 30 s takes 2 s."""

START_LIMIT_S = 20.0
HEALED_LIMIT_S = 5.0
"""How long after the last write and the last fault everything may take to be right again (C1)."""

BEAT_S = 0.02
AFTERWARDS_S = 1.0
Meanwhile = Callable[[Writer, Proxy], Awaitable[None]]
MakeSubject = Callable[[Path, Sequence[Target], EventLog], Subject]


@dataclass(frozen=True, slots=True)
class Storm:
    """One seed: what it plans, on which cluster, what is on trial and where it is written down.

    `healed_s` is how long after the last fault everything may take to be right; `meanwhile` happens
    while the writer writes.
    """

    plan: Plan
    ground: Ground
    make: MakeSubject
    log: EventLog
    healed_s: float = HEALED_LIMIT_S
    meanwhile: Meanwhile | None = None

    async def run(self) -> None:
        """Return once the log holds everything."""
        beat = asyncio.create_task(_beat(self.log))
        writer = Writer(
            self.ground.kube,
            self.log,
            random.Random(self.plan.seed + 1),
            kinds=sorted({target.kind for target in self.plan.targets}),
            spaces=self.plan.spaces,
            pace_s=self.plan.pace_s,
        )
        try:
            await writer.begin()
            await self._run(writer)
        finally:
            beat.cancel()
            await asyncio.gather(beat, return_exceptions=True)
        with suppress(Refused):
            await writer.clear()

    async def _run(self, writer: Writer) -> None:
        """Put a proxy in front of the API server and the subject in front of the proxy."""
        plan, ground, log = self.plan, self.ground, self.log
        random_ = random.Random(plan.seed)
        async with proxying(ground.upstream, log, random_, ground.credentials.tls) as (proxy, port):
            kubeconfig = ground.credentials.kubeconfig(f"seed-{plan.seed}", port)
            subject = self.make(kubeconfig, plan.targets, log)
            early = [asyncio.create_task(_squall(s, proxy)) for s in plan.squalls if not s.at_s]
            try:
                async with asyncio.timeout(START_LIMIT_S):
                    await subject.start()
                await self._blow(proxy, writer, subject)
                await _ended(early)
                proxy.weather.calm()
                await self._settle(writer, subject)
            finally:
                await _ended(early)
                await subject.aclose()

    async def _blow(self, proxy: Proxy, writer: Writer, subject: Subject) -> None:
        """Write and misbehave for as long as the plan says, and what happens meanwhile takes."""
        plan = self.plan
        tasks = [asyncio.create_task(_squall(s, proxy)) for s in plan.squalls if s.at_s]
        tasks.append(asyncio.create_task(_sample(subject, random.Random(plan.seed + 2))))
        try:
            if self.meanwhile is None:
                await writer.run(plan.storm_s)
            else:
                writing = asyncio.create_task(writer.run(math.inf))
                tasks.append(writing)
                await self.meanwhile(writer, proxy)
                await asyncio.sleep(AFTERWARDS_S)
                writer.stop()
                await writing
        finally:
            await _ended(tasks)

    async def _settle(self, writer: Writer, subject: Subject) -> None:
        """Write a last time, wait until it has arrived, and ask the server what is true."""
        targets, log = self.plan.targets, self.log
        marks = await writer.finish()
        wanted = [
            (target, space, name, version)
            for (kind, space, name), version in marks.items()
            for target in targets
            if kind == target.kind and target.namespace in {"", space}
        ]
        log.add(
            "healed", versions={str(t): max(w[3] for w in wanted if w[0] == t) for t in targets}
        )
        end = log.awake_s + self.healed_s
        await until(
            lambda: (
                log.awake_s > end
                or all(
                    subject.held(target).get((space, name), ("", ""))[1] == str(version)
                    and subject.is_live(target)
                    for target, space, name, version in wanted
                )
            )
        )
        if self.meanwhile is not None:
            # What happened may have to be found out: no last write tells of it.
            for target in targets:
                while log.awake_s < end and not await self._is_right(subject, target):  # noqa: ASYNC110
                    await asyncio.sleep(AFTERWARDS_S)
        log.add("settled")
        held = {target: subject.version(target) for target in targets}
        subject.sample(is_last=True)
        for target, version in held.items():
            log.add("truth", **await truth(self.ground.kube, target, version))

    async def _is_right(self, subject: Subject, target: Target) -> bool:
        """Whether what is held is what the server has at the version that is claimed."""
        if not subject.is_live(target):
            return False
        held, version = subject.held(target), subject.version(target)
        true = await truth(self.ground.kube, target, version)
        return held == {(row[0], row[1]): (row[2], row[3]) for row in true["rows"]}


async def _ended(tasks: Sequence[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _squall(squall: Squall, proxy: Proxy) -> None:
    fault = squall.fault
    await asyncio.sleep(squall.at_s)
    proxy.log.add("fault", name=fault.name, code=fault.code, kind=fault.kind, lasts_s=fault.lasts_s)
    proxy.weather.begin(fault)
    try:
        await asyncio.sleep(fault.lasts_s)
    finally:
        proxy.weather.end(fault)
        proxy.log.add("fault_over", name=fault.name, kind=fault.kind, struck=fault.struck)


async def _sample(subject: Subject, random_: random.Random) -> None:
    while True:
        await asyncio.sleep(random_.uniform(0.05, 0.4))
        subject.sample()


async def _beat(log: EventLog) -> None:
    """Write down when this process was kept from running: then nobody in it was slow."""
    while True:
        before = time.monotonic()
        await asyncio.sleep(BEAT_S)
        if (late_s := time.monotonic() - before - BEAT_S) > BEAT_S:
            log.stall(late_s)
