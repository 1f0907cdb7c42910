"""What the page of a symbol tells besides its code: where it is used, and how it came to be so.

Read from the index alone; nothing of it is there until the version is imported.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from time import perf_counter

from portal.part import Piece
from portal.source.errors import NotIndexed
from portal.source.exact import answers
from portal.source.symbols import doc_of
from portal.source.tree import MAX_FILE_BYTES
from portal.source.xref import FIRST, Place, References, Use, Uses
from portal.walkthrough.fate import Fate, Past, history, later
from portal.walkthrough.gatefacts import GateFacts, gate_facts
from portal.walkthrough.kinship import TYPES
from portal.walkthrough.links import Links
from portal.walkthrough.stock import stock
from portal.walkthrough.subject import Subject

BUDGET_S = 0.1
"""How long uses are looked for before what was found is shown."""
GLANCE_S, LONGEST_GLANCE_S = 0.008, 0.04
"""How long, where they are a part of a page; the longer while nothing but the declaration was found."""
SHOWN_USES = 20
PAGE_USES = 200
"""Uses on a page of nothing else."""


@dataclass(frozen=True, slots=True)
class UseLine:
    """One use."""

    where: str
    href: str
    pieces: tuple[Piece, ...]
    """The line, with the name marked."""
    within: str
    within_href: str
    is_call: bool
    is_definition: bool
    certainty: str


@dataclass(frozen=True, slots=True)
class UsePage:
    """Some uses. `next` is where to go on; None: these are the last."""

    uses: tuple[UseLine, ...]
    next: Place | None
    looked: int
    files: int | None
    """How many files may hold one, where that is known; `looked` of them were read so far."""
    is_checked: bool
    """Whether Go's type checker has judged them."""

    @property
    def is_whole(self) -> bool:
        """Whether there are no others."""
        return self.next is None


@dataclass(frozen=True, slots=True)
class SymbolFacts:
    """What the index knows of a symbol."""

    uses: UsePage
    is_type: bool
    """Whether it may implement something, or be implemented: portal.walkthrough.kinship."""
    gate: GateFacts | None
    """None: it names no feature gate."""
    past: tuple[Past, ...]
    later: Fate | None
    """What became of it at the newest imported version; None: it is there, under this name."""
    others: tuple[tuple[str, str], ...]
    """(path, address) of its declarations for other platforms."""


def symbol_facts(subject: Subject, links: Links) -> SymbolFacts | None:
    """Return what the index knows, None while the version is not imported: a job for READER."""
    index = stock(subject.where).index(subject.key)
    if index is None or not index.view.has_code:
        return None
    declared = index.locate(subject.importpath, subject.name)
    kind = declared[0].mark.kind if declared else ""
    return SymbolFacts(
        first_uses(subject, links),
        kind in TYPES,
        gate_facts(index, subject, kind, links),
        tuple(history(subject, links)),
        later(subject, links),
        tuple(
            (one.path, links.source(subject.key, one.path, one.mark.line))
            for one in declared[1:]
            if not one.is_test
        ),
    )


@dataclass(frozen=True, slots=True)
class SymbolCard:
    """What a card beside code tells of a symbol."""

    name: str
    signature: str
    doc: str
    """The first paragraph."""
    href: str
    uses: str


def symbol_card(subject: Subject, links: Links) -> SymbolCard | None:
    """Return the card of a symbol, None where the index has none: a job for READER."""
    _where, key, importpath, name = subject
    index = stock(subject.where).index(key)
    found = index.locate(importpath, name)[:1] if index else []
    if not (index and found):
        return None
    mark = found[0].mark
    text = index.view.read(found[0].path, MAX_FILE_BYTES).decode("utf-8", "replace")
    above = text.split("\n")[mark.doc_line - 1 : mark.line - 1]
    if above and above[0].startswith("/*"):
        above = ["\n".join(above)]
    href = links.symbol(importpath, name)
    uses = f"{href}{'&' if '?' in href else '?'}show=uses"
    return SymbolCard(name, mark.signature, doc_of(above).partition("\n\n")[0], href, uses)


def use_page(subject: Subject, start: Place, most: int, links: Links) -> UsePage:
    """Return uses from a place on, `most` of them or as many as BUDGET_S gives. Raises NotIndexed."""
    deadline = perf_counter() + BUDGET_S
    return _use_page(
        subject, start, links, lambda _files, uses: uses >= most or perf_counter() > deadline
    )


def first_uses(subject: Subject, links: Links) -> UsePage:
    """Return the first SHOWN_USES uses, or as many as GLANCE_S gives. Raises NotIndexed."""
    begun = perf_counter()

    def enough(_files: int, uses: int) -> bool:
        budget_s = GLANCE_S if uses > 1 else LONGEST_GLANCE_S
        return uses >= SHOWN_USES or perf_counter() - begun > budget_s

    return _use_page(subject, FIRST, links, enough)


def _use_page(
    subject: Subject, start: Place, links: Links, enough: Callable[[int, int], bool]
) -> UsePage:
    references = references_of(subject)
    found: Uses = references.batch(start, enough)
    lines = tuple(_use(subject.key, use, references, links) for use in found.uses)
    files = references.files.count
    return UsePage(lines, found.next, found.looked, files, references.is_checked)


@lru_cache(maxsize=16)
def references_of(subject: Subject) -> References:
    """Return the uses of a symbol, to be gone through; kept. Raises NotIndexed."""
    store = stock(subject.where)
    index = store.index(subject.key)
    if store.collection is None or index is None or not index.view.has_code:
        raise NotIndexed(subject.key)
    exact = answers.of(store.collection.exact(index.view.snapshot))
    judge = exact.uses(subject.importpath, subject.name) if exact else None
    return References(index, subject.importpath, subject.name, judge)


def _use(key: str, use: Use, references: References, links: Links) -> UseLine:
    package = references.index.importpath_of(use.path)
    text = use.text
    short = use.path.removeprefix("staging/src/")
    return UseLine(
        where=f"{short}:{use.line}",
        href=links.source(key, use.path, use.line),
        pieces=(
            Piece(text[: use.start].lstrip()),
            Piece(text[use.start : use.end], is_marked=True),
            Piece(text[use.end :].rstrip()),
        ),
        within=use.within,
        within_href=links.symbol(package, use.within) if use.within else "",
        is_call=use.is_call,
        is_definition=use.is_definition,
        certainty=use.certainty.value,
    )
