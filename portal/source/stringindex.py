"""Where an imported version declares flags, metrics, reasons of events and types of conditions, by name."""

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from portal.source.buildtags import is_test
from portal.source.index import Index
from portal.source.stringfacts import CONSTANT, StringFact


class Stated(NamedTuple):
    """A string that stands for something, and where; a constant in its place, and where that is declared."""

    name: str
    """The string; of a metric with its namespace and subsystem, where they can be told."""
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
        home = index.importpath_of(path)
        name = fact.name
        if fact.constant:
            meant = declared.get(_at_home(fact.constant, home))
            name = name or (meant[1].name if meant else "")
            if meant and part in name:
                found.add(Stated(name, meant[0], meant[1].line, meant[1].within))
        full = _whole(fact.full, home, declared)
        if name and (part in name or part in full):
            found.add(Stated(full or name, path, fact.line, fact.within))
    return sorted(found)


def _whole(full: str, home: str, declared: Mapping[str, tuple[str, StringFact]]) -> str:
    """Return a metric's whole name, of a file of the package `home`; "" where a constant is unknown."""
    if "#" not in full:
        return full
    known = [declared.get(_at_home(part, home)) if "#" in part else part for part in full.split()]
    names = [one if isinstance(one, str) else one[1].name for one in known if one]
    return "_".join(names) if len(names) == len(known) else ""


def _at_home(constant: str, home: str) -> str:
    return f"{home}{constant}" if constant.startswith("#") else constant


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
        facts = segment.code.strings(kind)
        if facts is None:
            return None
        for blob, fact in facts:
            paths = index.view.paths.get((number, blob), ())
            found += ((path, fact) for path in paths if path.endswith(".go") and not is_test(path))
    return found
