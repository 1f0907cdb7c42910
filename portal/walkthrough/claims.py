"""Claims about code: a chapter's sentence in a form that the source itself can refute.

The first line of a claim block says what is checked, its body is the sentence:

    ```claim runs-before go:…#DefaultBuildHandlerChain~D8 WithAuthentication WithAuthorization
    Authentication runs before authorization.
    ```

KIND ANCHOR WORDS, quoted as in a shell. A check reads the function, constant or variable at the
anchor and raises Broken when the sentence does not hold. Kinds are the functions below.
"""

import re
import shlex
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property

from portal.source.calls import Call, calls
from portal.source.gates import gate_states, state_at
from portal.source.golang import Node, Source, first_line, parse
from portal.source.package import Package
from portal.source.symbols import Kind, Symbol
from portal.walkthrough import anchors
from portal.walkthrough.anchors import Anchor
from portal.walkthrough.excerpt import find
from portal.walkthrough.stock import Where, stock


class Broken(Exception):
    """The source says otherwise; the message says what it says."""


class Lacking(Broken):
    """The source has nothing of a name that the claim speaks of, as before it was written."""

    def __init__(self, name: str, message: str) -> None:
        """Name what is not there; the message says where it was looked for."""
        super().__init__(message)
        self.name = name


class ClaimError(ValueError):
    """The first line of a claim block says nothing that can be checked; the message says what to write."""


@dataclass(frozen=True)
class Subject:
    """What a claim is about, in one snapshot."""

    package: Package
    symbol: Symbol
    source: Source
    """The file that declares the symbol."""
    version: str
    read: Callable[[str], Source]
    """Parses another file of the package, by its name."""

    @cached_property
    def calls(self) -> tuple[Call, ...]:
        """The calls of the declaration, in source order."""
        return calls(self.source, self.symbol.span)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check found at one version."""

    holds: bool
    path: str
    """The repository path of the file that was read."""
    lines: tuple[int, ...]
    """The lines that decided, in the order in which the check looked at them."""
    reason: str = ""
    """What the source says instead; for authors, so in English."""
    lacks: str = ""
    """The name that is not there at all; empty: the source says otherwise."""


Check = Callable[[Subject, tuple[str, ...]], tuple[int, ...]]
"""Returns the lines that decide; raises Broken."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim as written."""

    check: Check
    anchor: Anchor
    words: tuple[str, ...]


_kinds: dict[str, tuple[Check, int]] = {}


def kind(name: str, words: int) -> Callable[[Check], Check]:
    """Register a check under the name that chapters use; it takes at least so many words."""

    def add(check: Check) -> Check:
        _kinds[name] = (check, words)
        return check

    return add


def parse_claim(info: str) -> Claim:
    """Return the claim that a block's first line states; raise ClaimError or AnchorError."""
    try:
        name, target, *words = shlex.split(info)
    except ValueError:
        raise ClaimError("write ```claim KIND go:IMPORTPATH#NAME~D8 WORDS") from None
    if name not in _kinds:
        raise ClaimError(f"no claim kind {name!r}; there are: {', '.join(sorted(_kinds))}")
    check, least = _kinds[name]
    if len(words) < least:
        raise ClaimError(f"claim {name} takes {least} or more words behind its anchor")
    return Claim(check, anchors.parse(target), tuple(words))


def judge(where: Where, key: str, info: str) -> Verdict:
    """Return whether a claim holds in the snapshot `key`.

    Raises ClaimError and AnchorError; NotImported when nobody can tell; NoSuchSymbol or NoSuchFile
    when what the claim is about is gone.
    """
    claim = parse_claim(info)
    store = stock(where)
    tree = store.tree(key)
    place = find(store.packages, tree, claim.anchor)
    folder = place.package.folder

    @cache
    def read(file: str) -> Source:
        return parse(tree.read(f"{folder}/{file}" if folder else file))

    subject = Subject(
        place.package, place.symbol, read(place.symbol.file), tree.snapshot.version, read
    )
    try:
        lines = claim.check(subject, claim.words)
    except Lacking as lacking:
        return Verdict(
            holds=False, path=place.path, lines=(), reason=str(lacking), lacks=lacking.name
        )
    except Broken as broken:
        return Verdict(holds=False, path=place.path, lines=(), reason=str(broken))
    return Verdict(holds=True, path=place.path, lines=lines)


def wrapping(where: Where, key: str, anchor: Anchor) -> tuple[Call, ...]:
    """Return the calls `handler = pkg.With…(…)` of a function, in source order: its filters.

    Raises what `judge` raises.
    """
    store = stock(where)
    tree = store.tree(key)
    place = find(store.packages, tree, anchor)
    found = calls(parse(tree.read(place.path)), place.symbol.span)
    return tuple(call for call in found if is_wrapping(call))


def is_wrapping(call: Call) -> bool:
    """Whether a call puts one more filter around the chain."""
    return call.target == "handler" and call.name.startswith("With")


@kind("runs-before", 2)
def runs_before(subject: Subject, words: tuple[str, ...]) -> tuple[int, ...]:
    """OUTER INNER…: the chain is wrapped in OUTER last, so it runs before each INNER."""
    outer, *inner = (_wrapped(subject, name) for name in words)
    for call in inner:
        if call.span.start > outer.span.start:
            raise Broken(f"{call.name} is wrapped after {outer.name}, so it runs before it")
    return (outer.line, *(call.line for call in inner))


@kind("outside", 1)
def outside(subject: Subject, words: tuple[str, ...]) -> tuple[int, ...]:
    """GUARD NAME…: outside GUARD stand these filters and no others, outermost last."""
    guard = _wrapped(subject, words[0])
    found = [c for c in subject.calls if is_wrapping(c) and c.span.start > guard.span.start]
    if [call.name for call in found] != list(words[1:]):
        raise Broken(f"outside {guard.name} stand {[call.name for call in found]}")
    return (guard.line, *(call.line for call in found))


@kind("guarded", 2)
def guarded(subject: Subject, words: tuple[str, ...]) -> tuple[int, ...]:
    """CALL NAME…: every call of CALL stands under conditions that speak of each NAME."""
    found = [call for call in subject.calls if call.name == words[0]]
    if not found:
        raise Lacking(words[0], f"{subject.symbol.name} does not call {words[0]}")
    for call in found:
        spoken = set(re.findall(r"\w+", " ".join(call.guards)))
        if lacking := sorted(set(words[1:]) - spoken):
            raise Broken(f"{call.name} does not depend on {', '.join(lacking)}")
    return tuple(call.line for call in found)


@kind("calls", 1)
def calls_in_order(subject: Subject, words: tuple[str, ...]) -> tuple[int, ...]:
    """NAME…: the function calls these, each written after the one before."""
    lines: list[int] = []
    start = -1
    for name in words:
        call = next(
            (c for c in subject.calls if c.name == name and c.span.start > start),
            None,
        )
        if call is None and name not in {call.name for call in subject.calls}:
            raise Lacking(name, f"{subject.symbol.name} does not call {name}")
        if call is None:
            raise Broken(f"{subject.symbol.name} calls no {name} there")
        start = call.span.start
        lines.append(call.line)
    return tuple(lines)


@kind("literal", 1)
def literal(subject: Subject, words: tuple[str, ...]) -> tuple[int, ...]:
    """VALUE…: each stands in the declaration as a string or a number of its own."""
    found = {
        subject.source.words(node).strip('"`'): first_line(node)
        for node in _nodes(subject)
        if node.type in {"interpreted_string_literal", "raw_string_literal", "int_literal"}
    }
    if lacking := [word for word in words if word not in found]:
        raise Broken(f"{subject.symbol.name} holds no {', '.join(map(repr, lacking))}")
    return tuple(found[word] for word in words)


@kind("value", 1)
def value(subject: Subject, words: tuple[str, ...]) -> tuple[int, ...]:
    """VALUE: a constant or variable is declared with this value."""
    if subject.symbol.kind not in {Kind.CONST, Kind.VAR}:
        raise Broken(f"{subject.symbol.name} is no constant or variable")
    for node in _nodes(subject):
        if node.type in {"const_spec", "var_spec"}:
            written = node.child_by_field_name("value")
            text = " ".join(subject.source.words(written).split()) if written else ""
            if text != words[0]:
                raise Broken(f"{subject.symbol.name} is {text}")
            return (first_line(node),)
    raise Broken(f"{subject.symbol.name} has no value")


@kind("gate", 2)
def gate(subject: Subject, words: tuple[str, ...]) -> tuple[int, ...]:
    """on|off STAGE: what the feature gate named by the constant is by default at the page's version."""
    short = subject.symbol.name
    for table in subject.package.symbols.values():
        if table.kind is Kind.VAR:
            states = gate_states(subject.read(table.file), table.span, short)
            state = state_at(states, subject.version)
            if state is not None:
                found = ("on" if state.is_on else "off", state.stage)
                if found != words[:2]:
                    raise Broken(f"{short} is {' '.join(found)}")
                return (state.line,)
    raise Lacking(short, f"no table names {short} at {subject.version}")


def _wrapped(subject: Subject, name: str) -> Call:
    """Return the one call that wraps the chain in a filter; raise Broken if it is not one."""
    fitting = [call for call in subject.calls if is_wrapping(call) and call.name == name]
    if not fitting:
        raise Lacking(name, f"the chain is not wrapped in {name}")
    if len(fitting) != 1:
        raise Broken(f"the chain is wrapped in {name} {len(fitting)} times")
    return fitting[0]


def _nodes(subject: Subject) -> list[Node]:
    """Return every node of the declaration, outermost first."""
    found: list[Node] = []
    waiting = [subject.source.root]
    while waiting:
        node = waiting.pop()
        if subject.source.span(node) in subject.symbol.span:
            found.append(node)
        waiting.extend(reversed(node.children))
    return found
