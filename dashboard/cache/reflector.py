"""Keeps an indexer equal to a collection of the cluster: LIST in pages, then WATCH, for ever.

Go: k8s.io/client-go/tools/cache#Reflector.ListAndWatchWithContext. Absent: resync. Differs: the
first LIST asks for the newest state in pages instead of resourceVersion "0".
"""

import random
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from typing import Generic, TypeVar

from dashboard.api.delta import Delta
from dashboard.api.listerwatcher import ListerWatcher
from dashboard.api.listoptions import ListOptions
from dashboard.api.resourceversion import ResourceVersion, is_comparable, newer
from dashboard.api.state import State
from dashboard.api.watchevent import EventType, WatchEvent
from dashboard.cache import metrics
from dashboard.cache.clock import Clock
from dashboard.cache.indexer import Indexer
from dashboard.cache.store import Stored
from dashboard.cache.trace import Step, Trace
from dashboard.errors import (
    ClusterError,
    ColumnsChanged,
    Expired,
    Forbidden,
    InternalError,
    MalformedEvent,
    NotLive,
    NotWatched,
    ReachabilityError,
    Retry,
    StreamError,
    Unauthorized,
    VeryShortWatch,
)

POLL_S = 60.0
"""Pause between two LISTs of a kind that cannot be watched: as often as bookmarks come to others."""

UNWATCHED_S = 30.0
"""Pause between two LISTs of a kind that the account may list but not watch."""

PAGE_SIZE = 500
"""Objects per page of a LIST (client-go: pager.DefaultPageSize)."""

MIN_WATCH_S = 300
"""Each WATCH is asked to end after this to twice this long, at random (client-go: minWatchTimeout)."""

VERY_SHORT_S = 1.0
"""A WATCH that ends sooner without an event is an error (client-go: VeryShortWatchError)."""

BACKOFF_FIRST_S = 0.8
BACKOFF_MOST_S = 30.0
AWAY_MOST_S = 8.0
"""Longest pause while no answer comes at all: a server that is back is found within this.

Shorter than client-go's, for a refused connection costs nobody anything (fault F16).
"""

BACKOFF_RESET_S = 120.0
"""0.8 s doubling to 30 s, with as much again at random: at most 0.22 requests a second over time.

Source: client-go's NewReflectorWithOptions.
"""

T = TypeVar("T", bound=Stored)


class Backoff:
    """Growing pauses between failures; quiet for BACKOFF_RESET_S makes them short again."""

    def __init__(self, clock: Clock, random_: random.Random, *, most_s: float) -> None:
        """Start with the shortest pause; none is longer than `most_s` but for the server's wish."""
        self._clock = clock
        self._most_s = most_s
        self._random = random_
        self._next_s = BACKOFF_FIRST_S
        self._last = -BACKOFF_RESET_S

    def pause_s(self, *, at_least_s: float | None = None) -> float:
        """Return how long to wait now; `at_least_s` is what the server asked for."""
        now = self._clock.monotonic()
        if now - self._last > BACKOFF_RESET_S:
            self._next_s = BACKOFF_FIRST_S
        self._last = now
        pause = self._next_s * (1 + self._random.random())
        self._next_s = min(self._next_s * 2, self._most_s)
        return max(min(pause, self._most_s), at_least_s or 0)


class Reflector(Generic[T]):
    """One collection in one indexer. Run it in a task; cancel the task to end it.

    `on_deltas` is called in the same synchronous step as the change of the indexer, `on_state` after
    every change of `state`, `trouble` or `epoch`. Both must return quickly and not raise.
    """

    def __init__(  # noqa: PLR0913  (each is a seam or a listener)
        self,
        source: ListerWatcher[T],
        indexer: Indexer[T],
        *,
        clock: Clock,
        on_deltas: Callable[[Sequence[Delta[T]]], None],
        on_state: Callable[[], None],
        transform: Callable[[T], T] | None = None,
        random_: random.Random | None = None,
    ) -> None:
        """Start with nothing listed: state `syncing`. `transform` sees each object before the indexer."""
        self.state = State.SYNCING
        self.trouble: ClusterError | None = None
        """Why the state is stale or denied; None while it is live or syncing."""
        self.resource_version = ResourceVersion("")
        self.observed_at_ms = 0
        """When the cluster was last heard of, in wall time; 0 before the first answer."""
        self.epoch = 0
        """Counts complete listings; within one, `resource_version` never goes down."""
        self.trace = Trace()
        self._source = source
        self._indexer = indexer
        self._clock = clock
        self._on_deltas = on_deltas
        self._on_state = on_state
        self._transform = transform or _as_it_is
        self._unwatched: NotLive | None = None
        """Why there is no watch although the LIST worked."""
        self._malformed_at: ResourceVersion | None = None
        self._random = random_ or random.Random()  # noqa: S311  (spreads load, keeps no secret)
        # Apart, so that a server that was long away is not kept waiting once it answers.
        self._refused = Backoff(clock, self._random, most_s=BACKOFF_MOST_S)
        self._away = Backoff(clock, self._random, most_s=AWAY_MOST_S)

    async def run(self) -> None:
        """List and watch until cancelled. Every ClusterError is answered here; others are bugs."""
        while True:
            is_listed = False
            try:
                if not self.resource_version or not self._source.is_watchable:
                    await self._list()
                    is_listed = True
                if self._source.is_watchable:
                    await self._watch()
                else:
                    await self._pause_unwatched(POLL_S)
            except NotWatched as error:
                # A LIST says whether all rights are gone or this one alone; then its rows stand, are
                # read again now and then, and the watch is tried after each time.
                self.resource_version = ResourceVersion("")
                if is_listed:
                    self._unwatched = error
                    self._become(State.STALE, error)
                    await self._pause_unwatched(UNWATCHED_S)
            except ClusterError as error:
                await self._answer(error)

    async def read_once(self, because: NotLive) -> None:
        """List once instead of `run`; stale from then on, `because` nobody watches it."""
        self._unwatched = because
        await self._list()

    def give_up(self) -> None:
        """Be stale for good: `run` ended by a mistake of ours."""
        self._become(State.STALE, InternalError(verb="watch"))

    async def _pause_unwatched(self, pause_s: float) -> None:
        """Wait for the next LIST of what is not watched."""
        self._step(Step.UNWATCHED, detail=f"{pause_s:g} s")
        await self._clock.sleep(pause_s)

    async def _answer(self, error: ClusterError) -> None:
        """Decide what `error` means for the data, and wait as long as it asks for."""
        self._step(Step.ERROR, detail=error.code)
        if error.retry is Retry.RELIST or error.retry is Retry.FALLBACK:
            self.resource_version = ResourceVersion("")
        if isinstance(error, MalformedEvent):
            # The same frame would come again: at the second time the collection is read instead (C7).
            self._step(Step.MALFORMED)
            if self._malformed_at == self.resource_version:
                self.resource_version = ResourceVersion("")
            self._malformed_at = self.resource_version
        if isinstance(error, ColumnsChanged):
            self._step(Step.COLUMNS)
        if isinstance(error, Expired):
            self._become(State.RESYNCING)
        elif isinstance(error, Forbidden | Unauthorized):
            # What was seen with a right that is gone is withdrawn (fault F21).
            self.resource_version = ResourceVersion("")
            self._step(Step.DENIED)
            self._replace([], ResourceVersion(""))
            self._become(State.DENIED, error)
        else:
            self._become(State.STALE if self.epoch else State.SYNCING, error)
        is_away = isinstance(error, ReachabilityError | StreamError)
        backoff = self._away if is_away else self._refused
        pause = backoff.pause_s(at_least_s=error.retry_after_s)
        self._step(Step.BACKOFF, detail=f"{pause:.1f} s")
        await self._clock.sleep(pause)

    async def _list(self) -> None:
        self._step(Step.RELIST if self.epoch else Step.LIST)
        if self.epoch:
            metrics.RELISTS.inc()
            if self._unwatched is None:
                self._become(State.RESYNCING)
        items: list[T] = []
        options = ListOptions(limit=PAGE_SIZE)
        while True:
            page = await self._source.list_page(options)
            items.extend(map(self._transform, page.items))
            self._heard()
            self._step(Step.LIST_PAGE, detail=f"{len(items)}/{len(items) + (page.remaining or 0)}")
            if not page.continue_token:
                break
            options = ListOptions(limit=PAGE_SIZE, continue_=page.continue_token)
        self._replace(items, page.resource_version)
        self.epoch += 1
        self._become(State.LIVE if self._unwatched is None else State.STALE, self._unwatched)

    def _replace(self, items: list[T], resource_version: ResourceVersion) -> None:
        deltas = self._indexer.replace(items)
        self.resource_version = resource_version
        self._step(Step.REPLACE, detail=str(len(items)))
        if deltas:
            self._on_deltas(deltas)

    async def _watch(self) -> None:
        """Apply one stream until the server ends it. Raises what ends it otherwise."""
        started = self._clock.monotonic()
        events = 0
        options = ListOptions(
            resource_version=self.resource_version,
            allow_watch_bookmarks=True,
            timeout_seconds=int(MIN_WATCH_S * (1 + self._random.random())),
        )
        self._step(Step.WATCH, detail=f"{options.timeout_seconds} s")
        async with AsyncExitStack() as stack:
            try:
                stream = await stack.enter_async_context(self._source.watch(options))
            except Forbidden as error:
                raise NotWatched(
                    gvr=error.params["gvr"], pause_s=UNWATCHED_S, detail=error.detail
                ) from error
            self._unwatched = None
            with metrics.WATCH_STREAMS.track_inprogress():
                self._become(State.LIVE)
                async for batch in stream:
                    events += len(batch)
                    for event in batch:
                        self._apply(event)
        self._step(Step.WATCH_ENDED, detail=str(events))
        if not events and self._clock.monotonic() - started < VERY_SHORT_S:
            raise VeryShortWatch

    def _apply(self, event: WatchEvent[T]) -> None:
        self._heard()
        item = event.object
        if event.type is EventType.BOOKMARK or item is None:
            self._advance(event.resource_version)
            self._step(Step.BOOKMARK)
            self._on_state()
            return
        deltas: list[Delta[T]] = []
        if event.type is EventType.DELETED:
            deltas = self._indexer.remove(item)
        elif self._is_ahead(event.resource_version):
            deltas = self._indexer.put(self._transform(item))
        self._advance(event.resource_version)
        self._step(Step.EVENTS)
        if deltas:
            self._on_deltas(deltas)

    def _is_ahead(self, resource_version: ResourceVersion) -> bool:
        """Whether an event is newer than all before it; an older one could resurrect (C2)."""
        if is_comparable(resource_version) and is_comparable(self.resource_version):
            return newer(resource_version, self.resource_version)
        return resource_version != self.resource_version

    def _advance(self, resource_version: ResourceVersion) -> None:
        if resource_version and self._is_ahead(resource_version):
            self.resource_version = resource_version

    def _heard(self) -> None:
        self.observed_at_ms = self._clock.now_ms()

    def _become(self, state: State, trouble: ClusterError | None = None) -> None:
        if state is State.LIVE:
            self._heard()
        self.trouble = trouble
        self.state = state
        self._on_state()

    def _step(self, step: Step, *, detail: str = "") -> None:
        self.trace.add(
            step, self._clock.now_ms(), resource_version=self.resource_version, detail=detail
        )


def _as_it_is(item: T) -> T:
    return item
