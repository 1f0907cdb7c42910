"""Claims about code as named checks: a chapter's sentence that the source itself can refute.

A check reads one function's calls and raises Broken when the sentence does not hold.
"""

from collections.abc import Callable
from dataclasses import dataclass

from portal.source.calls import Call, calls
from portal.source.golang import parse
from portal.walkthrough import anchors
from portal.walkthrough.anchors import Anchor
from portal.walkthrough.excerpt import find
from portal.walkthrough.stock import Where, stock

CHAIN = anchors.parse("go:k8s.io/apiserver/pkg/server#DefaultBuildHandlerChain")
FILTERS = "k8s.io/apiserver/pkg/endpoints/filters"
SERVER_FILTERS = "k8s.io/apiserver/pkg/server/filters"
IMPERSONATION = f"{FILTERS}/impersonation"


class Broken(Exception):
    """The source says otherwise."""


class UnknownClaim(ValueError):
    """No check has this name."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check found at one version."""

    holds: bool
    path: str
    """The repository path of the file that was read."""
    lines: tuple[int, ...]
    """The lines that decided, in the order in which the check looked at them."""


Check = Callable[[tuple[Call, ...]], tuple[int, ...]]
"""Returns the lines that decide; raises Broken with a message for the log."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A named check and the function whose calls it reads."""

    name: str
    anchor: Anchor
    check: Check


_claims: dict[str, Claim] = {}


def claim(name: str, anchor: Anchor) -> Callable[[Check], Check]:
    """Register a check under a name that chapters use."""

    def add(check: Check) -> Check:
        _claims[name] = Claim(name, anchor, check)
        return check

    return add


def get_claim(name: str) -> Claim:
    """Return the claim of this name; raise UnknownClaim, which lists what there is."""
    try:
        return _claims[name]
    except KeyError:
        raise UnknownClaim(f"no claim {name!r}; there are: {', '.join(sorted(_claims))}") from None


def names() -> list[str]:
    """Return the names of all claims."""
    return sorted(_claims)


def judge(where: Where, key: str, name: str) -> Verdict:
    """Return whether a claim holds in the snapshot `key`.

    Raises UnknownClaim; NotImported when nobody can tell; NoSuchSymbol or NoSuchFile when the
    function that the claim is about is gone.
    """
    asked = get_claim(name)
    store = stock(where)
    tree = store.tree(key)
    place = find(store.packages, tree, asked.anchor)
    found = calls(parse(tree.read(place.path)), place.symbol.span)
    try:
        return Verdict(holds=True, path=place.path, lines=asked.check(found))
    except Broken:
        return Verdict(holds=False, path=place.path, lines=())


def wrapping(where: Where, key: str, anchor: Anchor) -> tuple[Call, ...]:
    """Return the calls `handler = pkg.With…(…)` of a function, in source order: its filters.

    Raises what `judge` raises.
    """
    store = stock(where)
    tree = store.tree(key)
    place = find(store.packages, tree, anchor)
    found = calls(parse(tree.read(place.path)), place.symbol.span)
    return tuple(c for c in found if c.target == "handler" and c.name.startswith("With"))


def wrapped(found: tuple[Call, ...], importpath: str, name: str) -> Call:
    """Return the one call that wraps the chain in a filter; raise Broken if it is not one."""
    fitting = [
        call
        for call in found
        if (call.target, call.importpath, call.name) == ("handler", importpath, name)
    ]
    if len(fitting) != 1:
        raise Broken(f"the chain is wrapped in {importpath}.{name} {len(fitting)} times")
    return fitting[0]


def runs_before(outer: Call, *inner: Call) -> tuple[int, ...]:
    """Return the lines of calls of which `outer` runs first; raise Broken if it does not.

    What is wrapped later stands further out and runs earlier.
    """
    for call in inner:
        if call.span.start > outer.span.start:
            raise Broken(f"{call.name} is wrapped after {outer.name}, so it runs before it")
    return (outer.line, *(call.line for call in inner))


@claim("authentication-runs-before-authorization", CHAIN)
def _authentication(found: tuple[Call, ...]) -> tuple[int, ...]:
    return runs_before(
        wrapped(found, FILTERS, "WithAuthentication"), wrapped(found, FILTERS, "WithAuthorization")
    )


@claim("impersonation-runs-before-fairness", CHAIN)
def _impersonation(found: tuple[Call, ...]) -> tuple[int, ...]:
    limits = (
        wrapped(found, SERVER_FILTERS, "WithPriorityAndFairness"),
        wrapped(found, SERVER_FILTERS, "WithMaxInFlightLimit"),
    )
    return (
        *runs_before(wrapped(found, IMPERSONATION, "WithConstrainedImpersonation"), *limits),
        *runs_before(wrapped(found, IMPERSONATION, "WithImpersonation"), *limits),
    )


@claim("request-info-runs-before-identity", CHAIN)
def _request_info(found: tuple[Call, ...]) -> tuple[int, ...]:
    return runs_before(
        wrapped(found, FILTERS, "WithRequestInfo"),
        wrapped(found, FILTERS, "WithAuthentication"),
        wrapped(found, FILTERS, "WithAudit"),
        wrapped(found, FILTERS, "WithAuthorization"),
    )


@claim("panic-recovery-guards-all-but-audit-init", CHAIN)
def _panic_recovery(found: tuple[Call, ...]) -> tuple[int, ...]:
    recovery = wrapped(found, SERVER_FILTERS, "WithPanicRecovery")
    outside = [
        call for call in found if call.target == "handler" and call.span.start > recovery.span.start
    ]
    if [call.name for call in outside] != ["WithAuditInit"]:
        raise Broken(f"outside panic recovery stand {[call.name for call in outside]}")
    return (outside[0].line, recovery.line)
