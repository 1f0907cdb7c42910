"""The front page of one cluster: how its pods are, by namespace, and every kind that it serves."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from dashboard.access import directory
from dashboard.access import question as access
from dashboard.access.question import Wanted
from dashboard.api.credential import Credential
from dashboard.api.names import Namespace
from dashboard.api.table import Column, Row
from dashboard.errors import ClusterError
from dashboard.insight.health import Health
from dashboard.insight.tally import WORST_FIRST, tally
from dashboard.views.cells import text_of
from dashboard.views.coast import Coast, Harbour, draw_coast
from dashboard.views.problem import respond
from dashboard.views.rail import Place, place
from dashboard.views.table import Freshness

PODS = "pods.v1"
NAMESPACES = "namespaces.v1"
TROUBLES_SHOWN = 12
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
class Trouble:
    """One pod that asks for attention; `word` is the status that kubectl prints."""

    mark: str
    namespace: str
    name: str
    word: str
    restarts: str
    url: str


@dataclass(frozen=True, slots=True)
class KindLink:
    """One kind in the list of all; `url` is "" for one that cannot be listed."""

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
    coast: Coast | None
    troubles: tuple[Trouble, ...]
    trouble_total: int
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
    freshness, coast = await _coast(cluster, credential)
    troubles, total = await _troubles(cluster, credential)
    page = OverviewPage(
        place=place(cluster, ""),
        user=user,
        freshness=freshness,
        counts=tuple(count for count in counts if count is not None),
        coast=coast,
        troubles=troubles,
        trouble_total=total,
        groups=_groups(cluster, kinds),
        kind_total=len(kinds),
    )
    return await sync_to_async(render)(request, "dashboard/overview.html", {"page": page})


async def _count(cluster: str, kind: str, credential: Credential) -> Count | None:
    known = directory.known(cluster)
    if known is None or kind not in known.kinds:
        return None
    label, url = known.kinds[kind], reverse("table", args=[cluster, kind])
    try:
        async with access.select(Wanted(cluster, kind), credential) as selection:
            marks = (await tally(selection)).total()
    except ClusterError as error:
        return Count(label, url, 0, 0, 0, 0, 0, error.told(_))
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


async def _coast(cluster: str, credential: Credential) -> tuple[Freshness | None, Coast | None]:
    """Return the namespaces that the viewer may list, with the pods that they may list there."""
    try:
        async with access.select(Wanted(cluster, NAMESPACES), credential) as found:
            names = [found_key.name for found_key in found.keys(0, found.total)]
            trouble = found.trouble
            freshness = Freshness(
                found.state.value, found.observed_at_ms, trouble.told(_) if trouble else ""
            )
        async with access.select(Wanted(cluster, PODS), credential) as pods:
            marks = (await tally(pods)).by_namespace()
    except ClusterError:
        return None, None
    none: Counter[Health | None] = Counter()
    harbours = [_harbour(cluster, name, marks.get(Namespace(name), none)) for name in names]
    return freshness, draw_coast(cluster, harbours, reverse("table", args=[cluster, NAMESPACES]))


def _harbour(cluster: str, name: str, marks: Counter[Health | None]) -> Harbour:
    return Harbour(
        name=name,
        url=f"{reverse('table', args=[cluster, PODS])}?ns={name}",
        size=marks.total(),
        warning=marks[Health.WARNING] + marks[Health.UNKNOWN],
        failing=marks[Health.FAILING],
    )


async def _troubles(cluster: str, credential: Credential) -> tuple[tuple[Trouble, ...], int]:
    """Return the pods that are worst off, and how many ask for attention in all."""
    try:
        async with access.select(Wanted(cluster, PODS), credential) as pods:
            counted, columns = await tally(pods), pods.columns
    except ClusterError:
        return (), 0
    total = counted.total()
    return (
        tuple(_trouble(cluster, mark, row, columns) for mark, row in counted.worst(TROUBLES_SHOWN)),
        sum(total[mark] for mark in WORST_FIRST),
    )


def _trouble(cluster: str, mark: Health, row: Row, columns: Sequence[Column]) -> Trouble:
    shown = {column.name: text_of(cell) for column, cell in zip(columns, row.cells, strict=False)}
    return Trouble(
        mark=mark.value,
        namespace=row.namespace,
        name=row.name,
        word=shown.get("Status", ""),
        restarts=shown.get("Restarts", ""),
        url=reverse("object", args=[cluster, PODS, row.namespace, row.name]),
    )


def _groups(cluster: str, kinds: tuple[directory.Kind, ...]) -> tuple[KindGroup, ...]:
    found: dict[str, list[KindLink]] = {}
    for kind in kinds:
        url = reverse("table", args=[cluster, kind.kind]) if kind.is_listable else ""
        link = KindLink(kind.label, kind.kind, ", ".join(kind.short_names), url)
        found.setdefault(kind.gvr.group_version, []).append(link)
    return tuple(KindGroup(name, tuple(links)) for name, links in found.items())
