"""Which clusters and kinds there are to look at; names of kinds are no secret of anybody."""

from collections.abc import Mapping
from dataclasses import dataclass

from dashboard.access.identity import person
from dashboard.api.credential import Credential
from dashboard.api.gvr import GVR, format_kind, parse_kind
from dashboard.client.discovery import ApiResource
from dashboard.clusters import fleet
from dashboard.clusters.cluster import Cluster
from dashboard.errors import ClusterError, UnknownCluster, UnknownKind


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind that a cluster serves, as a list of kinds shows it."""

    kind: str
    gvr: GVR
    label: str
    plural: str
    """The label with the ending of its plural: NetworkPolicies."""
    singular: str
    """In lower case, as kubectl takes it."""
    short_names: tuple[str, ...]
    categories: tuple[str, ...]
    is_namespaced: bool
    is_live: bool
    """Whether it can be listed and watched."""
    is_listable: bool


@dataclass(frozen=True, slots=True)
class Known:
    """A connected cluster; `kinds` maps each KIND to the label that people know."""

    name: str
    version: str
    kinds: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ClusterState:
    """A cluster as the home page shows it; `trouble` is None while it is fine or not yet tried."""

    slug: str
    name: str
    server: str
    version: str
    is_connected: bool
    trouble: ClusterError | None


@dataclass(frozen=True, slots=True)
class Found:
    """Where the clusters came from; `source` None means that there are none."""

    clusters: tuple[ClusterState, ...]
    source: str | None
    tried: tuple[str, ...]
    trouble: ClusterError | None


def found() -> Found:
    """Return every cluster of this process, whether or not it is connected; makes no request."""
    known = fleet()
    return Found(
        clusters=tuple(_state(cluster) for cluster in known),
        source=known.source,
        tried=known.tried,
        trouble=known.trouble,
    )


def summary() -> str:
    """Return in one line, for the terminal, which clusters there are and where they were found."""
    clusters = found()
    if clusters.trouble is not None:
        return f"No cluster: {clusters.trouble}"
    if clusters.source is None:
        return f"No cluster: looked at {', '.join(clusters.tried)}"
    names = [cluster.name for cluster in clusters.clusters]
    others = f", and {len(names) - 1} more" if len(names) > 1 else ""
    return f"Cluster {names[0]}{others}, from {clusters.source}"


def known(cluster: str) -> Known | None:
    """Return what is known of a connected cluster, None before; makes no request."""
    try:
        found_cluster = fleet().get(cluster)
    except UnknownCluster:
        return None
    connection = found_cluster.connected
    if connection is None:
        return None
    return Known(
        name=found_cluster.context.name,
        version=connection.version,
        kinds={format_kind(item.gvr): plural(item.kind, item.gvr) for item in connection.resources},
    )


async def named(cluster: str, kind: str) -> Kind | None:
    """Return what KIND or a shorter name of it means there, as kubectl would choose; None: nothing.

    Unlike `question.resolve` it never makes the cluster say anew what it serves.
    """
    connection = await fleet().get(cluster).connection()
    try:
        return _kind(connection.resources.resolve(parse_kind(kind)))
    except UnknownKind:
        return None


async def kinds(cluster: str) -> tuple[Kind, ...]:
    """Return every kind that `cluster` serves, in its own order; connects it if need be."""
    connection = await fleet().get(cluster).connection()
    return tuple(_kind(item) for item in connection.resources)


async def kind_of(cluster: str, api_version: str, kind: str) -> Kind | None:
    """Return what an object's apiVersion and kind name there; None: it is not served."""
    return next(
        (
            one
            for one in await kinds(cluster)
            if (one.gvr.group_version, one.label) == (api_version, kind)
        ),
        None,
    )


async def who(cluster: str, credential: Credential) -> str:
    """Return the user name that `credential` has on `cluster`."""
    connection = await fleet().get(cluster).connection()
    return (await person(connection, credential)).viewer.user


def plural(kind: str, gvr: GVR) -> str:
    """Return the kind in its own capitals with the ending of its plural: NetworkPolicies."""
    singular, resource = kind.lower(), gvr.resource
    shared = 0
    while shared < min(len(singular), len(resource)) and singular[shared] == resource[shared]:
        shared += 1
    return kind[:shared] + resource[shared:] if shared > 1 else resource


def _kind(item: ApiResource) -> Kind:
    return Kind(
        kind=format_kind(item.gvr),
        gvr=item.gvr,
        label=item.kind,
        plural=plural(item.kind, item.gvr),
        singular=item.singular or item.kind.lower(),
        short_names=item.short_names,
        categories=item.categories,
        is_namespaced=item.is_namespaced,
        is_live=item.is_live,
        is_listable="list" in item.verbs,
    )


def _state(cluster: Cluster) -> ClusterState:
    connection = cluster.connected
    return ClusterState(
        slug=cluster.slug,
        name=cluster.context.name,
        server=cluster.context.server,
        version=connection.version if connection else "",
        is_connected=connection is not None,
        trouble=cluster.trouble,
    )
