"""What the imported versions say of something that a text mentions: how it stands, and what shows it."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

from portal.source.mention import Mention
from portal.source.testimony import Line, Place
from portal.source.versions import Versions

MOST_PLACES = 4
"""Declarations that a verdict names."""


class Standing(IntEnum):
    """How a mention stands, the worst first."""

    NEVER = 0
    """In no imported version."""
    OTHERWISE = 1
    """It exists, and never with this signature, or this line."""
    GONE = 2
    """In an older version, not in the newest."""
    MOVED = 3
    """Where it is said to be it was once; now it is elsewhere."""
    UNTOLD = 4
    """No imported version could hold it, or it may be a variable."""
    SINCE = 5
    """In the newest version, and not in all that are older."""
    HERE = 6
    """In every imported version."""


class Why(IntEnum):
    """What a standing rests on, where that is not plain."""

    PLAIN = 0
    PACKAGE = 1
    """The package itself is in no version."""
    ELSEWHERE = 2
    """The name is declared in other packages only."""
    WORD = 3
    """It is declared nowhere, but the word stands in code."""
    VARIABLE = 4
    """What stands before the dot may be a variable."""
    MODULE = 5
    """It belongs to a module that is not imported."""
    LINE = 6
    """The file has fewer lines."""
    PROMOTED = 7
    """By a type that is embedded."""
    CANDIDATES = 8
    """A word of prose that several declarations are called by: one of them may be meant, or none."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the imported versions say of a mention."""

    mention: Mention
    at: int
    """The line of the text."""
    standing: Standing
    why: Why = Why.PLAIN
    places: tuple[Place, ...] = ()
    """Where it is, the newest first; of a signature, the real ones."""
    more: int = 0
    """How many others there are."""
    absent: tuple[str, ...] = ()
    """PROJECT@VERSION of those that have it not."""
    near: tuple[tuple[str, str], ...] = ()
    """(import path, name) of what is called like it; an empty name for a package or file."""
    lines: tuple[Line, ...] = ()
    """What stands at the line that was named."""


def never(versions: Versions, mention: Mention, near: Iterable[tuple[str, str]]) -> Verdict:
    """Return the verdict that no version has something, and what is like it."""
    return Verdict(mention, 0, Standing.NEVER, absent=versions.keys, near=tuple(near))


def untold(mention: Mention, why: Why) -> Verdict:
    """Return the verdict that nobody can tell."""
    return Verdict(mention, 0, Standing.UNTOLD, why)


def standing_of(versions: Versions, bits: int) -> Standing:
    """Return how something stands that some versions have, of their projects."""
    if not bits & versions.newest:
        return Standing.GONE
    return Standing.SINCE if versions.all_of(bits) & ~bits else Standing.HERE
