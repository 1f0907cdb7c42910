"""What a viewer asks to see of a cluster, and the selection that answers it, shared by equals."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import NamedTuple
from weakref import WeakKeyDictionary

from dashboard.access.gate import UNCHECKED_LIFE_S, gate
from dashboard.access.identity import Person, person
from dashboard.access.selection import Selection
from dashboard.api.credential import Credential
from dashboard.api.gvr import parse_kind
from dashboard.api.names import NO_NAMESPACE, Namespace
from dashboard.api.scope import Scope, Verb
from dashboard.api.state import State
from dashboard.api.table import Row
from dashboard.cache.clock import SystemClock
from dashboard.cache.factory import is_never_cached
from dashboard.cache.sharedinformer import SharedInformer
from dashboard.cache.warm import Warm
from dashboard.client.discovery import ApiResource
from dashboard.client.resource import TableResource
from dashboard.clusters import fleet
from dashboard.clusters.cluster import Connection
from dashboard.errors import Denied, Forbidden, NeverCached, NotCheckedYet, NotFound, OnDemand

WARM_S = 30.0
"""How long an order is kept after its last viewer left: paging and reloading find it."""


class Wanted(NamedTuple):
    """What an address or a frame asks for; `asked` empty means all namespaces.

    A kind without namespaces is not narrowed by `asked`.
    """

    cluster: str
    kind: str
    asked: frozenset[Namespace] = frozenset()
    q: str = ""
    sort: tuple[str, ...] = ()


class Question(NamedTuple):
    """What makes two selections one: never a joined string (C12)."""

    resource: ApiResource
    scope: Scope
    asked: frozenset[Namespace]
    q: str
    sort: tuple[str, ...]
    reads: tuple[Namespace, ...]
    """The collections that it is read from; NO_NAMESPACE is the whole cluster's."""


async def resolve(cluster: str, kind: str) -> tuple[Connection, ApiResource]:
    """Return the connection of CLUSTER and what KIND means there. Raises what stands in the way."""
    connection = await fleet().get(cluster).connection()
    return connection, await connection.resource(parse_kind(kind))


@asynccontextmanager
async def select(
    wanted: Wanted, credential: Credential, *, is_open: bool = False
) -> AsyncIterator[Selection]:
    """Hold what `credential` may see of `wanted`; its first listing is complete or has failed.

    A kind that is never cached is listed now, with the viewer's own credential, and is OnDemand;
    `is_open` refuses it instead, as NeverCached: nothing would keep it up to date.
    Raises UnknownCluster, UnknownKind, InvalidQuery, SignInNeeded, what keeps the cluster from
    answering, Denied, or NotCheckedYet.
    """
    connection, resource = await resolve(wanted.cluster, wanted.kind)
    asked = wanted.asked if resource.is_namespaced else frozenset()
    scope = await scope_of(connection, credential, resource, asked, is_open=is_open)
    if scope.is_nothing:
        refusal = NotCheckedYet if scope.unchecked else Denied
        raise refusal(gvr=resource.gvr, namespace=",".join(sorted(asked)))
    if is_never_cached(resource.gvr):
        if is_open:
            raise NeverCached(gvr=resource.gvr)
        who = await person(connection, credential)
        sources = [
            TableResource(who.transport, resource, namespace, SystemClock())
            for namespace in reach(scope)
        ]
        yield await listed(resource, scope, asked, sources, wanted.q, wanted.sort)
        return
    while True:
        reads = _reads(connection, resource, scope)
        question = Question(resource, scope, asked, wanted.q, wanted.sort, reads)
        async with _selections(connection).hold(question) as selection:
            # That the portal may not list all of a kind is known once that was tried: by now it was.
            if reads == _reads(connection, resource, scope):
                yield selection
                return


def reach(scope: Scope) -> list[Namespace]:
    """Return the namespaces to read for `scope`; NO_NAMESPACE alone is the whole cluster."""
    return [NO_NAMESPACE] if scope.is_everything else sorted(scope.namespaces)


def whole(connection: Connection, resource: ApiResource) -> SharedInformer[Row] | None:
    """Return the informer of all of `resource`, if one runs that the portal's rights still let read.

    A scope narrows what is shown of it, so nobody needs a watch of a namespace beside it (goal G9).
    """
    found = dict(connection.informers.running()).get((resource.gvr, NO_NAMESPACE))
    return None if found is None or found.reflector.state is State.DENIED else found


def _reads(connection: Connection, resource: ApiResource, scope: Scope) -> tuple[Namespace, ...]:
    return (NO_NAMESPACE,) if whole(connection, resource) else tuple(reach(scope))


async def listed(
    resource: ApiResource,
    scope: Scope,
    asked: frozenset[Namespace],
    sources: Sequence[TableResource],
    q: str,
    sort: tuple[str, ...],
) -> Selection:
    """Return what `sources` hold as of now, kept by nobody else and never watched."""
    clock = SystemClock()
    informers: list[SharedInformer[Row]] = [
        SharedInformer(source, clock=clock) for source in sources
    ]
    for informer in informers:
        await informer.read_once(OnDemand(gvr=resource.gvr))
    selection = Selection(resource, scope, asked, informers, q, sort)
    await selection.build()
    return selection


def _selections(connection: Connection) -> Warm[Question, Selection]:
    found = _open.get(connection)
    if found is None:

        def opened(question: Question) -> AbstractAsyncContextManager[Selection]:
            return _opened(connection, question)

        found = _open[connection] = Warm(opened, clock=SystemClock(), warm_s=WARM_S)
        connection.on_close(found.aclose)
    return found


@asynccontextmanager
async def _opened(connection: Connection, question: Question) -> AsyncIterator[Selection]:
    async with AsyncExitStack() as stack:
        informers = [
            await stack.enter_async_context(
                connection.informers.informer(question.resource.gvr, namespace)
            )
            for namespace in question.reads
        ]
        for informer in informers:
            await informer.answered()
        selection = Selection(
            question.resource,
            question.scope,
            question.asked,
            informers,
            question.q,
            question.sort,
        )
        for informer in informers:
            informer.add_handler(selection)
            stack.callback(informer.remove_handler, selection)
        await selection.build()
        yield selection


async def scope_of(
    connection: Connection,
    credential: Credential,
    resource: ApiResource,
    asked: frozenset[Namespace],
    *,
    is_open: bool = False,
) -> Scope:
    """Return what whoever `credential` is may list of `resource` there, as far as we may read it.

    Raises Forbidden where the viewer may and the portal's own account may not.
    """
    who = await person(connection, credential)
    asking = gate(connection)
    theirs = await asking.scope(who, resource, Verb.LIST, asked, is_open=is_open)
    if who.viewer == connection.owner or is_never_cached(resource.gvr) or theirs.is_nothing:
        return theirs
    portal = Person(connection.owner, connection.transport)
    where = asked if theirs.is_everything else theirs.namespaces
    ours = await asking.scope(portal, resource, Verb.LIST, where, is_open=is_open)
    if ours.is_everything:
        return theirs
    both = ours if theirs.is_everything else ours.narrowed_to(theirs.namespaces)
    if both.is_nothing and not both.unchecked:
        raise Forbidden(gvr=resource.gvr, verb=Verb.LIST)
    return Scope.of(both.namespaces, unchecked=both.unchecked | theirs.unchecked)


async def moved(wanted: Wanted, credential: Credential, shown: Selection) -> bool:
    """Return whether `shown` is no longer what `select` would give for an open view.

    Raises what `select` raises.
    """
    connection, resource = await resolve(wanted.cluster, wanted.kind)
    if resource != shown.resource:
        return True
    if isinstance(shown.trouble, NotFound):  # the kind may have gone from under the view
        await connection.catalogue.refresh()
    scope = await scope_of(connection, credential, resource, shown.asked, is_open=True)
    return scope != shown.scope or _reads(connection, resource, scope) != shown.reads


async def on_doubt(cluster: str, listener: Callable[[], None]) -> Callable[[], None]:
    """Call `listener` whenever rights on `cluster` may have moved; return what ends that."""
    return gate(await fleet().get(cluster).connection()).listen(listener)


async def patience_s(cluster: str, shown: Selection) -> float:
    """Return how long an open view may go by the answers that gave it its scope.

    Half of an answer's life: the answer may have been somebody else's, and half spent.
    """
    if shown.scope.unchecked:
        return UNCHECKED_LIFE_S
    return gate(await fleet().get(cluster).connection()).open_life_s / 2


_open: WeakKeyDictionary[Connection, Warm[Question, Selection]] = WeakKeyDictionary()
