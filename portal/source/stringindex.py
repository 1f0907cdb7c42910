"""Where an imported version declares flags, metrics, reasons of events and types of conditions, by name."""

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
    """Return what of a version begins with `part` and stands for a `kind`, by name; tests are left out.

    `kind` is one of portal.source.stringfacts.KINDS. A metric is found by its name alone too. None: some
    file was read by a Portolan that did not look for them.
    """
    facts = _facts(index, kind)
    constants = _facts(index, CONSTANT)
    if facts is None or constants is None:
        return None
    declared = {
        f"{index.importpath_of(path)}#{fact.within}": (path, fact) for path, fact in constants
    }
    found: set[Stated] = set()
    for path, fact in facts:
        name = fact.name
        if fact.constant:
            owner, _sign, constant = fact.constant.rpartition("#")
            meant = declared.get(f"{owner or index.importpath_of(path)}#{constant}")
            name = name or (meant[1].name if meant else "")
            if meant and name.startswith(part):
                found.add(Stated(name, meant[0], meant[1].line, meant[1].within))
        if name and (name.startswith(part) or fact.full.startswith(part)):
            found.add(Stated(fact.full or name, path, fact.line, fact.within))
    return sorted(found)


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
