"""Pages of the site that belong to neither half: home, health, errors, and the frame around all."""

from collections.abc import Mapping
from dataclasses import dataclass

import prometheus_client
from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.shortcuts import render
from django.urls import translate_url
from django.utils.crypto import constant_time_compare
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from portal.env import is_loopback

THEMES = frozenset({"paper", "ink"})
"""What the theme cookie may say; anything else follows the system."""


@dataclass(frozen=True, slots=True)
class Shell:
    """What the frame around every page shows."""

    language: str
    other_language_url: str
    theme: str | None


@dataclass(frozen=True, slots=True)
class Problem:
    """An error page: what happened, and what to do next."""

    code: int
    title: str
    text: str


def shell(request: HttpRequest) -> Mapping[str, Shell]:
    """Return the template context that every page has."""
    language = get_language() or "en"
    theme = request.COOKIES.get("portolan_theme")
    other = "en" if language == "zh-hans" else "zh-hans"
    return {
        "shell": Shell(
            language="zh-Hans" if language == "zh-hans" else "en",
            other_language_url=translate_url(request.get_full_path(), other),
            theme=theme if theme in THEMES else None,
        )
    }


async def home(request: HttpRequest) -> HttpResponse:
    """Show clusters and books."""
    return render(request, "portal/home.html")


async def look(request: HttpRequest) -> HttpResponse:
    """Show every component of the design system in every state; only with PORTOLAN_DEBUG=1."""
    return render(request, "portal/look.html")


async def livez(request: HttpRequest) -> HttpResponse:
    """Say that the process answers; never depends on a cluster or the database."""
    return _health(request, {"ping": None})


async def readyz(request: HttpRequest) -> HttpResponse:
    """Say whether requests can be served: the database answers."""
    return _health(request, {"ping": None, "database": await _database_trouble()})


async def metrics(request: HttpRequest) -> HttpResponse:
    """Return Prometheus metrics to loopback, or to the bearer of PORTOLAN_METRICS_TOKEN."""
    token = settings.ENVIRONMENT.metrics_token
    bearer = request.headers.get("Authorization", "").removeprefix("Bearer ")
    near = is_loopback(request.META.get("REMOTE_ADDR", ""))
    if not (constant_time_compare(bearer, token) if token else near):
        return HttpResponseForbidden(_("Metrics are for loopback, or need the metrics token."))
    return HttpResponse(
        prometheus_client.generate_latest(), content_type=prometheus_client.CONTENT_TYPE_LATEST
    )


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
    return render(request, "portal/problem.html", {"problem": problem}, status=500)


def _health(request: HttpRequest, checks: Mapping[str, str | None]) -> HttpResponse:
    """Answer as Kubernetes components do: "ok", or every check by name with `?verbose`."""
    failed = any(trouble is not None for trouble in checks.values())
    if not failed and "verbose" not in request.GET:
        return HttpResponse("ok", content_type="text/plain; charset=utf-8")
    lines = [
        f"[-]{name} failed: {trouble}" if trouble is not None else f"[+]{name} ok"
        for name, trouble in checks.items()
    ]
    name = request.path.strip("/")
    lines.append(f"{name} check {'failed' if failed else 'passed'}")
    return HttpResponse(
        "\n".join(lines) + "\n",
        status=503 if failed else 200,
        content_type="text/plain; charset=utf-8",
    )


async def _database_trouble() -> str | None:
    from asgiref.sync import sync_to_async

    try:
        await sync_to_async(connection.ensure_connection)()
    except DatabaseError as error:
        return type(error).__name__
    return None
