"""Pages of the reading half. Each is read-only and the same for everyone who was let in."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from functools import wraps
from typing import Any

from asgiref.sync import sync_to_async
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from portal.source.errors import NoSuchFile, NotImported, SourceError
from portal.walkthrough import shelfmark, trouble
from portal.walkthrough.chapter import Chapter, Section, Text, read_chapter
from portal.walkthrough.edition import Edition, choose
from portal.walkthrough.excerpt import Grade
from portal.walkthrough.filepage import FileView, FolderView, SymbolView, view_path, view_symbol
from portal.walkthrough.library import LANGUAGES, Book, Entry
from portal.walkthrough.links import Links
from portal.walkthrough.pane import make_pane, parse_pane
from portal.walkthrough.press import PRESS, TooSlow
from portal.walkthrough.render import Block, Reader, beside_names, registered
from portal.walkthrough.route import RouteMap, draw
from portal.walkthrough.stock import stock

AsyncView = Callable[..., Coroutine[Any, Any, HttpResponse]]


@dataclass(frozen=True, slots=True)
class ChapterLine:
    """A chapter in a list."""

    title: str
    lead: str
    href: str
    number: int
    minutes: int
    verified_at: str
    is_current: bool = False


@dataclass(frozen=True, slots=True)
class BookPage:
    """A book and its chapters."""

    title: str
    lead: str
    href: str
    chapters: tuple[ChapterLine, ...]
    minutes: int


@dataclass(frozen=True, slots=True)
class BooksPage:
    """All books."""

    books: tuple[BookPage, ...]
    chapter_count: int


@dataclass(frozen=True, slots=True)
class DrawnPair:
    """Prose and the code beside it, as HTML."""

    left: str
    right: str
    has_heading: bool


@dataclass(frozen=True, slots=True)
class DrawnSection:
    """A section, as HTML."""

    id: str
    number: str
    title: str
    pairs: tuple[DrawnPair, ...]


@dataclass(frozen=True, slots=True)
class Drift:
    """How far the anchors of a chapter have drifted at the version shown."""

    worst: int
    pips: tuple[bool, ...]
    same: int
    total: int


@dataclass(frozen=True, slots=True)
class ChapterPage:
    """One chapter."""

    title: str
    lead: str
    book: BookPage
    number: int
    minutes: int
    verified_at: str
    edition: Edition
    versions: tuple[tuple[str, str], ...]
    """(version, address) of what else the chapter can be read at."""
    sections: tuple[DrawnSection, ...]
    route: RouteMap | None
    drift: Drift | None
    """None: no anchor could be read."""
    command: str
    """What imports the source that is missing; empty: none is."""
    before: ChapterLine | None
    after: ChapterLine | None
    is_translated: bool


@dataclass(frozen=True, slots=True)
class SourcePage:
    """One file or folder."""

    version: str
    project: str
    file: FileView | None
    folder: FolderView | None


@dataclass(frozen=True, slots=True)
class SymbolPage:
    """One symbol."""

    view: SymbolView
    edition: Edition


def readable(view: AsyncView) -> AsyncView:
    """Return a view that answers what cannot be shown with a page that says what to do next."""

    @wraps(view)
    async def respond(request: HttpRequest, **names: str) -> HttpResponse:
        try:
            return await view(request, **names)
        except SourceError as error:
            page = trouble.explain(error, _links(request), stock(shelfmark.where()).shelf)
            return await _page(request, "absent", page, status=error.status)
        except TooSlow:
            return await _page(request, "absent", trouble.too_slow(), status=503)

    return respond


async def books(request: HttpRequest) -> HttpResponse:
    """List the books."""
    links = _links(request)
    shown = tuple(_book_page(book, links) for book in shelfmark.library().books.values())
    count = sum(len(book.chapters) for book in shown)
    return await _page(request, "books", BooksPage(shown, count))


async def book(request: HttpRequest, book: str) -> HttpResponse:
    """List the chapters of a book."""
    return await _page(request, "book", _book_page(_book(book), _links(request)))


@readable
async def chapter(request: HttpRequest, book: str, chapter: str) -> HttpResponse:
    """Show a chapter at the version that suits the reader."""
    held = _book(book)
    entry = held.chapter(chapter, _language())
    if entry is None:
        raise Http404(
            _("The book %(book)s has no chapter %(chapter)s. Its list of chapters is at %(href)s.")
            % {"book": held.front(_language()).title, "chapter": chapter, "href": _href(book)}
        )
    links = _links(request)
    where = shelfmark.where()
    text = await PRESS.keep(read_chapter, entry.text, links, beside_names())
    edition = await choose(request, stock(where).shelf, text.front.project)
    page = await _chapter_page(request, held, entry, text, edition)
    return await _page(request, "chapter", page)


@readable
async def source(request: HttpRequest, project: str, version: str, path: str = "") -> HttpResponse:
    """Show a file or folder of a snapshot."""
    where = shelfmark.where()
    snapshot = stock(where).shelf.get(project, version)
    view = await PRESS.run(view_path, where, snapshot.key, path, _links(request, version))
    file, folder = (view, None) if isinstance(view, FileView) else (None, view)
    return await _page(request, "source", SourcePage(version, project, file, folder))


@readable
async def symbol(request: HttpRequest, importpath: str, name: str) -> HttpResponse:
    """Show a symbol: where it is declared, its signature, its doc, its code."""
    where = shelfmark.where()
    shelf = stock(where).shelf
    held = shelf.holder(importpath)
    if held is None:
        raise NoSuchFile(importpath)
    edition = await choose(request, shelf, held[0].project)
    links = _links(request)
    view = await PRESS.run(view_symbol, where, edition.snapshot.key, importpath, name, links)
    return await _page(request, "symbol", SymbolPage(view, edition))


async def _chapter_page(
    request: HttpRequest, book: Book, entry: Entry, text: Chapter, edition: Edition
) -> ChapterPage:
    links = _links(request)
    where = shelfmark.where()
    key = edition.snapshot.key
    sections = await asyncio.gather(
        *(
            _section(request, section, f"{text.front.order}.{number}", edition, text)
            for number, section in enumerate(text.sections, start=1)
        )
    )
    drift, command = await _drift(text, key, links)
    before, after = book.neighbours(entry.slug, _language())
    route = text.front.route
    is_written = request.GET.get("order") == "written"
    shelf = stock(where).shelf
    return ChapterPage(
        title=text.front.title,
        lead=text.front.lead,
        book=_book_page(book, links, current=entry.slug),
        number=[*book.chapters].index(entry.slug) + 1,
        minutes=text.front.minutes,
        verified_at=text.front.verified_at,
        edition=edition,
        versions=tuple(
            (
                other.version,
                Links(links.symbols, links.sources, links.chapters, other.version).chapter(
                    book.slug, entry.slug
                ),
            )
            for other in shelf.snapshots
            if other.project == text.front.project and other.key != key
        ),
        sections=tuple(sections),
        route=draw(route, links, (book.slug, entry.slug), is_written=is_written) if route else None,
        drift=drift,
        command=command,
        before=_line(before, links, 0) if before else None,
        after=_line(after, links, 0) if after else None,
        is_translated=entry.language == _language(),
    )


async def _section(
    request: HttpRequest, section: Section, number: str, edition: Edition, text: Chapter
) -> DrawnSection:
    reader = Reader(
        request=request,
        where=shelfmark.where(),
        links=_links(request),
        key=edition.snapshot.key,
        verified_at=text.front.verified_at,
        section=section.id,
        language=_language(),
    )
    pairs = [
        DrawnPair(
            left=await _pieces(pair.left, reader),
            right=await _beside(pair.right, reader),
            has_heading=index == 0 and bool(section.title),
        )
        for index, pair in enumerate(section.pairs)
    ]
    return DrawnSection(section.id, number, section.title, tuple(pairs))


async def _beside(blocks: tuple[Block, ...], reader: Reader) -> str:
    """Return what stands beside prose: one cell of the page's grid, however many blocks it is."""
    html = await _pieces(blocks, reader)
    return html if len(blocks) == 1 else format_html('<div class="stack">{}</div>', html)


async def _pieces(pieces: tuple[Text | Block, ...], reader: Reader) -> str:
    """Return pieces as one HTML text: prose is sanitised already, makers answer for theirs."""
    parts = [
        piece.html if isinstance(piece, Text) else await registered(piece.name).make(piece, reader)
        for piece in pieces
    ]
    return mark_safe("".join(parts))  # noqa: S308  (see above)


async def _drift(text: Chapter, key: str, links: Links) -> tuple[Drift | None, str]:
    """Return the drift over all anchors that can be read, and the command for one that cannot."""
    grades: list[Grade] = []
    command = ""
    for _section_of, block in text.blocks:
        if block.name != "code":
            continue
        spec = parse_pane(block.info, block.body)
        try:
            pane = await PRESS.keep(
                make_pane, shelfmark.where(), key, text.front.verified_at, spec, links
            )
        except NotImported as absent:
            command = absent.command
        except SourceError:
            grades.append(Grade.GONE)
        else:
            grades.append(pane.grade)
    if not grades:
        return None, command
    worst = max(grades)
    pips = tuple(index < worst for index in range(4))
    return Drift(worst, pips, grades.count(Grade.SAME), len(grades)), command


def _book_page(book: Book, links: Links, current: str = "") -> BookPage:
    front = book.front(_language())
    chapters = book.listing(_language())
    return BookPage(
        title=front.title,
        lead=front.lead,
        href=_href(book.slug),
        chapters=tuple(
            _line(entry, links, number, is_current=entry.slug == current)
            for number, entry in enumerate(chapters, start=1)
        ),
        minutes=sum(entry.front.minutes for entry in chapters),
    )


def _line(entry: Entry, links: Links, number: int, *, is_current: bool = False) -> ChapterLine:
    return ChapterLine(
        title=entry.front.title,
        lead=entry.front.lead,
        href=links.chapter(entry.book, entry.slug),
        number=number,
        minutes=entry.front.minutes,
        verified_at=entry.front.verified_at,
        is_current=is_current,
    )


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


def _language() -> str:
    language = get_language() or LANGUAGES[0]
    return language if language in LANGUAGES else LANGUAGES[0]


def _links(request: HttpRequest, at: str = "") -> Links:
    """Return the addresses in the reader's language, at the version that was asked for."""
    chapters = reverse("books")
    root = chapters.removesuffix("learn/")
    return Links(f"{root}symbol/", f"{root}source/", chapters, at or request.GET.get("at", ""))


async def _page(request: HttpRequest, name: str, page: object, status: int = 200) -> HttpResponse:
    """Return a page; the template is filled in beside the loop, for a file has many rows."""
    return await sync_to_async(render)(
        request, f"walkthrough/{name}.html", {"page": page}, status=status
    )
