"""Nobody reaches a page without a credential; the door itself and health are the exceptions."""

from collections.abc import Awaitable, Callable
from http import HTTPStatus

from asgiref.sync import iscoroutinefunction, markcoroutinefunction, sync_to_async
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.encoding import escape_uri_path
from django.utils.http import escape_leading_slashes
from django.utils.translation import gettext

from dashboard.api.credential import BearerToken, TokenCredential
from dashboard.api.viewer import Trouble
from portal.accounts import door, signin, tokens
from portal.accounts.login import Login, cluster_of

OPEN_PATHS = frozenset({"/livez", "/readyz", "/healthz", "/metrics"})
"""Answer without a credential; /metrics has a door of its own."""

AsyncView = Callable[[HttpRequest], Awaitable[HttpResponse]]


class DoorMiddleware:
    """Puts `request.credential` on every request that passes; strangers get the sign-in page."""

    sync_capable = False
    async_capable = True

    def __init__(self, get_response: AsyncView) -> None:
        """Wrap `get_response`, which must be asynchronous: the site is served by ASGI alone."""
        self.get_response = get_response
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    async def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer with the page, a redirect that hides the key, or 401."""
        if request.path in OPEN_PATHS:
            return await self.get_response(request)
        auth = settings.ENVIRONMENT.auth
        if auth == "token":
            return await self._by_token(request)
        key = request.GET.get(door.PARAMETER)
        if auth == "link" and key is not None and door.fits(key):
            await door.let_in(request.session)
            return HttpResponseRedirect(_without_key(request))
        credential = await door.credential(request.session)
        if credential is None:
            closed: HttpResponse = await sync_to_async(render)(
                request, "portal/closed.html", status=401
            )
            # RFC 9110, 15.5.2: a 401 names its scheme. Browsers ignore those that they do not know.
            closed["WWW-Authenticate"] = 'Cookie realm="Portolan"'
            return closed
        request.credential = credential  # type: ignore[attr-defined]
        return await self.get_response(request)

    async def _by_token(self, request: HttpRequest) -> HttpResponse:
        """Answer the bearer of a token, whom its cluster knows; others get the form."""
        token = bearer(request.headers.get("Authorization", ""))
        if token is None:
            if request.path == reverse("sign_in"):
                return await self.get_response(request)
            credential = await door.credential(request.session)
            if credential is None:
                return await signin.ask(request, Login.to(request.get_full_path()))
        else:
            cluster = cluster_of(request.path) or request.GET.get("cluster", "")
            found = await tokens.introduce(cluster, token)
            if found.trouble is not None:
                return _refused(found.trouble)
            credential = TokenCredential({found.cluster: token})
        request.credential = credential  # type: ignore[attr-defined]
        return await self.get_response(request)


def bearer(header: str) -> BearerToken | None:
    """Return the token of an Authorization header; None where it has none (RFC 6750, 2.1)."""
    scheme, _, token = header.partition(" ")
    is_bearer = scheme.lower() == "bearer" and token.strip()
    return BearerToken(token.strip()) if is_bearer else None


def _refused(trouble: Trouble) -> HttpResponse:
    body = {"error": {"code": trouble.code, "message": trouble.told(gettext)}}
    answer = JsonResponse(body, status=trouble.status)
    if trouble.status == HTTPStatus.UNAUTHORIZED:
        answer["WWW-Authenticate"] = 'Bearer realm="Portolan", error="invalid_token"'
    return answer


def _without_key(request: HttpRequest) -> str:
    query = request.GET.copy()
    del query[door.PARAMETER]
    # "//host" would send the visitor elsewhere.
    path = escape_leading_slashes(escape_uri_path(request.path))
    return f"{path}?{query.urlencode()}" if query else path
