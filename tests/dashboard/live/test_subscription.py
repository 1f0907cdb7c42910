"""An old snapshot and the frames after it equal a fresh snapshot, whatever happened between."""

import asyncio
import json
import random
from collections.abc import AsyncIterator
from itertools import count
from typing import Any, Self

import pytest

from dashboard.access.selection import Selection
from dashboard.api.gvr import GVR
from dashboard.api.names import Namespace, ObjectKey, ObjectName
from dashboard.api.scope import Scope
from dashboard.api.state import State
from dashboard.api.table import Column, Row
from dashboard.cache.sharedinformer import SharedInformer
from dashboard.client.discovery import ApiResource
from dashboard.errors import Expired, WatchClosed
from dashboard.live.fanout import Fanout
from dashboard.live.frames import Window, encode
from dashboard.live.subscription import Subscription
from tests.support.clock import FakeClock, settle
from tests.support.listerwatcher import FakeApiserver

PODS = ApiResource(
    GVR("", "v1", "pods"), "Pod", "pod", ("po",), (), frozenset({"list", "watch"}), (),
    is_namespaced=True, is_preferred=True,
)  # fmt: skip


class Browser:
    """What static/js/live/frames.js does with frames, in as few lines."""

    def __init__(self) -> None:
        self.order: list[tuple[str, str]] = []
        self.rows: dict[tuple[str, str], Any] = {}
        self.total = 0
        self.offset = 0
        self.state = ""
        self.seq = -1
        self.frames = 0

    def hear(self, text: str) -> None:
        frame = json.loads(text)
        assert frame["seq"] == self.seq + 1, "a frame is missing"
        self.seq = frame["seq"]
        self.state = frame["state"]
        self.frames += 1
        if frame["type"] == "snapshot":
            self.rows = {(row["namespace"], row["name"]): row for row in frame["rows"]}
            self.order = list(self.rows)
            self.total, self.offset = frame["total"], frame["offset"]
        elif frame["type"] == "delta":
            self.rows |= {(row["namespace"], row["name"]): row for row in frame["put"]}
            for key in frame["removed"]:
                self.rows.pop(tuple(key), None)
            if "order" in frame:
                self.order = [tuple(key) for key in frame["order"]]
            self.order = [key for key in self.order if key in self.rows]
            self.total = frame["total"]
            self.offset += frame["above"]

    @property
    def shown(self) -> list[Any]:
        return [self.rows[key] for key in self.order]


class Tab:
    """A scripted API server, an informer, a selection, a subscription and a browser."""

    def __init__(
        self, *, scope: Scope | None = None, q: str = "", window: Window | None = None
    ) -> None:
        self.apiserver = FakeApiserver()
        self.clock = FakeClock()
        self.informer: SharedInformer[Row] = SharedInformer(self.apiserver, clock=self.clock)
        self.scope = scope or Scope.everything()
        self.q = q
        self.window = window or Window()
        self.browser = Browser()

    async def __aenter__(self) -> Self:
        self.task = asyncio.create_task(self.informer.run())
        await settle()
        self.selection = Selection(PODS, self.scope, frozenset(), [self.informer], self.q, ())
        self.informer.add_handler(self.selection)
        await self.selection.build()
        self.subscription = self.subscribe()
        return self

    async def __aexit__(self, *_error: object) -> None:
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)

    def subscribe(self) -> Subscription:
        made = Subscription(
            1, self.selection, self.window, Fanout(), wake=lambda: None, next_seq=count().__next__
        )
        self.selection.add_listener(made)
        return made

    async def hear(self) -> None:
        await settle()
        while (frame := self.subscription.frame()) is not None:
            self.browser.hear(encode(frame))

    def assert_converged(self) -> None:
        """The browser shows what a new one would; around an anchor that is gone, the rows there."""
        anchor = self.window.anchor
        if anchor is not None and self.selection.position(anchor) is None:
            stop = self.browser.offset + len(self.browser.shown)
            there = self.selection.keys(self.browser.offset, stop)
            assert [ObjectKey(*key) for key in self.browser.order] == there  # type: ignore[arg-type]
            assert self.browser.total == self.selection.total
            return
        fresh = Browser()
        frame = self.subscribe().frame()
        assert frame is not None
        fresh.hear(encode(frame))
        assert self.browser.shown == fresh.shown
        assert (self.browser.total, self.browser.offset) == (fresh.total, fresh.offset)


@pytest.fixture
async def tab() -> AsyncIterator[Tab]:
    async with Tab() as made:
        yield made


async def test_the_first_frame_is_a_snapshot_and_the_next_a_delta(tab: Tab) -> None:
    await tab.apiserver.put("a")
    await tab.hear()
    await tab.apiserver.put("b")
    await tab.hear()

    assert [row["name"] for row in tab.browser.shown] == ["a", "b"]
    assert tab.browser.frames == 2
    tab.assert_converged()


async def test_a_slow_reader_hears_the_newest_state_once(tab: Tab) -> None:
    await tab.apiserver.put("a")
    await tab.hear()
    for number in range(50):
        await tab.apiserver.put("a", "1/1", "Running", str(number))
    await tab.hear()

    assert tab.browser.frames == 2
    assert tab.browser.shown[0]["cells"][3] == "49"


async def test_a_change_outside_the_window_costs_no_frame() -> None:
    async with Tab(window=Window(after=1)) as tab:
        await tab.apiserver.put("a")
        await tab.apiserver.put("z")
        await tab.hear()
        heard = tab.browser.frames

        await tab.apiserver.put("z", "0/1", "Error", "1")
        await tab.hear()

        assert tab.browser.frames == heard


async def test_what_the_scope_hides_is_in_no_frame_and_no_total() -> None:
    async with Tab(scope=Scope.of([Namespace("mine")])) as tab:
        await tab.apiserver.put("a", namespace="mine")
        await tab.apiserver.put("secret-name", namespace="theirs")
        await tab.hear()
        await tab.apiserver.put("secret-name", "0/1", "Error", "1", namespace="theirs")
        await tab.hear()

        assert [row["name"] for row in tab.browser.shown] == ["a"]
        assert (tab.browser.total, tab.selection.unfiltered_total) == (1, 1)
        assert tab.selection.row(ObjectKey(Namespace("theirs"), ObjectName("secret-name"))) is None


async def test_an_insert_above_keeps_the_anchor_where_it_is() -> None:
    anchor = ObjectKey(Namespace("default"), ObjectName("m"))
    async with Tab(window=Window(anchor=anchor, before=1, after=2)) as tab:
        for name in ("k", "m", "o"):
            await tab.apiserver.put(name)
        await tab.hear()
        await tab.apiserver.put("a")
        await tab.hear()

        assert [row["name"] for row in tab.browser.shown] == ["k", "m", "o"]
        assert tab.browser.offset == 1
        tab.assert_converged()


async def test_new_columns_bring_a_snapshot(tab: Tab) -> None:
    await tab.apiserver.put("a")
    await tab.hear()

    tab.apiserver.columns = (*tab.apiserver.columns, Column("New"))
    await tab.apiserver.put("b")
    await tab.hear()

    tab.assert_converged()
    assert tab.browser.frames >= 2


async def test_a_state_that_moves_is_told_without_rows(tab: Tab) -> None:
    await tab.apiserver.put("a")
    await tab.hear()

    await tab.apiserver.end_watches(WatchClosed(gvr="pods.v1"))
    await tab.hear()
    assert tab.browser.state == State.STALE
    assert len(tab.browser.shown) == 1

    await tab.clock.advance(5)
    await tab.hear()
    assert tab.browser.state == State.LIVE


@pytest.mark.parametrize("seed", range(12))
async def test_any_history_converges_in_the_browser(seed: int) -> None:
    chance = random.Random(seed)
    anchor = ObjectKey(Namespace("default"), ObjectName("pod-3"))
    async with Tab(
        q=chance.choice(["", "!error"]), window=Window(anchor=anchor, before=2, after=3)
    ) as tab:
        for _ in range(100):
            name = f"pod-{chance.randrange(9)}"
            exists = any(row.name == name for row in tab.apiserver.rows)
            match chance.randrange(8):
                case 0 | 1 | 2:
                    await tab.apiserver.put(name, "1/1", chance.choice(["Running", "Error"]), "1")
                case 3 if exists:
                    await tab.apiserver.delete(name)
                case 4:
                    await tab.hear()
                case 5:
                    await tab.apiserver.end_watches(
                        chance.choice([None, Expired(gvr="x", verb="watch")])
                    )
                case _:
                    await tab.clock.advance(chance.random() * 2)
        await tab.clock.advance(60)
        await tab.hear()

        tab.assert_converged()


async def test_rows_that_the_filter_hides_are_counted_at_the_next_heartbeat() -> None:
    async with Tab(q="!hidden") as tab:
        await tab.apiserver.put("a")
        await tab.hear()
        await tab.apiserver.put("hidden")
        await tab.hear()

        frame = json.loads(encode(tab.subscription.heartbeat()))
        assert (frame["type"], frame["total"], frame["unfiltered_total"]) == ("delta", 1, 2)
        tab.browser.hear(json.dumps(frame))
        assert json.loads(encode(tab.subscription.heartbeat()))["type"] == "state"
        tab.assert_converged()


async def test_a_window_whose_rows_are_gone_shows_the_last_that_there_are() -> None:
    anchor = ObjectKey(Namespace("default"), ObjectName("pod-8"))
    async with Tab(window=Window(anchor=anchor, before=1, after=2)) as tab:
        for number in range(10):
            await tab.apiserver.put(f"pod-{number}")
        await tab.hear()
        for number in range(2, 10):
            await tab.apiserver.delete(f"pod-{number}")
        await tab.hear()

        assert [row["name"] for row in tab.browser.shown] == ["pod-0", "pod-1"]
        assert tab.browser.offset == 0
