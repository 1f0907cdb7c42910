"""What one Go file declares, as the index keeps it: plain values, short digests, no statements."""

from collections.abc import Mapping
from itertools import repeat
from typing import Any, NamedTuple

from portal.source.buildtags import constraint_of
from portal.source.golang import Source, parse
from portal.source.imports import import_table
from portal.source.symbols import declared, package_name

DIGEST = 12
"""Hex digits that are kept: an anchor names eight."""


class Mark(NamedTuple):
    """One declared name. Lines count from 1; the rest counts characters of the file's text."""

    name: str
    kind: str
    start: int
    end: int
    name_start: int
    line: int
    end_line: int
    doc_line: int
    signature: str
    digest: str
    signature_digest: str


class Declared(NamedTuple):
    """What one file declares and imports."""

    package: str
    """Its package clause."""
    constraint: str
    """Its build constraint as it is written; "" without one."""
    imports: Mapping[str, str]
    """Local name to import path."""
    symbols: tuple[Mark, ...]

    @classmethod
    def read(cls, row: list[Any]) -> "Declared":
        """Return what `json` made of one."""
        marks = map(tuple.__new__, repeat(Mark), row[3])  # a third of the time of Mark(*mark)
        return cls(row[0], row[1], row[2], tuple(marks))


def read(data: bytes) -> Declared:
    """Return what a Go file declares; what is no Go declares nothing and raises nothing."""
    source = parse(data)
    return of(source)


def of(source: Source) -> Declared:
    """Return what a parsed Go file declares."""
    return Declared(
        package_name(source), constraint_of(source.text), import_table(source), marks(source)
    )


def marks(source: Source) -> tuple[Mark, ...]:
    """Return the names that a parsed text declares, in order."""
    return tuple(
        Mark(
            symbol.name,
            symbol.kind.value,
            symbol.span.start,
            symbol.span.end,
            symbol.name_span.start,
            symbol.line,
            symbol.end_line,
            symbol.doc_line,
            symbol.signature,
            symbol.digest[:DIGEST],
            symbol.signature_digest[:DIGEST],
        )
        for symbol in declared(source, "", is_whole=False)
    )
