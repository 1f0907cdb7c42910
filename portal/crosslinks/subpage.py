"""The page about a subresource of a KIND: its path, and the code that serves it."""

from dataclasses import dataclass

from asgiref.sync import sync_to_async
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from dashboard.api.credential import Credential
from dashboard.api.gvr import GVR
from dashboard.errors import ClusterError
from dashboard.views.problem import respond
from dashboard.views.rail import Place, place
from portal.crosslinks.road import kind_of, subresource
from portal.crosslinks.served import asked_cluster, discovered, kind_url
from portal.source.errors import SourceError
from portal.walkthrough import shelfmark
from portal.walkthrough.chapterpage import links_for
from portal.walkthrough.edition import Edition, choose
from portal.walkthrough.press import PRESS, TooSlow
from portal.walkthrough.stock import stock


@dataclass(frozen=True, slots=True)
class SubresourcePage:
    """One subresource of a kind, and the code that serves it if it is found."""

    place: Place | None
    title: str
    name: str
    kind_name: str
    kind_url: str
    path: str
    label: str
    url: str
    edition: Edition | None


async def sub(request: HttpRequest, kind: str, name: str) -> HttpResponse:
    """Show a subresource of a KIND."""
    credential: Credential = request.credential  # type: ignore[attr-defined]  # set by the door
    cluster = asked_cluster(request)
    try:
        gvr, served = await discovered(cluster, kind, credential)
    except ClusterError as error:
        return respond(request, error, cluster=cluster.slug if cluster else "", kind=kind)
    if served and name not in {each for each, _url in served.subresources}:
        raise Http404(
            _("%(kind)s has no subresource %(name)s. It has: %(all)s")
            % {
                "kind": kind,
                "name": name,
                "all": ", ".join(each for each, _url in served.subresources) or "-",
            }
        )
    edition, kind_name, label, url = await _served_by(
        request, gvr, served.kind if served else "", name
    )
    root = f"/apis/{gvr.group}/{gvr.version}" if gvr.group else f"/api/{gvr.version}"
    within = "/namespaces/NAMESPACE" if served is None or served.is_namespaced else ""
    page = SubresourcePage(
        place=place(cluster.slug, kind) if cluster else None,
        title=served.title if served else gvr.resource,
        name=name,
        kind_name=kind_name or gvr.resource,
        kind_url=kind_url(cluster.slug, kind) if cluster else reverse("kind", args=[kind]),
        path=f"{root}{within}/{gvr.resource}/NAME/{name}",
        label=label,
        url=url,
        edition=edition,
    )
    return await sync_to_async(render)(request, "crosslinks/subresource.html", {"page": page})


async def _served_by(
    request: HttpRequest, gvr: GVR, kind: str, name: str
) -> tuple[Edition | None, str, str, str]:
    """Return the edition, the Kind, and label and address of the type that serves its subresource."""
    where = shelfmark.where()
    try:
        edition = await choose(request, stock(where).shelf, "kubernetes")
        key = edition.snapshot.key
        kind = kind or await PRESS.keep(kind_of, where, key, gvr)
        found = await PRESS.keep(subresource, where, key, gvr, kind, name)
    except (SourceError, TooSlow):
        return None, kind, "", ""
    if found is None:
        return edition, kind, "", ""
    url = links_for(request).symbol(found.importpath, found.name)
    return edition, kind, f"{found.importpath} # {found.name}", url
