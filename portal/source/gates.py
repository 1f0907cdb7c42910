"""Feature gates as tables in the source have them: default and stage of a gate from each release on.

A table is a `map[Feature]VersionedSpecs`, which holds `NAME: {{Version: …, Default: …, PreRelease: …}}`, or,
before gates had versions, a `map[Feature]FeatureSpec` of `NAME: {Default: …, PreRelease: …}`.
Source: component-base/featuregate#VersionedSpecs.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from portal.source.buildtags import is_test
from portal.source.golang import Node, Source, Span, first_line
from portal.source.imports import import_table
from portal.source.index import Index

TABLES = ("VersionedSpecs", "FeatureSpec")
_TABLE = re.compile(rf"map\[(?:\w+\.)?Feature\](?:\w+\.)?(?:{'|'.join(TABLES)})")

Release = tuple[int, int]
"""Major and minor."""


@dataclass(frozen=True, slots=True)
class GateState:
    """What a gate is from one release on."""

    since: Release
    """(0, 0) where the table names no version."""
    is_on: bool
    stage: str
    """Alpha, Beta, GA or Deprecated; "" where the table says PreAlpha, or nothing."""
    is_locked: bool
    """Whether nobody may set it otherwise."""
    line: int


def release(version: str) -> Release:
    """Return the major and minor of a version such as v1.36.3; (0, 0) if it is none."""
    found = re.match(r"v?(\d+)\.(\d+)", version)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def gate_states(source: Source, span: Span, name: str) -> tuple[GateState, ...]:
    """Return the states of a gate in the table at `span`, as they are written; none: not there."""
    return tuple(
        _state(source, fields)
        for value in _values(source, span, name)
        for fields in _rows(source, value)
    )


def state_at(states: tuple[GateState, ...], version: str) -> GateState | None:
    """Return what a gate is at a version; None before its first release."""
    reached = [state for state in states if state.since <= release(version)]
    return max(reached, key=lambda state: state.since, default=None)


class Stated(NamedTuple):
    """A gate as one table has it."""

    importpath: str
    """Of the package that the table takes the name from; "" for the table's own."""
    name: str
    """The constant that names the gate."""
    states: tuple[GateState, ...]


class Gate(NamedTuple):
    """A gate as one table of a version has it."""

    path: str
    """The file of the table."""
    states: tuple[GateState, ...]


@lru_cache(maxsize=64)
def stated(data: bytes) -> tuple[Stated, ...]:
    """Return the gates of every table in a Go file; kept, for versions share most of their files."""
    text = data.decode("utf-8", "replace")
    if not _TABLE.search(text):
        return ()
    source = Source(text)
    imports = import_table(source)
    found = []
    for node in _nodes(source):
        if node.type != "composite_literal" or not _is_table(source, node):
            continue
        body = node.child_by_field_name("body")
        for row in body.named_children if body else ():
            if row.type == "keyed_element":
                qualifier, _dot, name = source.words(row.named_children[0]).rpartition(".")
                states = tuple(_state(source, one) for one in _rows(source, row.named_children[-1]))
                if states and (not qualifier or qualifier in imports):
                    found.append(Stated(imports.get(qualifier, ""), name, states))
    return tuple(found)


@lru_cache(maxsize=16)
def gates_of(index: Index) -> Mapping[tuple[str, str], tuple[Gate, ...]]:
    """Return every gate of a version by the import path and name of its constant; tests are left out.

    Where several tables have one, that of its own package is the first.
    """
    found: dict[tuple[str, str], list[Gate]] = {}
    for path, data in _tables(index):
        own = index.importpath_of(path)
        for one in stated(data):
            key = one.importpath or own, one.name
            gate = Gate(path, one.states)
            found.setdefault(key, []).insert(0 if key[0] == own else len(found[key]), gate)
    return {key: tuple(gates) for key, gates in found.items()}


def may_be_gate(index: Index, name: str) -> bool:
    """Whether a file with a table holds a constant's name: asked before all tables are parsed."""
    word = name.encode("utf-8", "surrogatepass")
    return any(word in data for _path, data in _tables(index))


@lru_cache(maxsize=16)
def _tables(index: Index) -> tuple[tuple[str, bytes], ...]:
    """Return (path, bytes) of every Go file that may have a table; tests are left out."""
    view = index.view
    found: list[tuple[str, bytes]] = []
    for number, segment in enumerate(view.segments):
        blobs = {
            one
            for word in TABLES
            if (told := segment.candidates(["Feature]", word]))
            for one in told.blobs
        }
        for blob in sorted(blobs):
            for path in view.paths.get((number, blob), ()):
                data = view.hot(number, blob).data
                if path.endswith(".go") and not is_test(path) and b"Feature]" in data:
                    found.append((path, data))
    return tuple(found)


def _is_table(source: Source, literal: Node) -> bool:
    kind = literal.child_by_field_name("type")
    return kind is not None and _TABLE.fullmatch(source.words(kind)) is not None


def _nodes(source: Source) -> Iterator[Node]:
    waiting = [source.root]
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(reversed(node.named_children))


def _values(source: Source, span: Span, name: str) -> Iterator[Node]:
    for node in _nodes(source):
        if node.type == "keyed_element" and source.span(node) in span:
            key, value = node.named_children[0], node.named_children[-1]
            if source.words(key).rpartition(".")[2] == name:
                yield value


def _rows(source: Source, value: Node) -> Iterator[dict[str, Node]]:
    """Yield the fields of each `{…}`: of the value itself, or of those inside it."""
    literal = value.named_children[0] if value.type == "literal_element" else value
    fields = {
        source.words(part.named_children[0]): part.named_children[-1]
        for part in literal.named_children
        if part.type == "keyed_element"
    }
    if fields:
        yield fields
        return
    for part in literal.named_children:
        if part.type == "literal_element":
            yield from _rows(source, part)


def _state(source: Source, fields: dict[str, Node]) -> GateState:
    words = {name: source.words(node) for name, node in fields.items()}
    return GateState(
        since=release(re.sub(r'[^\d."]|"', "", words.get("Version", "").rpartition("(")[2])),
        is_on=words.get("Default") == "true",
        stage=words.get("PreRelease", "").rpartition(".")[2],
        is_locked=words.get("LockToDefault") == "true",
        line=min(first_line(node) for node in fields.values()),
    )
