"""Goals G5 and G11: how long the event loop is held at the worst, and how costs grow with numbers."""

import asyncio
import json
import math
import statistics
import sys
from asyncio.subprocess import PIPE
from collections.abc import Callable, Sequence

from tests.bench.contest import hold
from tests.bench.contestant import Cost, Peer
from tests.bench.corpus import Recording
from tests.bench.goals import Result
from tests.bench.stage import Playback
from tests.cluster.instance import ROOT, Instance

RATE = 1_000
"""Changes a second while pauses are looked for."""

SIZES = (1_000, 3_000, 10_000, 30_000, 100_000)
GROWTH_EVENTS = 5_000

Say = Callable[[str], None]


async def pauses(
    recording: Recording, instance: Instance, pods: int, seconds: int, say: Say
) -> list[Result]:
    """Return G5: a 1 ms heartbeat beside changes, a new sort, a new filter, a relist and a chapter."""
    async with Playback(recording, instance, pods, RATE * seconds) as playback:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.bench.heartbeat", str(playback.kubeconfig), str(seconds),
            stdin=PIPE, stdout=PIPE, cwd=ROOT,
        )  # fmt: skip
        if process.stdout is None:
            raise RuntimeError("the heartbeat has no output")
        found: dict[str, float] = {}
        while line := await process.stdout.readline():
            word, _, rest = line.decode().strip().partition(" ")
            if word == "tell":
                await playback.tell(rest)
            elif word == "say":
                say(rest)
            else:
                found = json.loads(rest)
        await process.wait()
    return [
        Result("G5 pause p99.9", f"{pods} pods", found["p999_ms"], 10, is_upper=True, unit=" ms"),
        Result("G5 pause, longest", f"{pods} pods", found["max_ms"], 25, is_upper=True, unit=" ms"),
    ]


async def growth(recording: Recording, instance: Instance, rounds: int, say: Say) -> list[Result]:
    """Return G11: exponents of memory, sync and change over the number of pods, fitted over SIZES."""
    syncs: list[list[Cost]] = []
    changes: list[list[float]] = []
    for size in SIZES:
        async with Playback(recording, instance, size, GROWTH_EVENTS) as playback:
            held: list[Cost] = []
            per_event: list[float] = []
            for _ in range(rounds):
                peer = Peer(
                    "portolan",
                    (sys.executable, "-m", "tests.bench.peers.portolan", str(playback.kubeconfig)),
                )
                await peer.start()
                try:
                    truth = await playback.truth()
                    sync = await peer.sync(size)
                    hold(peer.name, sync, truth)
                    task = asyncio.create_task(playback.change(GROWTH_EVENTS))
                    watch = await peer.watch(GROWTH_EVENTS, task)
                finally:
                    await peer.stop()
                hold(peer.name, watch, await playback.truth())
                held.append(sync)
                per_event.append(watch.cpu / GROWTH_EVENTS)
        syncs.append(held)
        changes.append(per_event)
        say(
            f"{size:7} pods  sync {_middle([each.cpu for each in held]):6.2f} cpu-s"
            f"  {_middle([each.rss - each.base for each in held]) / size:7.0f} B a pod"
            f"  {_middle(per_event) * 1e6:5.1f} us a change"
        )
    memory = [_middle([each.rss - each.base for each in held]) for held in syncs]
    cpu = [_middle([each.cpu for each in held]) for held in syncs]
    event = [_middle(per_event) for per_event in changes]
    return [
        Result("G11 growth of memory", "pods", _slope(memory), 1.0, is_upper=True, unit=""),
        Result("G11 growth of sync", "pods", _slope(cpu), 1.05, is_upper=True, unit=""),
        Result("G11 growth per change", "pods", _slope(event), 0.10, is_upper=True, unit=""),
    ]


def _middle(values: Sequence[float]) -> float:
    return statistics.median(values)


def _slope(values: Sequence[float]) -> float:
    """Return the exponent: the slope of a line through the logarithms."""
    return statistics.linear_regression(
        [math.log(size) for size in SIZES], [math.log(max(value, 1e-9)) for value in values]
    ).slope
