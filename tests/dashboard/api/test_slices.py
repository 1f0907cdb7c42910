"""Long work leaves the loop to others, and each piece is done in order."""

import asyncio
import time

from dashboard.api.slices import PIECE, SLICE_S, slices


async def test_others_run_while_slow_pieces_are_worked_on() -> None:
    turns = 0

    async def other() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    task = asyncio.create_task(other())
    seen: list[int] = []
    async for piece in slices(range(10), 1):
        seen += piece
        until = time.perf_counter() + SLICE_S
        while time.perf_counter() < until:
            pass
    task.cancel()

    assert seen == list(range(10))
    assert turns >= 9


async def test_pieces_cover_everything_once() -> None:
    assert [len(piece) async for piece in slices(range(2 * PIECE + 1))] == [PIECE, PIECE, 1]
    assert [len(piece) async for piece in slices(range(0))] == []
