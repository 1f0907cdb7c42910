"""Portolan: an informer, and on it a table in order behind a filter, as a viewer's would be."""

import asyncio
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from dashboard.api.delta import Delta
from dashboard.api.gvr import GVR
from dashboard.api.names import Namespace
from dashboard.api.table import Row
from dashboard.cache.clock import SystemClock
from dashboard.cache.sharedinformer import SharedInformer
from dashboard.cache.transform import shared
from dashboard.client import config
from dashboard.client.discovery import discover
from dashboard.client.resource import TableResource
from dashboard.client.transport import Transport
from dashboard.query.filter import compile_filter
from dashboard.query.index import Index
from dashboard.query.sort import parse as parse_sort
from tests.bench.peers.meter import Meter, Pod, command

PODS = GVR("", "v1", "pods")


class Table:
    """What a handler of the informer keeps: the order of a filtered, sorted table."""

    def __init__(self, informer: SharedInformer[Row], source: TableResource) -> None:
        self._informer = informer
        self._source = source
        self._index: Index | None = None
        self.updates = 0
        self.moved = asyncio.Event()

    async def build(self) -> None:
        """Order what is held now."""
        columns = self._source.columns
        terms = parse_sort(("-restarts", "name"), columns)
        index = Index(terms, compile_filter("running"))
        await index.fill(list(self._informer.items))
        self._index = index

    def on_deltas(self, deltas: Sequence[Delta[Row]]) -> None:
        """Follow."""
        if self._index is not None:
            self._index.apply(deltas)
            self.updates += len(deltas)
            self.moved.set()

    def on_state(self) -> None:
        """Nothing is drawn here."""


async def run(kubeconfig: str) -> None:
    """Obey until the input ends."""
    os.environ["KUBECONFIG"] = kubeconfig
    clock = SystemClock()
    context = config.find(Path(), os.environ).found[0]
    transport = Transport(context.name, await config.load(context))
    resource = (await discover(transport)).resources.get(PODS)
    source = TableResource(transport, resource, Namespace(""), clock)
    informer = SharedInformer(source, clock=clock, transform=shared)
    table = Table(informer, source)
    informer.add_handler(table)
    print("ready", flush=True)
    task: asyncio.Task[None] | None = None
    while said := await asyncio.to_thread(command):
        word, number = said
        meter = Meter()
        if word == "sync":
            task = asyncio.create_task(informer.run())
            await informer.answered()
            await table.build()
        else:
            while table.updates < number:
                table.moved.clear()
                await table.moved.wait()
            table.updates -= number
        meter.report(_pods(informer))
    if task is not None:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    await transport.aclose()


def _pods(informer: SharedInformer[Row]) -> list[Pod]:
    return [(row.namespace, row.name, str(row.resource_version)) for row in informer.items]


if __name__ == "__main__":
    asyncio.run(run(sys.argv[1]))
