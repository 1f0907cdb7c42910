"""Where an imported version declares flags, metrics, reasons of events and types of conditions, by name."""

from functools import lru_cache
from typing import NamedTuple

from portal.source.buildtags import is_test
from portal.source.index import Index
from portal.source.stringfacts import CONSTANT, StringFact


class Stated(NamedTuple):
    """A string that stands for something, and where; a constant in its place, and where that is declared."""

    name: str
    """The string; of a metric with its namespace and subsystem, where the file says them."""
    path: str
    line: int
    within: str
    """The declaration that it stands in."""


def stated(index: Index, kind: str, part: str) -> list[Stated] | None:
    """Return what of a version has `part` in its name and stands for a `kind`, by name; tests are left out.

    `kind` is one of portal.source.stringfacts.KINDS. A metric is found by its name alone too. None: some
    file was read by a Portolan that did not look for them.
    """
    facts, declared = _facts(index, kind), _constants(index)
    if facts is None or declared is None:
        return None
    found: set[Stated] = set()
    for path, fact in facts:
        name = fact.name
        if fact.constant:
            owner, _sign, constant = fact.constant.rpartition("#")
            meant = declared.get(f"{owner or index.importpath_of(path)}#{constant}")
            name = name or (meant[1].name if meant else "")
            if meant and part in name:
                found.add(Stated(name, meant[0], meant[1].line, meant[1].within))
        if name and (part in name or part in fact.full):
            found.add(Stated(fact.full or name, path, fact.line, fact.within))
    return sorted(found)


@lru_cache(maxsize=8)
def _constants(index: Index) -> dict[str, tuple[str, StringFact]] | None:
    """Return the constants that are strings, by IMPORTPATH#NAME, and the file that declares each."""
    facts = _facts(index, CONSTANT)
    if facts is None:
        return None
    return {f"{index.importpath_of(path)}#{fact.within}": (path, fact) for path, fact in facts}


@lru_cache(maxsize=32)
def _facts(index: Index, kind: str) -> list[tuple[str, StringFact]] | None:
    found: list[tuple[str, StringFact]] = []
    for number, segment in enumerate(index.view.segments):
        facts = segment.strings(kind)
        if facts is None:
            return None
        for blob, fact in facts:
            paths = index.view.paths.get((number, blob), ())
            found += ((path, fact) for path in paths if path.endswith(".go") and not is_test(path))
    return found
