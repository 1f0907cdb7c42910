"""Nobody reaches a page without a credential; the door itself and health are the exceptions."""

from collections.abc import Awaitable, Callable

from asgiref.sync import iscoroutinefunction, markcoroutinefunction, sync_to_async
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.encoding import escape_uri_path
from django.utils.http import escape_leading_slashes

from portal.accounts import door

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
        key = request.GET.get(door.PARAMETER)
        if key is not None and door.fits(key):
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


def _without_key(request: HttpRequest) -> str:
    query = request.GET.copy()
    del query[door.PARAMETER]
    # "//host" would send the visitor elsewhere.
    path = escape_leading_slashes(escape_uri_path(request.path))
    return f"{path}?{query.urlencode()}" if query else path
