"""Watches over one reading of a stream: ends it when it falls silent, or when somebody doubts the copy."""

import asyncio
from collections.abc import Coroutine

from dashboard.cache.clock import Clock
from dashboard.errors import Diverged, Silent

SILENCE_S = 150.0
"""Silence after which a stream is dead. Bookmarks come about every 60 s, so one may be lost and the
next late by 30 s. A watch from a version to come is silent for good (fact M4, kubernetes#107457)."""


class Vigil:
    """One reading at a time. `patience_s` is how long it may be silent."""

    def __init__(self, clock: Clock, name: object) -> None:
        """`name` is what is read, for the words of errors."""
        self.patience_s = SILENCE_S
        self._clock = clock
        self._name = name
        self._heard_at = 0.0
        self._doubted = asyncio.Event()

    def heard(self) -> None:
        """Begin to wait anew."""
        self._heard_at = self._clock.monotonic()

    def doubt(self) -> None:
        """End the reading: what it keeps up to date is not what the server has."""
        self._doubted.set()

    async def over(self, reading: Coroutine[None, None, None]) -> None:
        """Await `reading`. Raises what it raises, else Silent or Diverged, when it has ended."""
        self.heard()
        self._doubted.clear()
        read = asyncio.create_task(reading)
        doubted = asyncio.create_task(self._doubted.wait())
        silent = asyncio.create_task(self._until_silent())
        tasks = (read, doubted, silent)
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            silent_s = self.patience_s
            done = [task for task in tasks if task.done()]
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        if read in done:
            return read.result()
        if doubted in done:
            raise Diverged(gvr=self._name)
        raise Silent(gvr=self._name, limit_s=silent_s)

    async def _until_silent(self) -> None:
        while (left := self._heard_at + self.patience_s - self._clock.monotonic()) > 0:
            await self._clock.sleep(left)
