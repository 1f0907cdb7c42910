"""Things that are opened for the first who needs them and closed a while after the last."""

import asyncio
from collections.abc import AsyncIterator, Callable, Hashable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Generic, TypeVar

from dashboard.cache.clock import Clock
from dashboard.errors import Crowded

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class _Entry(Generic[V]):
    __slots__ = ("cooling", "opened", "task", "unused_since", "users")

    def __init__(self, opened: asyncio.Future[V]) -> None:
        self.opened = opened
        self.users = 0
        self.unused_since = 0.0
        self.cooling: asyncio.Task[None] | None = None
        self.task: asyncio.Task[None] | None = None


class Warm(Generic[K, V]):
    """At most one open value per key, shared by all who hold it; `aclose` closes every one.

    A value is opened and closed in one task of its own, so it outlives whoever asked first. When
    opening fails, all who wait get the error and the next one tries again.
    """

    def __init__(
        self,
        open_: Callable[[K], AbstractAsyncContextManager[V]],
        *,
        clock: Clock,
        warm_s: float,
        most: int | None = None,
    ) -> None:
        """Open nothing yet; a value without users is kept for `warm_s` seconds.

        Of `most` values, those without users make room for new ones, the longest unused first.
        """
        self._most = most
        self._open = open_
        self._clock = clock
        self._warm_s = warm_s
        self._entries: dict[K, _Entry[V]] = {}

    def __iter__(self) -> Iterator[tuple[K, V]]:
        for key, entry in self._entries.items():
            if (
                entry.opened.done()
                and not entry.opened.cancelled()
                and not entry.opened.exception()
            ):
                yield key, entry.opened.result()

    @asynccontextmanager
    async def hold(self, key: K) -> AsyncIterator[V]:
        """Hold the value of `key` open. Raises what opening it raises, and Crowded."""
        entry = self._entries.get(key) or self._start(key)
        entry.users += 1
        if entry.cooling is not None:
            entry.cooling.cancel()
            entry.cooling = None
        try:
            yield await asyncio.shield(entry.opened)
        finally:
            entry.users -= 1
            if not entry.users and self._entries.get(key) is entry:
                entry.unused_since = self._clock.monotonic()
                entry.cooling = asyncio.create_task(self._cool(key, entry))

    async def aclose(self) -> None:
        """Close every value, in use or not, and wait until it is closed."""
        ending = list(self._entries.values())
        self._entries.clear()
        tasks = [
            task for entry in ending for task in (entry.cooling, entry.task) if task is not None
        ]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _start(self, key: K) -> _Entry[V]:
        if self._most is not None and len(self._entries) >= self._most:
            self._make_room(self._most)
        entry: _Entry[V] = _Entry(asyncio.get_running_loop().create_future())
        entry.task = asyncio.create_task(self._keep(key, entry), name=f"keep {key}")
        self._entries[key] = entry
        return entry

    def _make_room(self, most: int) -> None:
        unused = (key for key, entry in self._entries.items() if entry.cooling is not None)
        key = min(unused, key=lambda key: self._entries[key].unused_since, default=None)
        if key is None:
            raise Crowded(most=most)
        entry = self._entries.pop(key)
        for task in (entry.cooling, entry.task):
            if task is not None:
                task.cancel()

    async def _keep(self, key: K, entry: _Entry[V]) -> None:
        try:
            async with self._open(key) as value:
                entry.opened.set_result(value)
                await asyncio.Event().wait()  # until the task is cancelled
        except asyncio.CancelledError:
            entry.opened.cancel()
            raise
        except Exception as error:  # noqa: BLE001  (handed to everybody who waits)
            if self._entries.get(key) is entry:
                del self._entries[key]
            if not entry.opened.done():
                entry.opened.set_exception(error)
                entry.opened.exception()  # retrieved: nobody may be waiting any more

    async def _cool(self, key: K, entry: _Entry[V]) -> None:
        await self._clock.sleep(self._warm_s)
        if self._entries.get(key) is entry:
            del self._entries[key]
        if entry.task is not None:
            entry.task.cancel()
