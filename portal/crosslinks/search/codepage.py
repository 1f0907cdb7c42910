"""All that code holds of a text, sent while it is found; and the first of it for the one box."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from urllib.parse import urlencode

from asgiref.sync import sync_to_async
from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from portal.crosslinks.search.found import Group, Hit, cut
from portal.source.codequery import Query
from portal.source.codequery import read as read_query
from portal.source.errors import BadQuery
from portal.walkthrough import shelfmark
from portal.walkthrough.chapterpage import links_for
from portal.walkthrough.codesearch import CodeBatch, search_code, versions
from portal.walkthrough.edition import choose
from portal.walkthrough.escaped import escaped
from portal.walkthrough.stock import Where, stock

PAGE_LINES = 500
"""Lines of one page; the next one goes on where it ended."""
HERE = "<!-- hits -->"
"""Where the page is cut in two, to send what is found between."""


@dataclass(frozen=True, slots=True)
class CodePage:
    """The page around the hits. `trouble` says why nothing was searched."""

    q: str
    title: str
    keys: tuple[str, ...]
    trouble: str
    all_url: str


async def find_code(request: HttpRequest, q: str, limit: int) -> Group | None:
    """Return the first lines of code that hold `q`; None where nothing is imported or `q` is no text."""
    where = shelfmark.where()
    try:
        query = read_query(q)
    except BadQuery:
        return None
    keys = await _keys(request, where, query)
    if not keys:
        return None
    hits: list[Hit] = []
    found = files = 0
    is_whole = True
    async for batch in search_code(where, keys, q, links_for(request), limit):
        found += batch.lines
        files += len(batch.files)
        is_whole = batch.next is None
        for file in batch.files:
            for line in file.lines:
                name = file.path.rpartition("/")[2]
                hits.append(
                    Hit(
                        "code",
                        line.symbol or f"{name}:{line.number}",
                        line.note or file.path,
                        line.symbol_href or line.href,
                        "code",
                        excerpt=line.text.strip(),
                    )
                )
    told = cut(found, len(hits[:limit])) if is_whole else (_("The first lines that were found."),)
    return Group("code", _("Code"), tuple(hits[:limit]), (*told, ", ".join(keys)), found)


async def code_page(request: HttpRequest, q: str) -> HttpResponseBase:
    """Answer with every line of code that holds `q`, PAGE_LINES at a time, as they are found."""
    where = shelfmark.where()
    trouble = ""
    keys: list[str] = []
    try:
        keys = await _keys(request, where, read_query(q))
        if not keys:
            trouble = _("No version that this question names is imported.")
    except BadQuery as error:
        trouble = _("This is no question to the code: %(reason)s.") % {"reason": error}
    root = reverse("search")
    page = CodePage(
        q, _("“%(q)s” in code") % {"q": q}, tuple(keys), trouble, f"{root}?{urlencode({'q': q})}"
    )
    whole = await sync_to_async(render)(
        request, "crosslinks/code.html", {"page": page}, status=400 if trouble else 200
    )
    if trouble:
        return whole
    before, _here, after = whole.content.partition(HERE.encode())
    start = request.GET.get("from", "0")
    first = int(start) if start.isascii() and start.isdigit() and len(start) < 8 else 0
    answer = StreamingHttpResponse(_sent(request, where, keys, q, first, (before, after)))
    answer["Cache-Control"] = "no-store"
    return answer


async def _sent(
    request: HttpRequest,
    where: Where,
    keys: list[str],
    q: str,
    first: int,
    around: tuple[bytes, bytes],
) -> AsyncIterator[bytes]:
    yield around[0]
    language = get_language()
    lines = files = 0
    last: CodeBatch | None = None
    async for batch in search_code(where, keys, q, links_for(request), PAGE_LINES, first):
        lines += batch.lines
        files += len(batch.files)
        last = batch
        if batch.files:
            shown = [(file, escaped(file.rows)) for file in batch.files]
            with override(language):
                yield await _part("crosslinks/_code_hits.html", {"files": shown})
    more = ""
    if last is not None and last.next is not None:
        more = f"{reverse('search')}?{urlencode({'q': q, 'in': 'code', 'from': last.next})}"
    with override(language):
        yield await _part(
            "crosslinks/_code_end.html", {"lines": lines, "files": files, "more": more}
        )
    yield around[1]


async def _part(template: str, values: dict[str, object]) -> bytes:
    return (await sync_to_async(render_to_string)(template, values)).encode()


async def _keys(request: HttpRequest, where: Where, query: Query) -> list[str]:
    shelf = stock(where).shelf
    projects = dict.fromkeys(snapshot.project for snapshot in shelf.snapshots)
    chosen = [(await choose(request, shelf, project)).snapshot.key for project in projects]
    return versions(where, query, chosen)
