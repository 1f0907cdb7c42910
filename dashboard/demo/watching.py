"""WATCH: the frames of one stream, bookmarks and ends included.

Go: k8s.io/apiserver/pkg/endpoints/handlers#serveWatch and k8s.io/apiserver/pkg/storage/cacher.
"""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Iterator
from typing import Final

from dashboard.demo.printing import Press, compact
from dashboard.demo.refusal import expired
from dashboard.demo.request import Options
from dashboard.demo.selector import Selector
from dashboard.demo.storage import Collection, Event, Storage, TooOld, Version
from dashboard.demo.world import Clock

BOOKMARK_S: Final = 60.0
LAST_BOOKMARK_S: Final = 2.0
"""A bookmark comes about once a minute, and this long before the end."""

SHORTEST_S: Final = 1800
"""A stream without timeoutSeconds ends after this to twice this long, as --min-request-timeout has it."""

SLICE: Final = 20
"""Objects printed before the event loop gets its turn."""


class Watch:
    """One stream of one collection in one scope."""

    def __init__(
        self, storage: Storage, press: Press, selector: Selector, namespace: str, options: Options
    ) -> None:
        """Send nothing yet."""
        self._storage = storage
        self._collection: Collection = storage.collections[press.kind]
        self._press = press
        self._selector = selector
        self._namespace = namespace
        self._options = options
        self._has_columns = True

    async def frames(self, clock: Clock) -> AsyncIterator[str]:
        """Yield frames until the stream is to end."""
        seconds = self._options.timeout_s or SHORTEST_S * (1 + random.random())  # noqa: S311
        end_ms = clock.now_ms() + int(seconds * 1000)
        asked = self._options.resource_version
        position = asked or self._storage.resource_version
        if self._options.is_initial or not asked:
            position = self._storage.resource_version
            async for frame in self._initial(position, clock):
                yield frame
        marks = self._marks(clock.now_ms(), end_ms)
        mark_ms = next(marks)
        while True:
            try:
                events = self._collection.since(position)
            except TooOld as error:
                refusal = expired(f"too old resource version: {position} ({error.oldest})")
                yield _frame("ERROR", compact(refusal.status))
                return
            for event in events:
                position = event.resource_version
                if (told := self._told(event, clock.now_ms())) is not None:
                    yield told
            now_ms = clock.now_ms()
            # A watch from the future has nothing to say, not even a bookmark (fact M4).
            if now_ms >= mark_ms and position <= self._storage.resource_version:
                position = max(position, self._storage.resource_version)
                mark_ms = next(marks)
                if self._options.has_bookmarks:
                    yield self._mark(position, is_end=False)
            if now_ms >= end_ms:
                return
            await self._change(clock, min(mark_ms, end_ms) - now_ms)

    async def _initial(self, position: int, clock: Clock) -> AsyncIterator[str]:
        found = self._collection.at(position, namespace=self._namespace)
        for number, version in enumerate(found):
            if number % SLICE == 0:
                await asyncio.sleep(0)
            if self._selector.matches(version):
                yield self._event("ADDED", version, clock.now_ms())
        if self._options.is_initial and self._options.has_bookmarks:
            yield self._mark(position, is_end=True)

    def _told(self, event: Event, now_ms: int) -> str | None:
        """Return the frame of `event` in this scope: an object that leaves it counts as deleted."""
        if self._namespace and event.after.namespace != self._namespace:
            return None
        if self._selector.is_empty:
            return self._event(event.type, event.after, now_ms)
        was = event.before is not None and self._selector.matches(event.before)
        is_now = event.type != "DELETED" and self._selector.matches(event.after)
        if not was and not is_now:
            return None
        change = "DELETED" if not is_now else "MODIFIED" if was else "ADDED"
        return self._event(change, event.after, now_ms)

    def _event(self, change: str, version: Version, now_ms: int) -> str:
        told = self._press.one(version, now_ms, has_columns=self._has_columns)
        self._has_columns = self._press.is_repeating
        return _frame(change, told)

    def _mark(self, position: int, *, is_end: bool) -> str:
        told = self._press.mark(position, is_end=is_end, has_columns=self._has_columns)
        self._has_columns = self._press.is_repeating
        return _frame("BOOKMARK", told)

    @staticmethod
    def _marks(start_ms: int, end_ms: int) -> Iterator[int]:
        """Yield when the bookmarks are due, for ever."""
        step_ms = int(BOOKMARK_S * 1000)
        last_ms = end_ms - int(LAST_BOOKMARK_S * 1000)
        yield from range(start_ms + step_ms, last_ms, step_ms)
        if last_ms > start_ms:
            yield last_ms
        while True:
            yield end_ms + step_ms

    async def _change(self, clock: Clock, at_most_ms: int) -> None:
        """Return once the collection has changed, or after `at_most_ms`."""
        change = self._collection.change()
        sleep = asyncio.ensure_future(clock.sleep(max(0, at_most_ms) / 1000))
        try:
            await asyncio.wait({change, sleep}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            change.cancel()
            sleep.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await sleep


def _frame(change: str, told: str) -> str:
    return f'{{"type":"{change}","object":{told}}}\n'
