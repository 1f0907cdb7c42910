"""A copy that is not what the cluster has at the same version is found, counted and listed anew."""

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest

from dashboard.api.delta import Delta
from dashboard.api.listerwatcher import Page, Version
from dashboard.api.listoptions import ListOptions, ResourceVersionMatch
from dashboard.api.state import State
from dashboard.api.table import Row
from dashboard.cache.selfcheck import CHECK_S, SOON_S, SelfCheck
from dashboard.cache.sharedinformer import SharedInformer
from dashboard.cache.trace import Step
from dashboard.cache.vigil import SILENCE_S
from dashboard.errors import (
    ClusterError,
    Expired,
    Forbidden,
    Silent,
    TooLargeResourceVersion,
    Unreachable,
    WatchClosed,
)
from tests.support.clock import FakeClock, settle
from tests.support.listerwatcher import FakeApiserver


class Checkable(FakeApiserver):
    """An API server that also tells versions alone; `lost` are names that its watches forgot."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[ListOptions] = []
        self.errors: list[ClusterError] = []

    async def list_versions(self, options: ListOptions) -> Page[Version]:
        self.asked.append(options)
        if self.errors:
            raise self.errors.pop()
        start = int(options.continue_ or 0)
        rows = self.rows[start : start + 2]
        items = tuple(
            Version(row.namespace, row.name, row.uid, row.resource_version) for row in rows
        )
        left = len(self.rows) - start - len(rows)
        return Page(items, self.version, str(start + 2) if left else "", left)


class Rig:
    def __init__(self) -> None:
        self.apiserver = Checkable()
        self.clock = FakeClock()
        self.informer: SharedInformer[Row] = SharedInformer(self.apiserver, clock=self.clock)
        self.check = SelfCheck(
            self.apiserver, self.informer.items, self.informer.reflector, clock=self.clock
        )

    @property
    def told(self) -> list[str]:
        entries = self.informer.reflector.trace.entries()
        return [entry.detail for entry in entries if entry.step is Step.CHECK]


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    made = Rig()
    for name in "abcde":
        await made.apiserver.put(name)
    task = asyncio.create_task(made.informer.run())
    await settle()
    yield made
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_an_equal_copy_is_left_alone(rig: Rig) -> None:
    assert await rig.check.check() is True

    assert rig.told == ["5 objects"]
    first, *more = rig.apiserver.asked
    assert first.resource_version == rig.informer.reflector.resource_version
    assert first.resource_version_match is ResourceVersionMatch.EXACT
    assert [options.continue_ for options in more] == ["2", "4"]
    assert rig.apiserver.lists == 1


@pytest.mark.parametrize("loss", ["deleted", "changed", "replaced"])
async def test_what_a_watch_never_told_is_found_and_healed(rig: Rig, loss: str) -> None:
    if loss == "deleted":
        await rig.apiserver.delete("a", unseen=True)
    else:
        # The watch resumes after the change, as if the server had skipped it.
        rig.apiserver._changed, told = asyncio.Condition(), rig.apiserver._changed
        await rig.apiserver.put("a", uid="other" if loss == "replaced" else None)
        rig.apiserver._history.clear()
        rig.apiserver._changed = told

    assert await rig.check.check() is False
    await rig.clock.advance(3)

    assert rig.told == ["5 objects are not those " + ("4" if loss == "deleted" else "5")]
    assert rig.informer.reflector.state is State.LIVE
    assert sorted(rig.informer.items, key=lambda row: row.key) == rig.apiserver.rows


async def test_a_version_that_the_server_no_longer_has_says_nothing(rig: Rig) -> None:
    rig.apiserver.errors.append(Expired(gvr="pods.v1", verb="list"))

    assert await rig.check.check() is None
    assert rig.told == []
    assert rig.informer.reflector.state is State.LIVE


async def test_nothing_is_asked_while_the_copy_is_not_live(rig: Rig) -> None:
    await rig.apiserver.end_watches(Expired(gvr="pods.v1", verb="watch"))
    await settle()

    assert await rig.check.check() is None
    assert rig.apiserver.asked == []


async def test_it_is_asked_by_itself_every_few_minutes(rig: Rig) -> None:
    for _ in range(int(CHECK_S * 1.2 / 60) + 1):
        await rig.clock.advance(60)
        await rig.apiserver.put("a")

    assert len(rig.told) == 1


async def test_a_kind_that_nobody_writes_stays_live_and_is_not_listed_anew(rig: Rig) -> None:
    states: set[State] = set()

    class Seen:
        def on_deltas(self, deltas: Sequence[Delta[Row]]) -> None:
            """Nothing is written."""

        def on_state(self) -> None:
            states.add(rig.informer.reflector.state)

    rig.informer.add_handler(Seen())
    await rig.clock.advance(SILENCE_S + 1)

    assert (rig.apiserver.lists, rig.apiserver.watches) == (1, 2)
    assert states == {State.LIVE}
    assert rig.informer.reflector.observed_at_ms >= rig.clock.now_ms() - 2_000

    await rig.apiserver.put("f")
    await settle()
    assert "f" in {row.name for row in rig.informer.items}


async def test_a_server_that_was_restored_to_an_older_state_is_listed_anew(rig: Rig) -> None:
    await rig.apiserver.delete("a", unseen=True)
    rig.apiserver._version = 2
    rig.apiserver._history.clear()

    await rig.clock.advance(SILENCE_S + 3)

    assert rig.apiserver.lists == 2
    assert rig.informer.reflector.resource_version == "2"
    assert sorted(rig.informer.items, key=lambda row: row.key) == rig.apiserver.rows


@pytest.mark.parametrize("is_passed", [True, False])
async def test_a_server_that_comes_back_as_an_older_one_is_found_out_at_once(
    rig: Rig, is_passed: bool
) -> None:
    """Whether or not it has given the version that is held to another object since (fault F18)."""
    held = rig.informer.reflector.resource_version
    rig.apiserver.watch_errors.append(Unreachable(cluster="x"))
    await rig.apiserver.end_watches()
    await settle()
    rig.apiserver._rows.clear()
    rig.apiserver._history.clear()
    rig.apiserver._version = 1
    for _ in range(6 if is_passed else 2):
        await rig.apiserver.put("f")
    if not is_passed:
        rig.apiserver.errors.append(TooLargeResourceVersion(gvr="pods.v1", verb="list"))
    rig.apiserver._history.clear()  # a watch from the held version tells nothing of these

    await rig.clock.advance(SOON_S * 2)

    assert rig.told == ["5 objects are not those 1" if is_passed else f"{held} is still to come"]
    assert [row.name for row in rig.informer.items] == ["f"]
    assert rig.informer.reflector.state is State.LIVE


async def test_a_server_that_comes_back_as_it_was_is_asked_once(rig: Rig) -> None:
    rig.apiserver.watch_errors.append(Unreachable(cluster="x"))
    await rig.apiserver.end_watches()
    await rig.clock.advance(SOON_S * 4)

    assert rig.told == ["5 objects"]
    assert rig.apiserver.lists == 1


async def test_a_watch_that_ends_is_no_reason_to_check(rig: Rig) -> None:
    await rig.apiserver.end_watches(WatchClosed(gvr="pods.v1"))
    await rig.clock.advance(SOON_S * 4)

    assert rig.told == []


async def test_a_server_that_is_still_starting_is_asked_once_more(rig: Rig) -> None:
    rig.apiserver.watch_errors.append(Unreachable(cluster="x"))
    await rig.apiserver.end_watches()
    starting = Forbidden(gvr="pods.v1", verb="list")
    rig.apiserver.errors += [starting, starting]
    await rig.clock.advance(SOON_S * 4)

    assert rig.told == ["5 objects"]


async def test_silence_of_a_server_that_does_not_answer_is_stale(rig: Rig) -> None:
    rig.apiserver.errors.append(Unreachable(cluster="x"))

    await rig.clock.advance(SILENCE_S)

    assert rig.informer.reflector.state is State.STALE
    assert isinstance(rig.informer.reflector.trouble, Silent)
