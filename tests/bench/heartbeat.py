"""Goal G5: a heartbeat of a millisecond beside everything that Portolan does at its busiest.

    python -m tests.bench.heartbeat KUBECONFIG SECONDS

One process with one event loop: an informer, a table that somebody looks at, changes that come at a
steady rate; and meanwhile another order, another filter, a relist in which every row has changed, and
a chapter asked for as a browser would. Says what the playback is to do next on its standard output.
"""

import asyncio
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import uvloop

from tests.bench.endurance import RATE

if TYPE_CHECKING:  # Django must be set up before any of it is imported
    from dashboard.access.selection import Selection
    from dashboard.api.table import Row
    from dashboard.cache.sharedinformer import SharedInformer
    from dashboard.client.discovery import ApiResource

os.environ["PORTOLAN_DATA"] = tempfile.mkdtemp(prefix="portolan-heartbeat-")
os.environ["PORTOLAN_AUTH"] = "none"
os.environ["PORTOLAN_DEBUG"] = "1"  # static files need not have been collected
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

BEAT_S = 0.001
CHAPTER = "/learn/kube-apiserver/handler-chain"
ACTS = ("changes", "sort", "filter", "relist", "chapter", "changes")


class Heart:
    """Beats every millisecond and writes down by how much each beat was late, under what was going on."""

    def __init__(self) -> None:
        self.late_s: list[float] = []
        self.worst: dict[str, float] = {}
        self.doing = "changes"

    async def beat(self) -> None:
        """Beat until cancelled."""
        last = time.perf_counter()
        while True:
            await asyncio.sleep(BEAT_S)
            now = time.perf_counter()
            late = now - last - BEAT_S
            last = now
            self.late_s.append(late)
            self.worst[self.doing] = max(self.worst.get(self.doing, 0.0), late)


class House:
    """An informer with its tables, and somebody who looks at all of them."""

    def __init__(self, resource: "ApiResource", informer: "SharedInformer[Row]") -> None:
        from tests.bench.peers.portolan import Viewer
        from tests.support.caller import Caller

        self.resource = resource
        self.informer = informer
        self.viewer = Viewer()
        self.reader = Caller()
        self.tables: list[Selection] = []

    async def open(self, q: str, *sort: str) -> None:
        """Open another table."""
        from dashboard.access.selection import Selection
        from tests.bench.peers.portolan import SCOPE

        made = Selection(self.resource, SCOPE, frozenset(), [self.informer], q, sort)
        self.informer.add_handler(made)
        await made.build()
        made.add_listener(self.viewer)
        self.tables.append(made)

    async def do(self, what: str, seconds: int) -> None:
        """Do one thing, and return when it is done."""
        if what == "sort":
            await self.open("running", "-age", "node")
        elif what == "filter":
            await self.open("app-1 !node-07", "ip")
        elif what == "relist":
            epoch = self.informer.reflector.epoch
            say("tell expire")
            while self.informer.reflector.epoch == epoch:  # noqa: ASYNC110  (whatever it takes)
                await asyncio.sleep(0.05)
            say(f"tell pace {RATE} {seconds}")
        elif what == "chapter":
            answer = await self.reader.get(CHAPTER)
            if answer.status_code != 200:
                raise RuntimeError(f"{CHAPTER}: {answer.status_code}")


async def main(kubeconfig: str, seconds: int) -> None:
    """Measure, and print the result."""
    from django.core.management import call_command

    from dashboard.api.names import NO_NAMESPACE
    from dashboard.cache import interpreter
    from dashboard.cache.clock import SystemClock
    from dashboard.cache.sharedinformer import SharedInformer
    from dashboard.client import config
    from dashboard.client.discovery import discover
    from dashboard.client.source import source_of
    from dashboard.client.transport import Transport
    from tests.bench.peers.portolan import PODS

    await asyncio.to_thread(call_command, "migrate", verbosity=0)
    os.environ["KUBECONFIG"] = kubeconfig
    context = config.find(Path(), os.environ).found[0]
    transport = Transport(context.name, await config.load(context))
    resource = (await discover(transport)).resources.get(PODS)
    clock = SystemClock()
    source = source_of(transport, resource, NO_NAMESPACE, clock)
    house = House(resource, SharedInformer(source, clock=clock))
    interpreter.calm()  # as the site does at its start
    running = asyncio.create_task(house.informer.run())
    await house.informer.answered()
    await house.open("running", "-restarts", "name")
    await house.reader.get("/learn/")  # what the first request of a process costs is not asked here
    heart = Heart()
    beating = asyncio.create_task(heart.beat())
    say(f"tell pace {RATE} {seconds}")
    for what in ACTS:
        heart.doing = what
        begun = time.monotonic()
        await house.do(what, seconds)
        await asyncio.sleep(max(0.0, seconds / len(ACTS) - (time.monotonic() - begun)))
    for task in (beating, running):
        task.cancel()
    await asyncio.gather(beating, running, return_exceptions=True)
    await transport.aclose()
    for what, worst in heart.worst.items():
        say(f"say   longest pause during {what:8} {worst * 1000:6.1f} ms")
    late = sorted(heart.late_s)
    say(f"say   {house.viewer.changes} changes, {len(late)} beats, {len(house.tables)} tables")
    result = {"p999_ms": late[int(len(late) * 0.999)] * 1000, "max_ms": late[-1] * 1000}
    say(f"result {json.dumps(result)}")


def say(line: str) -> None:
    """Print at once: somebody waits for it."""
    print(line, flush=True)


if __name__ == "__main__":
    import django

    django.setup()
    uvloop.run(main(sys.argv[1], int(sys.argv[2])))  # as the site runs
