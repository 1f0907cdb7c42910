"""One collection kept in memory for everybody who looks at it.

Go: k8s.io/client-go/tools/cache#SharedIndexInformer. Differs: handlers run in the same synchronous
step as the change of the store, so there is no queue between them; they must be quick.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar, runtime_checkable

from dashboard.api.delta import Delta
from dashboard.api.listerwatcher import ListerWatcher, VersionLister
from dashboard.api.names import NO_NAMESPACE, Namespace, ObjectKey
from dashboard.api.slices import slices
from dashboard.api.table import Column
from dashboard.cache import interpreter, metrics
from dashboard.cache.clock import Clock
from dashboard.cache.generation import Generation
from dashboard.cache.indexer import Indexer
from dashboard.cache.reflector import Reflector
from dashboard.cache.selfcheck import SelfCheck
from dashboard.cache.store import Stored
from dashboard.errors import NotLive

T = TypeVar("T", bound=Stored)
LARGE = 1_000
"""Rows of a first listing from which on it is worth keeping from the garbage collector."""

MANY = 256
"""Changes of one listing that handlers can take in one step: a millisecond's worth."""

T_contra = TypeVar("T_contra", contravariant=True)


class Handler(Protocol[T_contra]):
    """What a listener of an informer implements; neither call may raise or wait."""

    def on_deltas(self, deltas: Sequence[Delta[T_contra]]) -> None:
        """Take note of changes; the store already holds them."""

    def on_state(self) -> None:
        """Take note that state, epoch, age or resource version moved."""


@dataclass(frozen=True, slots=True)
class Replacement(Generic[T]):
    """A listing that is about to be adopted: what it will change, and what will be held then."""

    informer: "SharedInformer[T]"
    keys: AbstractSet[ObjectKey]
    """Where something changes: one set for all, not to be changed."""
    items: Mapping[ObjectKey, T]
    columns: tuple[Column, ...]


@runtime_checkable
class Preparing(Protocol[T]):
    """A handler for which thousands of changes are too many for one step."""

    async def prepare(self, replacement: Replacement[T]) -> Callable[[], None]:
        """Get ready for `replacement` in slices, beside what is shown.

        Return what is called, in the step in which the store changes, instead of `on_deltas`. It may
        never be called: then the replacement was dropped.
        """
        ...


class SharedInformer(Generic[T]):
    """An indexer, the reflector that feeds it, and the handlers that hear of every change."""

    def __init__(
        self,
        source: ListerWatcher[T],
        *,
        clock: Clock,
        name: object = "",
        namespace: Namespace = NO_NAMESPACE,
    ) -> None:
        """Start empty and at rest; `run` begins. `name` is what is read, for the words of errors.

        `namespace` is where it is read; NO_NAMESPACE is the whole cluster.
        """
        self.namespace = namespace
        self.items: Indexer[T] = Indexer()
        self.source = source
        self.columns: tuple[Column, ...] = ()
        """Those of the rows that are held, where the source has columns."""
        self.reflector: Reflector[T] = Reflector(
            source,
            self.items,
            clock=clock,
            name=name,
            replace=self._replace,
            on_deltas=self._on_deltas,
            on_state=self._on_state,
        )
        self._clock = clock
        self._handlers: list[Handler[T]] = []
        self._answered = asyncio.Event()

    async def run(self) -> None:
        """Keep the indexer equal to the cluster until cancelled.

        A mistake of ours ends it; what it holds is stale from then on, never silently old.
        """
        with metrics.INFORMERS.track_inprogress():
            checking = asyncio.create_task(self._check())
            try:
                await self.reflector.run()
            except Exception:
                self.reflector.give_up()
                raise
            finally:
                checking.cancel()
                await asyncio.gather(checking, return_exceptions=True)

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

    async def _check(self) -> None:
        if isinstance(self.source, VersionLister):
            await SelfCheck(self.source, self.items, self.reflector, clock=self._clock).run()

    async def _replace(
        self, generation: Generation[T], settle: Callable[[], None]
    ) -> dict[ObjectKey, T]:
        """Adopt `generation`, `settle` and tell the handlers in one step, once all of them are ready."""
        deltas = await generation.deltas()
        columns: tuple[Column, ...] = getattr(self.source, "columns", ())
        ready: dict[int, Callable[[], None]] = {}
        if len(deltas) > MANY or columns != self.columns:
            keys: set[ObjectKey] = set()
            async for piece in slices(deltas):
                keys.update([delta.key for delta in piece])
            replacement = Replacement(self, keys, generation.items, columns)
            while waiting := [  # more of them may come meanwhile
                handler
                for handler in self._handlers
                if isinstance(handler, Preparing) and id(handler) not in ready
            ]:
                for handler in waiting:
                    ready[id(handler)] = await handler.prepare(replacement)
        is_first = not len(self.items)
        former = self.items.adopt(generation)
        self.columns = columns
        settle()
        for listener in list(self._handlers):
            if (adopt := ready.get(id(listener))) is not None:
                adopt()
            elif deltas:
                listener.on_deltas(deltas)
        if is_first and len(self.items) >= LARGE:
            # What was listed stays: a full collection need not walk it. Not after each listing, for
            # garbage in cycles would be frozen too.
            interpreter.keep()
        return former

    def _on_deltas(self, deltas: Sequence[Delta[T]]) -> None:
        for handler in self._handlers:
            handler.on_deltas(deltas)

    def _on_state(self) -> None:
        if self.reflector.epoch or self.reflector.trouble is not None:
            self._answered.set()
        for handler in self._handlers:
            handler.on_state()
