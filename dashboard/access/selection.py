"""What a viewer sees of one kind: scope, filter and order over live informers."""

import asyncio
import secrets
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from contextlib import (
    suppress,
)
from typing import Protocol, runtime_checkable

from dashboard.api.delta import Delta
from dashboard.api.names import Namespace, ObjectKey
from dashboard.api.scope import Scope
from dashboard.api.slices import PIECE, let_go, slices
from dashboard.api.state import State
from dashboard.api.table import Column, Row
from dashboard.cache.clock import Clock, SystemClock
from dashboard.cache.reflector import Reflector
from dashboard.cache.sharedinformer import Replacement, SharedInformer
from dashboard.client.discovery import ApiResource
from dashboard.client.hotresource import Encoding, HotResource
from dashboard.errors import (
    ClusterError,
    InvalidQuery,
)
from dashboard.query.filter import compile_filter
from dashboard.query.index import Index
from dashboard.query.sort import parse
from dashboard.rows.table import narrowed

PRINTED_S = 60.0
"""How old a print may be on screen of a time that is known to no better than hours."""

PRINTED_MOST = 100
"""Rows of one view that are read again at a time, each by a GET of its own."""

_WORST_FIRST = (State.DENIED, State.SYNCING, State.STALE, State.RESYNCING, State.LIVE)


@runtime_checkable
class Printer(Protocol):
    """A ListerWatcher that can print one row anew."""

    async def reprinted(self, key: ObjectKey) -> Row | None:
        """Return one row as it is printed now, None once that cannot be compared."""


class Listener(Protocol):
    """Who wants to hear of a selection; neither call may wait or raise."""

    def on_rows(self, touched: AbstractSet[ObjectKey]) -> None:
        """Take note that these rows came, went, moved or changed; the set is for all, and not kept."""

    def on_state(self) -> None:
        """Take note that state, age, epoch or version moved."""


class Selection:
    """The rows of `resource` within `scope` and `asked`, filtered and in order.

    Holds no row of its own: it reads the informers, through the scope.
    """

    def __init__(
        self,
        resource: ApiResource,
        scope: Scope,
        asked: frozenset[Namespace],
        informers: Sequence[SharedInformer[Row]],
        q: str,
        sort: tuple[str, ...],
    ) -> None:
        """Read `informers`, which the caller keeps running; empty before `build`. Raises InvalidQuery."""
        self.resource = resource
        self.scope = scope
        self.asked = asked
        self._informers = informers
        self._sort = sort
        self._matches = compile_filter(q)
        self._columns = self.columns
        if self._columns:
            parse(sort, self._columns)
        self._index = self._empty(self._columns)
        self._ending: set[asyncio.Task[None]] = set()
        self._missed: dict[SharedInformer[Row] | None, set[ObjectKey]] = {}
        """Keys that change while another order is being built: for a listing, or the first of all."""
        self._token = secrets.token_hex(4)
        self._listeners: list[Listener] = []

    # --- how far it can be trusted

    @property
    def state(self) -> State:
        """The worst of its informers' states; denied when the scope shows nothing."""
        if self.scope.is_nothing:
            return State.DENIED
        states = {informer.reflector.state for informer in self._informers}
        return next((state for state in _WORST_FIRST if state in states), State.UNKNOWN)

    @property
    def trouble(self) -> ClusterError | None:
        """Why it is not live, if there is a reason."""
        troubles = (informer.reflector.trouble for informer in self._informers)
        return next((trouble for trouble in troubles if trouble is not None), None)

    @property
    def epoch(self) -> str:
        """Changes whenever one of its collections was listed anew."""
        listings = sum(informer.reflector.epoch for informer in self._informers)
        return f"{self._token}-{listings}" if listings else ""

    @property
    def resource_version(self) -> str:
        """The newest version that any of its collections has reached."""
        versions = [informer.reflector.resource_version for informer in self._informers]
        return max(versions, key=lambda version: (len(version), version), default="")

    @property
    def observed_at_ms(self) -> int:
        """When the cluster was last heard of about the collection heard of longest ago."""
        return min((one.reflector.observed_at_ms for one in self._informers), default=0)

    @property
    def columns(self) -> tuple[Column, ...]:
        """The server's columns; empty until it has answered."""
        return next((one.columns for one in self._informers if one.columns), ())

    @property
    def reads(self) -> tuple[Namespace, ...]:
        """The namespaces whose collections it reads; NO_NAMESPACE is the whole cluster's."""
        return tuple(informer.namespace for informer in self._informers)

    @property
    def reflectors(self) -> tuple[Reflector[Row], ...]:
        """Those that read its collections, in the order of `reads`."""
        return tuple(informer.reflector for informer in self._informers)

    @property
    def encodings(self) -> tuple[str, ...]:
        """How each of them is read at present: protobuf, json, or table for the server's own."""
        sources = (informer.source for informer in self._informers)
        return tuple(
            one.encoding.value if isinstance(one, HotResource) else Encoding.TABLE.value
            for one in sources
        )

    # --- its rows

    @property
    def total(self) -> int:
        """How many rows pass scope, namespaces and filter."""
        return len(self._index)

    @property
    def unfiltered_total(self) -> int:
        """How many rows there are in scope and namespaces before the filter."""
        return sum(
            len(keys)
            for informer in self._informers
            for namespace, keys in informer.items.by_namespace.items()
            if self._shows(namespace)
        )

    @property
    def counts(self) -> dict[Namespace, int]:
        """How many rows each namespace has that the scope shows whole, whatever was asked for."""
        return {
            namespace: len(keys)
            for informer in self._informers
            for namespace, keys in informer.items.by_namespace.items()
            if self.scope.is_everything or namespace in self.scope.namespaces
        }

    def holds(self, key: ObjectKey) -> bool:
        """Whether the row at `key` passes scope, namespaces and filter."""
        return self._index.holds(key)

    def position(self, key: ObjectKey) -> int | None:
        """Return the row number of `key` in the order, or None."""
        return self._index.position(key)

    def held(self) -> list[ObjectKey]:
        """Return the keys of all its rows, in no order."""
        return self._index.held()

    def keys(self, start: int, stop: int) -> list[ObjectKey]:
        """Return the keys of rows `start` to `stop`."""
        return self._index.keys(start, stop)

    def row(self, key: ObjectKey) -> Row | None:
        """Return the row at `key` if it is there and the scope allows it."""
        if not self.scope.allows(key.namespace, key.name):
            return None
        return next((row for one in self._informers if (row := one.items.get(key))), None)

    async def read_again(self, keys: Sequence[ObjectKey]) -> None:
        """Ask anew for those of `keys` whose times only the server can print exactly.

        Raises what keeps it from answering.
        """
        vague = [key for key in keys if (row := self.row(key)) is not None and row.is_vague]
        for key in vague[:PRINTED_MOST]:
            for informer in self._informers:
                held = informer.items.get(key)
                if held is None or not isinstance(informer.source, Printer):
                    continue
                again = await informer.source.reprinted(key)
                if again is not None:
                    informer.reprint(narrowed(held, again))

    # --- what changes in it

    def add_listener(self, listener: Listener) -> None:
        """Tell `listener` of every change from now on."""
        self._listeners.append(listener)

    def remove_listener(self, listener: Listener) -> None:
        """Tell `listener` nothing any more."""
        self._listeners.remove(listener)

    async def build(self) -> None:
        """Order what is held now, in slices; a handler of the informers meanwhile, it misses nothing."""
        while True:
            columns = self._columns
            index = self._empty(columns)
            self._missed[None] = set()
            rows = [row for informer in self._informers for row in informer.items]
            await index.fill(rows)
            await let_go(rows)
            await self._catch_up(None, index, self._held)
            if columns == self._columns:
                return self._take(None, index)

    async def prepare(self, replacement: Replacement[Row]) -> Callable[[], None]:
        """Get ready for a listing (cache.sharedinformer.Preparing).

        Under new columns old places mean nothing (fact M18), so every row is ordered anew.
        """
        coming = replacement.informer
        columns = next(
            (
                found
                for one in self._informers
                if (found := replacement.columns if one is coming else one.columns)
            ),
            (),
        )
        index = self._empty(columns)
        self._missed[coming] = set()
        rows = [row for one in self._informers if one is not coming for row in one.items]
        rows += replacement.items.values()
        await index.fill(rows)
        await let_go(rows)
        await self._catch_up(
            coming, index, lambda key: replacement.items.get(key) or self._held(key, but=coming)
        )

        def adopt() -> None:
            touched = replacement.keys
            if columns != self._columns:
                touched = {*touched, *self.held(), *index.held()}
            self._columns = columns
            self._take(coming, index)
            for missed in self._missed.values():
                missed.update(touched)
            for listener in self._listeners:
                listener.on_rows(touched)

        return adopt

    def on_deltas(self, deltas: Sequence[Delta[Row]]) -> None:
        """Follow an informer (cache.sharedinformer.Handler)."""
        for missed in self._missed.values():
            missed.update(delta.key for delta in deltas)
        touched = self._index.apply(deltas)
        if touched:
            for listener in self._listeners:
                listener.on_rows(touched)

    def on_state(self) -> None:
        """Follow an informer (cache.sharedinformer.Handler)."""
        for listener in self._listeners:
            listener.on_state()

    def _take(self, coming: SharedInformer[Row] | None, index: Index) -> None:
        """Show `index`, brought up to date with what changed while it was built."""
        for key in self._missed.pop(coming):
            _follow(index, key, self._held(key))
        former, self._index = self._index, index
        task = asyncio.create_task(former.let_go(), name="let a former order go")
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)

    async def _catch_up(
        self,
        coming: SharedInformer[Row] | None,
        index: Index,
        find: Callable[[ObjectKey], Row | None],
    ) -> None:
        """Bring `index` up to date in slices, until what is left is little."""
        while len(self._missed[coming]) > PIECE:
            missed, self._missed[coming] = self._missed[coming], set()
            async for keys in slices(list(missed)):
                for key in keys:
                    _follow(index, key, find(key))

    def _held(self, key: ObjectKey, *, but: SharedInformer[Row] | None = None) -> Row | None:
        """Return the row at `key`, whatever the scope; not one that `but` holds."""
        found = (one.items.get(key) for one in self._informers if one is not but)
        return next((row for row in found if row is not None), None)

    def _empty(self, columns: Sequence[Column]) -> Index:
        try:
            terms = parse(self._sort, columns)
        except InvalidQuery:
            terms = ()  # the column is not known yet, or is gone from under an open view
        return Index(terms, _within(self.scope, self.asked, self._matches))

    def _shows(self, namespace: Namespace) -> bool:
        if self.asked and namespace not in self.asked:
            return False
        return self.scope.is_everything or namespace in self.scope.namespaces


def _follow(index: Index, key: ObjectKey, row: Row | None) -> None:
    if row is None:
        index.drop(key)
    else:
        index.put(key, row)


def _within(
    scope: Scope, asked: frozenset[Namespace], matches: Callable[[Row], bool]
) -> Callable[[Row], bool]:
    """Return whether a row is in `scope`, in the namespaces that were asked for, and matches."""
    if scope.is_everything:
        if not asked:
            return matches
        return lambda row: row.namespace in asked and matches(row)
    shown = scope.namespaces & asked if asked else scope.namespaces
    # Names of single objects within a scope open their pages, and are no rows of a table.
    return lambda row: row.namespace in shown and matches(row)


async def keep_printed(
    selection: Selection,
    shown: Callable[[], Sequence[ObjectKey]],
    clock: Clock | None = None,
) -> None:
    """Read the vague times of the rows that are `shown` again every minute, until cancelled."""
    clock = clock or SystemClock()
    while True:
        await clock.sleep(PRINTED_S)
        with suppress(ClusterError):  # the reflector says what is wrong; these wait a minute
            await selection.read_again(shown())
