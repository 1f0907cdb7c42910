"""Every kind of a cluster, by group."""

from dataclasses import dataclass

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from dashboard.access import directory
from dashboard.errors import ClusterError
from dashboard.views.problem import respond
from dashboard.views.rail import Place, place
from portal.crosslinks.served import asked_cluster, kind_url


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

    place: Place | None
    name: str
    groups: tuple[tuple[str, tuple[KindLine, ...]], ...]


async def kinds(request: HttpRequest) -> HttpResponse:
    """List every kind of the cluster by group; names of kinds are no secret."""
    cluster = asked_cluster(request)
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
