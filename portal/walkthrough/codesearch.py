"""Text in the code of imported versions, as pages show it: batches made beside the press.

A search has a process of its own, so that neither a chapter nor a table waits for it. What a batch
leaves for the next is its place in the order of files.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from html import escape
from time import perf_counter

from portal.source.codequery import Query
from portal.source.codequery import read as read_query
from portal.source.errors import NotIndexed
from portal.source.factgrep import fact_batch
from portal.source.grep import Grep, Hit, Line
from portal.source.index import Index
from portal.source.search import Asked, Name
from portal.walkthrough.gatefacts import told as gate_told
from portal.walkthrough.links import Links
from portal.walkthrough.press import Press
from portal.walkthrough.stock import Where, stock

READER = Press()
"""The process that searches for this server process."""

BUDGET_S = 0.010
"""How long a batch is looked for before what was found is shown."""
LINES_A_FILE = 12
"""Lines that are shown of one file; its page has the others."""


@dataclass(frozen=True, slots=True)
class CodeLine:
    """One line that matches."""

    number: int
    href: str
    text: str
    symbol: str = ""
    """The declaration that it stands in, where a `kind:` was asked for."""
    symbol_href: str = ""
    note: str = ""
    """What else is known of that: the stage of a feature gate, in the words of its table."""


@dataclass(frozen=True, slots=True)
class CodeFile:
    """One file that matches."""

    path: str
    href: str
    key: str
    """PROJECT@VERSION."""
    lines: tuple[CodeLine, ...]
    rows: str
    """The lines as list items of HTML, with what matches marked."""
    total: int
    """How many of its lines match."""

    @property
    def more(self) -> int:
        """How many lines match that are not shown."""
        return self.total - len(self.lines)


@dataclass(frozen=True, slots=True)
class CodeBatch:
    """What was found next; `next` is where to go on, None: there is no more."""

    files: tuple[CodeFile, ...]
    lines: int
    next: int | None


def versions(where: Where, query: Query, chosen: Sequence[str]) -> list[str]:
    """Return which of the `chosen` snapshots a question asks, of those that are imported.

    `version:` names another version of them, or `*` every imported one; `repo:` a part of a project's name.
    """
    store = stock(where)
    keys: list[str] = []
    for snapshot in store.shelf.snapshots:
        is_asked = (
            snapshot.key in chosen
            if not query.version
            else query.version in {"*", snapshot.version, snapshot.version.removeprefix("v")}
        )
        if is_asked and query.repo.lower() in snapshot.project and store.index(snapshot.key):
            keys.append(snapshot.key)
    return keys


async def search_code(
    where: Where, keys: Sequence[str], text: str, links: Links, most: int, start: int = 0
) -> AsyncIterator[CodeBatch]:
    """Yield what matches in each version in turn, until `most` lines were found.

    Raises BadQuery for a question that is none.
    """
    found = 0
    for key in keys:
        at: int | None = start
        while at is not None and found < most:
            batch = await READER.run(code_batch, where, key, text, at, most - found, links)
            found += batch.lines
            at = batch.next
            yield batch
        start = 0


@dataclass(frozen=True, slots=True)
class FoundSymbols:
    """The best symbols of one version, and how many fit."""

    found: tuple[Name, ...]
    total: int
    is_cut: bool
    """Whether others may fit that were not counted."""


def symbols_of(where: Where, key: str, asked: Asked, limit: int) -> FoundSymbols | None:
    """Return the symbols of a version that fit; None until it is imported: a job for READER."""
    index = stock(where).index(key)
    if index is None or not index.view.has_code:
        return None
    finder = index.search(asked, limit)
    return FoundSymbols(finder.found, finder.total, finder.is_cut)


def code_batch(where: Where, key: str, text: str, start: int, most: int, links: Links) -> CodeBatch:
    """Return what matches in one version from a place on, 0 or a batch's `next`: a job for READER."""
    query = read_query(text)
    index = stock(where).index(key) if query.kind else None
    batch = fact_batch(index, query, start, most) if index else None
    if batch is None:
        deadline = perf_counter() + BUDGET_S
        batch = _grep(where, key, text).batch(
            start, lambda _files, lines: lines >= most or perf_counter() > deadline
        )
    return CodeBatch(
        tuple(_file(key, hit, links, index, query.kind) for hit in batch.hits),
        sum(hit.total for hit in batch.hits),
        batch.next,
    )


@lru_cache(maxsize=8)
def _grep(where: Where, key: str, text: str) -> Grep:
    index = stock(where).index(key)
    if index is None:
        raise NotIndexed(key)
    return Grep(index.view, read_query(text), LINES_A_FILE + 1)


def _file(key: str, hit: Hit, links: Links, index: Index | None, kind: str) -> CodeFile:
    """Return a file's hits; those of a `kind`, of which `index` is asked, lead to what declares them."""
    href = links.source(key, hit.path)
    lines, matching = [], 0
    for line in hit.lines:
        matching += bool(line.spans)
        if matching > LINES_A_FILE:
            break
        lines.append(line)
    told = {
        line.number: _line(line, href, hit.path, links, index, kind) for line in lines if line.spans
    }
    return CodeFile(
        hit.path,
        href,
        key,
        tuple(told.values()),
        "".join(_row(line, escape(href), told.get(line.number)) for line in lines),
        hit.total,
    )


def _line(
    line: Line, href: str, path: str, links: Links, index: Index | None, kind: str
) -> CodeLine:
    found = CodeLine(line.number, f"{href}#L{line.number}", line.text)
    declared = index.declared(path) if index and path.endswith(".go") else None
    around = [
        mark
        for mark in (declared.symbols if declared else ())
        if mark.line <= line.number <= mark.end_line
    ]
    if index is None or not around:
        return found
    name = max(around, key=lambda mark: mark.start).name
    importpath = index.importpath_of(path)
    note = gate_told(index, importpath, name) if kind == "gate" else ""
    return replace(found, symbol=name, symbol_href=links.symbol(importpath, name), note=note)


def _row(line: Line, href: str, told: CodeLine | None) -> str:
    html, at = "", 0
    for start, end in line.spans:
        html += f"{escape(line.text[at:start])}<mark>{escape(line.text[start:end])}</mark>"
        at = end
    near = "" if line.spans else ' class="near"'
    return (
        f'<li{near}><a class="ln" href="{href}#L{line.number}">{line.number}</a><span class="gut"></span>'
        f"<span>{html}{escape(line.text[at:])}</span></li>{_declaration(told) if told else ''}"
    )


def _declaration(told: CodeLine) -> str:
    """Return the line below a hit that leads to what declares it; "" where nothing does."""
    if not told.symbol:
        return ""
    note = f' <span class="tag">{escape(told.note)}</span>' if told.note else ""
    link = f'<a class="src" href="{escape(told.symbol_href)}">{escape(told.symbol)}</a>'
    return f'<li class="told"><span></span><span></span><span>{link}{note}</span></li>'
