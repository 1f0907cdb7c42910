"""What a chapter's page shows: its prose, and what the makers of its blocks answer."""

import asyncio
from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import get_language

from portal.walkthrough import shelfmark
from portal.walkthrough.chapter import Chapter, Section, Text
from portal.walkthrough.chart import ChartMap, draw_chart
from portal.walkthrough.drift import Drift, measure
from portal.walkthrough.edition import Edition
from portal.walkthrough.escaped import escaped
from portal.walkthrough.library import LANGUAGES, Book, Entry
from portal.walkthrough.links import Links
from portal.walkthrough.press import PRESS
from portal.walkthrough.render import Block, Reader, registered
from portal.walkthrough.route import RouteMap, draw
from portal.walkthrough.stock import stock
from portal.walkthrough.trouble import importing


@dataclass(frozen=True, slots=True)
class ChapterLine:
    """A chapter in a list."""

    title: str
    lead: str
    href: str
    number: int
    minutes: int
    verified_at: str
    claims: int
    """How many sentences of it are tested against the source."""
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
    chart: ChartMap | None
    drift: Drift
    importing: str
    """How far the import of it is; empty: none runs."""
    before: ChapterLine | None
    after: ChapterLine | None
    is_translated: bool


async def chapter_page(
    request: HttpRequest, book: Book, entry: Entry, text: Chapter, edition: Edition
) -> ChapterPage:
    """Return a chapter's page at one edition, every block filled in."""
    links = links_for(request)
    where = shelfmark.where()
    key = edition.snapshot.key
    sections = await asyncio.gather(
        *(
            _section(request, section, f"{text.front.order}.{number}", edition, text)
            for number, section in enumerate(text.sections, start=1)
        )
    )
    drift = await PRESS.keep(measure, where, key, text.front.verified_at, text.anchors)
    before, after = book.neighbours(entry.slug, language())
    route = text.front.route
    is_written = request.GET.get("order") == "written"
    shelf = stock(where).shelf
    return ChapterPage(
        title=text.front.title,
        lead=text.front.lead,
        book=book_page(book, links, current=entry.slug),
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
        chart=draw_chart(text.front.chart, links) if text.front.chart else None,
        drift=drift,
        importing=importing(),
        before=_line(before, links, 0) if before else None,
        after=_line(after, links, 0) if after else None,
        is_translated=entry.language == language(),
    )


async def _section(
    request: HttpRequest, section: Section, number: str, edition: Edition, text: Chapter
) -> DrawnSection:
    reader = Reader(
        request=request,
        where=shelfmark.where(),
        links=links_for(request),
        key=edition.snapshot.key,
        verified_at=text.front.verified_at,
        section=section.id,
        language=language(),
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
    """Return what stands beside prose: one cell of the page's grid, or nothing."""
    if not blocks:
        return ""
    return format_html('<div class="stack">{}</div>', await _pieces(blocks, reader))


async def _pieces(pieces: tuple[Text | Block, ...], reader: Reader) -> str:
    """Return pieces as one HTML text: prose is sanitised already, makers answer for theirs."""
    parts = []
    for piece in pieces:
        if isinstance(piece, Text):
            parts.append(piece.html)
            continue
        parts.append(await registered(piece.name).make(piece, reader))
        # What is kept is had without a pause, and drawing it takes a millisecond.
        await asyncio.sleep(0)
    return escaped("".join(parts))


def book_page(book: Book, links: Links, current: str = "") -> BookPage:
    """Return a book and its chapters in the reader's language; `current` is the one on screen."""
    front = book.front(language())
    chapters = book.listing(language())
    return BookPage(
        title=front.title,
        lead=front.lead,
        href=reverse("book", kwargs={"book": book.slug}),
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
        claims=entry.text.count("\n```claim "),
        is_current=is_current,
    )


def language() -> str:
    """Return the reader's language, one of those that books are written in."""
    language = get_language() or LANGUAGES[0]
    return language if language in LANGUAGES else LANGUAGES[0]


def links_for(request: HttpRequest, at: str = "") -> Links:
    """Return the addresses in the reader's language, at the version that was asked for."""
    chapters = reverse("books")
    root = chapters.removesuffix("learn/")
    return Links(f"{root}symbol/", f"{root}source/", chapters, at or request.GET.get("at", ""))
