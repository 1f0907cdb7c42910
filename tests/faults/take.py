"""One recording: the product's own reflector of one namespace, a fault, and what it did about it.

Only what the reflector noted is recorded. What is noted here is where in it the fault came.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random

from dashboard.api.gvr import GVR
from dashboard.api.names import Namespace
from dashboard.api.table import Row
from dashboard.cache.reflector import Reflector
from dashboard.cache.trace import Entry, Step
from dashboard.client import config
from dashboard.clusters.cluster import Cluster
from tests.faults.eventlog import EventLog
from tests.faults.ground import KINDS, Ground
from tests.faults.machine import Machine
from tests.faults.proxy import Proxy, proxying
from tests.faults.subject import until
from tests.faults.weather import Fault

KIND = "configmaps"
OBJECTS = 5
RATE = 4.0
TICK_S = 0.05
STEP_LIMIT_S = 20.0
FOR_GOOD_S = 600.0


class TapeClock:
    """Time that a recording can hurry. Stamps are the machine's, for servers print ages by them."""

    def __init__(self) -> None:
        """Begin now, RATE times as fast as the machine."""
        self._begun = [(time.time(), 0.0, RATE)]
        """From when on, how much had passed by then, and how fast it went from there."""

    @property
    def rate(self) -> float:
        """How many times as fast as the machine it runs now."""
        return self._begun[-1][2]

    def hurry(self, rate: float) -> None:
        """Pass `rate` times as fast from now on, for those who sleep already too."""
        now = time.time()
        self._begun.append((now, self._at(now), rate))

    def now_ms(self) -> int:
        """Return milliseconds since 1970, as they are."""
        return time.time_ns() // 1_000_000

    def monotonic(self) -> float:
        """Return seconds of this clock."""
        return self._at(time.time())

    def passed_ms(self, stamp_ms: int) -> int:
        """Return how much of this clock's time had passed at `stamp_ms`."""
        return round(self._at(stamp_ms / 1000) * 1000)

    async def sleep(self, seconds: float) -> None:
        """Return after `seconds` of this clock, looking up now and then."""
        end = self.monotonic() + seconds
        while (left_s := end - self.monotonic()) > 0:  # noqa: ASYNC110  (a clock that is hurried)
            await asyncio.sleep(min(left_s / self.rate, TICK_S))

    def _at(self, seconds: float) -> float:
        begun, passed_s, rate = next(
            (each for each in reversed(self._begun) if each[0] <= seconds), self._begun[0]
        )
        return passed_s + (seconds - begun) * rate


class Take:
    """What a script can do: write, make a fault, wait for what the reflector does. Use `taking`."""

    def __init__(
        self, name: str, ground: Ground, proxy: Proxy, cluster: Cluster, clock: TapeClock
    ) -> None:
        """Have nothing read yet."""
        self.struck: int | None = None
        """How many steps had been taken when the fault came."""
        self.machine = Machine(ground.instance, ground.kube)
        self.ground = ground
        self._proxy = proxy
        self._cluster = cluster
        self._clock = clock
        self._space = f"tape-{name}"
        self._reflector: Reflector[Row] | None = None
        self._opened = asyncio.Event()
        self._seen = 0
        self._newest = 0
        self._on: dict[str, Fault] = {}

    @property
    def entries(self) -> Sequence[Entry]:
        """What the reflector did so far, oldest first."""
        return self._reflector.trace.entries() if self._reflector else ()

    def steps(self) -> list[dict[str, object]]:
        """Return what the reflector did, by its own clock from its first step on."""
        first_ms = self._clock.passed_ms(self.entries[0].at_ms)
        return [
            {
                "step": entry.step.value,
                "at_ms": self._clock.passed_ms(entry.at_ms) - first_ms,
                "resource_version": entry.resource_version,
                "detail": entry.detail,
                "count": entry.count,
            }
            for entry in self.entries
        ]

    async def furnish(self) -> None:
        """Return once there is a namespace with OBJECTS in it."""
        await self.ground.kube.ensure("/api/v1/namespaces", {"metadata": {"name": self._space}})
        for number in range(OBJECTS):
            await self.write(f"first-{number}")

    async def open(self) -> None:
        """Let the reflector begin, and return when it has."""
        self._opened.set()
        await self._within(lambda: self._reflector is not None, "the reflector begins")

    async def listed(self) -> None:
        """Let the reflector begin, and return once it holds the present state."""
        await self.open()
        await self.then(Step.REPLACE)

    async def write(self, name: str, *, space: str = "") -> None:
        """Create an object, in another namespace if `space` says so."""
        path = KINDS[KIND].path(space or self._space)
        made = await self.ground.kube.ask("POST", path, {"metadata": {"name": name}})
        self._newest = int(made["metadata"]["resourceVersion"])

    async def change(self, *names: str) -> None:
        """Create objects and return once the reflector has them."""
        for name in names:
            await self.write(name)
        await self.then(Step.EVENTS)
        await self._within(lambda: self._version >= self._newest, "every change has arrived")

    def strike(self, name: str) -> None:
        """Begin a fault that lasts until it is lifted, or once if that is its nature."""
        if self.struck is None:
            self.mark()
        self._on[name] = fault = Fault(name, KIND, FOR_GOOD_S)
        self._proxy.weather.begin(fault)

    def mark(self, *, after: Step | None = None) -> None:
        """Say that the fault is felt from now on, or after the first step of a kind."""
        taken = [entry.step for entry in self.entries]
        self.struck = taken.index(after) + 1 if after else len(taken)

    def lift(self, name: str) -> None:
        """End a fault."""
        self._proxy.weather.end(self._on.pop(name))

    def hurry(self, rate: float) -> None:
        """Let the reflector's clock run `rate` times as fast from now on."""
        self._clock.hurry(rate)

    async def then(self, *steps: Step) -> None:
        """Return once these steps have been taken, in this order, after those awaited before."""
        for step in steps:

            def found(step: Step = step) -> bool:
                ahead = self.entries[self._seen :]
                at = next((at for at, entry in enumerate(ahead) if entry.step is step), None)
                if at is not None:
                    self._seen += at + 1
                return at is not None

            await self._within(found, f"the step {step}")

    async def run(self) -> None:
        """Keep the informer as long as this task runs, once it is opened."""
        connection = await self._cluster.connection()
        await self._opened.wait()
        kind = KINDS[KIND]
        gvr = GVR(kind.group, kind.version, kind.resource)
        async with connection.informers.informer(gvr, Namespace(self._space)) as informer:
            self._reflector = informer.reflector
            await asyncio.Event().wait()

    @property
    def _version(self) -> int:
        return int(self._reflector.resource_version or 0) if self._reflector else 0

    async def _within(self, fact: Callable[[], bool], what: str) -> None:
        try:
            async with asyncio.timeout(STEP_LIMIT_S):
                await until(fact)
        except TimeoutError:
            told = [f"{entry.step} {entry.detail}" for entry in self.entries]
            raise AssertionError(f"{self._space}: never came: {what}; there were {told}") from None


@asynccontextmanager
async def taking(name: str, ground: Ground) -> AsyncIterator[Take]:
    """Yield a take in a namespace of its own, the reflector behind a proxy of its own."""
    log = EventLog(tape=name)
    async with proxying(ground.upstream, log, Random(name), ground.credentials.tls) as (
        proxy,
        port,
    ):
        kubeconfig = ground.credentials.kubeconfig(f"tape-{name}", port)
        context = config.find(Path(), {"KUBECONFIG": str(kubeconfig)}).found[0]
        clock = TapeClock()
        cluster = Cluster(context, clock, resident=())
        take = Take(name, ground, proxy, cluster, clock)
        running = asyncio.create_task(take.run())
        try:
            await take.furnish()
            await cluster.connection()
            yield take
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            await cluster.aclose()
