"""Which informers run: one per kind and scope, however many look, and a while after the last.

Go: k8s.io/client-go/informers#SharedInformerFactory. Differs: informers stop when nobody looks.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Generic, TypeVar

from dashboard.api.gvr import GVR, format_kind
from dashboard.api.listerwatcher import ListerWatcher
from dashboard.api.names import Namespace
from dashboard.cache.clock import Clock
from dashboard.cache.sharedinformer import SharedInformer
from dashboard.cache.store import Stored
from dashboard.cache.warm import Warm
from dashboard.errors import NeverCached

WARM_S = 60.0
"""How long an informer runs on after its last viewer left: a reload finds it still warm."""

STREAMS_MOST = 300
"""Collections of one cluster that are read at once, each over a connection of its own."""

SECRETS = GVR("", "v1", "secrets")

T = TypeVar("T", bound=Stored)
Key = tuple[GVR, Namespace]

log = logging.getLogger(__name__)


class InformerFactory(Generic[T]):
    """Owns every informer of one cluster and their tasks; `aclose` ends them all."""

    def __init__(
        self,
        source: Callable[[GVR, Namespace], ListerWatcher[T]],
        *,
        clock: Clock,
    ) -> None:
        """Run nothing yet; `source` makes the ListerWatcher of a kind in a namespace ("" is all)."""
        self._source = source
        self._clock = clock
        self._informers: Warm[Key, SharedInformer[T]] = Warm(
            self._run, clock=clock, warm_s=WARM_S, most=STREAMS_MOST
        )

    def informer(
        self, gvr: GVR, namespace: Namespace
    ) -> AbstractAsyncContextManager[SharedInformer[T]]:
        """Hold the informer of `gvr` in `namespace` running; start it if nobody did.

        Raises NeverCached for Secrets; entering raises Crowded when STREAMS_MOST are in use.
        """
        if is_never_cached(gvr):
            raise NeverCached(gvr=gvr)
        return self._informers.hold((gvr, namespace))

    def running(self) -> list[tuple[Key, SharedInformer[T]]]:
        """Return the informers that run now."""
        return list(self._informers)

    async def aclose(self) -> None:
        """End every informer and wait until they have ended."""
        await self._informers.aclose()

    @asynccontextmanager
    async def _run(self, key: Key) -> AsyncIterator[SharedInformer[T]]:
        gvr, namespace = key
        informer = SharedInformer(
            self._source(gvr, namespace),
            clock=self._clock,
            name=format_kind(gvr),
            namespace=namespace,
        )
        task = asyncio.create_task(informer.run(), name=f"informer {gvr} {namespace}")
        task.add_done_callback(_report)
        try:
            yield informer
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


def is_never_cached(gvr: GVR) -> bool:
    """Whether objects of this kind are neither cached nor watched."""
    return (gvr.group, gvr.resource) == (SECRETS.group, SECRETS.resource)


def _report(task: asyncio.Task[None]) -> None:
    """Say in the log that an informer ended by a mistake of ours; its table then shows stale."""
    if not task.cancelled() and (error := task.exception()) is not None:
        log.error("%s ended", task.get_name(), exc_info=error)
