"""Time that a test owns."""

import asyncio
import heapq
from itertools import count


class FakeClock:
    """Stands still until `advance`; sleepers wake in order, each at its own moment."""

    def __init__(self) -> None:
        """Start at 2026-01-01."""
        self._now_s = 0.0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._order = count()

    def now_ms(self) -> int:
        """Return wall time."""
        return 1_767_225_600_000 + int(self._now_s * 1000)

    def monotonic(self) -> float:
        """Return seconds since the start."""
        return self._now_s

    async def sleep(self, seconds: float) -> None:
        """Return once the clock has been advanced by `seconds`."""
        future = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self._now_s + seconds, next(self._order), future))
        await future

    @property
    def sleepers(self) -> int:
        """How many wait."""
        return sum(not future.done() for _, _, future in self._sleepers)

    async def advance(self, seconds: float) -> None:
        """Let `seconds` pass; whoever wakes runs before later ones wake."""
        await settle()
        end = self._now_s + seconds
        while self._sleepers and self._sleepers[0][0] <= end:
            self._now_s, _, future = heapq.heappop(self._sleepers)
            if not future.done():
                future.set_result(None)
            await settle()
        self._now_s = end
        await settle()


async def settle() -> None:
    """Let every task run that can run now."""
    for _ in range(20):
        await asyncio.sleep(0)
