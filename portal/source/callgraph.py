"""Who calls a function, and whom it calls, each with how sure that is.

A call by a name that the rules of the language decide is exact. Of `x.Name()` only a type checker knows
the type of x: where it has not been run, a version's only method of that name is likely, if its package
is at hand in the file; one of a few is a candidate; what could be many is counted and not guessed. Tests
are left out.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from portal.source.buildtags import is_test
from portal.source.exact.answers import Verdict
from portal.source.golang import Node, Source, first_line, parse
from portal.source.imports import import_table
from portal.source.index import Index, Located
from portal.source.package import MAX_FILE_BYTES
from portal.source.scope import Reference, Use, references
from portal.source.symbols import Kind, declared
from portal.source.xref import Certainty, Judge, Uses

FEW = 5
"""Methods of one name that are candidates for a call; of more nothing is said."""
LOOKED = 600
"""Names of one ending that are looked at: fields and functions may end so too."""
JUDGED = 60
"""Methods of one name that a type checker is asked about."""
_ORDER = (Certainty.EXACT, Certainty.LIKELY, Certainty.CANDIDATE)

Judges = Callable[[str, str], Judge]
"""Returns what a type checker knows of the uses of a symbol."""


class Symbol(NamedTuple):
    """One end of a call."""

    importpath: str
    name: str


@dataclass(frozen=True, slots=True)
class Edge:
    """Calls between two functions. `path` and `line` are of the first of `calls`."""

    other: Symbol
    path: str
    line: int
    calls: int
    certainty: Certainty
    """Of the surest of them."""


@dataclass(frozen=True, slots=True)
class Callees:
    """Whom a function calls. `unknown` calls are of methods that many types have."""

    edges: tuple[Edge, ...]
    unknown: int


def callers(index: Index, uses: Uses) -> tuple[Edge, ...]:
    """Return who calls a symbol, of whose uses these are some; the surest first, then in their order."""
    found: dict[Symbol, Edge] = {}
    for use in uses.uses:
        if use.is_call and use.within and not is_test(use.path):
            one = Symbol(index.importpath_of(use.path), use.within)
            _add(found, Edge(one, use.path, use.line, 1, use.certainty))
    return _ordered(found)


def callees(index: Index, caller: Located, judges: Judges | None = None) -> Callees:
    """Return whom a function calls in its own code, the surest first, then in source order.

    What other modules than those of the version declare is left out, and so are builtins,
    conversions and functions that are values.
    """
    source = parse(index.view.read(caller.path, MAX_FILE_BYTES))
    known = _known(index, caller, source)
    imports = import_table(source)
    found: dict[Symbol, Edge] = {}
    unknown = 0
    for called in _called(source, caller.mark.start, caller.mark.end):
        line = first_line(called.name)
        reference = known.get(source.span(called.name).start)
        if reference is not None:
            if reference.use is Use.FUNC and index.folders(reference.importpath):
                one = Symbol(reference.importpath, reference.name)
                _add(found, Edge(one, caller.path, line, 1, Certainty.EXACT))
        elif called.operand is not None and source.words(called.operand) not in imports:
            name = source.words(called.name)
            candidates = _methods(index, name, caller.importpath, JUDGED if judges else FEW)
            if judges and candidates:
                offset = called.name.start_byte
                candidates = list(_judged(candidates, judges, caller.path, offset))
            if len(candidates) > FEW:
                unknown += 1
                continue
            for one, sure in candidates:
                is_near = one.importpath in {caller.importpath, *imports.values()}
                is_likely = is_near and len(candidates) == 1
                certainty = Certainty.LIKELY if is_likely else Certainty.CANDIDATE
                _add(found, Edge(one, caller.path, line, 1, sure or certainty))
    return Callees(_ordered(found), unknown)


class _Called(NamedTuple):
    """What stands before the bracket of a call: `name`, or `operand.name`."""

    name: Node
    operand: Node | None


def _called(source: Source, start: int, end: int) -> Iterator[_Called]:
    """Yield what is called between two characters, in source order."""
    waiting = [source.root]
    while waiting:
        node = waiting.pop()
        span = source.span(node)
        if span.end <= start or span.start >= end:
            continue
        function = node.child_by_field_name("function") if node.type == "call_expression" else None
        if function is not None and function.type == "identifier":
            yield _Called(function, None)
        elif function is not None and function.type == "selector_expression":
            field = function.child_by_field_name("field")
            if field is not None:
                yield _Called(field, function.child_by_field_name("operand"))
        waiting.extend(reversed(node.named_children))


def _known(index: Index, caller: Located, source: Source) -> Mapping[int, Reference]:
    """Return what the rules of the language alone say of a file's names, by where these begin."""
    names = {
        one.mark.name: Kind(one.mark.kind)
        for one in index.package(caller.importpath)
        if not one.is_test or one.path == caller.path
    }
    own = declared(source, caller.path.rpartition("/")[2], is_whole=False)
    return {one.span.start: one for one in references(source, caller.importpath, names, own)}


Candidate = tuple[Symbol, Certainty | None]
"""A method that may be meant, and what a type checker says of it; None: nothing."""


def _methods(index: Index, name: str, importpath: str, most: int) -> list[Candidate]:
    """Return the methods of this name that a package can call; more than `most` where there are more.

    A method whose name is not exported is called in its own package alone.
    """
    found: dict[Symbol, None] = {}
    for number, segment in enumerate(index.view.segments):
        for each in segment.names_ending(name, LOOKED):
            owner, dot, last = each.name.rpartition(".")
            if not (owner and dot and last == name):
                continue
            for blob, at in each.at:
                outline = segment.outline(blob)
                if outline is None or outline.symbols[at].kind != Kind.METHOD.value:
                    continue
                for path in index.view.paths.get((number, blob), ()):
                    one = Symbol(index.importpath_of(path), each.name)
                    if not is_test(path) and (name[:1].isupper() or one.importpath == importpath):
                        found[one] = None
                if len(found) > most:
                    return [(one, None) for one in found]
    return [(one, None) for one in found]


def _judged(
    candidates: list[Candidate], judges: Judges, path: str, offset: int
) -> Iterator[Candidate]:
    """Yield the candidates that a type checker lets stand, what is one surely with that."""
    for one, _sure in candidates:
        match judges(*one)(path, offset):
            case Verdict.IS:
                yield one, Certainty.EXACT
            case Verdict.NOTHING:
                yield one, None


def _add(found: dict[Symbol, Edge], edge: Edge) -> None:
    before = found.get(edge.other)
    if before is None:
        found[edge.other] = edge
        return
    surest = min(before.certainty, edge.certainty, key=_ORDER.index)
    found[edge.other] = replace(before, calls=before.calls + 1, certainty=surest)


def _ordered(found: Mapping[Symbol, Edge]) -> tuple[Edge, ...]:
    return tuple(sorted(found.values(), key=lambda edge: _ORDER.index(edge.certainty)))
