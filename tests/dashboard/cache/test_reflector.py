"""The reflector's answers to what a cluster can do to it (invariants C1 to C10)."""

import asyncio
import random
from collections.abc import AsyncIterator, Sequence

import pytest

from dashboard.api.delta import Delta
from dashboard.api.listerwatcher import Page
from dashboard.api.listoptions import ListOptions
from dashboard.api.names import Namespace, ObjectKey, ObjectName
from dashboard.api.resourceversion import ResourceVersion
from dashboard.api.state import State
from dashboard.api.table import Row
from dashboard.api.watchevent import EventType, WatchEvent
from dashboard.cache.reflector import MIN_WATCH_S, PAGE_SIZE, POLL_S, STARTING_S, UNWATCHED_S
from dashboard.cache.sharedinformer import SharedInformer
from dashboard.cache.trace import Step
from dashboard.errors import (
    ClusterError,
    ColumnsChanged,
    Expired,
    Forbidden,
    MalformedEvent,
    NotWatched,
    OnDemand,
    Silent,
    TooManyRequests,
    Unauthorized,
    Unreachable,
    WatchClosed,
)
from tests.support.clock import FakeClock, settle
from tests.support.listerwatcher import FakeApiserver


class Heard:
    """A handler that remembers."""

    def __init__(self) -> None:
        self.deltas: list[Delta[Row]] = []

    def on_deltas(self, deltas: Sequence[Delta[Row]]) -> None:
        self.deltas += deltas

    def on_state(self) -> None:
        """Not asked about."""

    @property
    def words(self) -> list[str]:
        return [f"{delta.kind} {delta.key.name}" for delta in self.deltas]


class Rig:
    """An informer on a scripted API server, running."""

    def __init__(self, apiserver: FakeApiserver, clock: FakeClock) -> None:
        self.apiserver = apiserver
        self.clock = clock
        self.informer: SharedInformer[Row] = SharedInformer(apiserver, clock=clock)
        self.heard = Heard()
        self.informer.add_handler(self.heard)

    def assert_state(self, expected: State) -> None:
        assert self.informer.reflector.state is expected

    def assert_converged(self) -> None:
        assert sorted(self.informer.items, key=lambda row: row.key) == self.apiserver.rows


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    made = Rig(FakeApiserver(), FakeClock())
    await made.apiserver.put("a")
    await made.apiserver.put("b")
    task = asyncio.create_task(made.informer.run())
    await settle()
    yield made
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_listing_is_complete_before_the_state_is_live(rig: Rig) -> None:
    rig.assert_state(State.LIVE)
    rig.assert_converged()
    assert rig.heard.words == ["added a", "added b"]


async def test_a_long_listing_is_read_in_pages_and_applied_at_once() -> None:
    apiserver, clock = FakeApiserver(), FakeClock()
    for number in range(2 * PAGE_SIZE + 1):
        await apiserver.put(f"pod-{number}")
    rig = Rig(apiserver, clock)
    task = asyncio.create_task(rig.informer.run())
    await settle()

    assert apiserver.lists == 3
    assert rig.informer.reflector.epoch == 1
    rig.assert_converged()
    task.cancel()


async def test_events_change_the_store_and_tell_handlers(rig: Rig) -> None:
    await rig.apiserver.put("a", "0/1", "Error", "3")
    await rig.apiserver.delete("b")
    await rig.apiserver.put("c")
    await settle()

    rig.assert_converged()
    assert rig.heard.words[2:] == ["updated a", "removed b", "added c"]


async def test_a_kind_that_cannot_be_watched_is_listed_each_minute() -> None:
    rig = Rig(FakeApiserver(), FakeClock())
    rig.apiserver.is_watchable = False
    await rig.apiserver.put("a")
    task = asyncio.create_task(rig.informer.run())
    await settle()
    await rig.apiserver.put("b")

    await rig.clock.advance(61)

    rig.assert_state(State.LIVE)
    rig.assert_converged()
    assert (rig.apiserver.lists, rig.apiserver.watches) == (2, 0)
    task.cancel()


async def test_a_watch_that_falls_silent_is_verified_by_a_list(rig: Rig) -> None:
    await rig.apiserver.delete("a", unseen=True)
    await rig.apiserver.end_watches(Silent(gvr="pods.v1", limit_s=150))
    await settle()
    rig.assert_state(State.STALE)

    await rig.clock.advance(3)

    rig.assert_state(State.LIVE)
    rig.assert_converged()


async def test_a_bookmark_moves_the_version_and_no_object(rig: Rig) -> None:
    rig.apiserver._version = 900
    await rig.apiserver.bookmark()
    await settle()

    assert rig.informer.reflector.resource_version == "900"
    assert len(rig.heard.deltas) == 2


async def test_an_older_event_resurrects_nothing(rig: Rig) -> None:
    old = rig.apiserver.rows[0]
    await rig.apiserver.delete("a")
    await rig.apiserver.send(WatchEvent(EventType.MODIFIED, old.resource_version, old))
    await rig.apiserver.put("c")
    await settle()

    rig.assert_converged()
    assert "a" not in {row.name for row in rig.informer.items}


async def test_a_watch_that_ends_is_opened_where_it_ended(rig: Rig) -> None:
    await rig.apiserver.put("c")
    await settle()

    await rig.apiserver.end_watches()
    await settle()
    await rig.apiserver.put("d")
    await settle()

    assert (rig.apiserver.lists, rig.apiserver.watches) == (1, 2)
    rig.assert_converged()


async def test_a_broken_watch_is_stale_until_it_is_resumed(rig: Rig) -> None:
    await rig.apiserver.end_watches(WatchClosed(gvr="pods.v1"))
    await rig.apiserver.put("c")
    await settle()
    rig.assert_state(State.STALE)

    await rig.clock.advance(2)

    rig.assert_state(State.LIVE)
    assert rig.apiserver.lists == 1
    rig.assert_converged()


@pytest.mark.parametrize("error", [Expired(gvr="pods.v1", verb="watch")])
async def test_an_expired_watch_relists_and_notices_what_was_deleted_meanwhile(
    rig: Rig, error: Expired
) -> None:
    await rig.apiserver.delete("a", unseen=True)
    rig.apiserver.oldest = 100
    await rig.apiserver.end_watches(error)
    await settle()
    rig.assert_state(State.RESYNCING)

    rig.apiserver.oldest = 0
    await rig.clock.advance(2)

    rig.assert_state(State.LIVE)
    assert rig.heard.words[-1] == "removed a"
    assert rig.heard.deltas[-1].final_state_unknown
    rig.assert_converged()


async def test_a_namesake_with_another_uid_is_removed_and_then_added(rig: Rig) -> None:
    await rig.apiserver.put("a", uid="second")
    await settle()

    assert rig.heard.words[2:] == ["removed a", "added a"]
    rig.assert_converged()


async def test_an_undecodable_frame_never_moves_the_resume_point(rig: Rig) -> None:
    before = rig.informer.reflector.resource_version
    await rig.apiserver.end_watches(MalformedEvent(gvr="pods.v1"))
    await settle()

    assert rig.informer.reflector.resource_version == before
    await rig.clock.advance(2)
    rig.assert_state(State.LIVE)


async def test_a_lost_right_withdraws_what_was_seen_with_it(rig: Rig) -> None:
    rig.apiserver.watch_errors.append(Forbidden(gvr="pods.v1", verb="watch"))
    rig.apiserver.list_errors.append(Forbidden(gvr="pods.v1", verb="list"))
    await rig.clock.advance(5)
    await rig.apiserver.end_watches()
    await settle()

    rig.assert_state(State.DENIED)
    assert len(rig.informer.items) == 0
    assert rig.heard.words[2:] == ["removed a", "removed b"]

    await rig.clock.advance(60)
    rig.assert_state(State.LIVE)
    rig.assert_converged()


async def test_the_server_is_given_the_pause_that_it_asks_for(rig: Rig) -> None:
    rig.apiserver.watch_errors.append(
        TooManyRequests(gvr="pods.v1", verb="watch", retry_after_s=7.0)
    )
    await rig.apiserver.end_watches(WatchClosed(gvr="pods.v1"))
    await rig.clock.advance(2)
    rig.assert_state(State.STALE)

    await rig.clock.advance(4)
    rig.assert_state(State.STALE)

    await rig.clock.advance(5)
    rig.assert_state(State.LIVE)


async def test_a_server_that_is_away_is_asked_less_and_less_often(rig: Rig) -> None:
    rig.apiserver.watch_errors.extend(Unreachable(cluster="x") for _ in range(1000))
    await rig.apiserver.end_watches(WatchClosed(gvr="pods.v1"))

    await rig.clock.advance(600)

    # 0.22 requests a second at most, over time (invariant C13).
    assert 10 <= rig.apiserver.watches <= 132
    rig.assert_state(State.STALE)


async def test_a_cluster_that_never_answered_is_syncing_and_says_why() -> None:
    rig = Rig(FakeApiserver(), FakeClock())
    rig.apiserver.list_errors.append(Unreachable(cluster="x"))
    task = asyncio.create_task(rig.informer.run())

    await asyncio.wait_for(rig.informer.answered(), 1)

    rig.assert_state(State.SYNCING)
    assert isinstance(rig.informer.reflector.trouble, Unreachable)
    task.cancel()


async def test_the_trace_tells_the_story_in_order(rig: Rig) -> None:
    await rig.apiserver.put("c")
    await rig.apiserver.put("d")
    await settle()

    steps = [entry.step for entry in rig.informer.reflector.trace.entries()]

    assert steps == [
        Step.STREAM, Step.ERROR, Step.FALLBACK,
        Step.LIST, Step.LIST_PAGE, Step.REPLACE, Step.WATCH, Step.EVENTS,
    ]  # fmt: skip
    assert rig.informer.reflector.trace.entries()[-1].count == 2


def steps_since(rig: Rig, start: int) -> list[Step]:
    return [entry.step for entry in rig.informer.reflector.trace.entries()[start:]]


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (MalformedEvent(gvr="pods.v1"), [Step.MALFORMED, Step.BACKOFF, Step.WATCH]),
        (
            ColumnsChanged(gvr="pods.v1", verb="watch"),
            [Step.COLUMNS, Step.BACKOFF, Step.RELIST, Step.LIST_PAGE, Step.REPLACE, Step.WATCH],
        ),
        (
            Unauthorized(gvr="pods.v1", verb="watch"),
            [
                Step.DENIED,
                Step.REPLACE,
                Step.BACKOFF,
                Step.RELIST,
                Step.LIST_PAGE,
                Step.REPLACE,
                Step.WATCH,
            ],
        ),
    ],
    ids=["malformed", "columns", "denied"],
)
async def test_the_trace_tells_what_an_error_led_to(
    rig: Rig, error: ClusterError, told: list[Step]
) -> None:
    start = len(rig.informer.reflector.trace.entries())

    await rig.apiserver.end_watches(error)
    await rig.clock.advance(2)

    assert steps_since(rig, start) == [Step.ERROR, *told]


async def test_the_trace_tells_of_pauses_between_lists_and_for_how_long_a_watch_was_asked() -> None:
    rig = Rig(FakeApiserver(), FakeClock())
    rig.apiserver.is_watchable = False
    task = asyncio.create_task(rig.informer.run())
    await settle()
    waits = rig.informer.reflector.trace.entries()[-1]
    rig.apiserver.is_watchable = True
    await rig.clock.advance(POLL_S + 1)
    watches = rig.informer.reflector.trace.entries()[-1]
    task.cancel()

    assert (waits.step, waits.detail) == (Step.UNWATCHED, "60 s")
    assert watches.step is Step.WATCH
    assert MIN_WATCH_S <= int(watches.detail.removesuffix(" s")) <= 2 * MIN_WATCH_S


async def test_a_right_to_list_alone_is_told_as_such(rig: Rig) -> None:
    rig.apiserver.watch_errors.extend(Forbidden(gvr="pods.v1", verb="watch") for _ in range(2))
    await rig.apiserver.end_watches(WatchClosed(gvr="pods.v1"))
    await rig.clock.advance(5)

    last = rig.informer.reflector.trace.entries()[-1]
    assert (last.step, last.detail) == (Step.UNWATCHED, "30 s")


async def test_pages_of_a_listing_tell_how_far_they_are() -> None:
    rig = Rig(FakeApiserver(), FakeClock())
    for number in range(PAGE_SIZE + 1):
        await rig.apiserver.put(f"pod-{number}")
    task = asyncio.create_task(rig.informer.run())
    await settle()
    task.cancel()

    entries = rig.informer.reflector.trace.entries()
    assert [e.detail for e in entries if e.step is Step.LIST_PAGE] == ["500/501", "501/501"]


async def test_a_mistake_of_ours_is_never_silently_old() -> None:
    class Broken(FakeApiserver):
        async def list_page(self, options: ListOptions) -> Page[Row]:
            raise ZeroDivisionError(options)

    rig = Rig(Broken(), FakeClock())

    with pytest.raises(ZeroDivisionError):
        await rig.informer.run()

    rig.assert_state(State.STALE)
    await asyncio.wait_for(rig.informer.answered(), 1)


@pytest.mark.parametrize("seed", range(20))
async def test_any_history_converges(seed: int) -> None:
    """Random changes, cuts, expiries and unseen deletions end in what a fresh LIST shows (C1)."""
    chance = random.Random(seed)
    rig = Rig(FakeApiserver(), FakeClock())
    task = asyncio.create_task(rig.informer.run())
    for _ in range(80):
        name = f"pod-{chance.randrange(8)}"
        exists = ObjectKey(Namespace("default"), ObjectName(name)) in rig.apiserver._rows
        match chance.randrange(7):
            case 0 | 1 | 2:
                await rig.apiserver.put(name, uid=f"uid-{chance.randrange(2)}-{name}")
            case 3 if exists:
                await rig.apiserver.delete(name)
            case 4:
                await rig.apiserver.end_watches(chance.choice([None, WatchClosed(gvr="x")]))
            case 5 if exists:
                await rig.apiserver.delete(name, unseen=True)
                await rig.apiserver.end_watches(Expired(gvr="x", verb="watch"))
                rig.apiserver.oldest = rig.apiserver._version
            case _:
                await rig.clock.advance(chance.random() * 3)

    await rig.clock.advance(120)

    rig.assert_converged()
    assert rig.informer.reflector.resource_version <= ResourceVersion(
        str(rig.apiserver._version + 1)
    )
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_right_to_list_without_one_to_watch_is_read_again_and_never_flips(rig: Rig) -> None:
    refusals = [Forbidden(gvr="pods.v1", verb="watch") for _ in range(3)]
    rig.apiserver.watch_errors.extend(refusals)
    await rig.apiserver.end_watches()
    await rig.clock.advance(5)
    seen: list[State] = []
    rig.informer.add_handler(Seen(rig.informer, seen))

    await rig.apiserver.put("c")
    await rig.clock.advance(UNWATCHED_S)

    assert set(seen) == {State.STALE}
    assert isinstance(rig.informer.reflector.trouble, NotWatched)
    assert "c" in {row.name for row in rig.informer.items}

    await rig.clock.advance(UNWATCHED_S)
    rig.assert_state(State.LIVE)


async def test_the_same_broken_frame_for_the_second_time_lists_anew(rig: Rig) -> None:
    epoch = rig.informer.reflector.epoch
    await rig.apiserver.end_watches(MalformedEvent(gvr="pods.v1"))
    await rig.clock.advance(2)
    assert rig.informer.reflector.epoch == epoch

    await rig.apiserver.end_watches(MalformedEvent(gvr="pods.v1"))
    await rig.clock.advance(4)
    assert rig.informer.reflector.epoch == epoch + 1
    rig.assert_state(State.LIVE)


async def test_a_collection_read_once_says_so_and_is_not_watched() -> None:
    rig = Rig(FakeApiserver(), FakeClock())
    await rig.apiserver.put("a")

    await rig.informer.read_once(OnDemand(gvr="secrets.v1"))

    rig.assert_state(State.STALE)
    assert [row.name for row in rig.informer.items] == ["a"]
    assert isinstance(rig.informer.reflector.trouble, OnDemand)
    assert rig.apiserver.watches == 0


class Seen:
    """Writes down every state that an informer passes through."""

    def __init__(self, informer: SharedInformer[Row], states: list[State]) -> None:
        self._informer = informer
        self._states = states

    def on_deltas(self, deltas: Sequence[Delta[Row]]) -> None:
        self.on_state()

    def on_state(self) -> None:
        self._states.append(self._informer.reflector.state)


async def test_a_server_that_has_just_started_may_refuse_for_a_moment(rig: Rig) -> None:
    """It answers before it has loaded its own rules; a right that is really gone stays refused."""
    rig.apiserver.watch_errors.append(Unreachable(cluster="x"))
    rig.apiserver.watch_errors.append(Forbidden(gvr="pods.v1", verb="watch"))
    rig.apiserver.list_errors.append(Forbidden(gvr="pods.v1", verb="list"))
    seen: list[State] = []
    rig.informer.add_handler(Seen(rig.informer, seen))
    await rig.apiserver.end_watches(WatchClosed(gvr="pods.v1"))
    await rig.clock.advance(STARTING_S)

    rig.assert_state(State.LIVE)
    assert State.DENIED not in seen
    rig.assert_converged()

    rig.apiserver.watch_errors.append(Unreachable(cluster="x"))
    rig.apiserver.watch_errors.extend(Forbidden(gvr="pods.v1", verb="watch") for _ in range(99))
    rig.apiserver.list_errors.extend(Forbidden(gvr="pods.v1", verb="list") for _ in range(99))
    await rig.apiserver.end_watches(WatchClosed(gvr="pods.v1"))
    await rig.clock.advance(2 * STARTING_S + 30)

    rig.assert_state(State.DENIED)
    assert len(rig.informer.items) == 0
