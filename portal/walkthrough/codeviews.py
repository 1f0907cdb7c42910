"""Pages of source: files, folders and symbols, at one version and on the way to another."""

import asyncio
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import activate, get_language_from_request

from portal.source import shortname
from portal.source.errors import NoSuchFile, NoSuchSymbol
from portal.source.snapshot import Snapshot
from portal.source.symbols import Kind
from portal.walkthrough import shelfmark, trouble
from portal.walkthrough.chapterpage import links_for
from portal.walkthrough.codesearch import READER
from portal.walkthrough.crossing import cross
from portal.walkthrough.edition import Edition, choose
from portal.walkthrough.elsewhere import declared_elsewhere
from portal.walkthrough.escaped import escaped
from portal.walkthrough.fate import fate
from portal.walkthrough.filepage import FileView, FolderView, view_path
from portal.walkthrough.kinship import Kinship, soon
from portal.walkthrough.links import Links
from portal.walkthrough.press import PRESS
from portal.walkthrough.reply import readable, reply
from portal.walkthrough.shortlink import symbols_of
from portal.walkthrough.stock import stock
from portal.walkthrough.subject import Subject
from portal.walkthrough.symbolasides import BESIDE, number, with_query
from portal.walkthrough.symbolfacts import SymbolFacts, symbol_facts
from portal.walkthrough.symbolpage import SymbolView, view_symbol


@dataclass(frozen=True, slots=True)
class SourcePage:
    """One file or folder."""

    version: str
    project: str
    file: FileView | None
    folder: FolderView | None
    rows: str
    """The file's lines as HTML, made of escaped text."""
    chosen: str
    """The symbol that was asked for; "" for none."""
    was: tuple[str, str] | None
    """(version, path) of where a reader who came from another version found the symbol."""
    gone: str
    """What became of a symbol that a reader looked at in another version; "" where it is here."""
    short_url: str
    """The short address of the chosen symbol at this version, with scheme and host; "" for none."""
    short_root: str
    """What a short name of this version is put into, in the place of its `*`."""
    lent: str
    """MODULE@VERSION that stands in for this version here, because no proxy has its own; else ""."""


@dataclass(frozen=True, slots=True)
class SymbolPage:
    """One symbol."""

    view: SymbolView
    edition: Edition
    facts: SymbolFacts | None
    """What the index knows of it; None until the version is imported."""
    kinship: Kinship | None
    """What implements it, or is implemented by it; None for what is no type, and while types are compared."""
    kin_url: str
    """Where that can be waited for; "" for what is no type."""
    uses_url: str
    """The page of all its uses."""
    calls_url: str
    """The page of its calls, for a function of an imported version; else ""."""
    moved_from: str
    """The import path under which it was asked for; "" where that is its own."""
    rows: str
    """The declaration's lines as HTML, made of escaped text."""
    later: str
    """Since when it is gone at the newest imported version; "" where it is there, or has moved."""
    short_url: str
    """Its short address at this version, with scheme and host."""


@readable
async def source(request: HttpRequest, project: str, version: str, path: str = "") -> HttpResponse:
    """Show a file or folder of a snapshot; `?from=` leads on from the same file of another version."""
    where = shelfmark.where()
    shelf = stock(where).shelf
    snapshot = shelf.get(project, version)
    links = links_for(request, version)
    chosen = request.GET.get("symbol", "")
    gone, sought, importpath = None, "", ""
    if old := request.GET.get("from", ""):
        before = shelf.get(project, old).key
        line = number(request.GET.get("line", ""))
        found = await READER.run(cross, where, before, snapshot.key, path, line, chosen)
        if found.path and (found.name or found.path == path):
            was = {"was": f"{old}:{path}"} if found.path != path else {}
            asked = {"symbol": found.name, **was} if found.line or was else {}
            return redirect(links.source(snapshot.key, found.path, found.line, **asked))
        if found.name:
            sought, importpath, chosen = found.name, found.importpath, ""
            subject = Subject(where, snapshot.key, importpath, sought)
            gone = await READER.run(fate, subject, links)
    try:
        view = await PRESS.run(view_path, where, snapshot.key, path, links, chosen)
    except NoSuchFile:
        if gone is None:
            raise
        return await reply(
            request, "absent", trouble.gone(sought, gone, links, importpath), status=404
        )
    file, folder = (view, None) if isinstance(view, FileView) else (None, view)
    short = shortname.short(file.importpath, chosen) if file and file.chosen_line else ""
    page = SourcePage(
        version,
        project,
        file,
        folder,
        escaped(file.rows if file else ""),
        chosen if short else "",
        _was(request) if short else None,
        trouble.told_gone(sought, gone) if gone else "",
        _short_url(request, short, version) if short else "",
        _short_url(request, "*", version),
        _lent(snapshot, path),
    )
    return await reply(request, "source", page)


@readable
async def symbol(request: HttpRequest, importpath: str, name: str) -> HttpResponse:
    """Show a symbol: where it is declared, its signature, its doc, its code."""
    where = shelfmark.where()
    shelf = stock(where).shelf
    project = shelf.project_of(importpath)
    if project is None:
        raise NoSuchFile(importpath)
    edition = await choose(request, shelf, project)
    links = links_for(request)
    subject = Subject(where, edition.snapshot.key, importpath, name)
    if href := await READER.run(declared_elsewhere, subject, links):
        return redirect(href)
    if beside := BESIDE.get(request.GET.get("show", "")):
        return await beside(request, subject, links)
    try:
        view, (facts, kin) = await asyncio.gather(
            PRESS.run(view_symbol, *subject, links), _told(subject, links)
        )
    except (NoSuchSymbol, NoSuchFile):
        now = await READER.run(fate, subject, links)
        if now is None or not (now.importpath or now.last or now.first):
            raise
        if not now.importpath:
            return await reply(request, "absent", trouble.gone(name, now, links, importpath), 404)
        query = urlencode({**request.GET.dict(), "from": importpath})
        return redirect(f"{reverse('symbol', args=[now.importpath, name])}?{query}")
    later = facts.later if facts else None
    page = SymbolPage(
        view,
        edition,
        facts,
        kin,
        with_query(request, show="kin") if facts and facts.is_type else "",
        with_query(request, show="uses"),
        with_query(request, show="calls")
        if facts and view.kind in {Kind.FUNC, Kind.METHOD}
        else "",
        request.GET.get("from", ""),
        escaped(view.rows),
        trouble.told_gone(name, later) if later and not later.importpath else "",
        _short_url(request, shortname.short(importpath, name), edition.snapshot.version),
    )
    return await reply(request, "symbol", page)


@readable
async def short(request: HttpRequest, short: str) -> HttpResponse:
    """Lead on to the symbol that a short address is of; it says itself what became of it.

    The address has no language, so the page is in the one that the reader asked for last, or prefers.
    """
    activate(get_language_from_request(request))
    text, _at, version = short.partition("@")
    name = shortname.read(text)
    found = await READER.run(symbols_of, shelfmark.where(), name) if name else ()
    links = links_for(request, version)
    if len(found) == 1:
        return redirect(links.symbol(*found[0]))
    ways = tuple((f"{path}#{each}", links.symbol(path, each)) for path, each in found)
    page = trouble.no_short(short, ways, reverse("sources"))
    return await reply(request, "absent", page, status=300 if found else 404)


async def _told(subject: Subject, links: Links) -> tuple[SymbolFacts | None, Kinship | None]:
    """Return what is told of a symbol beside its code."""
    facts = await READER.run(symbol_facts, subject, links)
    return facts, await soon(subject, links, is_type=facts.is_type) if facts else None


def _was(request: HttpRequest) -> tuple[str, str] | None:
    version, _colon, path = request.GET.get("was", "").partition(":")
    return (version, path) if version and path else None


def _lent(snapshot: Snapshot, path: str) -> str:
    main = snapshot.lent
    staged = (module.folder for module in snapshot.modules[1:])
    if main is None or any(f"{path}/".startswith(f"{folder}/") for folder in staged):
        return ""
    return str(main)


def _short_url(request: HttpRequest, name: str, version: str) -> str:
    return request.build_absolute_uri(reverse("short", args=[f"{name}@{version}"]))
