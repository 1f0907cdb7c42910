"""Pages of the reading half. Each is read-only and the same for everyone who was let in."""

from dataclasses import dataclass

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseForbidden
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from portal.source.errors import UnknownSnapshot
from portal.source.snapshot import release
from portal.walkthrough import shelfmark
from portal.walkthrough.chapter import read_chapter
from portal.walkthrough.chapterpage import BookPage, book_page, chapter_page, language, links_for
from portal.walkthrough.edition import choose
from portal.walkthrough.importer import IMPORTER
from portal.walkthrough.library import Book
from portal.walkthrough.press import PRESS
from portal.walkthrough.render import beside_names
from portal.walkthrough.reply import readable, reply
from portal.walkthrough.sourcelist import may_import, source_list
from portal.walkthrough.stock import stock


@dataclass(frozen=True, slots=True)
class BooksPage:
    """All books."""

    books: tuple[BookPage, ...]
    chapter_count: int


async def books(request: HttpRequest) -> HttpResponse:
    """List the books."""
    links = links_for(request)
    shown = tuple(book_page(book, links) for book in shelfmark.library().books.values())
    count = sum(len(book.chapters) for book in shown)
    return await reply(request, "books", BooksPage(shown, count))


async def book(request: HttpRequest, book: str) -> HttpResponse:
    """List the chapters of a book."""
    return await reply(request, "book", book_page(_book(book), links_for(request)))


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
    return await reply(request, "chapter", page)


async def sources(request: HttpRequest) -> HttpResponse:
    """List the versions, and offer the one that the connected cluster runs."""
    page = await source_list(request, links_for(request), settings.ENVIRONMENT.auth)
    return await reply(request, "sources", page)


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
