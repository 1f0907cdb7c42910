"""The page about a KIND: what it is, the source that makes it so, and what of it there is here."""

from collections.abc import Sequence
from dataclasses import dataclass

from asgiref.sync import sync_to_async
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from dashboard.access import directory, selection
from dashboard.access.directory import ClusterState, plural
from dashboard.access.selection import Selection, Wanted
from dashboard.access.trace import Traced, traces
from dashboard.api.credential import Credential
from dashboard.api.gvr import GVR, ShortKind, format_kind, parse_kind
from dashboard.api.state import State
from dashboard.errors import ClusterError, Denied
from dashboard.views.cells import Head, RowView, is_numeric, row_view, shown
from dashboard.views.problem import respond
from dashboard.views.rail import Place as Where
from dashboard.views.rail import place
from dashboard.views.table import Freshness
from portal.crosslinks.current import current_cluster
from portal.crosslinks.road import Stage, road, subresource
from portal.part import Station
from portal.source.errors import SourceError
from portal.walkthrough import shelfmark
from portal.walkthrough.chapterpage import language, links_for
from portal.walkthrough.edition import Edition, choose
from portal.walkthrough.press import PRESS, TooSlow
from portal.walkthrough.stock import stock

SHOWN_ROWS = 5
"""Objects that the page shows; the table has all."""

CRD = "customresourcedefinitions.v1.apiextensions.k8s.io"
"""The KIND that defines a team's own kinds."""
REPLAY = ("client-go", "list-and-watch")
"""The chapter that replays a reflector."""


@dataclass(frozen=True, slots=True)
class Discovered:
    """What a cluster says of a kind."""

    gvr: GVR
    kind: str
    title: str
    short_names: tuple[str, ...]
    categories: tuple[str, ...]
    verbs: tuple[str, ...]
    subresources: tuple[tuple[str, str], ...]
    """Name and address of the page about it."""
    is_namespaced: bool
    others: tuple[tuple[str, str], ...]
    """Other versions and groups that serve the same resource: their KIND and address."""
    definition_url: str
    """The page of the CustomResourceDefinition; "" for a kind that is built in or aggregated."""


@dataclass(frozen=True, slots=True)
class Live:
    """What the viewer may see of a kind; `total` None is unknown, and `trouble` says why."""

    freshness: Freshness
    total: int | None = None
    heads: tuple[Head, ...] = ()
    rows: tuple[RowView, ...] = ()
    scope: str = ""
    trouble: str = ""
    is_denied: bool = False
    traced: Traced | None = None


@dataclass(frozen=True, slots=True)
class KindPage:
    """Everything on the page. `discovered` and `live` are None without a cluster."""

    kind: str
    name: str
    title: str
    place: Where | None
    cluster: ClusterState | None
    discovered: Discovered | None
    live: Live | None
    edition: Edition | None
    stations: tuple[Station, ...]
    source_trouble: str
    chapters: tuple[tuple[str, str, int], ...]
    """Title, address and minutes."""
    table_url: str
    replay_url: str
    explain: str
    """The kubectl line that explains the kind."""


@dataclass(frozen=True, slots=True)
class KindLine:
    """One kind in the list of all; `table_url` is "" where it cannot be listed."""

    kind: str
    label: str
    short_names: tuple[str, ...]
    is_namespaced: bool
    url: str
    table_url: str


@dataclass(frozen=True, slots=True)
class KindsPage:
    """Every kind of a cluster by group; no group without a cluster."""

    place: Where | None
    name: str
    groups: tuple[tuple[str, tuple[KindLine, ...]], ...]


@dataclass(frozen=True, slots=True)
class SubresourcePage:
    """One subresource of a kind, and the code that serves it if it is found."""

    place: Where | None
    title: str
    name: str
    kind_name: str
    kind_url: str
    path: str
    label: str
    url: str
    edition: Edition | None


def kind_url(cluster: str, kind: str) -> str:
    """Return the address of the page about a KIND, for a cluster (dashboard.views.code)."""
    return f"{reverse('kind', args=[kind])}?cluster={cluster}"


def kinds_url(cluster: str) -> str:
    """Return the address of the list of all kinds of a cluster (dashboard.views.code)."""
    return f"{reverse('kinds')}?cluster={cluster}"


async def kinds(request: HttpRequest) -> HttpResponse:
    """List every kind of the cluster by group; names of kinds are no secret."""
    cluster = _cluster(request)
    groups: dict[str, list[KindLine]] = {}
    if cluster is not None:
        slug = cluster.slug
        try:
            served = await directory.kinds(slug)
        except ClusterError as error:
            return respond(request, error, cluster=slug)
        for one in served:
            line = KindLine(
                one.kind,
                one.label,
                one.short_names,
                one.is_namespaced,
                kind_url(slug, one.kind),
                reverse("table", args=[slug, one.kind]) if one.is_listable else "",
            )
            groups.setdefault(one.gvr.group or "core", []).append(line)
    page = KindsPage(
        place(cluster.slug, "") if cluster else None,
        cluster.name if cluster else "",
        tuple((group, tuple(lines)) for group, lines in groups.items()),
    )
    return await sync_to_async(render)(request, "crosslinks/kinds.html", {"page": page})


async def kind(request: HttpRequest, kind: str) -> HttpResponse:
    """Show what a KIND is; with a cluster, as that cluster has it."""
    cluster = _cluster(request)
    try:
        gvr, discovered = await _discovered(cluster, kind)
    except ClusterError as error:
        return respond(request, error, cluster=cluster.slug if cluster else "", kind=kind)
    if format_kind(gvr) != kind:
        query = request.META.get("QUERY_STRING", "")
        url = reverse("kind", args=[format_kind(gvr)])
        return HttpResponseRedirect(f"{url}?{query}" if query else url)
    name = discovered.kind if discovered else ""
    edition, stages, trouble = await _road(request, gvr, name)
    live = await _live(request, cluster, kind) if cluster else None
    page = KindPage(
        kind=kind,
        name=name or gvr.resource,
        title=discovered.title if discovered else gvr.resource,
        place=place(cluster.slug, kind) if cluster else None,
        cluster=cluster,
        discovered=discovered,
        live=live,
        edition=edition,
        stations=_stations(request, stages),
        source_trouble=trouble,
        chapters=_chapters(request, kind, stages),
        table_url=reverse("table", args=[cluster.slug, kind]) if cluster else "",
        replay_url=links_for(request).chapter(*REPLAY, trace=kind) if cluster else "",
        explain=f"kubectl explain {gvr.resource}"
        + (f" --api-version={gvr.group_version}" if gvr.group else ""),
    )
    return await sync_to_async(render)(request, "crosslinks/kind.html", {"page": page})


async def sub(request: HttpRequest, kind: str, subresource: str) -> HttpResponse:
    """Show a subresource of a KIND."""
    cluster = _cluster(request)
    try:
        gvr, discovered = await _discovered(cluster, kind)
    except ClusterError as error:
        return respond(request, error, cluster=cluster.slug if cluster else "", kind=kind)
    if discovered and subresource not in {name for name, _url in discovered.subresources}:
        raise Http404(
            _("%(kind)s has no subresource %(name)s. It has: %(all)s")
            % {
                "kind": kind,
                "name": subresource,
                "all": ", ".join(name for name, _url in discovered.subresources) or "-",
            }
        )
    name = discovered.kind if discovered else gvr.resource
    edition, label, url = await _served_by(request, gvr, name, subresource)
    root = f"/apis/{gvr.group}/{gvr.version}" if gvr.group else f"/api/{gvr.version}"
    within = "/namespaces/NAMESPACE" if discovered is None or discovered.is_namespaced else ""
    page = SubresourcePage(
        place=place(cluster.slug, kind) if cluster else None,
        title=discovered.title if discovered else gvr.resource,
        name=subresource,
        kind_name=name,
        kind_url=kind_url(cluster.slug, kind) if cluster else reverse("kind", args=[kind]),
        path=f"{root}{within}/{gvr.resource}/NAME/{subresource}",
        label=label,
        url=url,
        edition=edition,
    )
    return await sync_to_async(render)(request, "crosslinks/subresource.html", {"page": page})


def _cluster(request: HttpRequest) -> ClusterState | None:
    """Return the cluster that the address names, else one that is connected, else None."""
    asked = request.GET.get("cluster")
    named = (one for one in directory.found().clusters if one.slug == asked)
    return next(named, None) or current_cluster(request)


async def _discovered(cluster: ClusterState | None, kind: str) -> tuple[GVR, Discovered | None]:
    """Return what KIND means: as the cluster serves it, else as it is written."""
    if cluster is None:
        asked = parse_kind(kind)
        if isinstance(asked, ShortKind):
            raise Http404(
                _("Without a cluster a kind is written in full, as deployments.v1.apps or pods.v1.")
            )
        return asked, None
    _connection, resource = await selection.resolve(cluster.slug, kind)
    gvr, served = resource.gvr, await directory.kinds(cluster.slug)
    full = format_kind(gvr)
    same = (
        one
        for one in served
        if one.gvr.resource == gvr.resource and one.label == resource.kind and one.gvr != gvr
    )
    return gvr, Discovered(
        gvr=gvr,
        kind=resource.kind,
        title=plural(resource.kind, gvr),
        short_names=resource.short_names,
        categories=resource.categories,
        verbs=tuple(sorted(resource.verbs)),
        subresources=tuple(
            (name, f"{reverse('subresource', args=[full, name])}?cluster={cluster.slug}")
            for name in resource.subresources
        ),
        is_namespaced=resource.is_namespaced,
        others=tuple((one.kind, kind_url(cluster.slug, one.kind)) for one in same),
        definition_url=await _definition(cluster.slug, gvr),
    )


async def _definition(cluster: str, gvr: GVR) -> str:
    """Return the page of the definition of a team's own kind; its name is no secret, its page is gated."""
    is_own = "." not in gvr.group or gvr.group.endswith(".k8s.io")
    served = {one.kind for one in await directory.kinds(cluster)}
    if is_own or CRD not in served:
        return ""
    return reverse("object", args=[cluster, CRD, "-", f"{gvr.resource}.{gvr.group}"])


async def _road(
    request: HttpRequest, gvr: GVR, kind: str
) -> tuple[Edition | None, tuple[Stage, ...], str]:
    """Return the edition, the road at it, and why there is none."""
    where = shelfmark.where()
    try:
        edition = await choose(request, stock(where).shelf, "kubernetes")
        stages = await PRESS.keep(road, where, edition.snapshot.key, gvr, kind) if kind else ()
    except SourceError as error:
        return None, (), str(error)
    except TooSlow:
        return None, (), _("The source is still being read. Load the page again.")
    return edition, stages, ""


async def _served_by(
    request: HttpRequest, gvr: GVR, kind: str, name: str
) -> tuple[Edition | None, str, str]:
    where = shelfmark.where()
    try:
        edition = await choose(request, stock(where).shelf, "kubernetes")
        found = await PRESS.keep(subresource, where, edition.snapshot.key, gvr, kind, name)
    except (SourceError, TooSlow):
        return None, "", ""
    if found is None:
        return edition, "", ""
    url = links_for(request).symbol(found.importpath, found.name)
    return edition, f"{found.importpath} # {found.name}", url


async def _live(request: HttpRequest, cluster: ClusterState, kind: str) -> Live:
    credential: Credential = request.credential  # type: ignore[attr-defined]  # set by the door
    try:
        async with selection.select(Wanted(cluster.slug, kind), credential) as found:
            traced = await traces(cluster.slug, kind, credential)
            return _seen(found, cluster.slug, kind, next(iter(traced), None))
    except ClusterError as error:
        is_denied = isinstance(error, Denied)
        state = State.DENIED if is_denied else State.UNKNOWN
        told = error.told(_)
        return Live(Freshness(state.value, 0, told), trouble=told, is_denied=is_denied)


def _seen(found: Selection, cluster: str, kind: str, traced: Traced | None) -> Live:
    has_namespace = found.resource.is_namespaced
    rows = [row for key in found.keys(0, SHOWN_ROWS) if (row := found.row(key))]
    trouble = found.trouble
    picked = [(c.name, "num" if is_numeric(c) else "") for _at, c in shown(found.columns)]
    heads = [*([("Namespace", "")] if has_namespace else []), *picked]
    now_ms = found.observed_at_ms
    return Live(
        freshness=Freshness(
            found.state.value, found.observed_at_ms, trouble.told(_) if trouble else ""
        ),
        total=found.total if found.epoch else None,
        heads=tuple(Head(label, css, 0, "", "", "") for label, css in heads),
        rows=tuple(
            row_view(
                row,
                found.columns,
                now_ms,
                has_namespace=has_namespace,
                url=reverse("object", args=[cluster, kind, row.namespace or "-", row.name]),
            )
            for row in rows
        ),
        scope=_scope(found),
        trouble=trouble.told(_) if trouble else "",
        traced=traced,
    )


def _scope(found: Selection) -> str:
    if found.scope.is_everything:
        return _("all of them")
    names = sorted(found.scope.namespaces)
    return _("those in %(namespaces)s") % {"namespaces": ", ".join(names)}


def _stations(request: HttpRequest, stages: Sequence[Stage]) -> tuple[Station, ...]:
    links = links_for(request)
    return tuple(
        Station(
            _(stage.what),
            _(stage.note),
            tuple(
                (stop.label, links.symbol(stop.place.importpath, stop.place.name))
                for stop in stage.stops
            ),
        )
        for stage in stages
    )


def _chapters(
    request: HttpRequest, kind: str, stages: Sequence[Stage]
) -> tuple[tuple[str, str, int], ...]:
    """Return the chapters that count the kind or walk through code on its road."""
    marks = [f"kind={kind}"]
    marks += [
        f"go:{stop.place.importpath}#{stop.place.name}" for stage in stages for stop in stage.stops
    ]
    links = links_for(request)
    return tuple(
        (entry.front.title, links.chapter(entry.book, entry.slug), entry.front.minutes)
        for book in shelfmark.library().books.values()
        for entry in book.listing(language())
        if any(mark in entry.text for mark in marks)
    )
