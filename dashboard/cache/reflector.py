"""Keeps an indexer equal to a collection of the cluster: list it, then watch it, for ever.

Lists as a stream of initial events where the server can (KEP-3157), else in pages. Go:
k8s.io/client-go/tools/cache#Reflector.ListAndWatchWithContext. Absent: resync. Differs: a LIST asks
for the newest state in pages instead of resourceVersion "0", and silence is this module's business.
"""

import random
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from typing import Generic, TypeVar

from dashboard.api.delta import Delta
from dashboard.api.listerwatcher import ListerWatcher, VersionLister
from dashboard.api.listoptions import ListOptions, ResourceVersionMatch
from dashboard.api.names import ObjectKey
from dashboard.api.resourceversion import ResourceVersion, is_ahead
from dashboard.api.slices import Turns
from dashboard.api.state import State
from dashboard.api.watchevent import DELETED, WatchEvent
from dashboard.cache import metrics
from dashboard.cache.backoff import AWAY_MOST_S, BACKOFF_MOST_S, Backoff
from dashboard.cache.clock import Clock
from dashboard.cache.generation import Generation
from dashboard.cache.indexer import Indexer
from dashboard.cache.store import Stored
from dashboard.cache.trace import Step, Trace
from dashboard.cache.vigil import SILENCE_S, Vigil
from dashboard.errors import (
    ApiserverError,
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
    ServiceUnavailable,
    Silent,
    StreamError,
    Unauthorized,
    UnprocessableWatchList,
    VeryShortWatch,
    WatchClosed,
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

INITIAL_SILENCE_S = 30.0
"""Silence within initial events after which the server is taken for one that will not end them (M7)."""

STARTING_S = 15.0
"""How long a server that was away may still refuse: it answers before it has loaded its own rules."""

FALLBACKS_MOST = 3
"""Other ways that are tried in a row without a pause."""

T = TypeVar("T", bound=Stored)


class Reflector(Generic[T]):
    """One collection in one indexer. Run it in a task; cancel the task to end it.

    `replace` adopts a generation in one step, in which it calls what it is given before it tells
    anybody, and returns what was held; `on_deltas` is called in the same synchronous step as the
    change of the indexer, `on_state` after every change of `state`, `trouble` or `epoch`. The last
    two must return quickly; none may raise.
    """

    def __init__(  # noqa: PLR0913  (each is a seam or a listener)
        self,
        source: ListerWatcher[T],
        indexer: Indexer[T],
        *,
        clock: Clock,
        name: object = "",
        replace: Callable[[Generation[T], Callable[[], None]], Awaitable[dict[ObjectKey, T]]],
        on_deltas: Callable[[Sequence[Delta[T]]], None],
        on_state: Callable[[], None],
        random_: random.Random | None = None,
    ) -> None:
        """Start with nothing listed: state `syncing`."""
        self.state = State.SYNCING
        self.trouble: ClusterError | None = None
        """Why the state is stale or denied; None while it is live or syncing."""
        self.resource_version = ResourceVersion("")
        self.observed_at_ms = 0
        """When the cluster was last heard of, in wall time; 0 before the first answer."""
        self.epoch = 0
        """Counts complete listings; within one, `resource_version` never goes down."""
        self.is_unproven = False
        """Whether the server was away since the last listing: it may have come back as another."""
        self.trace = Trace()
        self._source = source
        self._indexer = indexer
        self._clock = clock
        self._replace = replace
        self._on_deltas = on_deltas
        self._on_state = on_state
        self._is_whole = False
        """Whether a complete listing is held: after a denial nothing is, until the next."""
        self._unwatched: NotLive | None = None
        """Why there is no watch although the LIST worked."""
        self._malformed_at: ResourceVersion | None = None
        self._streams = True
        """Whether initial events are asked for; no more once this server has refused them."""
        self._lists_once = False
        """Whether the next listing is in pages because the last stream failed."""
        self._fallbacks = 0
        self._away_at = -STARTING_S
        """When the server was last out of reach."""
        self._events = 0
        """Of the stream that is read, or was read last."""
        self._name = name
        self._vigil = Vigil(clock, name)
        self._random = random_ or random.Random()  # noqa: S311  (spreads load, keeps no secret)
        # Apart, so that a server that was long away is not kept waiting once it answers.
        self._refused = Backoff(clock, self._random, most_s=BACKOFF_MOST_S)
        self._away = Backoff(clock, self._random, most_s=AWAY_MOST_S)

    async def run(self) -> None:
        """List and watch until cancelled. Every ClusterError is answered here; others are bugs."""
        while True:
            is_listed = False
            try:
                if not self._source.is_watchable:
                    await self._list()
                    await self._pause_unwatched(POLL_S)
                    continue
                if not self.resource_version and self._streams and not self._lists_once:
                    await self._list_and_watch()
                    continue
                if not self.resource_version:
                    await self._list()
                    is_listed = True
                await self._watch()
            except NotWatched as error:
                # A LIST says whether all rights are gone or this one alone; then its rows stand, are
                # read again now and then, and the watch is tried after each time.
                self.resource_version = ResourceVersion("")
                self._lists_once = True
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

    def doubt(self) -> None:
        """List anew: somebody has found that the copy is not what the server has."""
        self._vigil.doubt()

    def note(self, step: Step, detail: str) -> None:
        """Remember a step that somebody else took with the copy."""
        self._step(step, detail=detail)

    def give_up(self) -> None:
        """Be stale for good: `run` ended by a mistake of ours."""
        self._become(State.STALE, InternalError(verb="watch"))

    async def _pause_unwatched(self, pause_s: float) -> None:
        """Wait for the next LIST of what is not watched."""
        self._step(Step.UNWATCHED, detail=f"{pause_s:g} s")
        await self._clock.sleep(pause_s)

    async def _answer(self, error: ClusterError) -> None:
        """Decide what `error` means for the data, and wait as long as it asks for."""
        if isinstance(error, Silent) and await self._is_merely_quiet():
            return
        self._step(Step.ERROR, detail=error.code)
        if isinstance(error, UnprocessableWatchList):
            self._streams = False
        elif error.retry is not Retry.FALLBACK and isinstance(error, ApiserverError):
            # Going on by the older way is better than not going on.
            self._lists_once = not self.resource_version
        if error.retry is Retry.RELIST or error.retry is Retry.FALLBACK:
            self.resource_version = ResourceVersion("")
        if error.retry is Retry.FALLBACK and self._fallbacks < FALLBACKS_MOST:
            self._fallbacks += 1
            self._step(Step.FALLBACK, detail=error.code)
            return
        if isinstance(error, MalformedEvent):
            # The same frame would come again: at the second time the collection is read instead (C7).
            self._step(Step.MALFORMED)
            if self._malformed_at == self.resource_version:
                self.resource_version = ResourceVersion("")
            self._malformed_at = self.resource_version
        if isinstance(error, ColumnsChanged):
            self._step(Step.COLUMNS)
        if isinstance(error, Expired) and self._is_whole:
            self._become(State.RESYNCING)
        elif isinstance(error, Forbidden | Unauthorized) and not self._is_starting():
            # What was seen with a right that is gone is withdrawn (fault F21).
            self._step(Step.DENIED)
            await self._adopt(self._indexer.generation(), ResourceVersion(""), State.DENIED, error)
        else:
            self._become(State.STALE if self._is_whole else State.SYNCING, error)
        if isinstance(error, ReachabilityError):
            self._away_at = self._clock.monotonic()
        self.is_unproven |= isinstance(error, ReachabilityError | ServiceUnavailable)
        is_away = isinstance(error, ReachabilityError | StreamError)
        backoff = self._away if is_away else self._refused
        pause = backoff.pause_s(at_least_s=error.retry_after_s)
        self._step(Step.BACKOFF, detail=f"{pause:.1f} s")
        await self._clock.sleep(pause)

    def _is_starting(self) -> bool:
        """Whether the server was away a moment ago, and what was held before still is."""
        return self._is_whole and self._clock.monotonic() - self._away_at < STARTING_S

    async def _is_merely_quiet(self) -> bool:
        """Whether the server has all that is held: then the watch goes on where it was.

        A kind that nobody writes has no bookmarks for ten minutes at a time. A server that was
        restored to an older state is behind what is held, and silent for good (fact M4). What a dead
        connection kept back, the next watch tells.
        """
        if not isinstance(self._source, VersionLister) or not self.resource_version:
            return False
        try:
            newest = await self._source.list_versions(ListOptions(limit=1))
        except ClusterError:
            return False
        if is_ahead(self.resource_version, newest.resource_version):
            return False
        self._step(Step.VERIFY)
        self._heard()
        self._on_state()
        return True

    # --- listing

    def _begin_listing(self, first: Step) -> Generation[T]:
        if self.epoch:
            self._step(Step.RELIST)
        if first is Step.STREAM or not self.epoch:
            self._step(first)
        if self.epoch:
            metrics.RELISTS.inc()
        if self._is_whole and self._unwatched is None:
            self._become(State.RESYNCING)
        return self._indexer.generation()

    async def _list(self) -> None:
        generation = self._begin_listing(Step.LIST)
        options = ListOptions(limit=PAGE_SIZE)
        while True:
            page = await self._source.list_page(options)
            bodies = page.bodies or (b"",) * len(page.items)
            for item, body in zip(page.items, bodies, strict=True):
                generation.put(item, body)
            self._heard()
            read = len(generation)
            self._step(Step.LIST_PAGE, detail=f"{read}/{read + (page.remaining or 0)}")
            if not page.continue_token:
                break
            options = ListOptions(limit=PAGE_SIZE, continue_=page.continue_token)
        state = State.LIVE if self._unwatched is None else State.STALE
        await self._adopt(generation, page.resource_version, state, self._unwatched)
        self._lists_once = False

    async def _list_and_watch(self) -> None:
        """Read the present state and what follows it from one stream."""
        generation = self._begin_listing(Step.STREAM)
        options = ListOptions(
            resource_version_match=ResourceVersionMatch.NOT_OLDER_THAN,
            send_initial_events=True,
            allow_watch_bookmarks=True,
            timeout_seconds=self._timeout_s(),
        )
        self._vigil.patience_s = INITIAL_SILENCE_S
        try:
            await self._vigil.over(self._read(options, generation))
        except Silent as error:
            if self._vigil.patience_s == SILENCE_S:
                raise
            raise UnprocessableWatchList(
                gvr=self._name, verb="watch", detail="no end of initial events"
            ) from error
        finally:
            self._vigil.patience_s = SILENCE_S

    async def _adopt(
        self,
        generation: Generation[T],
        resource_version: ResourceVersion,
        state: State,
        trouble: ClusterError | None = None,
    ) -> None:
        def settle() -> None:
            # In the step in which the indexer changes, and before anybody hears of it (C9).
            self.resource_version = resource_version
            self._step(Step.REPLACE, detail=str(len(generation)))
            self._fallbacks = 0
            self.is_unproven = False
            self._is_whole = state is not State.DENIED
            self.epoch += self._is_whole
            self.trouble, self.state = trouble, state

        former = await self._replace(generation, settle)
        self._become(state, trouble)
        await self._indexer.tidy(former)

    # --- watching

    async def _watch(self) -> None:
        """Apply one stream until the server ends it. Raises what ends it otherwise."""
        started = self._clock.monotonic()
        options = ListOptions(
            resource_version=self.resource_version,
            allow_watch_bookmarks=True,
            timeout_seconds=self._timeout_s(),
        )
        self._step(Step.WATCH, detail=f"{options.timeout_seconds} s")
        await self._vigil.over(self._read(options))
        if not self._events and self._clock.monotonic() - started < VERY_SHORT_S:
            raise VeryShortWatch

    async def _read(self, options: ListOptions, generation: Generation[T] | None = None) -> None:
        """Read one stream to its end, what belongs to `generation` first."""
        self._events = 0
        async with AsyncExitStack() as stack:
            try:
                stream = await stack.enter_async_context(self._source.watch(options))
            except Forbidden as error:
                raise NotWatched(
                    gvr=error.params["gvr"], pause_s=UNWATCHED_S, detail=error.detail
                ) from error
            self._unwatched = None
            with metrics.WATCH_STREAMS.track_inprogress():
                if generation is None:
                    self._become(State.LIVE)
                turns = Turns()
                async for batch in stream:
                    # After a pause there is much to read: others go on meanwhile.
                    await turns.give()
                    self._events += len(batch)
                    self._heard()
                    if generation is None:
                        self._apply(batch)
                        continue
                    end = self._gather(generation, batch)
                    if end is not None:
                        version = batch[end].resource_version
                        self._step(Step.INITIAL_EVENTS_END, detail=str(len(generation)))
                        await self._adopt(generation, version, State.LIVE)
                        generation = None
                        self._vigil.patience_s = SILENCE_S
                        self._apply(batch[end + 1 :])
        if generation is not None:
            raise WatchClosed(
                gvr=self._name, detail="the stream ended before its initial events did"
            )
        self._step(Step.WATCH_ENDED, detail=str(self._events))

    def _gather(self, generation: Generation[T], batch: Sequence[WatchEvent[T]]) -> int | None:
        """Add `batch` to `generation`; return where in it the initial events end, if they do."""
        for at, event in enumerate(batch):
            if event.is_initial_events_end:
                return at
            item = event.object
            if item is None:
                # An ordinary bookmark: this server does not know what initial events are (M7).
                raise UnprocessableWatchList(
                    gvr=self._name, verb="watch", detail="no end of initial events"
                )
            if event.type is DELETED:
                generation.remove(item)
            else:
                generation.put(item, event.body)
        return None

    def _apply(self, batch: Sequence[WatchEvent[T]]) -> None:
        deltas: list[Delta[T]] = []
        changes = 0
        for event in batch:
            # One that is not newer than all before it could resurrect what is gone (invariant C2).
            if not event.resource_version or not is_ahead(
                event.resource_version, self.resource_version
            ):
                continue
            self.resource_version = event.resource_version
            item = event.object
            if item is None:
                self._step(Step.BOOKMARK)
                continue
            changes += 1
            if event.type is DELETED:
                deltas += self._indexer.remove(item)
            else:
                deltas += self._indexer.put(item, event.body)
        if changes:
            self._step(Step.EVENTS, count=changes)
        if deltas:
            self._on_deltas(deltas)
        if changes < len(batch):
            self._on_state()

    def _timeout_s(self) -> int:
        return int(MIN_WATCH_S * (1 + self._random.random()))

    def _heard(self) -> None:
        self.observed_at_ms = self._clock.now_ms()
        self._vigil.heard()

    def _become(self, state: State, trouble: ClusterError | None = None) -> None:
        if state is State.LIVE:
            self._heard()
        self.trouble = trouble
        self.state = state
        self._on_state()

    def _step(self, step: Step, *, detail: str = "", count: int = 1) -> None:
        self.trace.add(
            step,
            self._clock.now_ms(),
            resource_version=self.resource_version,
            detail=detail,
            count=count,
        )
