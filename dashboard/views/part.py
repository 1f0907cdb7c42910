"""Small parts of pages of the live half, as their partials print them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tab:
    """One view of an object; `count` is "" where nothing is counted, `key` opens it, or is ""."""

    label: str
    url: str
    count: str = ""
    is_current: bool = False
    key: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """One sentence of judgement on an object that is not healthy; `tone` is fail or warn."""

    tone: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Node:
    """One object among its owners and dependents; `icon` and `tone` are those of its mark, or "".

    `url` is "" for what has no page.
    """

    icon: str
    tone: str
    kind: str
    name: str
    url: str
    note: str = ""
    is_here: bool = False
    children: tuple["Node", ...] = ()


@dataclass(frozen=True, slots=True)
class Scale:
    """A share as a scale bar. `text` "" means unknown: then `unknown` is the word, `reason` why."""

    label: str
    text: str
    percent: int = 0
    is_hot: bool = False
    unknown: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Facet:
    """A count to click; `icon` and `tone` are those of its mark, or both ""."""

    text: str
    count: str
    url: str
    icon: str = ""
    tone: str = ""
    is_chosen: bool = False
