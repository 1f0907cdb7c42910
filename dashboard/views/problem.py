"""Errors of the live half as pages and as data: what happened, and what to do next."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from dashboard.api.names import ObjectKey
from dashboard.api.state import State
from dashboard.errors import (
    ClusterError,
    ConfigurationError,
    Denied,
    Forbidden,
    GateError,
    InvalidName,
    InvalidQuery,
    NotFound,
    RequestError,
    SignInNeeded,
    Unauthorized,
    gettext_noop,
)
from dashboard.views.rail import Place, place


@dataclass(frozen=True, slots=True)
class ProblemPage:
    """The page of one error; `state` chooses its look, `command` is what to try in a terminal."""

    state: str
    title: str
    message: str
    detail: str
    command: str
    place: Place


def respond(
    request: HttpRequest,
    error: ClusterError,
    *,
    cluster: str,
    kind: str = "",
    target: ObjectKey | None = None,
    is_data: bool = False,
) -> HttpResponse:
    """Return the answer to a request that ended in `error`, as JSON when that was asked for.

    `target` is the object that was wanted, None for a list; `is_data` for an address that has
    no page.
    """
    state = State.DENIED if isinstance(error, Denied | SignInNeeded) else State.UNKNOWN
    if is_data or request.GET.get("format") == "json":
        body = {
            "cluster": cluster,
            "kind": kind,
            "state": state.value,
            "error": {"code": error.code, "message": error.told(_)},
        }
        return JsonResponse(body, status=error.status)
    if isinstance(error, SignInNeeded):
        query = {"cluster": cluster, "next": request.get_full_path(), "why": error.code}
        return HttpResponseRedirect(f"{reverse('sign_in')}?{urlencode(query)}")
    page = ProblemPage(
        state="forbidden" if isinstance(error, GateError) else "unknown",
        title=_title(error, target),
        message=error.told(_),
        detail=error.detail or "",
        command=_command(error, kind, target),
        place=place(cluster, ""),
    )
    return render(request, "dashboard/problem.html", {"page": page}, status=error.status)


TITLES: tuple[tuple[type[ClusterError], str], ...] = (
    (InvalidQuery, gettext_noop("This address cannot be read")),
    (InvalidName, gettext_noop("This address cannot be read")),
    (RequestError, gettext_noop("There is no such thing here")),
    (NotFound, gettext_noop("There is no such thing here")),
    (ConfigurationError, gettext_noop("The cluster cannot be asked")),
    (Forbidden, gettext_noop("Portolan itself may not read this here")),
    (Unauthorized, gettext_noop("The cluster does not take the credential")),
    (ClusterError, gettext_noop("The cluster does not answer")),
)
"""The first that an error is one of."""


def _title(error: ClusterError, target: ObjectKey | None) -> str:
    if isinstance(error, GateError):
        return _("You may not read this here") if target else _("You may not list this here")
    return _(next(title for kind, title in TITLES if isinstance(error, kind)))


def _command(error: ClusterError, kind: str, target: ObjectKey | None) -> str:
    if not isinstance(error, Denied):
        return ""
    short = kind.split(".", maxsplit=1)[0]
    if target:
        within = f" -n {target.namespace}" if target.namespace else ""
        return f"kubectl auth can-i get {short}/{target.name}{within}"
    asked = error.params.get("namespace")
    return f"kubectl auth can-i list {short} {f'-n {asked}' if asked else '-A'}"
