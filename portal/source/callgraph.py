"""Who calls a function, and whom it calls, each with how sure that is.

Where Go's type checker has been run, it says what a call is of. Elsewhere a call by a name that the rules
of the language decide is exact. Of `x.Name()` only a type checker knows the type of x: without it, a
version's only method of that name is likely, if its package is at hand in the file; one of a few is a
candidate, of packages that the caller's can reach through imports; what could be many is counted and not
guessed. Tests are left out.
"""

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple, Protocol

from portal.source import reach
from portal.source.buildtags import is_test
from portal.source.exact.answers import Calls
from portal.source.golang import Node, Source, first_line, parse
from portal.source.imports import import_table
from portal.source.index import Index, Located
from portal.source.package import MAX_FILE_BYTES
from portal.source.scope import Reference, Use, references
from portal.source.symbols import Kind, declared
from portal.source.xref import Certainty, Uses

FEW = 5
"""Methods of one name that are candidates for a call; of more nothing is said."""
LOOKED = 600
"""Names of one ending that are looked at: fields and functions may end so too."""
_ORDER = (Certainty.EXACT, Certainty.LIKELY, Certainty.CANDIDATE)


class Checked(Protocol):
    """Knows what is called: portal.source.exact."""

    def calls(self, path: str) -> Calls | None:
        """Return the calls in a file; None: nothing is known of them."""


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
    is_checked: bool = False
    """Whether Go's type checker went over it: what is not exact is then what it could not tell."""


def callers(index: Index, importpath: str, uses: Uses) -> tuple[Edge, ...]:
    """Return who calls a symbol of a package, of whose uses these are some.

    The surest first, then in their order. Who cannot reach the package is no candidate.
    """
    found: dict[Symbol, Edge] = {}
    reached: dict[str, bool] = {}
    for use in uses.uses:
        if use.is_call and use.within and not is_test(use.path):
            one = Symbol(index.importpath_of(use.path), use.within)
            if use.certainty is not Certainty.EXACT:
                if one.importpath not in reached:
                    reached[one.importpath] = importpath in reach.of(index.view)(one.importpath)
                if not reached[one.importpath]:
                    continue
            _add(found, Edge(one, use.path, use.line, 1, use.certainty))
    return _ordered(found)


def callees(index: Index, caller: Located, checked: Checked | None = None) -> Callees:
    """Return whom a function calls in its own code, the surest first, then in source order.

    What other modules than those of the version declare is left out, and so are builtins,
    conversions and functions that are values of fields and locals. A call through an interface is one
    of its method.
    """
    data = index.view.read(caller.path, MAX_FILE_BYTES)
    text = data.decode("utf-8", "replace")
    start, end = (len(text[:at].encode()) for at in (caller.mark.start, caller.mark.end))
    calls = checked.calls(caller.path) if checked else None
    found: dict[Symbol, Edge] = {}
    for call in calls.told if calls else ():
        if start <= call.offset < end:
            line = data.count(b"\n", 0, call.offset) + 1
            one = Symbol(call.importpath, call.name)
            _add(found, Edge(one, caller.path, line, 1, Certainty.EXACT))
    unknown = 0
    if calls is None or any(start <= at < end for at in calls.open):
        unknown = _guessed(index, caller, parse(data), calls.open if calls else None, found)
    return Callees(_ordered(found), unknown, calls is not None)


def _guessed(
    index: Index,
    caller: Located,
    source: Source,
    open_: Container[int] | None,
    found: dict[Symbol, Edge],
) -> int:
    """Add what can be told of calls without a type checker: of all, or of those at some bytes' offsets.

    Returns how many are of methods that many types have.
    """
    known = _known(index, caller, source)
    imports = import_table(source)
    reached = reach.of(index.view)(caller.importpath)
    unknown = 0
    for called in _called(source, caller.mark.start, caller.mark.end):
        if open_ is not None and called.name.start_byte not in open_:
            continue
        line = first_line(called.name)
        reference = known.get(source.span(called.name).start)
        if reference is not None:
            if reference.use is Use.FUNC and index.folders(reference.importpath):
                one = Symbol(reference.importpath, reference.name)
                _add(found, Edge(one, caller.path, line, 1, Certainty.EXACT))
        elif called.operand is not None and source.words(called.operand) not in imports:
            candidates = _methods(index, source.words(called.name), caller.importpath, reached)
            if len(candidates) > FEW:
                unknown += 1
                continue
            for one in candidates:
                is_near = one.importpath in {caller.importpath, *imports.values()}
                is_likely = is_near and len(candidates) == 1
                certainty = Certainty.LIKELY if is_likely else Certainty.CANDIDATE
                _add(found, Edge(one, caller.path, line, 1, certainty))
    return unknown


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


def _methods(index: Index, name: str, importpath: str, reached: Container[str]) -> list[Symbol]:
    """Return the methods of this name that a package can call; more than FEW where there are more.

    Those of packages that it reaches; a method whose name is not exported, in its own package alone.
    """
    found: dict[Symbol, None] = {}
    for number, segment in enumerate(index.view.segments):
        for each in segment.code.names_ending(name, LOOKED):
            owner, dot, last = each.name.rpartition(".")
            if not (owner and dot and last == name):
                continue
            for blob, at in each.at:
                ones = [
                    Symbol(package, each.name)
                    for path in index.view.paths.get((number, blob), ())
                    if not is_test(path)
                    and (package := index.importpath_of(path)) in reached
                    and (name[:1].isupper() or package == importpath)
                ]
                outline = segment.code.outline(blob) if ones else None
                if outline is None or outline.symbols[at].kind != Kind.METHOD.value:
                    continue
                found |= dict.fromkeys(ones)
                if len(found) > FEW:
                    return list(found)
    return list(found)


def _add(found: dict[Symbol, Edge], edge: Edge) -> None:
    before = found.get(edge.other)
    if before is None:
        found[edge.other] = edge
        return
    surest = min(before.certainty, edge.certainty, key=_ORDER.index)
    found[edge.other] = replace(before, calls=before.calls + 1, certainty=surest)


def _ordered(found: Mapping[Symbol, Edge]) -> tuple[Edge, ...]:
    return tuple(sorted(found.values(), key=lambda edge: _ORDER.index(edge.certainty)))
