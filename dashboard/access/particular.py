"""One object, through the gate: whole but for what nobody may be shown, as of one moment."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

from dashboard.access.gate import gate
from dashboard.access.identity import Person, person
from dashboard.access.question import listed, reach
from dashboard.access.selection import Selection
from dashboard.api.credential import Credential
from dashboard.api.gvr import GVR
from dashboard.api.names import (
    NO_NAMESPACE,
    NO_NAMESPACE_SEGMENT,
    Namespace,
    ObjectKey,
    ObjectName,
    Uid,
)
from dashboard.api.resourceversion import ResourceVersion
from dashboard.api.scope import Scope, Verb
from dashboard.api.table import Column, Row
from dashboard.cache.clock import SystemClock
from dashboard.cache.factory import is_never_cached
from dashboard.client.discovery import ApiResource
from dashboard.client.resource import TableResource, read_object
from dashboard.client.transport import Transport
from dashboard.clusters import fleet
from dashboard.clusters.cluster import Connection
from dashboard.errors import Denied, InvalidName, gettext_noop

EVENTS: Final = GVR("", "v1", "events")
NODES: Final = GVR("", "v1", "nodes")
NAMESPACE_MISSING: Final = gettext_noop("this kind has namespaces; name the object's in its place")
NAMESPACE_TOO_MANY: Final = gettext_noop("this kind has no namespaces; write - in its place")


@dataclass(frozen=True, slots=True)
class Particular:
    """One object as the API server has it.

    `body` is its JSON without managedFields, without the last-applied annotation and, for a Secret,
    without data; `secret_bytes` then has the size of each value by its key, and is None for other
    kinds. `observed_at_ms` is when it was read.
    """

    resource: ApiResource
    namespace: Namespace
    name: ObjectName
    uid: Uid
    resource_version: ResourceVersion
    observed_at_ms: int
    body: Mapping[str, Any]
    managed_fields: tuple[Mapping[str, Any], ...]
    secret_bytes: Mapping[str, int] | None


async def particular(
    cluster: str, gvr: GVR, namespace: Namespace, name: ObjectName, credential: Credential
) -> Particular:
    """Return one object as of now; NO_NAMESPACE for a kind without namespaces.

    Raises Denied without the right to get it, alike for a name that exists and one that does not;
    with the right NotFound. UnknownKind, UnknownCluster, SignInNeeded, InvalidName for a namespace
    that is missing or too many, and what keeps the cluster from answering. Read with the portal's
    account, never cached kinds with the viewer's own.
    """
    connection = await fleet().get(cluster).connection()
    resource = await connection.resource(gvr)
    if resource.is_namespaced == (namespace == NO_NAMESPACE):
        reason = NAMESPACE_MISSING if resource.is_namespaced else NAMESPACE_TOO_MANY
        raise InvalidName(value=namespace or NO_NAMESPACE_SEGMENT, reason=reason)
    who = await person(connection, credential)
    if not await gate(connection).allows(who, gvr, Verb.GET, namespace, name):
        raise Denied(gvr=gvr, namespace=namespace)
    reader = _reader(connection, who, gvr)
    found = await read_object(reader, resource, namespace, name)
    metadata = found.body.get("metadata") or {}
    return Particular(
        resource=resource,
        namespace=namespace,
        name=name,
        uid=Uid(str(metadata.get("uid", ""))),
        resource_version=ResourceVersion(str(metadata.get("resourceVersion", ""))),
        observed_at_ms=SystemClock().now_ms(),
        body=found.body,
        managed_fields=found.managed_fields,
        secret_bytes=found.secret_bytes,
    )


@asynccontextmanager
async def events_of(
    cluster: str, found: Particular, credential: Credential
) -> AsyncIterator[Selection]:
    """Hold the events about `found`, newest last seen first, read for this answer alone (OnDemand).

    Of an object without namespace, those of all namespaces; of a Node also those that name it by its
    name instead of its uid, as a kubelet does. Raises Denied where events may not be listed.
    """
    connection = await fleet().get(cluster).connection()
    resource = await connection.resource(EVENTS)
    who = await person(connection, credential)
    asked = frozenset({found.namespace} - {NO_NAMESPACE})
    scope = await gate(connection).scope(who, resource, Verb.LIST, asked)
    if scope.is_nothing:
        raise Denied(gvr=EVENTS, namespace=found.namespace)
    if scope.is_everything and asked:
        scope = Scope.of(asked)
    uids = [found.uid, *([found.name] if found.resource.gvr == NODES else [])]
    kind = found.resource.kind
    # Never cached kinds have events as others do: those tell no values.
    sources = [
        TableResource(
            connection.transport,
            resource,
            namespace,
            SystemClock(),
            field_selector=f"involvedObject.uid={_escaped(uid)},involvedObject.kind={kind}",
        )
        for namespace in reach(scope)
        for uid in uids
    ]
    yield await listed(resource, scope, asked, sources, "", ("last-seen",))


async def printed(
    cluster: str, found: Particular, credential: Credential
) -> tuple[tuple[Column, ...], Row] | None:
    """Return the server's own row of `found`, under its columns; None when it has gone meanwhile.

    Whoever was given the object was given what is printed of it. Raises what keeps the cluster from
    answering.
    """
    connection = await fleet().get(cluster).connection()
    who = await person(connection, credential)
    reader = _reader(connection, who, found.resource.gvr)
    source = TableResource(reader, found.resource, found.namespace, SystemClock())
    again = await source.printed(ObjectKey(found.namespace, found.name))
    return again if again and again[1].uid == found.uid else None


def _escaped(value: str) -> str:
    """Return `value` as a field selector takes it (Go: k8s.io/apimachinery/pkg/fields#EscapeValue)."""
    return value.replace("\\", r"\\").replace(",", r"\,").replace("=", r"\=")


def _reader(connection: Connection, who: Person, gvr: GVR) -> Transport:
    return who.transport if is_never_cached(gvr) else connection.transport
