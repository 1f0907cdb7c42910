"""Which informers run: one per kind and scope, however many look, and a while after the last.

Go: k8s.io/client-go/informers#SharedInformerFactory. Differs: informers stop when nobody looks.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Generic, TypeVar

from dashboard.api.gvr import GVR
from dashboard.api.listerwatcher import ListerWatcher
from dashboard.api.names import Namespace
from dashboard.cache.clock import Clock
from dashboard.cache.sharedinformer import SharedInformer
from dashboard.cache.store import Stored
from dashboard.errors import Denied

WARM_S = 60.0
"""How long an informer runs on after its last viewer left: a reload finds it still warm."""

STREAMS_LIMIT = 300
"""Upstream watches to one cluster at most; beyond it a new kind waits for one that stops."""

SECRETS = GVR("", "v1", "secrets")

T = TypeVar("T", bound=Stored)
Key = tuple[GVR, Namespace]

log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Running(Generic[T]):
    informer: SharedInformer[T]
    task: asyncio.Task[None]
    viewers: int = 0
    cooling: asyncio.Task[None] | None = None


class InformerFactory(Generic[T]):
    """Owns every informer of one cluster and their tasks; `aclose` ends them all."""

    def __init__(
        self,
        source: Callable[[GVR, Namespace], ListerWatcher[T]],
        *,
        clock: Clock,
        transform: Callable[[T], T] | None = None,
    ) -> None:
        """Run nothing yet; `source` makes the ListerWatcher of a kind in a namespace ("" is all)."""
        self._source = source
        self._clock = clock
        self._transform = transform
        self._running: dict[Key, _Running[T]] = {}

    @asynccontextmanager
    async def informer(self, gvr: GVR, namespace: Namespace) -> AsyncIterator[SharedInformer[T]]:
        """Hold the informer of `gvr` in `namespace` running; start it if nobody did.

        Raises Denied for Secrets, which are never cached and never watched.
        """
        if gvr == SECRETS:
            raise Denied(gvr=gvr, detail="Secrets are listed on demand, never cached")
        running = self._running.get((gvr, namespace)) or self._start(gvr, namespace)
        running.viewers += 1
        if running.cooling is not None:
            running.cooling.cancel()
            running.cooling = None
        try:
            yield running.informer
        finally:
            running.viewers -= 1
            if not running.viewers and (gvr, namespace) in self._running:
                running.cooling = asyncio.create_task(self._cool((gvr, namespace), running))

    def running(self) -> list[tuple[Key, SharedInformer[T]]]:
        """Return the informers that run now."""
        return [(key, running.informer) for key, running in self._running.items()]

    async def aclose(self) -> None:
        """End every informer and wait until they have ended."""
        ending = list(self._running.values())
        self._running.clear()
        tasks = [task for item in ending for task in (item.task, item.cooling) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _start(self, gvr: GVR, namespace: Namespace) -> _Running[T]:
        informer = SharedInformer(
            self._source(gvr, namespace), clock=self._clock, transform=self._transform
        )
        task = asyncio.create_task(informer.run(), name=f"informer {gvr} {namespace}")
        task.add_done_callback(_report)
        running = _Running(informer, task)
        self._running[gvr, namespace] = running
        return running

    async def _cool(self, key: Key, running: _Running[T]) -> None:
        await self._clock.sleep(WARM_S)
        del self._running[key]
        running.task.cancel()


def _report(task: asyncio.Task[None]) -> None:
    """Say in the log that an informer ended by a mistake of ours; its table then shows stale."""
    if not task.cancelled() and (error := task.exception()) is not None:
        log.error("%s ended", task.get_name(), exc_info=error)
