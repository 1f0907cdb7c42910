"""What a viewer sees of one kind: scope, filter and order over live informers, shared by equals."""

import secrets
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Protocol

from dashboard.access.gate import ANSWER_LIFE_S, gate
from dashboard.access.identity import viewer
from dashboard.api.credential import Credential
from dashboard.api.delta import Delta
from dashboard.api.gvr import parse_kind
from dashboard.api.names import NO_NAMESPACE, Namespace, ObjectKey
from dashboard.api.scope import Scope, Verb
from dashboard.api.state import State
from dashboard.api.table import Column, Row
from dashboard.cache.sharedinformer import SharedInformer
from dashboard.client.discovery import ApiResource
from dashboard.client.resource import TableResource
from dashboard.clusters import fleet
from dashboard.clusters.cluster import Connection
from dashboard.errors import ClusterError, Denied
from dashboard.query.filter import compile_filter
from dashboard.query.index import Index
from dashboard.query.sort import parse

_WORST_FIRST = (State.DENIED, State.SYNCING, State.STALE, State.RESYNCING, State.LIVE)


class Listener(Protocol):
    """Who wants to hear of a selection; neither call may wait or raise."""

    def on_rows(self, touched: set[ObjectKey]) -> None:
        """Take note that these rows came, went, moved or changed."""

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
    ) -> None:
        """Watch `informers`, which the caller keeps running; order nothing yet."""
        self.resource = resource
        self.scope = scope
        self.asked = asked
        self._informers = informers
        self._index: Index | None = None
        self._query: tuple[str, tuple[str, ...]] = ("", ())
        self._indexed_columns: tuple[Column, ...] = ()
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
        for informer in self._informers:
            source = informer.source
            if isinstance(source, TableResource) and source.columns:
                return source.columns
        return ()

    # --- its rows

    def order(self, q: str, sort: Sequence[str]) -> None:
        """Filter by `q` and order by `sort` from now on. Raises InvalidQuery."""
        self._index = Index(self._rows(), parse(sort, self.columns), self._passing(q))
        self._query = (q, tuple(sort))
        self._indexed_columns = self.columns

    @property
    def total(self) -> int:
        """How many rows pass scope, namespaces and filter."""
        return len(self._index) if self._index is not None else 0

    @property
    def unfiltered_total(self) -> int:
        """How many rows there are in scope and namespaces before the filter."""
        return sum(
            len(keys)
            for informer in self._informers
            for namespace, keys in informer.items.by_namespace.items()
            if self._shows(namespace)
        )

    def position(self, key: ObjectKey) -> int | None:
        """Return the row number of `key` in the order, or None."""
        return self._index.position(key) if self._index is not None else None

    def keys(self, start: int, stop: int) -> list[ObjectKey]:
        """Return the keys of rows `start` to `stop`."""
        return self._index.keys(start, stop) if self._index is not None else []

    def row(self, key: ObjectKey) -> Row | None:
        """Return the row at `key` if it is there and the scope allows it."""
        if not self.scope.allows(key.namespace, key.name):
            return None
        return next((row for one in self._informers if (row := one.items.get(key))), None)

    # --- what changes in it

    def add_listener(self, listener: Listener) -> None:
        """Tell `listener` of every change from now on."""
        self._listeners.append(listener)

    def remove_listener(self, listener: Listener) -> None:
        """Tell `listener` nothing any more."""
        self._listeners.remove(listener)

    def on_deltas(self, deltas: Sequence[Delta[Row]]) -> None:
        """Follow an informer (cache.sharedinformer.Handler)."""
        if self._index is None:
            return
        if self.columns != self._indexed_columns:
            self.order(*self._query)  # a CRD's columns changed: old positions mean nothing
        touched = self._index.apply(deltas)
        if touched:
            for listener in self._listeners:
                listener.on_rows(touched)

    def on_state(self) -> None:
        """Follow an informer (cache.sharedinformer.Handler)."""
        for listener in self._listeners:
            listener.on_state()

    def _rows(self) -> Iterable[Row]:
        return (row for informer in self._informers for row in informer.items)

    def _shows(self, namespace: Namespace) -> bool:
        if self.asked and namespace not in self.asked:
            return False
        return self.scope.is_everything or namespace in self.scope.namespaces

    def _passing(self, q: str) -> Callable[[Row], bool]:
        matches = compile_filter(q)
        allows, shows = self.scope.allows, self._shows
        return lambda row: shows(row.namespace) and allows(row.namespace, row.name) and matches(row)


async def resolve(cluster: str, kind: str) -> tuple[Connection, ApiResource]:
    """Return the connection of CLUSTER and what KIND means there. Raises what stands in the way."""
    connection = await fleet().get(cluster).connection()
    return connection, connection.resources.resolve(parse_kind(kind))


@asynccontextmanager
async def select(
    cluster: str,
    credential: Credential,
    kind: str,
    asked: frozenset[Namespace],
    *,
    life_s: float = ANSWER_LIFE_S,
) -> AsyncIterator[Selection]:
    """Hold a selection of `kind` for whoever `credential` is; its first listing is complete.

    Raises UnknownCluster, UnknownKind, what keeps the cluster from answering, or Denied.
    """
    connection, resource = await resolve(cluster, kind)
    scope = await scope_of(connection, credential, resource, asked, life_s=life_s)
    if scope.is_nothing:
        raise Denied(gvr=resource.gvr, namespace=",".join(sorted(asked)))
    async with AsyncExitStack() as stack:
        namespaces = [NO_NAMESPACE] if scope.is_everything else sorted(scope.namespaces)
        informers = [
            await stack.enter_async_context(connection.informers.informer(resource.gvr, namespace))
            for namespace in namespaces
        ]
        for informer in informers:
            await informer.answered()
        selection = Selection(resource, scope, asked, informers)
        for informer in informers:
            informer.add_handler(selection)
            stack.callback(informer.remove_handler, selection)
        yield selection


async def scope_of(
    connection: Connection,
    credential: Credential,
    resource: ApiResource,
    asked: frozenset[Namespace],
    *,
    life_s: float = ANSWER_LIFE_S,
) -> Scope:
    """Return what whoever `credential` is may list of `resource` there."""
    who = viewer(connection, credential)
    return await gate(connection).scope(who, resource, Verb.LIST, asked, life_s=life_s)
