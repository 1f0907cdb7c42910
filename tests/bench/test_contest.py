"""Figures are compared only between peers that hold what the server has."""

import asyncio
import os
from collections.abc import Callable
from typing import cast

import pytest

from tests.bench.contest import Unequal, contest
from tests.bench.contestant import Contestant, Cost
from tests.bench.crowd import Crowd
from tests.bench.peers.meter import checksum


class StillCrowd:
    """Pods that nobody changes; counts the changes that were asked for."""

    changes = 0

    async def truth(self) -> tuple[int, str]:
        return 1, checksum([("a", "b", "7")])

    async def change(self, count: int) -> None:
        self.changes += count


class Scripted:
    """A peer that reports what it was given."""

    def __init__(self, name: str, costs: list[Cost | None]) -> None:
        self.name = name
        self._costs = costs
        self.is_running = False

    async def start(self) -> None:
        self.is_running = True

    async def sync(self, rows: int) -> Cost:
        assert rows == 1
        return cast("Cost", self._costs.pop(0))

    async def watch(self, events: int, changes: asyncio.Task[None]) -> Cost | None:
        assert events == 10
        await changes
        return self._costs.pop(0)

    async def stop(self) -> None:
        self.is_running = False


def cost(seconds: float, cpu: float, *, version: str = "7") -> Cost:
    return Cost(1, checksum([("a", "b", version)]), seconds, cpu, 1)


async def run(*peers: Contestant, rounds: int, crowd: StillCrowd | None = None) -> list[str]:
    said: list[str] = []

    def again(peer: Contestant) -> Callable[[], Contestant]:
        return lambda: peer

    figures = await contest(
        [again(peer) for peer in peers],
        cast("Crowd", crowd or StillCrowd()),
        os.getpid(),
        pods=1,
        events=10,
        rounds=rounds,
        say=said.append,
    )
    return [f"{f.name} {f.sync_s:g} {f.events_per_cpu_s:g}" for f in figures] + said


def test_medians_are_taken_over_rounds_in_which_peers_take_turns() -> None:
    fast = Scripted(
        "fast", [cost(1, 1), cost(0, 1), cost(3, 1), cost(0, 5), cost(2, 1), cost(0, 2)]
    )
    slow = Scripted("slow", [cost(9, 1), cost(0, 10)] * 3)
    crowd = StillCrowd()

    found = asyncio.run(run(fast, slow, rounds=3, crowd=crowd))

    assert found[:2] == ["fast 2 5", "slow 9 1"]
    assert [line.split()[2] for line in found[2:]] == ["fast", "slow"] * 3
    assert crowd.changes == 60


def test_a_peer_may_keep_nothing_of_what_it_follows_and_may_follow_nothing() -> None:
    drain = Scripted("drain", [cost(1, 1), Cost(0, checksum([]), 1, 2, 1)])
    lister = Scripted("lister", [cost(3, 1), None])

    found = asyncio.run(run(drain, lister, rounds=1))

    assert found[:2] == ["drain 1 5", "lister 3 0"]


@pytest.mark.parametrize("step", ["sync", "watch"])
def test_a_peer_that_holds_another_version_ends_the_run(step: str) -> None:
    costs: list[Cost | None] = [cost(1, 1), cost(1, 1)]
    costs[0 if step == "sync" else 1] = cost(1, 1, version="6")
    wrong = Scripted("wrong", costs)

    with pytest.raises(Unequal, match="wrong"):
        asyncio.run(run(wrong, rounds=1))

    assert not wrong.is_running
