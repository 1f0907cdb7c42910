"""Work that grows with a collection, done in slices: the event loop gets its turn in between."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from typing import Final, TypeVar

SLICE_S: Final = 0.002
"""How long one piece of such work may hold the loop; goal G5 leaves room for several at once."""

PIECE: Final = 64
"""Items between two looks at the time: some 0.2 ms of the dearest work that is done on each."""

T = TypeVar("T")


class Turns:
    """Gives the loop its turn between pieces of work that nobody knows the number of."""

    def __init__(self) -> None:
        """Begin now."""
        self._begun = time.perf_counter()

    async def give(self) -> None:
        """Let others run if it is SLICE_S since they last could."""
        if time.perf_counter() - self._begun >= SLICE_S:
            await asyncio.sleep(0)
            self._begun = time.perf_counter()


async def slices(items: Sequence[T], piece: int = PIECE) -> AsyncIterator[Sequence[T]]:
    """Yield `items` piece by piece, in order, and let others run whenever SLICE_S have passed.

    Whoever iterates does its work on each piece before it asks for the next. `items` must not change
    meanwhile; other things may, in between.
    """
    turns = Turns()
    for start in range(0, len(items), piece):
        yield items[start : start + piece]
        await turns.give()


async def let_go(items: list[T]) -> None:
    """Empty `items` in slices: to drop 50,000 references at once takes some 5 ms of its own."""
    turns = Turns()
    while items:
        del items[-4 * PIECE :]
        await turns.give()
