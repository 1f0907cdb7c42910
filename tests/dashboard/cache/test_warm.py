"""What is shared is opened once, kept a while, and closed by nobody's leaving but the last's."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from dashboard.cache.warm import Warm
from dashboard.errors import Crowded, Unreachable
from tests.support.clock import FakeClock, settle


class Door:
    """Counts openings and closings."""

    def __init__(self) -> None:
        self.opened = 0
        self.closed = 0
        self.error: Exception | None = None

    @asynccontextmanager
    async def open(self, key: str) -> AsyncIterator[str]:
        self.opened += 1
        if self.error:
            raise self.error
        yield key.upper()
        self.closed += 1


async def test_many_holders_share_one_opening() -> None:
    door, clock = Door(), FakeClock()
    warm = Warm(door.open, clock=clock, warm_s=60)

    async with warm.hold("a") as first, warm.hold("a") as second:
        assert (first, second, door.opened) == ("A", "A", 1)
        assert list(warm) == [("a", "A")]
    await warm.aclose()


async def test_a_holder_who_returns_in_time_finds_it_open() -> None:
    door, clock = Door(), FakeClock()
    warm = Warm(door.open, clock=clock, warm_s=60)

    async with warm.hold("a"):
        pass
    await clock.advance(59)
    async with warm.hold("a"):
        await clock.advance(120)
        assert list(warm) == [("a", "A")]
    await clock.advance(61)

    assert door.opened == 1
    assert list(warm) == []
    await warm.aclose()


async def test_a_failed_opening_is_told_to_all_and_tried_again() -> None:
    door, clock = Door(), FakeClock()
    door.error = Unreachable(cluster="x")
    warm = Warm(door.open, clock=clock, warm_s=60)

    async def hold() -> None:
        async with warm.hold("a"):
            pass

    results = await asyncio.gather(hold(), hold(), return_exceptions=True)
    assert [type(result) for result in results] == [Unreachable, Unreachable]
    assert door.opened == 1

    door.error = None
    await hold()
    assert door.opened == 2
    await warm.aclose()


async def test_whoever_leaves_first_takes_nothing_from_the_others() -> None:
    door, clock = Door(), FakeClock()
    warm = Warm(door.open, clock=clock, warm_s=60)

    async def hold_for_ever() -> None:
        async with warm.hold("a"):
            await asyncio.Event().wait()

    first = asyncio.create_task(hold_for_ever())
    await settle()
    async with warm.hold("a"):
        first.cancel()
        await settle()
        await clock.advance(120)
        assert list(warm) == [("a", "A")]
    await warm.aclose()


async def test_closing_closes_what_is_in_use() -> None:
    door = Door()
    warm = Warm(door.open, clock=FakeClock(), warm_s=60)

    async with warm.hold("a"):
        await warm.aclose()

        assert list(warm) == []


async def test_a_value_that_breaks_on_closing_disturbs_nothing_opened_since() -> None:
    clock = FakeClock()
    opened: list[str] = []
    may_close = asyncio.Event()

    @asynccontextmanager
    async def open_(key: str) -> AsyncIterator[str]:
        opened.append(key)
        try:
            yield key
        finally:
            await may_close.wait()
            raise Unreachable(cluster="x")

    warm = Warm(open_, clock=clock, warm_s=1)
    async with warm.hold("a"):
        pass
    await clock.advance(2)
    async with warm.hold("a"):
        may_close.set()
        await settle()
        assert list(warm) == [("a", "a")]
    await warm.aclose()

    assert opened == ["a", "a"]


async def test_what_nobody_uses_makes_room_the_longest_unused_first() -> None:
    door, clock = Door(), FakeClock()
    warm = Warm(door.open, clock=clock, warm_s=60, most=3)
    async with warm.hold("a"):
        for key in "bc":
            async with warm.hold(key):
                pass
            await clock.advance(1)

        async with warm.hold("d"):
            await settle()
            assert [key for key, _ in warm] == ["a", "c", "d"]
    await warm.aclose()


async def test_when_all_are_in_use_one_more_is_refused() -> None:
    door, clock = Door(), FakeClock()
    warm = Warm(door.open, clock=clock, warm_s=60, most=1)
    async with warm.hold("a"):
        with pytest.raises(Crowded):
            async with warm.hold("b"):
                pass
        async with warm.hold("a") as shared:
            assert shared == "A"
    await clock.advance(61)
    async with warm.hold("b") as later:
        assert later == "B"
    await warm.aclose()
