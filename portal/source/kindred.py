"""What implements an interface, and what a type implements, as the surest tier tells it.

Go's type checker, where it has been run and all that a type has its methods from was checked without
errors; else method sets compared, portal.source.implementers. What a checked type has to do with one that
was not checked, method sets tell too.
"""

from typing import NamedTuple

from portal.source import implementers as method_sets
from portal.source.exact.answers import Answers
from portal.source.implementers import Pair
from portal.source.view import View


class Kindred(NamedTuple):
    """The other sides, in order."""

    pairs: list[Pair]
    compared: int
    """How many of them method sets tell."""
    is_checked: bool
    """Whether Go's type checker tells the others: it knows the type that was asked for."""


def prepare(view: View, exact: Answers | None) -> None:
    """Read the types of a version where that is needed: the first question then finds them read."""
    if exact is None or not exact.is_whole:
        method_sets.of(view)


def implementers(view: View, exact: Answers | None, importpath: str, name: str) -> Kindred:
    """Return the types that implement an interface; see portal.source.implementers."""
    told = exact.implementers(importpath, name) if exact else None
    if exact and told is not None and exact.is_whole:
        return Kindred(told, 0, is_checked=True)
    return _both(exact, told, method_sets.of(view).implementers(importpath, name))


def interfaces(view: View, exact: Answers | None, importpath: str, name: str) -> Kindred:
    """Return the interfaces that a type implements; see portal.source.implementers."""
    told = exact.interfaces(importpath, name) if exact else None
    if exact and told is not None and exact.is_whole:
        return Kindred(told, 0, is_checked=True)
    return _both(exact, told, method_sets.of(view).interfaces(importpath, name))


def _both(exact: Answers | None, told: list[Pair] | None, compared: list[Pair]) -> Kindred:
    if exact is None or told is None:
        return Kindred(compared, len(compared), is_checked=False)
    rest = [pair for pair in compared if not exact.is_judged(pair.importpath, pair.name)]
    return Kindred(sorted(told + rest), len(rest), is_checked=True)
