"""How a page of the reading half is answered with, and what cannot be shown is explained."""

from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from portal.source.errors import SourceError
from portal.walkthrough import shelfmark, trouble
from portal.walkthrough.anchors import AnchorError
from portal.walkthrough.chapter import ContentError
from portal.walkthrough.chapterpage import links_for
from portal.walkthrough.claims import ClaimError
from portal.walkthrough.pane import PaneError
from portal.walkthrough.press import TooSlow
from portal.walkthrough.render import TooLong, UnknownBlock
from portal.walkthrough.stock import stock

MISTAKES = (AnchorError, ClaimError, ContentError, PaneError, TooLong, UnknownBlock)
"""What the author of a chapter did wrong; the content check finds it before a reader does."""
AsyncView = Callable[..., Coroutine[Any, Any, HttpResponse]]


def readable(view: AsyncView) -> AsyncView:
    """Return a view that answers what cannot be shown with a page that says what to do next."""

    @wraps(view)
    async def respond(request: HttpRequest, **names: str) -> HttpResponse:
        try:
            return await view(request, **names)
        except SourceError as error:
            page = trouble.explain(error, links_for(request), stock(shelfmark.where()).shelf)
            return await reply(request, "absent", page, status=error.status)
        except MISTAKES as error:
            page = trouble.mistake(error, reverse("books"))
            return await reply(request, "absent", page, status=500)
        except TooSlow:
            return await reply(request, "absent", trouble.too_slow(), status=503)

    return respond


async def reply(request: HttpRequest, name: str, page: object, status: int = 200) -> HttpResponse:
    """Return a page; the template is filled in beside the loop, for a file has many rows."""
    return await sync_to_async(render)(
        request, f"walkthrough/{name}.html", {"page": page}, status=status
    )
