"""Which kinds a connected cluster serves, read again when that may have changed.

A CustomResourceDefinition or APIService that moves is a reason to read again, where the portal may
watch them; a kind that nobody knows is another.
"""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import AsyncExitStack
from typing import Final

from dashboard.api.delta import Delta
from dashboard.api.gvr import GVR, ShortKind
from dashboard.api.names import NO_NAMESPACE
from dashboard.api.table import Row
from dashboard.cache.clock import Clock
from dashboard.cache.factory import InformerFactory
from dashboard.client.discovery import ApiResource, Discovered, Resources, discover
from dashboard.client.transport import Transport
from dashboard.errors import ClusterError, UnknownKind

REFRESH_S = 3.0
"""Shortest pause between two readings, whoever asks for them."""

LATE_S: Final = (1.0, 3.0, 10.0)
"""Pauses after a hint: a definition is served only once it is established, an APIService once its
server has answered."""

WATCHED: Final = (
    GVR("apiextensions.k8s.io", "v1", "customresourcedefinitions"),
    GVR("apiregistration.k8s.io", "v1", "apiservices"),
)

log = logging.getLogger(__name__)


class Catalogue:
    """The kinds of one cluster as last read; `resources` is replaced whole when they change."""

    def __init__(
        self,
        transport: Transport,
        discovered: Discovered,
        informers: InformerFactory[Row],
        clock: Clock,
    ) -> None:
        """Begin with what was read when the cluster was connected."""
        self._transport = transport
        self._discovered = discovered
        self._informers = informers
        self._clock = clock
        self._read_at = clock.monotonic()
        self._reading: asyncio.Task[None] | None = None
        self._heard = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    @property
    def resources(self) -> Resources:
        """Every kind as of the last reading."""
        return self._discovered.resources

    def start(self) -> None:
        """Begin to watch definitions, in a task of its own."""
        self._task = asyncio.create_task(self._run(), name="catalogue")

    async def aclose(self) -> None:
        """Watch no more."""
        tasks = [task for task in (self._task, self._reading) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def find(self, asked: GVR | ShortKind) -> ApiResource:
        """Return what `asked` means here; read again for one that nobody knows. Raises UnknownKind."""
        try:
            return self.resources.resolve(asked)
        except UnknownKind:
            await self.refresh()
            return self.resources.resolve(asked)

    async def refresh(self) -> None:
        """Read again, once for all who ask within REFRESH_S; what cannot be read stays as it was."""
        if self._reading is None or self._reading.done():
            if self._clock.monotonic() - self._read_at < REFRESH_S:
                return
            self._read_at = self._clock.monotonic()
            self._reading = asyncio.create_task(self._read(), name="discovery")
        await asyncio.shield(self._reading)

    def on_deltas(self, deltas: Sequence[Delta[Row]]) -> None:  # noqa: ARG002  (Handler's signature)
        """Follow an informer (cache.sharedinformer.Handler)."""
        self._heard.set()

    def on_state(self) -> None:
        """Nothing is said of kinds."""

    async def _read(self) -> None:
        try:
            self._discovered = await discover(self._transport, self._discovered)
        except ClusterError as error:
            log.warning("discovery failed: %s", error)

    async def _run(self) -> None:
        async with AsyncExitStack() as stack:
            for gvr in WATCHED:
                if gvr in self.resources:
                    informer = await stack.enter_async_context(
                        self._informers.informer(gvr, NO_NAMESPACE)
                    )
                    await informer.answered()
                    informer.add_handler(self)
                    stack.callback(informer.remove_handler, self)
            while True:
                await self._heard.wait()
                self._heard.clear()
                for pause_s in LATE_S:
                    await self._clock.sleep(pause_s)
                    await self.refresh()
                    if self._heard.is_set():
                        break
