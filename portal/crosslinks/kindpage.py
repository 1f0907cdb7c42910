"""The page about a KIND: what it is, the source that makes it so, and what of it there is here."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from dashboard.access.directory import ClusterState
from dashboard.api.credential import Credential
from dashboard.api.gvr import GVR, format_kind
from dashboard.errors import ClusterError
from dashboard.views.problem import respond
from dashboard.views.rail import Place, place
from portal.crosslinks.liveobjects import Live, live
from portal.crosslinks.road import Stage, kind_of, road
from portal.crosslinks.served import Discovered, asked_cluster, discovered
from portal.part import Station
from portal.source.errors import SourceError
from portal.walkthrough import shelfmark
from portal.walkthrough.chapterpage import language, links_for
from portal.walkthrough.edition import Edition, choose
from portal.walkthrough.press import PRESS, TooSlow
from portal.walkthrough.stock import stock

REPLAY = ("client-go", "list-and-watch")
"""The chapter that replays a reflector."""

_MARK = re.compile(r"\bkind=[\w.-]+|\bgo:[\w./-]+#\w+(?:\.\w+)?")
"""What a chapter counts or walks through, as its text names it."""


@dataclass(frozen=True, slots=True)
class KindPage:
    """Everything on the page. `discovered` and `live` are None without a cluster."""

    kind: str
    name: str
    title: str
    place: Place | None
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


async def kind(request: HttpRequest, kind: str) -> HttpResponse:
    """Show what a KIND is; with a cluster, as that cluster has it."""
    credential: Credential = request.credential  # type: ignore[attr-defined]  # set by the door
    cluster = asked_cluster(request)
    try:
        gvr, served = await discovered(cluster, kind, credential)
    except ClusterError as error:
        return respond(request, error, cluster=cluster.slug if cluster else "", kind=kind)
    if format_kind(gvr) != kind:
        query = request.META.get("QUERY_STRING", "")
        url = reverse("kind", args=[format_kind(gvr)])
        return HttpResponseRedirect(f"{url}?{query}" if query else url)
    edition, name, stages, trouble = await _road(request, gvr, served.kind if served else "")
    page = KindPage(
        kind=kind,
        name=name or gvr.resource,
        title=served.title if served else gvr.resource,
        place=place(cluster.slug, kind) if cluster else None,
        cluster=cluster,
        discovered=served,
        live=await live(request, cluster, kind) if cluster else None,
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


async def _road(
    request: HttpRequest, gvr: GVR, kind: str
) -> tuple[Edition | None, str, tuple[Stage, ...], str]:
    """Return the edition, the Kind, its road at the edition, and why there is none.

    Without a cluster to name the `kind`, the source does.
    """
    where = shelfmark.where()
    try:
        edition = await choose(request, stock(where).shelf, "kubernetes")
        key = edition.snapshot.key
        kind = kind or await PRESS.keep(kind_of, where, key, gvr)
        stages = await PRESS.keep(road, where, key, gvr, kind)
    except SourceError as error:
        return None, kind, (), str(error)
    except TooSlow:
        return None, kind, (), _("The source is still being read. Load the page again.")
    return edition, kind, stages, ""


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
    marks = {f"kind={kind}"} | {
        f"go:{stop.place.importpath}#{stop.place.name}" for stage in stages for stop in stage.stops
    }
    links = links_for(request)
    return tuple(
        (entry.front.title, links.chapter(entry.book, entry.slug), entry.front.minutes)
        for book in shelfmark.library().books.values()
        for entry in book.listing(language())
        if not marks.isdisjoint(_marks(entry.text))
    )


@lru_cache(maxsize=512)
def _marks(text: str) -> frozenset[str]:
    return frozenset(_MARK.findall(text))
