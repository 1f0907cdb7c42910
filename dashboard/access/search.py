"""Objects by a part of their name: through the gate, and in what is held in memory alone.

No request lists anything for the sake of a search but the kinds of ALWAYS, which the overview holds
too. Every collection that was not looked through is told, and why.
"""

import asyncio
import contextlib
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from enum import StrEnum
from heapq import nsmallest
from typing import Final

from dashboard.access.directory import plural
from dashboard.access.question import reach, scope_of, whole
from dashboard.api.credential import Credential
from dashboard.api.gvr import GVR, format_kind
from dashboard.api.names import Namespace, ObjectKey, ObjectName
from dashboard.api.scope import Scope
from dashboard.api.state import State
from dashboard.api.table import Row
from dashboard.cache.factory import is_never_cached
from dashboard.cache.sharedinformer import SharedInformer
from dashboard.client.discovery import ApiResource
from dashboard.clusters import fleet
from dashboard.clusters.cluster import Connection
from dashboard.errors import ClusterError, Denied, NeverCached, SignInNeeded

ALWAYS: Final = (
    GVR("", "v1", "namespaces"),
    GVR("", "v1", "nodes"),
    GVR("", "v1", "pods"),
    GVR("apps", "v1", "deployments"),
    GVR("apps", "v1", "statefulsets"),
    GVR("apps", "v1", "daemonsets"),
    GVR("", "v1", "services"),
)
"""Kinds that are read for a search if nobody has read them yet; others only if they are in memory."""

KINDS_LIMIT = 24
"""Kinds that one search looks through: each costs a question to the API server, now and then."""

STREAMS_LIMIT = 4
"""Namespaces of one kind that are watched for the sake of a search alone."""

ROWS_LIMIT = 60_000
"""Names that one search looks at."""

SLICE = 2_000
"""Names between two turns of the event loop: 1 ms at the most."""

PATIENCE_S = 0.8
"""How long rights and a first listing are waited for; what is later is said not to be searched."""


class Outcome(StrEnum):
    """What became of one kind in a search."""

    SEARCHED = "searched"
    PARTLY = "partly"
    """ROWS_LIMIT ended it, or some namespaces are not loaded or not checked."""
    STALE = "stale"
    """Searched as it was last seen: the cluster does not tell of it now."""
    LOADING = "loading"
    NOT_LOADED = "not loaded"
    NEVER = "never"
    """Neither cached nor watched for anybody: named in full, one may be opened."""
    DENIED = "denied"
    UNCHECKED = "unchecked"
    """The API server has not answered yet whether the viewer may list it."""


@dataclass(frozen=True, slots=True)
class Words:
    """What names must hold, in lower case: every one of `parts`, in namespace and name together.

    At least one of them is in the name itself. With `namespace`, in that namespace alone; with
    `name`, of exactly that name.
    """

    parts: tuple[str, ...]
    namespace: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Looked:
    """One kind and what became of it. `trouble` is None where nothing stood in the way."""

    kind: str
    label: str
    """The kind's plural in its own capitals."""
    outcome: Outcome
    trouble: ClusterError | None = None
    within: frozenset[Namespace] = frozenset()
    """The namespaces in which the viewer may list it, where that is not all of the cluster."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One object that the viewer may list."""

    kind: str
    label: str
    """The kind, as `kind:` names it."""
    namespace: Namespace
    name: ObjectName


@dataclass(frozen=True, slots=True)
class Sought:
    """The best hits, the best first; `total` counts all that were met, of what the viewer may list."""

    hits: tuple[Hit, ...]
    total: int
    looked: tuple[Looked, ...]


_Best = tuple[int, int, int, str, str]
"""Rank, place of the kind, length, name, namespace: the order of hits, whatever was looked at first."""


class _Search:
    """One search under way."""

    def __init__(self, words: Words, limit: int) -> None:
        self.words = words
        self.limit = limit
        self.seen = 0
        self.total = 0
        self.best: list[_Best] = []

    async def look(self, informer: SharedInformer[Row], scope: Scope, at: int) -> None:
        """Look through what `informer` holds within `scope`; `at` is the place of its kind."""
        for keys in _slices(informer, scope, self.words.namespace):
            if self.seen >= ROWS_LIMIT:
                return
            self.seen += len(keys)
            found = [
                (rank, at, len(key.name), str(key.name), str(key.namespace))
                for key in keys
                if (rank := rank_of(key, self.words)) is not None
                and scope.allows(key.namespace, key.name)
            ]
            self.total += len(found)
            self.best = nsmallest(self.limit, [*self.best, *found])
            await asyncio.sleep(0)


def rank_of(key: ObjectKey, words: Words) -> int | None:
    """Return how well an object fits, 0 the best; None: not at all.

    0 is the whole name, 1 its beginning, 2 the beginning of a part of it, 3 anything else.
    """
    name = key.name.lower()
    if words.name:
        return 0 if name == words.name else None
    best = None
    for part in words.parts:
        at = name.find(part)
        if at < 0:
            if part not in key.namespace:
                return None
            continue
        beginning = 0 if part == name else 1
        rank = beginning if at == 0 else 2 if name[at - 1] in "-.:" else 3
        best = rank if best is None else min(best, rank)
    return best


async def seek(
    cluster: str, words: Words, credential: Credential, *, limit: int, only: GVR | None = None
) -> Sought:
    """Return the best `limit` objects that `words` fit, of the kind `only` or of all in memory.

    Raises UnknownCluster, SignInNeeded, and what keeps the cluster from being connected. What stands
    in the way of one kind is told in `looked`.
    """
    connection = await fleet().get(cluster).connection()
    search = _Search(words, limit)
    wanted = [only] if only else _wanted(connection)
    resources = [connection.resources.get(gvr) for gvr in wanted if gvr in connection.resources]
    scopes = await asyncio.gather(
        *(_scope(connection, credential, resource, words) for resource in resources)
    )
    looked = []
    async with AsyncExitStack() as stack:
        read = [
            await _read(stack, connection, resource, scope, is_held=only is not None)
            for resource, scope in zip(resources, scopes, strict=True)
        ]
        with contextlib.suppress(TimeoutError):  # their state says that they are still loading
            async with asyncio.timeout(PATIENCE_S):
                for informers, _lacking in read:
                    for informer in informers:
                        await informer.answered()
        for at, (resource, scope) in enumerate(zip(resources, scopes, strict=True)):
            outcome, trouble = await _look(search, scope, *read[at], at)
            label = plural(resource.kind, resource.gvr)
            within = scope.namespaces if isinstance(scope, Scope) else frozenset[Namespace]()
            looked.append(Looked(format_kind(resource.gvr), label, outcome, trouble, within))
    hits = tuple(
        Hit(
            format_kind(resources[at].gvr),
            resources[at].kind,
            Namespace(namespace),
            ObjectName(name),
        )
        for _rank, at, _length, name, namespace in search.best
    )
    return Sought(hits, search.total, tuple(looked))


def _wanted(connection: Connection) -> list[GVR]:
    running = {
        gvr
        for (gvr, _namespace), _informer in connection.informers.running()
        # Events are named after the objects that they are about, which are found themselves.
        if gvr.resource != "events"
    }
    return [*ALWAYS, *sorted(running.difference(ALWAYS))][:KINDS_LIMIT]


async def _scope(
    connection: Connection, credential: Credential, resource: ApiResource, words: Words
) -> Scope | ClusterError | None:
    """Return what the viewer may list, why that cannot be told, or None: not in time."""
    if is_never_cached(resource.gvr):
        return NeverCached(gvr=resource.gvr)
    is_narrow = words.namespace and resource.is_namespaced
    asked = frozenset({Namespace(words.namespace)}) if is_narrow else frozenset[Namespace]()
    try:
        async with asyncio.timeout(PATIENCE_S):
            return await scope_of(connection, credential, resource, asked)
    except TimeoutError:
        return None
    except SignInNeeded:
        raise
    except ClusterError as error:
        return error


async def _read(
    stack: AsyncExitStack,
    connection: Connection,
    resource: ApiResource,
    scope: Scope | ClusterError | None,
    *,
    is_held: bool,
) -> tuple[list[SharedInformer[Row]], int]:
    """Return what is read of the kind within `scope`, and how many namespaces of it are not.

    What nobody reads yet is begun where the kind is one of ALWAYS or `is_held`, and where it is little.
    """
    if not isinstance(scope, Scope) or scope.is_nothing:
        return [], 0
    if (held := whole(connection, resource)) is not None:
        return [held], 0
    running = dict(connection.informers.running())
    namespaces = reach(scope)
    if not (is_held or resource.gvr in ALWAYS) or len(namespaces) > STREAMS_LIMIT:
        found = [running[key] for name in namespaces if (key := (resource.gvr, name)) in running]
        return found, len(namespaces) - len(found)
    begun = [
        await stack.enter_async_context(connection.informers.informer(resource.gvr, namespace))
        for namespace in namespaces
    ]
    return begun, 0


async def _look(
    search: _Search,
    scope: Scope | ClusterError | None,
    informers: list[SharedInformer[Row]],
    lacking: int,
    at: int,
) -> tuple[Outcome, ClusterError | None]:
    """Look through one kind; return what became of it and why."""
    if not informers or not isinstance(scope, Scope):
        return _unread(scope)
    for informer in informers:
        await search.look(informer, scope, at)
    states = {informer.reflector.state for informer in informers}
    trouble = next((one.reflector.trouble for one in informers if one.reflector.trouble), None)
    is_partial = lacking or scope.unchecked or search.seen >= ROWS_LIMIT
    said = (
        (State.DENIED, Outcome.NOT_LOADED),
        (State.SYNCING, Outcome.LOADING),
        (State.UNKNOWN, Outcome.LOADING),
        (State.STALE, Outcome.STALE),
    )
    whole = Outcome.PARTLY if is_partial else Outcome.SEARCHED
    return next((outcome for state, outcome in said if state in states), whole), trouble


def _unread(scope: Scope | ClusterError | None) -> tuple[Outcome, ClusterError | None]:
    """Return why a kind was not read."""
    if isinstance(scope, NeverCached):
        return Outcome.NEVER, scope
    if isinstance(scope, ClusterError):
        return (Outcome.DENIED if isinstance(scope, Denied) else Outcome.NOT_LOADED), scope
    if scope is None or (scope.is_nothing and scope.unchecked):
        return Outcome.UNCHECKED, None
    return (Outcome.DENIED if scope.is_nothing else Outcome.NOT_LOADED), None


def _slices(
    informer: SharedInformer[Row], scope: Scope, namespace: str
) -> Iterator[list[ObjectKey]]:
    """Yield the keys within `scope`, SLICE at a time; namespaces outside it are never looked at."""
    for name, keys in list(informer.items.by_namespace.items()):
        if namespace and name != namespace:
            continue
        if not (scope.is_everything or name in scope.namespaces):
            continue
        here = list(keys)
        for start in range(0, len(here), SLICE):
            yield here[start : start + SLICE]
