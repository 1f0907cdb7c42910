"""Which types implement an interface, and which interfaces a type implements, at one version.

By method sets and signatures alone, as Go decides it, without a type checker. Source: Go
specification, "Implementing an interface"; go/types#Implements.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from portal.source.buildtags import Build
from portal.source.index import Index
from portal.source.methodset import INTERFACE
from portal.source.typeuniverse import (
    MOST_STEPS,
    Selected,
    Selectors,
    TypeUniverse,
    identity,
    key_of,
)
from portal.source.view import View

KEPT = 4
"""Versions that stay in the memory of a process; one is some tens of MB."""

_PARAMETER = re.compile(r"(#\d+)")


class Pair(NamedTuple):
    """The other side of an answer: a type, or an interface."""

    importpath: str
    name: str
    is_pointer: bool
    """Whether it is the type's pointer alone that implements the interface."""


@lru_cache(maxsize=KEPT)
def of(view: View) -> "Implementers":
    """Return the implementers of a version for linux/amd64, made once for an open view."""
    return Implementers(Index(view))


class Implementers:
    """Types and interfaces of one version, paired on demand. Holds nothing of the view."""

    def __init__(self, index: Index, build: Build | None = None) -> None:
        """Read the types of a version; see TypeUniverse."""
        self._universe = TypeUniverse(index, build)
        self._selectors: dict[str, Selectors] = {}
        self._interfaces: dict[str, dict[str, Selected]] = {}
        self._having: dict[str, list[str]] = {}
        for key, known in self._universe.types.items():
            methods = self._universe.interface(key)
            if methods is not None:
                self._interfaces[key] = methods
            elif known.shape.form != INTERFACE and not known.is_foreign:
                self._selectors[key] = self._universe.selectors(key)
        for key, selectors in self._selectors.items():
            for name, selected in selectors.items():
                if selected is not None:
                    self._having.setdefault(name, []).append(key)
        self._leading: dict[str, list[str]] = {}
        for key, methods in self._interfaces.items():
            if methods:
                self._leading.setdefault(self._rarest(methods), []).append(key)

    def implementers(self, importpath: str, name: str) -> list[Pair]:
        """Return the types that implement an interface, in order; none for one without methods.

        Types are those of the version, generic ones for some of their arguments. An interface that
        only constrains type parameters, or embeds one of a package that is not known, has none.
        """
        key = key_of(importpath, name)
        methods = self._interfaces.get(key)
        if not methods:
            return []
        found = [
            _pair(one, is_pointer=is_pointer)
            for one in self._having.get(self._rarest(methods), ())
            if (is_pointer := self._implements(self._selectors[one], key)) is not None
        ]
        return sorted(found)

    def interfaces(self, importpath: str, name: str) -> list[Pair]:
        """Return the interfaces with methods that a type implements, in order.

        Those of packages that are not imported are the ones that foreign.toml lists.
        """
        key = key_of(importpath, name)
        selectors: Selectors | None = self._selectors.get(key) or self._interfaces.get(key)
        found = [
            _pair(one, is_pointer=is_pointer)
            for method in selectors or ()
            for one in self._leading.get(method, ())
            if one != key and (is_pointer := self._implements(selectors or {}, one)) is not None
        ]
        return sorted(found)

    def _rarest(self, methods: dict[str, Selected]) -> str:
        return min(methods, key=lambda name: (len(self._having.get(name, ())), name))

    def _implements(self, selectors: Selectors, interface: str) -> bool | None:
        """Return whether it takes a pointer to implement an interface; None: it does not."""
        is_pointer = False
        wanted: list[str] = []
        given: list[str] = []
        for name, method in self._interfaces[interface].items():
            selected = selectors.get(name)
            if selected is None:
                return None
            is_pointer = is_pointer or selected.is_pointer
            want, have = self._spelled(method), self._spelled(selected)
            if "#" in want:
                wanted.append(want)
                given.append(have)
            elif want != have:
                return None
        bound = _unified("\n".join(wanted), "\n".join(given))
        return is_pointer if bound is not None and self._allows(interface, bound) else None

    def _allows(self, interface: str, bound: dict[str, str]) -> bool:
        """Whether the type parameters of an interface may be these types."""
        known = self._universe.types[interface]
        return all(
            self._satisfies(
                bound[f"#{number}"], self._universe.spelled(constraint, known.package), MOST_STEPS
            )
            for number, constraint in enumerate(known.shape.parameters)
            if f"#{number}" in bound
        )

    def _satisfies(self, given: str, constraint: str, steps: int) -> bool:
        """Whether a type satisfies a constraint; one that is not known, nothing does."""
        if constraint in {"interface{}", "comparable"} or given.startswith("#"):
            return True
        known = self._universe.types.get(constraint)
        if known is None or known.shape.form != INTERFACE or not steps:
            return False
        spelled = [self._universe.spelled(term, known.package) for term in known.shape.terms]
        if (known.shape.only_constrains and given not in spelled) or known.shape.parameters:
            return False
        methods = {identity(name, known.package) for name in known.methods}
        selectors = (
            self._selectors.get(given.removeprefix("*")) or self._interfaces.get(given) or {}
        )
        return all(selectors.get(name) for name in methods) and all(
            self._satisfies(given, self._universe.spelled(one, known.package), steps - 1)
            for one in known.shape.embeds
        )

    def _spelled(self, selected: Selected) -> str:
        return self._universe.spelled(selected.signature, selected.package, selected.arguments)


def _unified(pattern: str, text: str) -> dict[str, str] | None:
    """Return what stands for the parameters in `pattern` where that makes it `text`; None: nothing does."""
    bound: dict[str, str] = {}
    at = 0
    for piece in _PARAMETER.split(pattern):
        if not piece.startswith("#"):
            if not text.startswith(piece, at):
                return None
            at += len(piece)
            continue
        end = _end_of_type(text, at)
        if end == at or bound.setdefault(piece, text[at:end]) != text[at:end]:
            return None
        at = end
    return bound if at == len(text) else None


def _end_of_type(text: str, begin: int) -> int:
    """Return where a type ends in the one spelling: at a comma or bracket that is not its own."""
    depth = 0
    for at in range(begin, len(text)):
        character = text[at]
        if depth == 0 and character in ",)]\n":
            return at
        depth += (character in "([{") - (character in ")]}")
    return len(text)


def _pair(key: str, *, is_pointer: bool) -> Pair:
    importpath, _dot, name = key.removeprefix("$").rpartition(".")
    return Pair(importpath, name, is_pointer)
