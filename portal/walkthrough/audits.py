"""Pages that hold one thing against versions: another version, the chapters' anchors, somebody's text."""

from dataclasses import dataclass

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from portal.source.snapshot import Shelf
from portal.walkthrough import shelfmark
from portal.walkthrough.chapterpage import language, links_for
from portal.walkthrough.checkpage import MAX_BYTES, Report, check_text
from portal.walkthrough.codesearch import READER
from portal.walkthrough.comparedpackage import PackageView, package_view
from portal.walkthrough.comparepage import CHANGES, ROOT, Asked, Summary, summary
from portal.walkthrough.driftpage import Chosen, drift_page
from portal.walkthrough.excerpt import Grade
from portal.walkthrough.reply import readable
from portal.walkthrough.stock import stock
from portal.walkthrough.survey import stands, survey


@dataclass(frozen=True, slots=True)
class ComparePage:
    """Two versions."""

    asked: Asked
    summary: Summary
    changes: tuple[str, ...]
    """As the columns have them."""
    next_url: str


@dataclass(frozen=True, slots=True)
class ComparePackagePage:
    """One package in two versions."""

    asked: Asked
    view: PackageView
    next_url: str


@dataclass(frozen=True, slots=True)
class CheckPage:
    """A text and what it says; no report: nothing was asked yet."""

    text: str
    report: Report | None
    limit: int
    """Kilobytes of a text."""


@require_safe
@readable
async def compare(request: HttpRequest, project: str, old: str, new: str) -> HttpResponse:
    """Show which packages differ between two versions."""
    asked = _asked(request, project, old, new)
    found = await READER.run(summary, asked, links_for(request))
    page = ComparePage(asked, found, CHANGES, _next(request, found.next))
    return await _page(request, "compare", page)


@require_safe
@readable
async def compare_package(
    request: HttpRequest, project: str, old: str, new: str, folder: str
) -> HttpResponse:
    """Show what differs in one package between two versions."""
    asked = _asked(request, project, old, new)
    view = await READER.run(package_view, asked, folder, links_for(request))
    page = ComparePackagePage(asked, view, _next(request, view.next))
    return await _page(request, "comparepackage", page)


@require_safe
@readable
async def drift(request: HttpRequest) -> HttpResponse:
    """Show how far the anchors of all chapters have drifted, over all imported versions."""
    where = shelfmark.where()
    library = shelfmark.library()
    found = await READER.run(survey, where, stands(library))
    titles = {
        f"{book.slug}/{entry.slug}": entry.front.title
        for book in library.books.values()
        for entry in book.listing(language())
    }
    grade = request.GET.get("grade", "")
    chapter = request.GET.get("chapter", "")
    chosen = Chosen(
        int(grade) if grade in {str(int(one)) for one in Grade} else -1,
        chapter if chapter in titles else "",
        _start(request),
    )
    shelf = stock(where).shelf
    folders = {
        one.stand.anchor.importpath: _folder(shelf, one.stand.anchor.importpath)
        for one in found.graded
    }
    page = drift_page(found, titles, chosen, folders, links_for(request), shelfmark.allowed_drift())
    return await _page(request, "drift", page, next_url=_next(request, page.next))


@readable
async def check(request: HttpRequest) -> HttpResponse:
    """Show a form for a text and, sent, what of it exists at which version. Nothing is kept."""
    text = request.POST.get("text", "") if request.method == "POST" else ""
    report = None
    if text.strip():
        report = await READER.run(check_text, shelfmark.where(), text, links_for(request))
    return await _page(request, "check", CheckPage(text, report, MAX_BYTES // 1024))


def _asked(request: HttpRequest, project: str, old: str, new: str) -> Asked:
    change = request.GET.get("change", "")
    return Asked(
        shelfmark.where(),
        project,
        old,
        new,
        change if change in CHANGES else "",
        request.GET.get("q", "").strip()[:200],
        request.GET.get("name", "").strip()[:200],
        _start(request),
    )


def _folder(shelf: Shelf, importpath: str) -> str:
    """Return where a package lies in its project's repository, as a comparison's address names it."""
    held = shelf.holder(importpath)
    if held is None:
        return ""
    module = held[1]
    inside = importpath[len(module.path) :].lstrip("/")
    return "/".join(part for part in (module.folder, inside) if part) or ROOT


def _start(request: HttpRequest) -> int:
    start = request.GET.get("from", "")
    return int(start) if start.isascii() and start.isdigit() and len(start) < 8 else 0


def _next(request: HttpRequest, start: int | None) -> str:
    """Return the address of what follows on this page; "" for nothing."""
    if start is None:
        return ""
    asked = request.GET.copy()
    asked["from"] = str(start)
    return f"?{asked.urlencode()}"


async def _page(request: HttpRequest, name: str, page: object, **more: object) -> HttpResponse:
    """Return a page; the template is filled in beside the loop, for it has many rows."""
    context = {"page": page, **more}
    return await sync_to_async(render)(request, f"walkthrough/{name}.html", context)
