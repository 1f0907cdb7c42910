"""The search as a page that works without a script, and as data for the palette."""

import asyncio
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlencode

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from dashboard.access import directory
from dashboard.access.directory import ClusterState, Kind
from dashboard.access.search import Words
from dashboard.errors import ClusterError
from dashboard.views.rail import Place, place
from portal.crosslinks.current import current_cluster
from portal.crosslinks.search import command, objects
from portal.crosslinks.search.codepage import code_page, find_code
from portal.crosslinks.search.command import Command
from portal.crosslinks.search.found import Group, Hit, Json, line
from portal.crosslinks.search.kinds import find_kinds
from portal.crosslinks.search.objects import Asker
from portal.crosslinks.search.pace import Pace
from portal.crosslinks.search.reading import find_passages, find_symbols
from portal.part import FoundLine
from portal.source.errors import SourceError
from portal.source.grams import SHORTEST
from portal.source.search import Asked
from portal.source.search import read as read_symbol

QUERY_LIMIT: Final = 300
"""Characters of a question: the longest address of an object is not much longer."""
PAGE_HITS: Final = 20
PALETTE_HITS: Final = 6
PAGE_PATIENCE_S: Final = 1.0
PALETTE_PATIENCE_S: Final = 0.05
"""How long a search waits for the names of symbols to be read, the first time at a version."""
CLUSTER_PATIENCE_S: Final = 6.0
"""How long a cluster is waited for that nobody has connected yet."""
MOST_AT_ONCE: Final = 32
"""Searches under way; who comes then is asked to come again."""
RETRY_AFTER_S: Final = 1

PACE = Pace(burst=60, per_s=15)
"""A fast typist asks six times a second."""
_under_way: set[object] = set()


@dataclass(frozen=True, slots=True)
class Section:
    """One group as the page prints it; `count` is how many were found in all."""

    name: str
    title: str
    count: int
    lines: tuple[FoundLine, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SearchPage:
    """Everything on the page. `trouble` says why nothing was searched; "" where something was."""

    q: str
    title: str
    place: Place | None
    cluster: str
    sections: tuple[Section, ...]
    total: int
    trouble: str
    examples: tuple[tuple[str, str, str], ...]
    """What can be typed, its address, and what it finds; only without a question."""
    code_url: str
    """Every line of code that holds the question; "" without a question."""


async def search(request: HttpRequest) -> HttpResponseBase:
    """Answer a question with everything that it may mean, in both halves."""
    q = request.GET.get("q", "").strip()
    is_data = request.GET.get("format") == "json"
    visitor = request.session.session_key or request.META.get("REMOTE_ADDR") or ""
    if len(_under_way) >= MOST_AT_ONCE or not PACE.admits(visitor):
        trouble = _("Too many searches at once. Wait a second and ask again.")
        return await _answer(request, q, (), trouble, status=429)
    if len(q) > QUERY_LIMIT:
        trouble = _("A question has at most %(limit)d characters.") % {"limit": QUERY_LIMIT}
        return await _answer(request, q[:QUERY_LIMIT], (), trouble, status=400)
    if q and request.GET.get("in") == "code" and not is_data:
        return await code_page(request, q)
    turn = object()
    _under_way.add(turn)
    try:
        limit = PALETTE_HITS if is_data else PAGE_HITS
        patience_s = PALETTE_PATIENCE_S if is_data else PAGE_PATIENCE_S
        groups = await _groups(request, q, limit, patience_s) if q else ()
    finally:
        _under_way.discard(turn)
    return await _answer(request, q, groups, "")


async def _groups(request: HttpRequest, q: str, limit: int, patience_s: float) -> tuple[Group, ...]:
    """Return everything that was found, what a command means before all else."""
    asked = command.read(q)
    is_command = asked is not None and asked.is_said
    symbol = None if is_command else read_symbol(q)
    parts = () if is_command else tuple(q.lower().split())
    live, symbols, chapters, code = await asyncio.gather(
        _live(request, q, asked, limit),
        _symbols(request, symbol, limit, patience_s),
        _chapters(request, parts, limit),
        _code(request, "" if is_command else q, limit),
    )
    path = command.address(q)
    here = (Hit("address", path, _("the address that you typed"), path, "link"),) if path else ()
    first = Group("go", _("Go to"), here)
    groups = [first] if here else []
    return tuple(
        group for group in (*groups, *live, *symbols, *chapters, code) if group is not None
    )


async def _live(
    request: HttpRequest, q: str, asked: Command | None, limit: int
) -> tuple[Group, ...]:
    """Return the groups of the live half; where the cluster is away, one that says so."""
    cluster = _cluster(request)
    if cluster is None:
        note = _("Not searched: no cluster is connected.")
        return (Group("objects", _("Objects"), notes=(note,)),)
    asker = Asker(cluster.slug, request.credential)  # type: ignore[attr-defined]  # set by the door
    try:
        async with asyncio.timeout(CLUSTER_PATIENCE_S):
            return await _in_cluster(asker, q, asked, limit)
    except TimeoutError:
        note = _("Not searched: the cluster did not answer in time.")
    except ClusterError as error:
        note = error.told(_)
    return (Group("objects", _("Objects"), notes=(note,)),)


async def _in_cluster(asker: Asker, q: str, asked: Command | None, limit: int) -> tuple[Group, ...]:
    meant = await directory.named(asker.cluster, asked.kind) if asked else None
    served = await directory.kinds(asker.cluster)
    text = asked.kind if asked and (meant or asked.is_said) else q
    kinds = find_kinds(asker.cluster, served, text, meant, limit)
    go: Group | None = None
    only: Kind | None = None
    words = Words(tuple(q.lower().split()))
    if asked and meant:
        go = await objects.find_place(asker, asked, meant)
        if asked.name:
            only = meant
            words = Words(tuple(asked.name.lower().split()), asked.namespace)
    is_place = asked is not None and asked.is_said and not asked.name
    found = None if is_place else await _objects(asker, words, limit, only)
    return tuple(
        group
        for group in (go, kinds, found)
        if group and (group.name != "go" or group.hits or group.notes)
    )


async def _objects(asker: Asker, words: Words, limit: int, only: Kind | None) -> Group:
    """Return the objects; `ns/name`, as tables write it, is looked for in that namespace."""
    if only is None and len(words.parts) == 1 and words.parts[0].count("/") == 1:
        namespace, name = words.parts[0].split("/")
        words = Words((name,) if name else (), namespace)
    return await objects.find_objects(asker, words, limit, only)


async def _symbols(
    request: HttpRequest, asked: Asked | None, limit: int, patience_s: float
) -> tuple[Group, ...]:
    if asked is None:
        return ()
    try:
        return (await find_symbols(request, asked, limit, patience_s),)
    except SourceError as error:
        return (Group("symbols", _("Symbols"), notes=(str(error),)),)


async def _chapters(request: HttpRequest, parts: tuple[str, ...], limit: int) -> tuple[Group, ...]:
    return (await find_passages(request, parts, limit),) if parts else ()


async def _code(request: HttpRequest, q: str, limit: int) -> Group | None:
    """Return the first lines of code that hold `q`; less than three letters are no text to look for."""
    return await find_code(request, q, limit) if len(q) >= SHORTEST else None


def _cluster(request: HttpRequest) -> ClusterState | None:
    """Return the cluster that the address names, else one that is connected, else the first."""
    found = directory.found().clusters
    asked = request.GET.get("cluster")
    named = next((one for one in found if one.slug == asked), None)
    return named or current_cluster(request) or next(iter(found), None)


async def _answer(
    request: HttpRequest, q: str, groups: tuple[Group, ...], trouble: str, *, status: int = 200
) -> HttpResponse:
    headers = {"Cache-Control": "no-store"}
    if status == 429:
        headers["Retry-After"] = str(RETRY_AFTER_S)
    if request.GET.get("format") == "json":
        body: Json = {"q": q, "groups": [group.to_json() for group in groups]}
        if trouble:
            body["error"] = {"message": trouble}
        return JsonResponse(body, status=status, headers=headers)
    cluster = _cluster(request)
    parts = q.lower().split()
    page = SearchPage(
        q=q,
        title=_("“%(q)s”") % {"q": q} if q else _("Search"),
        place=replace(place(cluster.slug, ""), is_overview=False) if cluster else None,
        cluster=cluster.slug if cluster else "",
        sections=tuple(
            # What was found first; what was not, and why, after it.
            _section(group, parts)
            for group in sorted(groups, key=lambda group: not group.hits)
        ),
        total=sum(group.total or len(group.hits) for group in groups),
        trouble=trouble,
        examples=() if q else _examples(cluster.slug if cluster else ""),
        code_url=f"{reverse('search')}?{urlencode({'q': q, 'in': 'code'})}" if q else "",
    )
    answer = await sync_to_async(render)(
        request, "crosslinks/search.html", {"page": page}, status=status
    )
    for name, value in headers.items():
        answer[name] = value
    return answer


def _section(group: Group, parts: list[str]) -> Section:
    return Section(
        group.name,
        group.title,
        group.total or len(group.hits),
        tuple(line(hit, parts) for hit in group.hits),
        group.notes,
    )


def _examples(cluster: str) -> tuple[tuple[str, str, str], ...]:
    """Return what can be typed, as links that ask it."""
    told = (
        ("po", _("a kind, by any name that kubectl takes")),
        ("pods -n kube-system", _("a table, as one would ask kubectl")),
        ("po/NAMESPACE/NAME", _("one object")),
        ("coredns", _("objects by a part of their name")),
        ("Reflector.ListAndWatch", _("a symbol of Kubernetes’ source; RLW finds it too")),
        ("k8s.io/client-go/tools/cache#Reflector", _("a symbol of any package, by import path")),
        ("bookmark", _("chapters, by a word of theirs")),
    )
    kept = {"cluster": cluster} if cluster else {}
    root = reverse("search")
    return tuple((q, f"{root}?{urlencode({'q': q, **kept})}", what) for q, what in told)
