"""Symbols by name: whole names first, then beginnings, then initials, then parts.

Plain values in, plain values out: who looks through many names gives them in slices.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from heapq import nsmallest
from typing import NamedTuple

from portal.source.symbols import Kind

QUERY_LIMIT = 200
"""Characters of a question; no symbol and its import path are longer."""

BEGINNING = 3
"""The rank of a name that begins as was asked; better is only a whole name, or a whole last part."""
ANY_PART = 8
"""The rank of a name that only holds the letters somewhere."""

_HUMP = re.compile(r"[A-Z][a-z0-9_]*|[a-z0-9_]+")
_HUMPS = re.compile(r"(?:(?<=^)|(?<=[._]))[a-z]|[A-Z]")


class Name(NamedTuple):
    """One declared name, as `entry` makes it."""

    importpath: str
    name: str
    """As an anchor writes it: Func, Type, Type.Method, Type.field, CONST."""
    kind: Kind
    text: str
    """PACKAGE.NAME in lower case."""
    humps: str
    """The letters that begin the words of NAME: `RLAW` for Reflector.ListAndWatch."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it was read. `importpath` is "" for any; `name` may have a package before it."""

    name: str
    importpath: str = ""


def entry(importpath: str, package: str, name: str, kind: Kind) -> Name:
    """Return a name made ready to be looked for."""
    return Name(importpath, name, kind, f"{package}.{name}".lower(), humps(name))


@lru_cache(maxsize=65536)
def humps(name: str) -> str:
    """Return the letters that begin the words of a name: `RLAW` for Reflector.ListAndWatch."""
    return "".join(_HUMPS.findall(name))


def words_of(name: str) -> list[str]:
    """Return the words of a name as it is typed; none of one without capitals."""
    return _HUMP.findall(name) if re.search("[A-Z]", name) else []


def read(text: str) -> Asked | None:
    """Return the question that `text` asks; None: no symbol can be called so.

    `importpath#Name` as an anchor writes it (`go:` before it is left out), `Name`, `Type.Method` or
    `package.Name`; brackets and a star, as Go's own messages write receivers, say nothing.
    """
    text = (
        re.sub(r"[(*)]", "", text.strip().removeprefix("go:")).partition("~")[0].partition("@")[0]
    )
    importpath, mark, name = text.rpartition("#")
    if not mark and "/" in text:  # k8s.io/client-go/tools/cache.Reflector, as Go prints it
        folder, _slash, last = text.rpartition("/")
        package, _dot, name = last.partition(".")
        importpath = f"{folder}/{package}"
    is_name = re.fullmatch(r"\w+(?:\.\w*){0,2}", name, re.ASCII)
    is_path = not importpath or re.fullmatch(r"[\w.~-]+(?:/[\w.~-]+)*", importpath, re.ASCII)
    if len(text) > QUERY_LIMIT or not (is_name and is_path):
        return None
    return Asked(name, importpath)


class Finder:
    """The best names for one question; the order is the same whatever they are looked at in."""

    def __init__(
        self, asked: Asked, limit: int, weight: Callable[[Name], int] = lambda _name: 0
    ) -> None:
        """Keep at most `limit` names; of those that fit alike the one of the greater `weight` is better."""
        self._weight = weight
        self.asked = asked
        self.total = 0
        """How many names fit, of those that were looked at."""
        self.is_cut = False
        """Whether others may fit that were not looked at, as well or worse."""
        self._limit = limit
        self._lower = asked.name.lower()
        self._letters = asked.name.replace(".", "")
        self._words = words_of(asked.name)
        self._best: list[tuple[int, int, int, str, str, Name]] = []

    @property
    def found(self) -> tuple[Name, ...]:
        """The best names, the best first."""
        return tuple(best[-1] for best in self._best)

    def is_settled(self, rank: int) -> bool:
        """Whether no name of this rank or a worse one is among the best; it is then not to be looked at."""
        is_settled = len(self._best) == self._limit and self._best[-1][0] < rank
        self.is_cut |= is_settled
        return is_settled

    def look(self, names: Iterable[Name]) -> None:
        """Take note of the best of `names` too."""
        fitting = [
            (rank, -self._weight(name), len(name.name), name.name, name.importpath, name)
            for name in names
            if (rank := self.rank(name)) is not None
        ]
        self.total += len(fitting)
        self._best = nsmallest(self._limit, [*self._best, *fitting])

    def tell(self, name: Name, kind: Kind) -> None:
        """Say what a name is that was found."""
        self._best = [
            (*best[:-1], name._replace(kind=kind)) if best[-1] is name else best
            for best in self._best
        ]

    def rank(self, name: Name) -> int | None:
        """Return how well a name fits, 0 the best; None: not at all.

        0 the whole name or PACKAGE.NAME as it is written, 1 but for capitals, 2 the last part of it,
        3 its beginning, 4 the beginning of a part, 5 the initials of its words, 6 some of them in
        order, 7 the initials but for capitals that were typed, 8 any part.
        """
        if self.asked.importpath and self.asked.importpath != name.importpath:
            return None
        return self._rank(name)

    def rank_of_any(self, name: str, initials: str) -> int | None:
        """Return `rank` of a name whichever package has it, but for a question that may hold a package."""
        return self._rank(Name("", name, Kind.FUNC, f".{name}".lower(), initials))

    def _rank(self, name: Name) -> int | None:
        package = len(name.text) - len(name.name)
        # A name is not found by its package alone.
        at = name.text.find(self._lower, 0 if "." in self._lower else package)
        part = None if at < 0 else self._rank_of_part(name, at, package)
        if part is not None and part < ANY_PART:
            return part
        initials = self._rank_of_initials(name)
        return part if initials is None else initials

    def _rank_of_part(self, name: Name, at: int, package: int) -> int:
        lower, text = self._lower, name.text
        if text.endswith(f".{lower}") or text == lower:
            if len(lower) < len(name.name):
                return 2
            written = text[: len(text) - len(lower)] + self.asked.name
            return 0 if written[package:] == name.name else 1
        # A name that begins so is better than a package that does.
        if text.startswith(lower, package) or at == 0:
            return BEGINNING
        return 4 if f".{lower}" in text[package:] else ANY_PART

    def _rank_of_initials(self, name: Name) -> int | None:
        if len(self._letters) < 2:
            return None
        if name.humps.startswith(self._letters):
            return 5
        if self._is_in_order(name):
            return 6
        if name.humps.lower().startswith(self._letters.lower()):
            return 7 if self._words else 5
        return None

    def _is_in_order(self, name: Name) -> bool:
        if len(self._words) < 2:
            return False
        at = 0
        is_first = True
        for word in self._words:  # each word as early as can be: if any way fits, this one does
            found = name.name.find(word, at)
            if found < 0 and is_first:
                lowered = word[0].lower() + word[1:]
                found = 0 if name.name.startswith(lowered) else -1
            if found < 0:
                return False
            at, is_first = found + len(word), False
        return True
