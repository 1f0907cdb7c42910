"""Callers and callees of a function as a page and its script show them, one level at a time."""

from dataclasses import dataclass
from time import perf_counter

from portal.source.callgraph import Callees, Edge, callees, callers
from portal.source.errors import NotIndexed
from portal.source.exact import answers
from portal.source.xref import FIRST
from portal.walkthrough.fate import declared
from portal.walkthrough.links import Links
from portal.walkthrough.stock import stock
from portal.walkthrough.subject import Subject
from portal.walkthrough.symbolfacts import references_of

BUDGET_S = 0.15
"""How long callers are looked for before what was found is shown."""
MOST_USES = 2_000
MOST = 80
"""Lines of one level."""


@dataclass(frozen=True, slots=True)
class CallLine:
    """One caller or callee."""

    name: str
    importpath: str
    href: str
    """Its page."""
    where: str
    where_href: str
    """The first of the calls."""
    calls: int
    certainty: str
    """exact, likely or candidate."""
    tree: str
    """The page of its own calls; with `&way=` as data."""


@dataclass(frozen=True, slots=True)
class CallLevel:
    """Callers or callees, the surest first."""

    lines: tuple[CallLine, ...]
    more: int
    """How many are not shown."""
    unknown: int
    """How many calls are of methods that too many types have."""
    is_whole: bool
    """Whether all files were looked through."""
    is_checked: bool
    """Whether Go's type checker has judged: what is less than exact is what it could not judge."""


def caller_level(subject: Subject, links: Links) -> CallLevel:
    """Return who calls a symbol: a job for READER. Raises NotIndexed."""
    references = references_of(subject)
    deadline = perf_counter() + BUDGET_S
    uses = references.batch(
        FIRST, lambda _files, uses: uses >= MOST_USES or perf_counter() > deadline
    )
    edges = callers(references.index, subject.importpath, uses)
    return _level(
        subject.key, edges, links, is_whole=uses.next is None, is_checked=references.is_checked
    )


def callee_level(subject: Subject, links: Links) -> CallLevel:
    """Return whom a function calls; nobody, for what is none: a job for READER. Raises NotIndexed."""
    store = stock(subject.where)
    index = store.index(subject.key)
    if store.collection is None or index is None or not index.view.has_code:
        raise NotIndexed(subject.key)
    exact = answers.of(store.collection.exact(index.view.snapshot))
    one = declared(index, subject)
    found = callees(index, one, exact) if one else Callees((), 0)
    return _level(
        subject.key, found.edges, links, unknown=found.unknown, is_checked=found.is_checked
    )


def _level(
    key: str,
    edges: tuple[Edge, ...],
    links: Links,
    *,
    unknown: int = 0,
    is_whole: bool = True,
    is_checked: bool,
) -> CallLevel:
    lines = tuple(_line(key, edge, links) for edge in edges[:MOST])
    return CallLevel(lines, len(edges) - len(lines), unknown, is_whole, is_checked)


def _line(key: str, edge: Edge, links: Links) -> CallLine:
    href = links.symbol(*edge.other)
    return CallLine(
        edge.other.name,
        edge.other.importpath,
        href,
        f"{edge.path.rpartition('/')[2]}:{edge.line}",
        links.source(key, edge.path, edge.line),
        edge.calls,
        edge.certainty.value,
        f"{href}{'&' if '?' in href else '?'}show=calls",
    )
