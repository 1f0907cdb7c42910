"""Pages of the reading half. Each is read-only and the same for everyone who was let in."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import asdict, dataclass
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from asgiref.sync import sync_to_async
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseForbidden, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from portal.source.errors import NoSuchFile, NoSuchSymbol, SourceError, UnknownSnapshot
from portal.source.snapshot import release
from portal.walkthrough import shelfmark, trouble
from portal.walkthrough.anchors import AnchorError
from portal.walkthrough.chapter import ContentError, read_chapter
from portal.walkthrough.chapterpage import BookPage, book_page, chapter_page, language, links_for
from portal.walkthrough.claims import ClaimError
from portal.walkthrough.codesearch import READER
from portal.walkthrough.edition import Edition, choose
from portal.walkthrough.elsewhere import declared_elsewhere
from portal.walkthrough.escaped import escaped
from portal.walkthrough.filepage import FileView, FolderView, SymbolView, view_path, view_symbol
from portal.walkthrough.importer import IMPORTER
from portal.walkthrough.library import Book
from portal.walkthrough.links import Links
from portal.walkthrough.pane import PaneError
from portal.walkthrough.press import PRESS, TooSlow
from portal.walkthrough.render import TooLong, UnknownBlock, beside_names
from portal.walkthrough.sourcelist import may_import, source_list
from portal.walkthrough.stock import stock
from portal.walkthrough.symbolfacts import (
    PAGE_USES,
    Subject,
    SymbolFacts,
    UsePage,
    moved_to,
    symbol_card,
    symbol_facts,
    use_page,
)

MISTAKES = (AnchorError, ClaimError, ContentError, PaneError, TooLong, UnknownBlock)
"""What the author of a chapter did wrong; the content check finds it before a reader does."""
AsyncView = Callable[..., Coroutine[Any, Any, HttpResponse]]


@dataclass(frozen=True, slots=True)
class BooksPage:
    """All books."""

    books: tuple[BookPage, ...]
    chapter_count: int


@dataclass(frozen=True, slots=True)
class SourcePage:
    """One file or folder."""

    version: str
    project: str
    file: FileView | None
    folder: FolderView | None
    rows: str
    """The file's lines as HTML, made of escaped text."""


@dataclass(frozen=True, slots=True)
class SymbolPage:
    """One symbol."""

    view: SymbolView
    edition: Edition
    facts: SymbolFacts | None
    """What the index knows of it; None until the version is imported."""
    uses_url: str
    """The page of all its uses."""
    moved_from: str
    """The import path under which it was asked for; "" where that is its own."""
    rows: str
    """The declaration's lines as HTML, made of escaped text."""


@dataclass(frozen=True, slots=True)
class UsesPage:
    """Where one symbol is used, a page of it."""

    importpath: str
    name: str
    key: str
    href: str
    uses: UsePage
    more: str


def readable(view: AsyncView) -> AsyncView:
    """Return a view that answers what cannot be shown with a page that says what to do next."""

    @wraps(view)
    async def respond(request: HttpRequest, **names: str) -> HttpResponse:
        try:
            return await view(request, **names)
        except SourceError as error:
            page = trouble.explain(error, links_for(request), stock(shelfmark.where()).shelf)
            return await _page(request, "absent", page, status=error.status)
        except MISTAKES as error:
            page = trouble.mistake(error, reverse("books"))
            return await _page(request, "absent", page, status=500)
        except TooSlow:
            return await _page(request, "absent", trouble.too_slow(), status=503)

    return respond


async def books(request: HttpRequest) -> HttpResponse:
    """List the books."""
    links = links_for(request)
    shown = tuple(book_page(book, links) for book in shelfmark.library().books.values())
    count = sum(len(book.chapters) for book in shown)
    return await _page(request, "books", BooksPage(shown, count))


async def book(request: HttpRequest, book: str) -> HttpResponse:
    """List the chapters of a book."""
    return await _page(request, "book", book_page(_book(book), links_for(request)))


@readable
async def chapter(request: HttpRequest, book: str, chapter: str) -> HttpResponse:
    """Show a chapter at the version that suits the reader."""
    held = _book(book)
    entry = held.chapter(chapter, language())
    if entry is None:
        raise Http404(
            _("The book %(book)s has no chapter %(chapter)s. Its list of chapters is at %(href)s.")
            % {"book": held.front(language()).title, "chapter": chapter, "href": _href(book)}
        )
    links = links_for(request)
    where = shelfmark.where()
    text = await PRESS.keep(read_chapter, entry.text, links, beside_names())
    edition = await choose(request, stock(where).shelf, text.front.project)
    page = await chapter_page(request, held, entry, text, edition)
    return await _page(request, "chapter", page)


@readable
async def source(request: HttpRequest, project: str, version: str, path: str = "") -> HttpResponse:
    """Show a file or folder of a snapshot."""
    where = shelfmark.where()
    snapshot = stock(where).shelf.get(project, version)
    view = await PRESS.run(view_path, where, snapshot.key, path, links_for(request, version))
    file, folder = (view, None) if isinstance(view, FileView) else (None, view)
    return await _page(
        request,
        "source",
        SourcePage(version, project, file, folder, escaped(file.rows if file else "")),
    )


async def sources(request: HttpRequest) -> HttpResponse:
    """List the versions, and offer the one that the connected cluster runs."""
    page = await source_list(request, links_for(request), settings.ENVIRONMENT.auth)
    return await _page(request, "sources", page)


@require_POST
@readable
async def source_import(request: HttpRequest) -> HttpResponse:
    """Begin to import a version of a listed project, and show how far it is."""
    if not may_import(settings.ENVIRONMENT.auth):
        return HttpResponseForbidden(
            _("Whoever runs Portolan imports source: portolan source add.")
        )
    key = request.POST.get("key", "")
    project, _at, version = key.partition("@")
    shelf = stock(shelfmark.where()).shelf
    shelf.default(project)  # of a project that is listed, any version may be asked for
    if release(version) is None:
        raise UnknownSnapshot(project, version)
    IMPORTER.take(key)
    return redirect("sources")


@readable
async def symbol(request: HttpRequest, importpath: str, name: str) -> HttpResponse:
    """Show a symbol: where it is declared, its signature, its doc, its code."""
    where = shelfmark.where()
    shelf = stock(where).shelf
    held = shelf.holder(importpath)
    if held is None:
        raise NoSuchFile(importpath)
    edition = await choose(request, shelf, held[0].project)
    links = links_for(request)
    subject = Subject(where, edition.snapshot.key, importpath, name)
    if href := await READER.run(declared_elsewhere, subject, links):
        return redirect(href)
    if request.GET.get("show") == "uses":
        return await _uses(request, subject, links)
    if request.GET.get("show") == "card":
        card = await READER.run(symbol_card, subject, links)
        return JsonResponse(asdict(card) if card else {}, status=200 if card else 404)
    try:
        view, facts = await asyncio.gather(
            PRESS.run(view_symbol, *subject, links), READER.run(symbol_facts, subject, links)
        )
    except (NoSuchSymbol, NoSuchFile):
        now = await READER.run(moved_to, subject)
        if now is None:
            raise
        query = urlencode({**request.GET.dict(), "from": importpath})
        return redirect(f"{reverse('symbol', args=[now, name])}?{query}")
    more = _with(request, show="uses")
    return await _page(
        request,
        "symbol",
        SymbolPage(view, edition, facts, more, request.GET.get("from", ""), escaped(view.rows)),
    )


async def _uses(request: HttpRequest, subject: Subject, links: Links) -> HttpResponse:
    start = request.GET.get("from", "0")
    first = int(start) if start.isascii() and start.isdigit() and len(start) < 8 else 0
    uses = await READER.run(use_page, subject, first, PAGE_USES, links)
    more = _with(request, show="uses", **{"from": str(uses.next)})
    _where, key, importpath, name = subject
    page = UsesPage(importpath, name, key, links.symbol(importpath, name), uses, more)
    return await _page(request, "uses", page)


def _with(request: HttpRequest, **query: str) -> str:
    """Return the address of this page with `query` beside what it asks for already."""
    asked = request.GET.copy()
    for each, value in query.items():
        asked[each] = value
    return f"?{asked.urlencode()}"


def _book(slug: str) -> Book:
    found = shelfmark.library().books.get(slug)
    if found is None:
        raise Http404(
            _("There is no book %(book)s. All books are listed at %(href)s.")
            % {"book": slug, "href": reverse("books")}
        )
    return found


def _href(book: str) -> str:
    return reverse("book", kwargs={"book": book})


async def _page(request: HttpRequest, name: str, page: object, status: int = 200) -> HttpResponse:
    """Return a page; the template is filled in beside the loop, for a file has many rows."""
    return await sync_to_async(render)(
        request, f"walkthrough/{name}.html", {"page": page}, status=status
    )
