"""Writing a page: the text with its line marks, the anchors that match, and whose text to keep."""

from dataclasses import dataclass

from django.utils.safestring import SafeString

from portal.walkthrough.excerpt import Grade


@dataclass(frozen=True, slots=True)
class PenLine:
    """One line number; `icon` and `tone` mark what the line holds; `css` is d2, bad or ""."""

    number: int
    icon: str = ""
    tone: str = ""
    css: str = ""


@dataclass(frozen=True, slots=True)
class AnchorOption:
    """One symbol that matches what is typed; `box` is t, f, i or v as in an outline."""

    id: str
    box: str
    name: str
    place: str
    grade: Grade


@dataclass(frozen=True, slots=True)
class Pen:
    """A page that is being written; the first of `options` is the one that Enter takes."""

    text: str
    lines: tuple[PenLine, ...]
    options: tuple[AnchorOption, ...]
    more: str
    preview: SafeString
    version: str


@dataclass(frozen=True, slots=True)
class Side:
    """One text of a line that two changed; `is_base` marks what stood before both."""

    value: str
    label: str
    text: str
    is_base: bool = False
    is_chosen: bool = False


@dataclass(frozen=True, slots=True)
class Hunk:
    """A line that two changed, its texts, and the other ways out."""

    name: str
    title: str
    note: str
    sides: tuple[Side, ...]
    others: tuple[tuple[str, str], ...]
    """Value and label."""
