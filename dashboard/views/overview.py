"""The front page of one cluster: how its pods are, by namespace, and every kind that it serves."""

from collections import Counter
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from dashboard.access import directory
from dashboard.access import selection as access
from dashboard.access.selection import Wanted
from dashboard.api.credential import Credential
from dashboard.api.names import Namespace
from dashboard.errors import ClusterError
from dashboard.insight.health import Health
from dashboard.insight.tally import tally
from dashboard.views.problem import respond, told
from dashboard.views.rail import Place, place
from dashboard.views.table import Freshness

PODS = "pods.v1"
WORKLOADS = (PODS, "deployments.v1.apps", "statefulsets.v1.apps", "daemonsets.v1.apps", "nodes.v1")


@dataclass(frozen=True, slots=True)
class Count:
    """How the objects of one kind are. `trouble` says why it cannot be told; the counts are then 0."""

    label: str
    url: str
    ok: int
    moving: int
    warning: int
    failing: int
    unknown: int
    trouble: str


@dataclass(frozen=True, slots=True)
class Harbour:
    """One namespace on the coast, with its pods counted by how they are."""

    name: str
    url: str
    size: int
    warning: int
    failing: int


@dataclass(frozen=True, slots=True)
class KindLink:
    """One kind in the list of all; `url` is "" for one that cannot be listed and watched."""

    label: str
    kind: str
    short: str
    url: str


@dataclass(frozen=True, slots=True)
class KindGroup:
    """The kinds of one API group and version."""

    name: str
    kinds: tuple[KindLink, ...]


@dataclass(frozen=True, slots=True)
class OverviewPage:
    """Everything on the page."""

    place: Place
    user: str
    freshness: Freshness | None
    counts: tuple[Count, ...]
    harbours: tuple[Harbour, ...]
    groups: tuple[KindGroup, ...]
    kind_total: int


async def overview(request: HttpRequest, cluster: str) -> HttpResponse:
    """Show the cluster, as far as the viewer may see it."""
    credential: Credential = request.credential  # type: ignore[attr-defined]  # set by the door
    try:
        kinds = await directory.kinds(cluster)
        user = await directory.who(cluster, credential)
    except ClusterError as error:
        return respond(request, error, cluster=cluster)
    counts = [await _count(cluster, kind, credential) for kind in WORKLOADS]
    freshness, harbours = await _harbours(cluster, credential)
    page = OverviewPage(
        place=place(cluster, ""),
        user=user,
        freshness=freshness,
        counts=tuple(count for count in counts if count is not None),
        harbours=harbours,
        groups=_groups(cluster, kinds),
        kind_total=sum(kind.is_live for kind in kinds),
    )
    return render(request, "dashboard/overview.html", {"page": page})


async def _count(cluster: str, kind: str, credential: Credential) -> Count | None:
    known = directory.known(cluster)
    if known is None or kind not in known.kinds:
        return None
    label, url = known.kinds[kind], reverse("table", args=[cluster, kind])
    try:
        async with access.select(Wanted(cluster, kind), credential) as selection:
            marks = tally(selection).total()
    except ClusterError as error:
        return Count(label, url, 0, 0, 0, 0, 0, told(error))
    settled = marks[Health.OK] + marks[Health.DONE] + marks[Health.STILL] + marks[None]
    return Count(
        label=label,
        url=url,
        ok=settled,
        moving=marks[Health.MOVING] + marks[Health.GOING],
        warning=marks[Health.WARNING],
        failing=marks[Health.FAILING],
        unknown=marks[Health.UNKNOWN],
        trouble="",
    )


async def _harbours(
    cluster: str, credential: Credential
) -> tuple[Freshness | None, tuple[Harbour, ...]]:
    """Return the namespaces that the viewer may list, with the pods that they may list there."""
    try:
        async with access.select(Wanted(cluster, "namespaces.v1"), credential) as found:
            names = [found_key.name for found_key in found.keys(0, found.total)]
            trouble = found.trouble
            freshness = Freshness(
                found.state.value, found.observed_at_ms, told(trouble) if trouble else ""
            )
        async with access.select(Wanted(cluster, PODS), credential) as pods:
            marks = tally(pods).by_namespace()
    except ClusterError:
        return None, ()
    none: Counter[Health | None] = Counter()
    return freshness, tuple(
        _harbour(cluster, name, marks.get(Namespace(name), none)) for name in names
    )


def _harbour(cluster: str, name: str, marks: Counter[Health | None]) -> Harbour:
    return Harbour(
        name=name,
        url=f"{reverse('table', args=[cluster, PODS])}?ns={name}",
        size=marks.total(),
        warning=marks[Health.WARNING] + marks[Health.UNKNOWN],
        failing=marks[Health.FAILING],
    )


def _groups(cluster: str, kinds: tuple[directory.Kind, ...]) -> tuple[KindGroup, ...]:
    found: dict[str, list[KindLink]] = {}
    for kind in kinds:
        url = reverse("table", args=[cluster, kind.kind]) if kind.is_live else ""
        link = KindLink(kind.label, kind.kind, ", ".join(kind.short_names), url)
        found.setdefault(kind.gvr.group_version, []).append(link)
    return tuple(KindGroup(name, tuple(links)) for name, links in found.items())
