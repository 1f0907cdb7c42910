"""Markdown to sanitised HTML, and the blocks that others fill in.

A fenced block whose first word is a registered name is not prose: it is handed to the maker that
registered the name. This module knows no maker. Source: reliability-security.md 5 (input caps,
allow-list after rendering; raw HTML only through it).
"""

import re
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element

import nh3
from markdown import Markdown
from markdown.extensions import Extension
from markdown.inlinepatterns import InlineProcessor
from markdown.treeprocessors import Treeprocessor

from portal.walkthrough import anchors
from portal.walkthrough.links import Links

if TYPE_CHECKING:
    from django.http import HttpRequest

    from portal.walkthrough.stock import Where

MAX_BYTES = 256 * 1024
MAX_PARAGRAPH_BYTES = 16 * 1024
MAX_OPEN_BRACKETS = 32
"""Python-Markdown's time grows with the square of the brackets that a paragraph leaves open:
16,000 of them take 20 s (measured with 3.11.3)."""
PLAIN_FENCES = frozenset({"", "console", "json", "text", "yaml"})
"""Fences that stay what Markdown makes of them. No `go`: prose names source, it never copies it."""
TAGS = frozenset(
    {
        *("a", "abbr", "b", "blockquote", "br", "code", "dd", "del", "details", "dl", "dt", "em"),
        *("h3", "h4", "hr", "i", "kbd", "li", "ol", "p", "pre", "s", "strong", "sub", "summary"),
        *("sup", "table", "tbody", "td", "th", "thead", "tr", "ul"),
    }
)
ATTRIBUTES = {"a": {"href", "title"}, "abbr": {"title"}, "ol": {"start"}, "details": {"open"}}
CLASSES = {
    "a": {"ref"},
    "table": {"t"},
    "code": {f"language-{name}" for name in PLAIN_FENCES if name},
}
REFERENCE = r"\{(\d{1,3})\}"


class TooLong(ValueError):
    """The Markdown is longer, or more entangled, than it may be; the message says what to do."""


class UnknownBlock(ValueError):
    """A fenced block's name is registered by nobody; the message lists what is."""


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block as written: ```` ```name info ```` and its body."""

    name: str
    info: str
    body: str
    line: int
    """Its first line in the text it was found in, from 1."""
    html: str = ""
    """Its body as sanitised HTML, where that is prose: in a block that does not stand beside it."""


@dataclass(frozen=True, slots=True)
class Reader:
    """For whom and at which version a block is filled in."""

    request: "HttpRequest"
    where: "Where"
    links: Links
    key: str
    """The snapshot that the page shows: PROJECT@VERSION."""
    verified_at: str
    section: str
    """The id of the section that the block stands in."""
    language: str


Maker = Callable[[Block, Reader], Awaitable[str]]
"""Returns trusted HTML: whatever was written by people is escaped or sanitised in it."""
Checker = Callable[[Block, "Where"], Iterable[str]]
"""Yields what is wrong with a block, for its author."""


@dataclass(frozen=True, slots=True)
class BlockKind:
    """A name that fenced blocks may have, and who fills them in."""

    name: str
    make: Maker
    check: Checker
    is_beside: bool = False
    """Whether the block stands beside the prose before it, as code does."""


_kinds: dict[str, BlockKind] = {}


def register(kind: BlockKind) -> None:
    """Fill blocks of this name by `kind` from now on, instead of whoever did before."""
    _kinds[kind.name] = kind


def registered(name: str) -> BlockKind:
    """Return who fills blocks of this name; raise UnknownBlock."""
    try:
        return _kinds[name]
    except KeyError:
        known = ", ".join(sorted(_kinds))
        raise UnknownBlock(f"no block is called {name!r}; there are: {known}") from None


def beside_names() -> frozenset[str]:
    """Return the names of the blocks that stand beside prose."""
    return frozenset(kind.name for kind in _kinds.values() if kind.is_beside)


def fragments(text: str) -> Iterator[str | Block]:
    """Yield Markdown and blocks in order; a fence that is never closed ends with the text."""
    lines = text.splitlines(keepends=True)
    prose: list[str] = []
    index = 0
    while index < len(lines):
        fence = re.match(r"(`{3,})[ \t]*([\w-]*)[ \t]*([^`\n]*)", lines[index])
        if fence is None:
            prose.append(lines[index])
            index += 1
            continue
        end = index + 1
        while end < len(lines) and lines[end].strip() != fence[1]:
            end += 1
        if fence[2] in PLAIN_FENCES:
            prose += lines[index : end + 1]
        else:
            if "".join(prose).strip():
                yield "".join(prose)
            prose = []
            body = "".join(lines[index + 1 : end])
            yield Block(fence[2], fence[3].strip(), body, index + 1)
        index = end + 1
    if "".join(prose).strip():
        yield "".join(prose)


def prose(text: str, links: Links) -> str:
    """Return Markdown as sanitised HTML; raise TooLong.

    `{1}` becomes a reference to note 1; a link to `go:…` or `chapter:BOOK/CHAPTER` is led to its
    page, and loses its target if it is no anchor.
    """
    _refuse_excess(text)
    extensions: list[Extension | str] = ["fenced_code", "tables", "sane_lists", "def_list"]
    html = Markdown(extensions=[*extensions, _Chapters(links)]).convert(text)
    return sanitise(html)


def _refuse_excess(text: str) -> None:
    if len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise TooLong(f"the text is longer than {MAX_BYTES // 1024} KiB: split it")
    for paragraph in re.split(r"\n\s*\n", text):
        if len(paragraph.encode("utf-8", "surrogatepass")) > MAX_PARAGRAPH_BYTES:
            raise TooLong(f"a paragraph is longer than {MAX_PARAGRAPH_BYTES // 1024} KiB: split it")
        if paragraph.count("[") - paragraph.count("]") > MAX_OPEN_BRACKETS:
            raise TooLong(f"a paragraph opens more than {MAX_OPEN_BRACKETS} brackets: close them")


def sanitise(html: str) -> str:
    """Return HTML without what is not on the allow-list; the result is its own fixed point."""
    return nh3.clean(
        html,
        tags=set(TAGS),
        attributes={tag: set(names) for tag, names in ATTRIBUTES.items()},
        allowed_classes={tag: set(names) for tag, names in CLASSES.items()},
        url_schemes={"http", "https"},
        link_rel="noopener noreferrer",
    )


class _Chapters(Extension):
    """Chapters' own Markdown: note references and links into source."""

    def __init__(self, links: Links) -> None:
        super().__init__()
        self._links = links

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802  (Markdown's name)
        md.inlinePatterns.register(_Notes(REFERENCE, md), "note", 75)
        md.treeprocessors.register(_SourceLinks(md, self._links), "source", 5)


class _Notes(InlineProcessor):
    """`{1}` to a link to the note's number beside the code."""

    def handleMatch(  # type: ignore[override]  # noqa: N802
        self,
        m: re.Match[str],
        data: str,  # noqa: ARG002  (Markdown's signature)
    ) -> tuple[Element, int, int]:
        element = Element("a", {"class": "ref", "href": f"#note-{m[1]}"})
        element.text = m[1]
        return element, m.start(0), m.end(0)


class _SourceLinks(Treeprocessor):
    """Leads `go:` and `chapter:` links to their pages."""

    def __init__(self, md: Markdown, links: Links) -> None:
        super().__init__(md)
        self._links = links

    def run(self, root: Element) -> None:
        for table in root.iter("table"):
            table.set("class", "t")
        for link in root.iter("a"):
            target = link.get("href", "")
            if target.startswith(anchors.SCHEME):
                try:
                    anchor = anchors.parse(target)
                except anchors.AnchorError:
                    continue  # the sanitiser drops the target, the content check reports it
                link.set("href", self._links.symbol(anchor.importpath, anchor.name))
            elif target.startswith("chapter:"):
                book, _, chapter = target.removeprefix("chapter:").partition("/")
                link.set("href", self._links.chapter(book, chapter))
