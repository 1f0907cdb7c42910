"""Small parts of pages, as their partials print them: nothing left to compute."""

from dataclasses import dataclass

from portal.shell import Mark


@dataclass(frozen=True, slots=True)
class Status:
    """A mark with its word; `means` and `said_of` explain it where that is asked."""

    mark: Mark
    word: str
    means: str = ""
    said_of: str = ""


@dataclass(frozen=True, slots=True)
class Tag:
    """A fact about a thing; `tone` is a pigment or ""."""

    tone: str
    text: str


@dataclass(frozen=True, slots=True)
class Toast:
    """Something that happened; `role` is status, or alert for what takes something away."""

    tone: str
    icon: str
    role: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class PanelHead:
    """The header of a panel: title, a note beside it, and what stands at its end."""

    id: str
    title: str
    note: str
    end: str


@dataclass(frozen=True, slots=True)
class OutlineItem:
    """One symbol in an outline; `box` is t, f, i or v: type, function, interface, value."""

    href: str
    box: str
    label: str
    line: int
    is_member: bool = False
    is_current: bool = False


@dataclass(frozen=True, slots=True)
class HoverCard:
    """What a symbol is. `signature` is highlighted HTML, `doc` the first sentence, in our words."""

    name: str
    signature: str
    doc: str
    links: tuple[tuple[str, str], ...]
    fact: str


@dataclass(frozen=True, slots=True)
class Hit:
    """One line of the palette; `before`, `match` and `after` make up its name."""

    icon: str
    before: str
    match: str
    after: str
    note: str
    end: str
    url: str
    is_chosen: bool = False


@dataclass(frozen=True, slots=True)
class HitGroup:
    """Lists, objects or source."""

    title: str
    hits: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text; `is_marked` where it is what was asked for."""

    text: str
    is_marked: bool = False


@dataclass(frozen=True, slots=True)
class FoundLine:
    """One result of a search: what it is called, and the words around what matched, if it is in prose.

    `box` and its `letter` mark a symbol in place of an icon, as in an outline.
    """

    icon: str
    title: tuple[Piece, ...]
    url: str
    note: str
    excerpt: tuple[Piece, ...] = ()
    box: str = ""
    letter: str = ""


@dataclass(frozen=True, slots=True)
class Station:
    """One stop in the life of a kind, from its type to the cluster; `is_live` ones run now."""

    what: str
    note: str
    links: tuple[tuple[str, str], ...]
    is_live: bool = False
