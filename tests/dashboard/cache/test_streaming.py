"""Initial events as a stream: the temporary store, its end, and every way to fall back (KEP-3157)."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Sequence

import pytest

from dashboard.api.delta import Delta
from dashboard.api.names import Namespace, ObjectKey, ObjectName
from dashboard.api.resourceversion import ResourceVersion
from dashboard.api.state import State
from dashboard.api.table import Row
from dashboard.api.watchevent import EventType, WatchEvent
from dashboard.cache.reflector import INITIAL_SILENCE_S
from dashboard.cache.sharedinformer import MANY, Replacement, SharedInformer
from dashboard.cache.trace import Step
from dashboard.cache.vigil import SILENCE_S
from dashboard.errors import (
    Diverged,
    Expired,
    Forbidden,
    InternalError,
    Silent,
    UnprocessableWatchList,
    WatchClosed,
)
from tests.support.clock import FakeClock, settle
from tests.support.listerwatcher import FakeApiserver


class Rig:
    """An informer on an API server that streams its lists."""

    def __init__(self) -> None:
        self.apiserver = FakeApiserver()
        self.apiserver.is_streaming = True
        self.clock = FakeClock()
        self.informer: SharedInformer[Row] = SharedInformer(
            self.apiserver, clock=self.clock, name="pods.v1"
        )

    @property
    def names(self) -> list[str]:
        return sorted(row.name for row in self.informer.items)

    @property
    def steps(self) -> list[Step]:
        return [entry.step for entry in self.informer.reflector.trace.entries()]

    async def start(self) -> None:
        self._task = asyncio.create_task(self.informer.run())
        await settle()

    async def stop(self) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    def assert_state(self, expected: State) -> None:
        assert self.informer.reflector.state is expected

    def assert_live(self) -> None:
        assert self.informer.reflector.state is State.LIVE
        assert sorted(self.informer.items, key=lambda row: row.key) == self.apiserver.rows


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    made = Rig()
    for name in "abcd":
        await made.apiserver.put(name)
    yield made
    await made.stop()


async def test_one_stream_lists_and_goes_on_watching(rig: Rig) -> None:
    await rig.start()
    await rig.apiserver.put("e")
    await settle()

    rig.assert_live()
    assert (rig.apiserver.lists, rig.apiserver.watches) == (0, 1)
    assert rig.steps == [Step.STREAM, Step.INITIAL_EVENTS_END, Step.REPLACE, Step.EVENTS]
    assert rig.informer.reflector.epoch == 1


async def test_nothing_is_shown_before_the_end_of_the_initial_events(rig: Rig) -> None:
    rig.apiserver.ends_initial_events = False
    await rig.start()

    assert rig.names == []
    assert rig.informer.reflector.state is State.SYNCING
    assert rig.informer.reflector.resource_version == ""


async def test_changes_among_the_initial_events_count(rig: Rig) -> None:
    rig.apiserver.ends_initial_events = False
    await rig.start()
    await rig.apiserver.delete("a")
    await rig.apiserver.put("b", "0/1", "Error", "1")
    await rig.apiserver.send(
        WatchEvent(EventType.BOOKMARK, rig.apiserver.version, is_initial_events_end=True)
    )
    await settle()

    rig.assert_live()
    assert rig.names == ["b", "c", "d"]


async def test_a_server_that_refuses_is_listed_from_then_on_without_a_pause(rig: Rig) -> None:
    rig.apiserver.is_streaming = False
    await rig.start()

    rig.assert_live()
    assert (rig.apiserver.lists, rig.apiserver.watches) == (1, 1)

    await rig.apiserver.end_watches(Expired(gvr="pods.v1", verb="watch"))
    await rig.clock.advance(3)
    rig.assert_live()
    assert rig.steps.count(Step.STREAM) == 1


async def test_a_bookmark_that_is_not_the_end_means_that_the_server_never_says_it(
    rig: Rig,
) -> None:
    rig.apiserver.ends_initial_events = False
    await rig.start()
    await rig.apiserver.put("e")
    await rig.apiserver.bookmark()
    await settle()

    rig.assert_live()
    assert rig.apiserver.lists == 1


async def test_initial_events_that_fall_silent_are_not_waited_for(rig: Rig) -> None:
    rig.apiserver.ends_initial_events = False
    await rig.start()

    await rig.clock.advance(INITIAL_SILENCE_S)

    rig.assert_live()
    assert rig.apiserver.lists == 1


async def test_an_error_of_the_server_is_answered_by_a_list_and_the_next_time_streamed_again(
    rig: Rig,
) -> None:
    rig.apiserver.watch_errors.append(InternalError(verb="watch"))
    await rig.start()
    await rig.clock.advance(3)

    rig.assert_live()
    assert rig.apiserver.lists == 1

    await rig.apiserver.end_watches(Expired(gvr="pods.v1", verb="watch"))
    await rig.clock.advance(60)
    rig.assert_live()
    assert rig.apiserver.lists == 1


async def test_a_stream_that_ends_too_early_leaves_the_old_copy_in_place(rig: Rig) -> None:
    await rig.start()
    rig.apiserver.ends_initial_events = False
    await rig.apiserver.end_watches(Expired(gvr="pods.v1", verb="watch"))
    await rig.clock.advance(2)
    rig.assert_state(State.RESYNCING)

    await rig.apiserver.delete("a", unseen=True)
    await rig.apiserver.end_watches()
    await settle()
    assert rig.names == ["a", "b", "c", "d"]
    rig.assert_state(State.STALE)
    assert isinstance(rig.informer.reflector.trouble, WatchClosed)

    rig.apiserver.ends_initial_events = True
    await rig.clock.advance(5)
    rig.assert_live()
    assert rig.names == ["b", "c", "d"]


async def test_a_right_to_list_alone_still_lists(rig: Rig) -> None:
    rig.apiserver.watch_errors.extend(Forbidden(gvr="pods.v1", verb="watch") for _ in range(2))
    await rig.start()

    assert rig.names == ["a", "b", "c", "d"]
    assert rig.informer.reflector.state is State.STALE


async def test_a_silent_watch_is_verified_within_the_limit(rig: Rig) -> None:
    """A watch from a version that a restored server has not reached yet says nothing (M4)."""
    await rig.start()
    await rig.apiserver.delete("a", unseen=True)

    await rig.clock.advance(SILENCE_S)
    assert rig.informer.reflector.state is State.STALE
    assert isinstance(rig.informer.reflector.trouble, Silent)

    await rig.clock.advance(2)
    rig.assert_live()


async def test_a_copy_in_doubt_is_listed_anew(rig: Rig) -> None:
    await rig.start()
    await rig.apiserver.delete("a", unseen=True)

    rig.informer.reflector.doubt()
    await settle()
    assert isinstance(rig.informer.reflector.trouble, Diverged)

    await rig.clock.advance(2)
    rig.assert_live()


class Preparing:
    """A handler that takes its time, and writes down what it could see meanwhile."""

    def __init__(self, rig: Rig) -> None:
        self.rig = rig
        self.let_go = asyncio.Event()
        self.seen: list[int] = []
        self.words: list[str] = []

    async def prepare(self, replacement: Replacement[Row]) -> Callable[[], None]:
        self.words.append(f"prepares {len(replacement.keys)}")
        await self.let_go.wait()
        self.seen.append(len(self.rig.informer.items))

        def adopt() -> None:
            self.seen.append(len(self.rig.informer.items))
            self.words.append("adopts")

        return adopt

    def on_deltas(self, deltas: Sequence[Delta[Row]]) -> None:
        self.words.append(f"hears {len(deltas)}")

    def on_state(self) -> None:
        """Not asked about."""


async def test_a_large_listing_is_shown_by_all_handlers_in_one_step() -> None:
    rig = Rig()
    handlers = Preparing(rig), Preparing(rig)
    rig.informer.add_handler(handlers[0])
    for number in range(MANY + 1):
        await rig.apiserver.put(f"pod-{number}")
    await rig.start()
    for _ in range(30):
        await settle()
    rig.informer.add_handler(handlers[1])  # comes while the first prepares
    assert len(rig.informer.items) == 0

    for handler in handlers:
        handler.let_go.set()
    await settle()

    for handler in handlers:
        assert handler.seen == [0, MANY + 1]
        assert handler.words == [f"prepares {MANY + 1}", "adopts"]
    rig.assert_live()
    await rig.stop()


async def test_a_small_change_needs_no_preparation(rig: Rig) -> None:
    await rig.start()
    handler = Preparing(rig)
    rig.informer.add_handler(handler)
    await rig.apiserver.delete("a", unseen=True)
    await rig.apiserver.end_watches(Expired(gvr="pods.v1", verb="watch"))
    await rig.clock.advance(2)

    assert handler.words == ["hears 1"]
    rig.assert_live()


async def test_what_has_not_changed_stays_the_very_same_object(rig: Rig) -> None:
    await rig.start()
    before = {row.name: row for row in rig.informer.items}
    await rig.apiserver.put("a", "0/1")
    await rig.apiserver.end_watches(Expired(gvr="pods.v1", verb="watch"))
    await rig.clock.advance(2)

    after = {row.name: row for row in rig.informer.items}
    assert {name for name in after if after[name] is before[name]} == {"b", "c", "d"}


@pytest.mark.parametrize("seed", range(20))
async def test_any_history_converges_over_streams_too(seed: int) -> None:
    chance = random.Random(seed)
    rig = Rig()
    await rig.start()
    for _ in range(80):
        name = f"pod-{chance.randrange(8)}"
        exists = ObjectKey(Namespace("default"), ObjectName(name)) in rig.apiserver._rows
        match chance.randrange(8):
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
            case 6:
                rig.apiserver.watch_errors.append(
                    chance.choice(
                        [
                            InternalError(verb="watch"),
                            UnprocessableWatchList(gvr="x", verb="watch"),
                            Expired(gvr="x", verb="watch"),
                        ]
                    )
                )
            case _:
                await rig.clock.advance(chance.random() * 3)

    rig.apiserver.watch_errors.clear()
    await rig.clock.advance(SILENCE_S / 2)

    rig.assert_live()
    assert int(rig.informer.reflector.resource_version) <= int(
        ResourceVersion(str(rig.apiserver._version))
    )
    await rig.stop()
