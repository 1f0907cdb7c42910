"""A selection under columns that come, change or go while it is open (fact M18)."""

import asyncio
import gc
import weakref
from collections.abc import AsyncIterator
from collections.abc import Set as AbstractSet

import pytest
from msgspec.structs import replace

from dashboard.access.selection import Selection, keep_printed
from dashboard.api.gvr import GVR
from dashboard.api.names import ObjectKey
from dashboard.api.scope import Scope
from dashboard.api.state import State
from dashboard.api.table import Column, Row, TimeCell
from dashboard.cache.sharedinformer import MANY, SharedInformer
from dashboard.client.discovery import ApiResource
from dashboard.errors import Expired, InvalidQuery
from dashboard.insight.health import Health
from dashboard.insight.tally import tally
from dashboard.query.sort import key, parse
from tests.support.clock import FakeClock, settle
from tests.support.listerwatcher import COLUMNS, FakeApiserver

PODS = ApiResource(
    GVR("", "v1", "pods"), "Pod", "pod", ("po",), (), frozenset({"list", "watch"}), (),
    is_namespaced=True, is_preferred=True,
)  # fmt: skip


class Rig:
    """An informer that runs on a scripted API server."""

    def __init__(self) -> None:
        self.apiserver = FakeApiserver()
        self.clock = FakeClock()
        self.informer: SharedInformer[Row] = SharedInformer(self.apiserver, clock=self.clock)

    async def select(self, *sort: str) -> Selection:
        made = Selection(PODS, Scope.everything(), frozenset(), [self.informer], "", sort)
        self.informer.add_handler(made)
        await made.build()
        return made

    async def relist(self) -> None:
        await self.apiserver.end_watches(Expired(gvr="pods.v1", verb="watch"))
        await self.clock.advance(60)


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    made = Rig()
    task = asyncio.create_task(made.informer.run())
    yield made
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def names(selection: Selection) -> list[str]:
    return [key.name for key in selection.keys(0, selection.total)]


async def test_an_order_follows_columns_that_moved_though_no_row_has_a_new_version(
    rig: Rig,
) -> None:
    await rig.apiserver.put("a", "1", "2")
    await rig.apiserver.put("b", "2", "1")
    rig.apiserver.columns = (Column("Name"), Column("First"), Column("Second"))
    await settle()
    selection = await rig.select("first")
    assert names(selection) == ["a", "b"]

    rig.apiserver.columns = (Column("Name"), Column("Second"), Column("First"))
    await rig.relist()

    assert names(selection) == ["b", "a"]


async def test_a_sort_column_that_goes_ends_nothing(rig: Rig) -> None:
    await rig.apiserver.put("a")
    await settle()
    selection = await rig.select("-restarts")

    rig.apiserver.columns = COLUMNS[:3]
    await rig.apiserver.put("b")
    await rig.relist()

    assert names(selection) == ["a", "b"]
    assert rig.informer.reflector.state is State.LIVE
    assert rig.informer.reflector.trouble is None


async def test_a_column_that_never_was_is_refused_at_once(rig: Rig) -> None:
    await settle()

    with pytest.raises(InvalidQuery):
        await rig.select("nonsense")


async def test_a_tally_counts_again_under_new_columns(rig: Rig) -> None:
    columns, rig.apiserver.columns = rig.apiserver.columns, ()
    await rig.apiserver.put("a")
    await settle()
    selection = await rig.select()
    await tally(selection)

    rig.apiserver.columns = columns
    await rig.relist()

    assert names(selection) == ["a"]
    assert (await tally(selection)).total()[Health.OK] == 1


async def test_a_tally_keeps_no_selection_alive(rig: Rig) -> None:
    await rig.apiserver.put("a")
    await settle()
    selection = await rig.select()
    assert (await tally(selection)).total().total() == 1
    gone = weakref.ref(selection)

    rig.informer.remove_handler(selection)
    del selection
    gc.collect()

    assert gone() is None


DAY_MS = 86_400_000


async def test_a_time_that_only_the_server_prints_is_read_again_each_minute_where_it_is_shown(
    rig: Rig,
) -> None:
    start = rig.clock.now_ms()
    vague = TimeCell(start - 20 * DAY_MS, within_ms=DAY_MS)  # printed as 20d
    shown = await rig.apiserver.put("shown", "1/1", vague, "0")
    await rig.apiserver.put("elsewhere", "1/1", vague, "0")
    await rig.apiserver.put("exact", "1/1", "Running", "0")
    await settle()
    selection = await rig.select()
    keeping = asyncio.create_task(keep_printed(selection, lambda: [shown.key], rig.clock))
    flips = start + 120_000
    rig.apiserver.reprints[shown.key] = replace(
        shown, cells=("shown", "1/1", TimeCell(flips - 21 * DAY_MS, within_ms=DAY_MS), "0")
    )

    await rig.clock.advance(59)
    assert rig.apiserver.asked_again == []
    await rig.clock.advance(61)
    row = selection.row(shown.key)
    assert row is not None
    assert set(rig.apiserver.asked_again) == {shown.key}
    read = row.cells[2]
    assert isinstance(read, TimeCell)
    assert read.t_ms == flips - 21 * DAY_MS, "the later print ended what the first left open"
    assert read.within_ms == 120_000
    assert row.resource_version == shown.resource_version

    asked = len(rig.apiserver.asked_again)
    keeping.cancel()
    await asyncio.gather(keeping, return_exceptions=True)
    await rig.clock.advance(120)
    assert len(rig.apiserver.asked_again) == asked


async def test_what_changed_since_is_not_undone_by_an_older_print(rig: Rig) -> None:
    vague = TimeCell(rig.clock.now_ms() - DAY_MS, within_ms=3_600_000)
    before = await rig.apiserver.put("a", "1/1", vague, "0")
    await settle()
    selection = await rig.select()
    await rig.apiserver.put("a", "1/1", vague, "7")
    await settle()
    rig.apiserver.reprints[before.key] = before

    await selection.read_again([before.key])

    row = selection.row(before.key)
    assert row is not None
    assert row.cells[3] == "7"


class Other:
    """A listener that reads the whole selection whenever it hears of rows."""

    def __init__(self, selection: Selection) -> None:
        self.selection = selection
        self.seen: list[int] = []

    def on_rows(self, touched: AbstractSet[ObjectKey]) -> None:
        assert touched
        keys = self.selection.keys(0, self.selection.total)
        assert all(self.selection.row(key) is not None for key in keys)
        self.seen.append(len(keys))

    def on_state(self) -> None:
        """Nothing to read."""


@pytest.mark.parametrize("sort", [(), ("-restarts",)])
async def test_a_listing_of_many_rows_is_shown_at_once_and_misses_nothing(
    sort: tuple[str, ...],
) -> None:
    """Rows of another namespace that change while a listing is prepared are in the new order too."""
    first, second = Rig(), Rig()
    second.informer = SharedInformer(second.apiserver, clock=second.clock)
    for number in range(MANY + 50):
        await first.apiserver.put(f"a-{number}", "1/1", "Running", str(number))
    await second.apiserver.put("b-1", "1/1", "Running", "7", namespace="other")
    tasks = [asyncio.create_task(rig.informer.run()) for rig in (first, second)]
    for rig in (first, second):
        await rig.informer.answered()
    informers = [first.informer, second.informer]
    selection = Selection(PODS, Scope.everything(), frozenset(), informers, "", sort)
    for informer in informers:
        informer.add_handler(selection)
    await selection.build()
    listener = Other(selection)
    selection.add_listener(listener)
    await settle()

    for number in range(MANY + 50):
        if number % 2:
            await first.apiserver.delete(f"a-{number}", unseen=True)
        else:
            await first.apiserver.put(f"a-{number}", "0/1", "Error", "5")
    await first.apiserver.end_watches(Expired(gvr="pods.v1", verb="watch"))
    await second.apiserver.put("b-2", "1/1", "Running", "6", namespace="other")
    await first.clock.advance(60)
    await second.apiserver.delete("b-1", "other")
    await settle()

    rows = [*first.apiserver.rows, *second.apiserver.rows]
    expected = sorted(rows, key=lambda row: key(row, parse(sort, COLUMNS)))
    assert selection.keys(0, selection.total) == [row.key for row in expected]
    assert listener.seen
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
