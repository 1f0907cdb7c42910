"""What stands at an anchor in one snapshot: its lines, or the grade of what changed.

The grade comes from digests alone; where the snapshot that a chapter was verified at is here too,
the two symbols are compared, and moves and changed signatures are told apart as well.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Protocol

from portal.source.errors import NoSuchFile, NoSuchSymbol, NotImported
from portal.source.package import Package, Packages
from portal.source.symbols import Statement, Symbol
from portal.source.tree import Tree
from portal.walkthrough.anchors import Anchor


class Grade(IntEnum):
    """How far source has drifted from what a chapter speaks of; the number of lit pips."""

    SAME = 0
    MOVED = 1
    BODY = 2
    SIGNATURE = 3
    GONE = 4


class Standing(Protocol):
    """A declaration as a version has it."""

    @property
    def file(self) -> str:
        """The file's name in its folder."""

    @property
    def line(self) -> int:
        """Where it begins."""

    @property
    def digest(self) -> str:
        """Of its tokens."""

    @property
    def signature_digest(self) -> str:
        """Of those tokens that whoever uses it relies on."""


class NoSuchStatement(Exception):
    """No statement of the symbol has the anchor's S8, or several do; the message says which."""


@dataclass(frozen=True, slots=True)
class Place:
    """What an anchor names in one snapshot."""

    package: Package
    symbol: Symbol
    grade: Grade

    @property
    def path(self) -> str:
        """The repository path of the file."""
        return self.package.path(self.symbol)

    def statement(self, s8: str) -> Statement:
        """Return the one statement whose digest starts with `s8`; raise NoSuchStatement."""
        found = [s for s in self.symbol.statements if s.digest.startswith(s8)]
        if len(found) == 1:
            return found[0]
        if not found:
            raise NoSuchStatement(f"{self.symbol.name} has no statement /{s8}")
        lines = ", ".join(str(statement.line) for statement in found)
        raise NoSuchStatement(
            f"/{s8} is {len(found)} statements of {self.symbol.name} (lines {lines}); "
            "anchor one that stands once"
        )


def find(packages: Packages, tree: Tree, anchor: Anchor, verified: Tree | None = None) -> Place:
    """Return what an anchor names in `tree`; `verified` is the tree that its digest was taken in.

    Raises NoSuchSymbol when it is gone (grade GONE, with the names most like it), NoSuchFile when
    its whole package is, NotImported when nobody can tell.
    """
    package = packages.get(tree, anchor.importpath, anchor.build)
    symbol = package.symbol(anchor.name)
    return Place(package, symbol, grade(anchor, symbol, _then(packages, anchor, verified)))


def grade(anchor: Anchor, now: Standing, then: Standing | None) -> Grade:
    """Return how far a symbol has drifted.

    `then` is the symbol that the anchor's digest was taken of; None: not here to compare with, so
    that only its digest speaks and a move cannot be seen.
    """
    is_same = now.digest.startswith(anchor.digest)
    if then is None:
        return Grade.SAME if is_same else Grade.BODY
    if now.signature_digest != then.signature_digest:
        return Grade.SIGNATURE
    if not is_same:
        return Grade.BODY
    return Grade.SAME if (now.file, now.line) == (then.file, then.line) else Grade.MOVED


def _then(packages: Packages, anchor: Anchor, verified: Tree | None) -> Symbol | None:
    """Return the symbol as it was verified; None where that snapshot cannot be read."""
    if verified is None:
        return None
    try:
        return packages.get(verified, anchor.importpath, anchor.build).symbol(anchor.name)
    except (NoSuchFile, NoSuchSymbol, NotImported):
        return None
