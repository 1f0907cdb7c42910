"""Rounds in which every peer in turn does the same work on the same API server."""

import asyncio
import statistics
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Protocol

from tests.bench.contestant import Contestant, Cost, cpu_of


class Crowd(Protocol):
    """Pods, and their changes."""

    async def truth(self) -> tuple[int, str]:
        """Return how many pods there are, and their checksum."""
        ...

    async def change(self, count: int) -> None:
        """Make `count` changes."""
        ...


class Unequal(RuntimeError):
    """A peer does not hold what the server has: its costs mean nothing."""


@dataclass(frozen=True, slots=True)
class Round:
    """What one peer's two steps cost in one round; and the API server's CPU meanwhile."""

    sync: Cost
    watch: Cost | None
    """None: it follows no changes."""
    server_cpu: float
    """Of the sync."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Medians over the rounds of one peer."""

    name: str
    rounds: int
    sync_s: float
    sync_cpu_s: float
    sync_server_cpu_s: float
    rss_bytes: float
    grown_bytes: float
    """What the sync added; 0 where the peer does not say."""
    peak_bytes: float
    """The most that it had added meanwhile; 0 where the peer does not say."""
    events_per_cpu_s: float
    watch_s: float
    """Both 0 where the peer follows no changes."""

    def as_json(self) -> dict[str, object]:
        """Return it for var/bench.json."""
        return asdict(self)


async def contest(
    makers: Sequence[Callable[[], Contestant]],
    crowd: Crowd,
    server_pid: int,
    *,
    pods: int,
    events: int,
    rounds: int,
    say: Callable[[str], None],
) -> list[Figures]:
    """Return the figures of every peer, in the order of `makers`.

    Peers take turns within each round, never two at once. Raises Unequal as soon as one holds
    other pods, or other versions of them, than the server has.
    """
    held: dict[str, list[Round]] = {}
    for number in range(1, rounds + 1):
        for make in makers:
            peer = make()
            truth = await crowd.truth()
            await peer.start()
            try:
                before = cpu_of(server_pid)
                sync = await peer.sync(pods)
                server = cpu_of(server_pid) - before
                hold(peer.name, sync, truth)
                changes = asyncio.create_task(crowd.change(events))
                watch = await peer.watch(events, changes)
            finally:
                await peer.stop()
            truth = await crowd.truth()
            if watch is not None and watch.rows:  # the raw drain keeps nothing of what it follows
                hold(peer.name, watch, truth)
            held.setdefault(peer.name, []).append(Round(sync, watch, server))
            followed = f"  {events / watch.cpu:8,.0f} events/cpu-s" if watch else ""
            say(f"round {number}/{rounds}  {peer.name:12} sync {sync.seconds:6.2f} s{followed}")
    return [_medians(name, each, events) for name, each in held.items()]


def hold(name: str, cost: Cost, truth: tuple[int, str]) -> None:
    """Raise Unequal where a peer does not hold what the server has."""
    if (cost.rows, cost.checksum) != truth:
        raise Unequal(f"{name} holds {cost.rows} pods, and not the {truth[0]} that the server has")


def _medians(name: str, rounds: Sequence[Round], events: int) -> Figures:
    def middle(of: Callable[[Round], float]) -> float:
        return statistics.median(of(each) for each in rounds)

    return Figures(
        name=name,
        rounds=len(rounds),
        sync_s=middle(lambda each: each.sync.seconds),
        sync_cpu_s=middle(lambda each: each.sync.cpu),
        sync_server_cpu_s=middle(lambda each: each.server_cpu),
        rss_bytes=middle(lambda each: each.sync.rss),
        grown_bytes=middle(lambda each: each.sync.rss - each.sync.base if each.sync.base else 0),
        peak_bytes=middle(lambda each: each.sync.peak - each.sync.base if each.sync.peak else 0),
        events_per_cpu_s=middle(lambda each: events / each.watch.cpu if each.watch else 0),
        watch_s=middle(lambda each: each.watch.seconds if each.watch else 0),
    )
