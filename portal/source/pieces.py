"""A Go file read by what it was before: only the pieces that are new are parsed.

A text is cut behind every line that is a closing bracket alone. In a plain file, and gofmt makes nearly
all plain, each cut falls between declarations of the file itself; whatever stands between two of them
means the same wherever it stands. So a piece that a plain predecessor has declares what it declared
there, moved; pieces between such ones must be plain by themselves, or the file is parsed whole. What
is said is what the parse of the whole file says.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
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
    reader = _Reader(before, declared)
    pieces = cut(text)
    found: list[Mark] = []
    head = declared.package, declared.imports
    start = line = at = 0
    while at < len(pieces):
        known = reader.known(at, pieces[at])
        if known is None:
            until = at + 1
            while until < len(pieces) and reader.known(until, pieces[until]) is None:
                until += 1
            run = pieces[at:until]
            source = Source("".join(run))
            if not is_plain(source, run if at == 0 else ["", *run]):
                return None
            if at == 0:
                head = package_name(source), import_table(source)
            known = _Known(0, 0, marks(source))
        else:
            run = [pieces[at]]
        found += (known.moved(mark, start, line) for mark in known.marks)
        start += sum(map(len, run))
        line += sum(piece.count("\n") for piece in run)
        at += len(run)
    package, imports = head
    return Declared(package, constraint_of(text), imports, tuple(found))


class _Known(NamedTuple):
    """What a piece declares."""

    start: int
    """Of the piece, in characters."""
    line: int
    """Lines before the piece."""
    marks: Sequence[Mark]

    def moved(self, mark: Mark, start: int, line: int) -> Mark:
        """Return a mark as it is when the piece starts at `start`, behind `line` lines."""
        characters, lines = start - self.start, line - self.line
        if not (characters or lines):
            return mark
        name, kind, begin, end, name_start, first, last, doc = mark[:8]
        return Mark._make(
            (
                name,
                kind,
                begin + characters,
                end + characters,
                name_start + characters,
                first + lines,
                last + lines,
                doc + lines,
                *mark[8:],
            )
        )


class _Reader:
    """The pieces of a plain file."""

    def __init__(self, text: str, declared: Declared) -> None:
        self._known: dict[str, _Known] = {}
        start = line = at = 0
        symbols = declared.symbols
        for number, piece in enumerate(cut(text)):
            begin, end = at, start + len(piece)
            while at < len(symbols) and symbols[at].start < end:
                at += 1
            found = _Known(start, line, symbols[begin:at])
            if number == 0:
                self._head = piece, found
            else:
                self._known[piece] = found
            start, line = end, line + piece.count("\n")

    def known(self, number: int, piece: str) -> _Known | None:
        """Return what a piece declares; the head of a file is known as such alone."""
        if number == 0:
            return self._head[1] if piece == self._head[0] else None
        return self._known.get(piece)
