"""A Go file read by what it was before: only the pieces that are new are parsed.

A text is cut behind every line that is a closing bracket alone. In a plain file, and gofmt makes nearly
all plain, each cut falls between declarations of the file itself; whatever stands between two of them
means the same wherever it stands. So a piece that a plain predecessor has declares what it declared
there, moved; pieces between such ones must be plain by themselves, or the file is parsed whole. What
is said is what the parse of the whole file says.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise, repeat
from typing import NamedTuple

from portal.source.buildtags import constraint_of
from portal.source.declared import Declared, Mark, marks
from portal.source.golang import Source
from portal.source.imports import import_table
from portal.source.symbols import package_name

HEAD = frozenset({"package_clause", "import_declaration"})

_CUT = re.compile(r"\n[)}]\n(?=\n|//|func\b|type\b|var\b|const\b)")


def cut(text: str) -> list[str]:
    """Return the pieces of a text, which joined are the text; one piece of what holds a NUL."""
    if "\0" in text:
        return [text]
    cuts = [0, *(found.end() for found in _CUT.finditer(text)), len(text)]
    return [text[start:end] for start, end in pairwise(cuts)]


def is_plain(source: Source, pieces: Sequence[str]) -> bool:
    """Whether a parsed text is Go, cut between its declarations alone, and its head is the first piece."""
    if source.has_error:
        return False
    ends = _ends(pieces)
    end = first = next(ends)
    for node in source.root.named_children:
        if node.type in HEAD and node.end_point.row >= first:
            return False
        while node.start_point.row >= end:
            end = next(ends)
        if node.end_point.row >= end:
            return False
    return True


def _ends(pieces: Sequence[str]) -> Iterator[int]:
    """Yield the row that follows each piece; the last has no end."""
    row = 0
    for piece in pieces[:-1]:
        row += piece.count("\n")
        yield row
    yield 1 << 62


def reread(text: str, before: str, declared: Declared) -> Declared | None:
    """Return what a text declares whose plain predecessor was `before` and declared `declared`.

    None: it must be parsed whole to be known. What it declares is plain too.
    """
    pieces, old = cut(text), cut(before)
    first, rest = _alike(pieces, old)
    start = sum(map(len, pieces[:first]))
    line = text.count("\n", 0, start)
    starts = [mark.start for mark in declared.symbols]
    behind = sum(map(len, old[len(old) - rest :]))
    same, others = (bisect_left(starts, place) for place in (start, len(before) - behind))
    found = [*declared.symbols[:same]]
    head = (declared.package, declared.imports) if first else None
    known = _known(old, first, len(old) - rest, starts)
    at, end = first, len(pieces) - rest
    while at < end:
        until = at + 1
        if at and (place := known.get(pieces[at])) is not None:
            marks_of = declared.symbols[place.first : place.last]
            found += _moved(marks_of, start - place.start, line - place.line)
        else:
            while until < end and pieces[until] not in known:
                until += 1
            run = pieces[at:until]
            source = Source("".join(run))
            if not is_plain(source, ["", *run] if at else run):
                return None
            head = head or (package_name(source), import_table(source))
            found += _moved(marks(source), start, line)
        begin = start
        start += sum(map(len, pieces[at:until]))
        line += text.count("\n", begin, start)
        at = until
    found += _moved(
        declared.symbols[others:], len(text) - len(before), text.count("\n") - before.count("\n")
    )
    package, imports = head or ("", {})
    return Declared(package, constraint_of(text), imports, tuple(found))


def _alike(pieces: Sequence[str], old: Sequence[str]) -> tuple[int, int]:
    """Return how many pieces two texts share at their beginning, and of the others at their end.

    The head of a file is known as such alone, and is never one of those at the end.
    """
    most = min(len(pieces), len(old))
    first = next((at for at in range(most) if pieces[at] != old[at]), most)
    rest = most - max(first, 1)
    return first, next((at for at in range(rest) if pieces[-1 - at] != old[-1 - at]), rest)


class _Known(NamedTuple):
    """A piece of a predecessor."""

    start: int
    """In characters."""
    line: int
    """Lines before it."""
    first: int
    last: int
    """Which of the symbols it declares: up to, not including, `last`."""


def _known(old: Sequence[str], begin: int, end: int, starts: Sequence[int]) -> dict[str, _Known]:
    """Return some pieces of a plain predecessor, whose symbols have `starts`; never its head."""
    found: dict[str, _Known] = {}
    begin = max(begin, 1)
    start, line = (sum(map(measure, old[:begin])) for measure in (len, _lines))
    first = bisect_left(starts, start)
    for piece in old[begin:end]:
        last = bisect_left(starts, start + len(piece), first)
        found[piece] = _Known(start, line, first, last)
        start, line, first = start + len(piece), line + _lines(piece), last
    return found


def _lines(text: str) -> int:
    return text.count("\n")


def _moved(found: Sequence[Mark], characters: int, lines: int) -> Iterable[Mark]:
    """Return marks as they are where their text stands further on."""
    if not (characters or lines):
        return found
    rows = (
        (
            mark[0],
            mark[1],
            mark[2] + characters,
            mark[3] + characters,
            mark[4] + characters,
            mark[5] + lines,
            mark[6] + lines,
            mark[7] + lines,
            *mark[8:],
        )
        for mark in found
    )
    return map(tuple.__new__, repeat(Mark), rows)
