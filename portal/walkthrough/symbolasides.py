"""What is shown of a symbol instead of its page, where that is asked for: `?show=`."""

from dataclasses import asdict, dataclass

from django.http import HttpRequest, HttpResponse, JsonResponse

from portal.source.xref import Place
from portal.walkthrough.calltree import CallLevel, callee_level, caller_level
from portal.walkthrough.codesearch import READER
from portal.walkthrough.kinship import COMPARER, PAGE_KIN, Kinship, kinship
from portal.walkthrough.links import Links
from portal.walkthrough.reply import reply
from portal.walkthrough.subject import Subject
from portal.walkthrough.symbolfacts import PAGE_USES, UsePage, symbol_card, use_page

WAYS = {"callers": caller_level, "callees": callee_level}


@dataclass(frozen=True, slots=True)
class UsesPage:
    """Where one symbol is used, a page of it."""

    importpath: str
    name: str
    key: str
    href: str
    uses: UsePage
    more: str


@dataclass(frozen=True, slots=True)
class KinPage:
    """What implements a symbol, or is implemented by it."""

    importpath: str
    name: str
    key: str
    href: str
    kinship: Kinship


@dataclass(frozen=True, slots=True)
class CallsPage:
    """Who calls a symbol, and whom it calls, with how sure that is."""

    importpath: str
    name: str
    key: str
    href: str
    callers: CallLevel
    callees: CallLevel


async def _uses(request: HttpRequest, subject: Subject, links: Links) -> HttpResponse:
    file, _dot, use = request.GET.get("from", "").partition(".")
    start = Place(number(file), number(use))
    uses = await READER.run(use_page, subject, start, PAGE_USES, links)
    more = with_query(request, show="uses", **{"from": "{}.{}".format(*uses.next or start)})
    _where, key, importpath, name = subject
    page = UsesPage(importpath, name, key, links.symbol(importpath, name), uses, more)
    return await reply(request, "uses", page)


async def _kin(request: HttpRequest, subject: Subject, links: Links) -> HttpResponse:
    _where, key, importpath, name = subject
    kin = await COMPARER.run(kinship, subject, PAGE_KIN, links)
    page = KinPage(importpath, name, key, links.symbol(importpath, name), kin)
    return await reply(request, "kin", page)


async def _calls(request: HttpRequest, subject: Subject, links: Links) -> HttpResponse:
    """Answer with both ways as a page, or with `?way=`, callers or callees, as data."""
    if job := WAYS.get(request.GET.get("way", "")):
        return JsonResponse(asdict(await READER.run(job, subject, links)))
    page = CallsPage(
        subject.importpath,
        subject.name,
        subject.key,
        links.symbol(subject.importpath, subject.name),
        await READER.run(caller_level, subject, links),
        await READER.run(callee_level, subject, links),
    )
    return await reply(request, "calls", page)


async def _card(_request: HttpRequest, subject: Subject, links: Links) -> HttpResponse:
    card = await READER.run(symbol_card, subject, links)
    return JsonResponse(asdict(card) if card else {}, status=200 if card else 404)


BESIDE = {"uses": _uses, "calls": _calls, "kin": _kin, "card": _card}
"""What `?show=` answers with instead of a symbol's page."""


def number(text: str) -> int:
    """Return a number of an address, 0 for what is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else 0


def with_query(request: HttpRequest, **query: str) -> str:
    """Return the address of this page with `query` beside what it asks for already."""
    asked = request.GET.copy()
    for each, value in query.items():
        asked[each] = value
    return f"?{asked.urlencode()}"
