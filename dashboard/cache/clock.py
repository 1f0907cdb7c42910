"""Time, as a thing that is handed in, so that tests own it (Go: k8s.io/utils/clock#Clock)."""

import asyncio
import time
from typing import Protocol


class Clock(Protocol):
    """Wall time for people, monotonic time for limits."""

    def now_ms(self) -> int:
        """Return milliseconds since 1970, which may jump."""
        ...

    def monotonic(self) -> float:
        """Return seconds that never go back and mean nothing by themselves."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Return after `seconds` of this clock."""
        ...


class SystemClock:
    """The machine's own time."""

    def now_ms(self) -> int:
        """Return milliseconds since 1970."""
        return time.time_ns() // 1_000_000

    def monotonic(self) -> float:
        """Return the event loop's seconds."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Return after `seconds`."""
        await asyncio.sleep(seconds)
