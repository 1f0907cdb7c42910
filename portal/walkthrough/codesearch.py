"""Text in the code of imported versions, as pages show it: batches made beside the press.

A search has a process of its own, so that neither a chapter nor a table waits for it. What a batch
leaves for the next is its place in the order of files.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from time import perf_counter

from portal.part import Piece
from portal.source.errors import NotIndexed
from portal.source.grep import Batch, Grep, Hit, Line, Query
from portal.source.grep import read as read_query
from portal.walkthrough.links import Links
from portal.walkthrough.press import Press
from portal.walkthrough.stock import Where, stock

READER = Press()
"""The process that searches for this server process."""

BUDGET_S = 0.04
"""How long a batch is looked for before what was found is shown."""
LINES_A_FILE = 12
"""Lines that are shown of one file; its page has the others."""


@dataclass(frozen=True, slots=True)
class CodeLine:
    """One line that matches."""

    number: int
    href: str
    text: str
    pieces: tuple[Piece, ...]
    """The text, with what matches marked."""


@dataclass(frozen=True, slots=True)
class CodeFile:
    """One file that matches."""

    path: str
    href: str
    key: str
    """PROJECT@VERSION."""
    lines: tuple[CodeLine, ...]
    total: int
    """How many of its lines match."""

    @property
    def more(self) -> int:
        """How many lines match that are not shown."""
        return self.total - len(self.lines)


@dataclass(frozen=True, slots=True)
class CodeBatch:
    """What was found next. `looked` of `total` candidates of its version are read so far."""

    files: tuple[CodeFile, ...]
    lines: int
    next: int | None
    looked: int
    total: int


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


def code_batch(where: Where, key: str, text: str, start: int, most: int, links: Links) -> CodeBatch:
    """Return what matches in one version from file number `start` on: a job for READER."""
    grep = _grep(where, key, text)
    deadline = perf_counter() + BUDGET_S
    batch: Batch = grep.batch(
        start, lambda _files, lines: lines >= most or perf_counter() > deadline
    )
    return CodeBatch(
        tuple(_file(key, hit, links) for hit in batch.hits),
        sum(hit.total for hit in batch.hits),
        batch.next,
        start + batch.looked,
        grep.total,
    )


@lru_cache(maxsize=8)
def _grep(where: Where, key: str, text: str) -> Grep:
    index = stock(where).index(key)
    if index is None:
        raise NotIndexed(key)
    return Grep(index.view, read_query(text))


def _file(key: str, hit: Hit, links: Links) -> CodeFile:
    return CodeFile(
        hit.path,
        links.source(key, hit.path),
        key,
        tuple(
            CodeLine(
                line.number,
                links.source(key, hit.path, line.number),
                line.text,
                _pieces(line),
            )
            for line in hit.lines[:LINES_A_FILE]
        ),
        hit.total,
    )


def _pieces(line: Line) -> tuple[Piece, ...]:
    pieces, at = [], 0
    for start, end in line.spans:
        pieces += [Piece(line.text[at:start]), Piece(line.text[start:end], is_marked=True)]
        at = end
    return tuple(piece for piece in (*pieces, Piece(line.text[at:])) if piece.text)
