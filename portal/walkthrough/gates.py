"""Feature gates as their table in the source has them: default and stage of a gate at a version.

A table is a `var` whose value holds `NAME: {{Version: …, Default: …, PreRelease: …}, …}`, or, before
gates had versions, `NAME: {Default: …, PreRelease: …}`. Source: component-base/featuregate#VersionedSpecs.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from portal.source.golang import Node, Source, Span, first_line

Release = tuple[int, int]
"""Major and minor."""


@dataclass(frozen=True, slots=True)
class GateState:
    """What a gate is from one release on."""

    since: Release
    """(0, 0) where the table names no version."""
    is_on: bool
    stage: str
    """Alpha, Beta, GA or Deprecated."""
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


def _values(source: Source, span: Span, name: str) -> Iterator[Node]:
    waiting = [source.root]
    while waiting:
        node = waiting.pop()
        if node.type == "keyed_element" and source.span(node) in span:
            key, value = node.named_children[0], node.named_children[-1]
            if source.words(key).rpartition(".")[2] == name:
                yield value
        waiting.extend(reversed(node.named_children))


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
        line=min(first_line(node) for node in fields.values()),
    )
