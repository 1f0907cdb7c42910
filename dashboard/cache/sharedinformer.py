"""One collection kept in memory for everybody who looks at it.

Go: k8s.io/client-go/tools/cache#SharedIndexInformer. Differs: handlers run in the same synchronous
step as the change of the store, so there is no queue between them; they must be quick.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Generic, Protocol, TypeVar

from dashboard.api.delta import Delta
from dashboard.api.listerwatcher import ListerWatcher
from dashboard.cache import metrics
from dashboard.cache.clock import Clock
from dashboard.cache.indexer import Indexer
from dashboard.cache.reflector import Reflector
from dashboard.cache.store import Stored
from dashboard.errors import NotLive

T = TypeVar("T", bound=Stored)
T_contra = TypeVar("T_contra", contravariant=True)


class Handler(Protocol[T_contra]):
    """What a listener of an informer implements; neither call may raise or wait."""

    def on_deltas(self, deltas: Sequence[Delta[T_contra]]) -> None:
        """Take note of changes; the store already holds them."""

    def on_state(self) -> None:
        """Take note that state, epoch, age or resource version moved."""


class SharedInformer(Generic[T]):
    """An indexer, the reflector that feeds it, and the handlers that hear of every change."""

    def __init__(
        self,
        source: ListerWatcher[T],
        *,
        clock: Clock,
        transform: Callable[[T], T] | None = None,
    ) -> None:
        """Start empty and at rest; `run` begins."""
        self.items: Indexer[T] = Indexer()
        self.source = source
        self.reflector: Reflector[T] = Reflector(
            source,
            self.items,
            clock=clock,
            on_deltas=self._on_deltas,
            on_state=self._on_state,
            transform=transform,
        )
        self._handlers: list[Handler[T]] = []
        self._answered = asyncio.Event()

    async def run(self) -> None:
        """Keep the indexer equal to the cluster until cancelled.

        A mistake of ours ends it; what it holds is stale from then on, never silently old.
        """
        with metrics.INFORMERS.track_inprogress():
            try:
                await self.reflector.run()
            except Exception:
                self.reflector.give_up()
                raise

    async def read_once(self, because: NotLive) -> None:
        """Hold the collection as of now instead of `run`; see Reflector.read_once."""
        await self.reflector.read_once(because)

    def reprint(self, item: T) -> None:
        """Hold another print of an object whose version is held, and tell the handlers."""
        if deltas := self.items.reprint(item):
            self._on_deltas(deltas)

    async def answered(self) -> None:
        """Return once the cluster has answered the first time, well or badly."""
        await self._answered.wait()

    def add_handler(self, handler: Handler[T]) -> None:
        """Tell `handler` of every change from now on; what is held now it reads by itself."""
        self._handlers.append(handler)

    def remove_handler(self, handler: Handler[T]) -> None:
        """Tell `handler` nothing any more."""
        self._handlers.remove(handler)

    def _on_deltas(self, deltas: Sequence[Delta[T]]) -> None:
        for handler in self._handlers:
            handler.on_deltas(deltas)

    def _on_state(self) -> None:
        if self.reflector.epoch or self.reflector.trouble is not None:
            self._answered.set()
        for handler in self._handlers:
            handler.on_state()
