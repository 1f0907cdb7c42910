"""Pages of the site that belong to neither half: home, health, errors, and the frame around all."""

import contextlib
import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse, translate_url
from django.utils.crypto import constant_time_compare
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language, gettext_noop
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from dashboard.access import directory
from dashboard.api.credential import TokenCredential
from dashboard.errors import ClusterError
from dashboard.views import lookbook as live_lookbook
from dashboard.views.overview import overview
from portal import lookbook
from portal.accounts import tokens
from portal.env import is_loopback
from portal.home import BookCard, ChapterLink, ClusterRow, HomePage
from portal.metrics import CONTENT_TYPE, exposition
from portal.shell import (
    CONNECTED,
    SILENT,
    THEME_COOKIE,
    THEMES,
    UNTRIED,
    ClusterLink,
    Mark,
    Person,
    Shell,
)
from portal.walkthrough import shelfmark
from portal.walkthrough.library import Book

PLAIN = "text/plain; charset=utf-8"
YEAR_S = 365 * 24 * 60 * 60
CHAPTERS_ON_A_CARD = 4
TRIED_IN_WORDS = (gettext_noop("the service account of a pod"),)
"""Of the places where clusters are looked for, the one that is a word and not a name."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Problem:
    """An error page: what happened, and what to do next."""

    code: int
    title: str
    text: str


def shell(request: HttpRequest) -> Mapping[str, Shell]:
    """Return the template context that every page has."""
    match = request.resolver_match
    about = str(match.kwargs.get("cluster", "")) if match else ""
    # A visitor who was not let in must not read the names of clusters off the door.
    is_let_in = hasattr(request, "credential")
    made = _shell(request, _cluster_links(about) if is_let_in else ())
    return {"shell": replace(made, person=_person(request, made.cluster))}


async def home(request: HttpRequest) -> HttpResponse:
    """Show clusters and books; with one cluster that answers, its overview."""
    clusters = directory.found().clusters
    if len(clusters) == 1:
        with contextlib.suppress(ClusterError):  # the home page says what is wrong
            await directory.kinds(clusters[0].slug)
            return await overview(request, clusters[0].slug)
    return await sync_to_async(render)(request, "portal/home.html", {"page": _home_page()})


@require_POST
async def theme(request: HttpRequest) -> HttpResponse:
    """Keep a theme in a cookie and go back to the page that it was picked on."""
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(
        back, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        back = reverse("home")
    response = HttpResponseRedirect(back)
    chosen = request.POST.get("theme")
    if chosen in THEMES:
        response.set_cookie(
            THEME_COOKIE, str(chosen), max_age=YEAR_S, samesite="Lax", secure=request.is_secure()
        )
    else:
        response.delete_cookie(THEME_COOKIE, samesite="Lax")
    return response


async def look(request: HttpRequest) -> HttpResponse:
    """Show every component of the design system in every state; only with PORTOLAN_DEBUG=1."""
    context = {"live": live_lookbook.look_book(), "book": lookbook.look_book()}
    return await sync_to_async(render)(request, "portal/look.html", context)


@require_safe
async def livez(request: HttpRequest) -> HttpResponse:
    """Say that the process answers; never depends on a cluster or the database."""
    return _health(request, {"ping": None})


@require_safe
async def readyz(request: HttpRequest) -> HttpResponse:
    """Say whether pages can be served: the database answers, and its tables are there.

    Clusters do not count: without any, the portal still serves books and says what is wrong.
    """
    return _health(request, {"ping": None, "database": await _database_trouble()})


@require_safe
async def metrics(request: HttpRequest) -> HttpResponse:
    """Return Prometheus metrics to loopback, or to the bearer of PORTOLAN_METRICS_TOKEN."""
    if not (is_loopback(request.META.get("REMOTE_ADDR") or "") or _has_metrics_token(request)):
        return HttpResponse(
            "Metrics are for loopback, or for the bearer of PORTOLAN_METRICS_TOKEN.\n",
            status=403,
            content_type=PLAIN,
        )
    return HttpResponse(exposition(), content_type=CONTENT_TYPE)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 404 with what to do next; the exception's text is shown if a view wrote it for people."""
    text = (
        str(exception.args[0])
        if exception and exception.args and isinstance(exception.args[0], str)
        else ""
    )
    problem = Problem(
        404,
        _("There is no such page"),
        text or _("Check the address, or start from the home page."),
    )
    return render(request, "portal/problem.html", {"problem": problem}, status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 500; what went wrong is in the log of the server."""
    problem = Problem(
        500,
        _("Portolan made a mistake"),
        _("The server's log says more. Nothing was written to any cluster."),
    )
    # Without context processors: what broke the page may break them too.
    frame = {"problem": problem, "shell": _shell(request, ())}
    return HttpResponse(render_to_string("portal/problem.html", frame), status=500)


def _shell(request: HttpRequest, clusters: tuple[ClusterLink, ...]) -> Shell:
    is_chinese = get_language() == "zh-hans"
    theme = request.COOKIES.get(THEME_COOKIE)
    here = request.get_full_path()
    match = request.resolver_match
    cluster = next((link for link in clusters if link.is_current), None)
    return Shell(
        language="zh-Hans" if is_chinese else "en",
        other_language="en" if is_chinese else "zh-Hans",
        other_language_name="English" if is_chinese else "中文",
        other_language_url=translate_url(here, "en" if is_chinese else "zh-hans"),
        theme=theme if theme in THEMES else None,
        here=here,
        half=_half(match.func.__module__ if match else ""),
        cluster_url=cluster.url if cluster else reverse("home"),
        clusters=clusters,
        cluster=cluster,
        is_demo=bool(settings.ENVIRONMENT.demo),
    )


def _person(request: HttpRequest, cluster: ClusterLink | None) -> Person | None:
    """Return who signed in to `cluster`; None where nobody does, as on a laptop."""
    if not isinstance(getattr(request, "credential", None), TokenCredential):
        return None
    user = tokens.users(request.session).get(cluster.slug, "") if cluster else ""
    if not cluster or not user:
        return Person("·", _("You are signed in to another cluster."))
    letters = "".join(letter for letter in user.rpartition(":")[2] if letter.isalnum())
    sentence = _("You are %(user)s on %(cluster)s, and see what that account may see.")
    return Person(letters[:2].upper(), sentence % {"user": user, "cluster": cluster.name})


def _half(module: str) -> str:
    """Return the half of the site whose view this module holds."""
    if module.startswith("portal.walkthrough"):
        return "source"
    return "cluster" if module.startswith(("dashboard.", "portal.views")) else ""


def _standing(cluster: directory.ClusterState) -> tuple[Mark, str]:
    """Return the mark of a cluster and its word."""
    if cluster.trouble is not None:
        return SILENT, _("does not answer")
    if cluster.is_connected:
        return CONNECTED, _("connected")
    return UNTRIED, _("not asked yet")


def _cluster_links(about: str) -> tuple[ClusterLink, ...]:
    """Return the menu of clusters; `about` is the slug that the page names, or ""."""
    found = directory.found().clusters
    slugs = {cluster.slug for cluster in found}
    connected = next((cluster.slug for cluster in found if cluster.is_connected), "")
    current = about if about in slugs else connected
    return tuple(
        ClusterLink(
            slug=cluster.slug,
            name=cluster.name,
            url=reverse("overview", args=[cluster.slug]),
            version=cluster.version,
            mark=_standing(cluster)[0],
            word=_standing(cluster)[1],
            is_current=cluster.slug == current,
        )
        for cluster in found
    )


def _home_page() -> HomePage:
    found = directory.found()
    return HomePage(
        clusters=tuple(_cluster_row(cluster) for cluster in found.clusters),
        source=found.source or "",
        tried=tuple(_(place) for place in found.tried),
        trouble=found.trouble.told(_) if found.trouble else "",
        books=tuple(_book_card(book) for book in shelfmark.library().books.values()),
    )


def _cluster_row(cluster: directory.ClusterState) -> ClusterRow:
    mark, word = _standing(cluster)
    return ClusterRow(
        name=cluster.name,
        url=reverse("overview", args=[cluster.slug]),
        server=cluster.server,
        version=cluster.version,
        mark=mark,
        word=word,
        trouble=cluster.trouble.told(_) if cluster.trouble else "",
    )


def _book_card(book: Book) -> BookCard:
    language = get_language() or "en"
    chapters = book.listing(language)
    front = book.front(language)
    return BookCard(
        title=front.title,
        lead=front.lead,
        url=reverse("book", args=[book.slug]),
        size=len(chapters),
        minutes=sum(entry.front.minutes for entry in chapters),
        chapters=tuple(
            ChapterLink(
                number=number,
                title=entry.front.title,
                url=reverse("chapter", args=[book.slug, entry.slug]),
                minutes=entry.front.minutes,
            )
            for number, entry in enumerate(chapters[:CHAPTERS_ON_A_CARD], start=1)
        ),
    )


def _health(request: HttpRequest, checks: Mapping[str, Exception | None]) -> HttpResponse:
    """Answer as Kubernetes components do: "ok", or every check by name with `?verbose`.

    The reason of a failure is for the log alone, because strangers may ask. Go:
    k8s.io/apiserver/pkg/server/healthz#handleRootHealth, whose failures are 500 as well.
    """
    name = request.path.strip("/")
    for check, trouble in checks.items():
        if trouble is not None:
            log.warning("%s check %s failed: %s", name, check, trouble)
    failed = any(trouble is not None for trouble in checks.values())
    if not failed and "verbose" not in request.GET:
        return HttpResponse("ok", content_type=PLAIN)
    lines = [
        f"[-]{check} failed: reason withheld" if trouble else f"[+]{check} ok"
        for check, trouble in checks.items()
    ]
    lines.append(f"{name} check {'failed' if failed else 'passed'}")
    return HttpResponse("\n".join(lines) + "\n", status=500 if failed else 200, content_type=PLAIN)


def _has_metrics_token(request: HttpRequest) -> bool:
    scheme, _, bearer = request.headers.get("Authorization", "").partition(" ")
    token = settings.ENVIRONMENT.metrics_token
    return (
        token is not None
        and scheme.lower() == "bearer"  # RFC 9110, 11.1: schemes know no case
        and constant_time_compare(bearer.strip(), token)
    )


async def _database_trouble() -> DatabaseError | None:
    try:
        await Session.objects.aexists()  # SQLite would answer SELECT 1 without a file
    except DatabaseError as error:
        return error
    return None
