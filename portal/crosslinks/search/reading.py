"""Symbols and chapters: the same for everybody who was let in."""

import asyncio

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.crosslinks.search.found import Group, Hit, cut
from portal.source.search import Asked, Name
from portal.source.symbols import Kind
from portal.walkthrough import shelfmark
from portal.walkthrough.chapterpage import language, links_for
from portal.walkthrough.codesearch import READER, symbols_of
from portal.walkthrough.edition import choose
from portal.walkthrough.links import Links
from portal.walkthrough.needs import anchored
from portal.walkthrough.roster import ROSTER, Names, find
from portal.walkthrough.search import ChapterHit, find_chapters
from portal.walkthrough.stock import Where, stock

OPEN_PATIENCE_S = 3.0
"""How long a package that is named by its import path is waited for."""


async def find_symbols(request: HttpRequest, asked: Asked, limit: int, patience_s: float) -> Group:
    """Return the symbols that fit, at the versions at which pages open; raises SourceError."""
    where = shelfmark.where()
    shelf = stock(where).shelf
    wanted: dict[str, list[str]] = {}
    for snapshot in shelf.snapshots:  # every project, once it is imported
        if stock(where).holds(snapshot):
            wanted.setdefault(snapshot.project, [])
    for importpath in anchored(shelfmark.library()):
        if held := shelf.holder(importpath):
            wanted.setdefault(held[0].project, []).append(importpath)
    if asked.importpath and (held := shelf.holder(asked.importpath)):
        wanted.setdefault(held[0].project, [])
    rosters: list[Names] = []
    notes: list[str] = []
    indexed: list[tuple[Name, ...]] = []
    total = 0
    is_counted = True
    for project, importpaths in wanted.items():
        edition = await choose(request, shelf, project)
        key = edition.snapshot.key
        if (whole := await READER.run(symbols_of, where, key, asked, limit)) is not None:
            indexed.append(whole.found)
            total += whole.total
            is_counted &= not whole.is_cut
            notes.append(_("Looked through every symbol of %(version)s.") % {"version": key})
            continue
        names = await ROSTER.names(where, key, tuple(importpaths), patience_s)
        await _open(where, key, names, asked.importpath)
        rosters.append(names)
        notes += _notes(names, key)
    finder = await find(asked, limit, rosters)
    total += finder.total
    for found in indexed:
        finder.look(found)
    links = links_for(request)
    hits = tuple(_symbol(links, name) for name in finder.found)
    failed = next((n.failed[asked.importpath] for n in rosters if asked.importpath in n.failed), "")
    told = [_unread(asked.importpath, failed)] if failed else []
    return Group(
        "symbols",
        _("Symbols"),
        hits,
        (*cut(total, len(hits), is_counted=is_counted), *told, *notes),
        total,
        is_partial=not all(names.is_whole for names in rosters),
    )


async def find_passages(request: HttpRequest, parts: tuple[str, ...], limit: int) -> Group:
    """Return the chapters that hold all of `parts`, in the reader's language."""
    found = await find_chapters(shelfmark.library(), language(), parts, limit)
    links = links_for(request)
    hits = tuple(_chapter(links, hit) for hit in found.hits)
    looked = ngettext(
        "Looked through %(count)d chapter.", "Looked through %(count)d chapters.", found.searched
    ) % {"count": found.searched}
    return Group(
        "chapters", _("Chapters"), hits, (*cut(found.total, len(hits)), looked), found.total
    )


async def _open(where: Where, key: str, names: Names, importpath: str) -> None:
    if not importpath:
        return
    try:
        async with asyncio.timeout(OPEN_PATIENCE_S):
            await ROSTER.open(where, key, names, importpath)
    except TimeoutError:
        names.failed.setdefault(importpath, _("it is still being read"))


def _unread(importpath: str, reason: str) -> str:
    params = {"importpath": importpath, "reason": reason}
    return _("Not searched: %(importpath)s (%(reason)s).") % params


def _notes(names: Names, key: str) -> list[str]:
    """Return in sentences which packages of a snapshot were looked through."""
    read = len(names.read)
    notes = [
        ngettext(
            "Looked through %(count)d package at %(version)s, which chapters speak of or somebody named.",
            "Looked through %(count)d packages at %(version)s, which chapters speak of or somebody named.",
            read,
        )
        % {"count": read, "version": key}
    ]
    waiting = [path for path in names.wanted if path not in names.read and path not in names.failed]
    if waiting:
        notes.append(
            ngettext(
                "%(count)d more is still being read.",
                "%(count)d more are still being read.",
                len(waiting),
            )
            % {"count": len(waiting)}
        )
    absent = [path for path in names.wanted if path in names.failed]
    if absent:
        notes.append(
            _("Not searched, not imported: %(packages)s.") % {"packages": ", ".join(absent)}
        )
    return notes


def _symbol(links: Links, name: Name) -> Hit:
    url = links.symbol(name.importpath, name.name)
    return Hit("symbol", name.name, name.importpath, url, "code", _box(name.kind))


def _box(kind: Kind) -> str:
    """Return the letter of a symbol's box, as outlines have it."""
    if kind is Kind.INTERFACE:
        return "i"
    if kind.is_type:
        return "t"
    return "f" if kind in {Kind.FUNC, Kind.METHOD} else "v"


def _chapter(links: Links, hit: ChapterHit) -> Hit:
    front = hit.entry.front
    url = links.chapter(hit.entry.book, hit.entry.slug)
    minutes = _("%(minutes)d min") % {"minutes": front.minutes}
    section = f"#{hit.section}" if hit.section else ""
    sub = hit.section_title or minutes
    return Hit("chapter", front.title, sub, f"{url}{section}", "book", excerpt=hit.excerpt)
