"""Portolan: an informer, and on it a table as a viewer's is: within a scope, filtered, in order.

In a process that is set up as the site's: its loop, and its collection of garbage.

With `rows` after the kubeconfig it holds its rows alone, and forgets the whole objects.
"""

import asyncio
import os
import sys
from collections.abc import Set as AbstractSet
from pathlib import Path
from unittest.mock import patch

import uvloop

from dashboard.access.selection import Selection
from dashboard.api.gvr import GVR
from dashboard.api.names import NO_NAMESPACE, Namespace, ObjectKey
from dashboard.api.scope import Scope
from dashboard.api.table import Row
from dashboard.cache import interpreter
from dashboard.cache.clock import SystemClock
from dashboard.cache.objects import Objects
from dashboard.cache.sharedinformer import SharedInformer
from dashboard.client import config
from dashboard.client.discovery import discover
from dashboard.client.source import source_of
from dashboard.client.transport import Transport
from tests.bench.peers.meter import Meter, Pod, command

PODS = GVR("", "v1", "pods")
SCOPE = Scope.of(frozenset(Namespace(f"bench-{number:02}") for number in range(80)))
"""All that there is, one by one: each row is held against it."""


class Viewer:
    """A listener of the table: counts what it hears of."""

    def __init__(self) -> None:
        self.changes = 0
        self._wanted = 0
        self._enough = asyncio.Event()

    def on_rows(self, touched: AbstractSet[ObjectKey]) -> None:
        """Count."""
        self.changes += len(touched)
        if self.changes >= self._wanted:
            self._enough.set()

    async def heard(self, wanted: int) -> None:
        """Return once it has heard of `wanted` changes, and count anew."""
        self._wanted = wanted
        if self.changes < wanted:
            self._enough.clear()
            await self._enough.wait()
        self.changes -= wanted

    def on_state(self) -> None:
        """Nothing is drawn here."""


async def run(kubeconfig: str, *, rows_alone: bool) -> None:
    """Obey until the input ends."""
    if rows_alone:
        patch.object(Objects, "put", lambda _self, _key, _body: None).start()
    os.environ["KUBECONFIG"] = kubeconfig
    interpreter.calm()
    clock = SystemClock()
    context = config.find(Path(), os.environ).found[0]
    transport = Transport(context.name, await config.load(context))
    resource = (await discover(transport)).resources.get(PODS)
    informer: SharedInformer[Row] = SharedInformer(
        source_of(transport, resource, NO_NAMESPACE, clock), clock=clock
    )
    viewer = Viewer()
    print("ready", flush=True)
    task: asyncio.Task[None] | None = None
    table: Selection | None = None
    while said := await asyncio.to_thread(command):
        word, number = said
        meter = Meter()
        if word == "sync":
            task = asyncio.create_task(informer.run())
            await informer.answered()
            table = Selection(
                resource, SCOPE, frozenset(), [informer], "running", ("-restarts", "name")
            )
            informer.add_handler(table)
            await table.build()
            first = [table.row(key) for key in table.keys(0, 100)]
            if len(first) != min(100, table.total) or None in first:
                raise RuntimeError("the first page is not whole")
            table.add_listener(viewer)
        else:
            await viewer.heard(number)
        meter.report(_pods(informer))
    if task is not None:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    await transport.aclose()


def _pods(informer: SharedInformer[Row]) -> list[Pod]:
    return [(row.namespace, row.name, str(row.resource_version)) for row in informer.items]


if __name__ == "__main__":
    uvloop.run(run(sys.argv[1], rows_alone="rows" in sys.argv[2:]))
