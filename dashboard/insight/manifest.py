"""An object as the lines of its YAML, each with where it is in the object and who wrote it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

import yaml

from dashboard.api.table import Json
from dashboard.insight.authorship import Author, Claims

Path: TypeAlias = tuple[str | int, ...]
"""Names of fields and places in lists, from the object inwards."""

_KEY = re.compile(
    r"^(?P<indent>[ -]*)(?P<key>(?:'[^']*'|\"[^\"]*\"|[^\s'\"#][^:]*?)):(?: (?P<value>.*))?$"
)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of YAML, cut where it is coloured. `key` is "" for an item or a part of a text."""

    number: int
    indent: str
    key: str
    value: str
    path: Path
    author: Author


def to_yaml(value: Json) -> str:
    """Return YAML as kubectl would print it, with the fields in the API server's order."""
    return yaml.dump(
        value,
        Dumper=getattr(yaml, "CSafeDumper", yaml.SafeDumper),
        sort_keys=False,
        allow_unicode=True,
        width=10_000,
    )


def lines(value: Json, claims: Claims) -> tuple[Line, ...]:
    """Return the YAML of an object, line by line.

    Takes some 10 ms of CPU for a thousand lines: not for the event loop.
    """
    text = to_yaml(value)
    node = yaml.compose(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    places: dict[int, tuple[Path, Author]] = {}
    for number, path, author in _walk(node, value, claims, ()):
        places[number] = (path, author)  # what is innermost on a line comes last
    found = []
    here: tuple[Path, Author] = ((), claims.author)
    for number, line in enumerate(text.split("\n")[:-1]):
        starts = number in places
        here = places.get(number, here)
        path, author = here
        cut = _KEY.match(line) if starts and path and isinstance(path[-1], str) else None
        if cut:
            parts = cut["indent"], cut["key"], cut["value"] or ""
        else:
            bare = line.lstrip(" -") if starts else line.lstrip()
            parts = line[: len(line) - len(bare)], "", bare
        found.append(Line(number + 1, *parts, path, author))
    return tuple(found)


def _walk(
    node: yaml.Node | None,
    value: Any,  # noqa: ANN401  (any JSON)
    claims: Claims,
    path: Path,
) -> Iterator[tuple[int, Path, Author]]:
    if isinstance(node, yaml.MappingNode) and isinstance(value, dict):
        for (key, below), name in zip(node.value, value, strict=True):
            inner = claims.field(name)
            yield key.start_mark.line, (*path, name), inner.author
            yield from _walk(below, value[name], inner, (*path, name))
    elif isinstance(node, yaml.SequenceNode) and isinstance(value, list):
        for position, (below, item) in enumerate(zip(node.value, value, strict=True)):
            inner = claims.item(position, item)
            yield below.start_mark.line, (*path, position), inner.author
            yield from _walk(below, item, inner, (*path, position))
