"""Headers that every answer of the site carries."""

from collections.abc import Awaitable, Callable

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.http import HttpRequest, HttpResponse
from django.utils.cache import add_never_cache_headers

AsyncView = Callable[[HttpRequest], Awaitable[HttpResponse]]


class NoStoreMiddleware:
    """No page is kept by a cache: what it shows belongs to one viewer at one moment."""

    sync_capable = False
    async_capable = True

    def __init__(self, get_response: AsyncView) -> None:
        """Wrap `get_response`, which must be asynchronous."""
        self.get_response = get_response
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    async def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer as the view does, with `Cache-Control: no-store` unless the view chose another."""
        response = await self.get_response(request)
        if not response.has_header("Cache-Control"):
            add_never_cache_headers(response)
        return response
