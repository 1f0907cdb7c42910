"""The one door to tree-sitter: Go text in, a tree with character offsets and token digests out.

tree-sitter counts bytes of UTF-8 while Python strings and Pygments count characters; the
conversion happens here, once per file, and nothing beyond this module sees a byte offset.
Trees must stay in the process and thread that made them (py-tree-sitter #111, #458).
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from time import thread_time

import tree_sitter_go
from tree_sitter import Language, Node, Parser, Tree

from portal.source.lexer import digest

__all__ = ["Node", "Source", "Span", "parse"]

GO = Language(tree_sitter_go.language())
ATOMS = frozenset({"interpreted_string_literal", "raw_string_literal", "rune_literal"})
"""Node types whose whole text is one token of the language."""
PIECE_BYTES = 64 * 1024
"""What a file is handed to the parser in."""
STEPS, BYTES_A_STEP = 500, 25
"""How many steps of the parser a file may take, and one more for so many of its bytes.

Kubernetes' densest Go takes one for 75. What is no Go took 3.5 KB to thirty thousand, of 16 us and more.
"""
PARSE_S = 0.8
"""Processor time for a file, looked at now and then: enough for ten megabytes of Go."""
LOOK_STEPS = 16
"""How many steps lie between: half a millisecond each, at the worst seen."""
LAYOUT = frozenset({"\n", ";"})
"""Statement ends, written or implied: the language makes no difference between them."""
_NEW_OF_VALUE = re.compile(
    rb"\bnew(?=\(\s*+(?:[^\s\w\[(*)<,/\x80-\xff]|\d"
    rb"|(?!(?:func|chan|struct|interface|map)\b)[\w.]++\s*+[^\s\w.)\[,/\x80-\xff]))"
)
"""`new` before what is no type, as Go has it since 1.26: `new("pg")`, `new(int64(5))`."""


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Characters `start` up to, not including, `end` of a file's text."""

    start: int
    end: int

    def __contains__(self, other: "Span") -> bool:
        """Return whether `other` lies inside."""
        return self.start <= other.start and other.end <= self.end


class Source:
    """One parsed file, of Go unless it is said. `text` is what spans count in."""

    def __init__(self, text: str, language: Language = GO) -> None:
        """Parse `text`; what is no Go becomes error nodes, or an empty tree, never an exception."""
        self.text = text
        encoded = text.encode("utf-8", "surrogatepass")
        self._characters = None if len(encoded) == len(text) else _Characters(text)
        tree = _tree(encoded, language)
        self.root = (tree or Parser(language).parse(b"")).root_node
        self._was_given_up = tree is None

    @property
    def has_error(self) -> bool:
        """Whether some part of the file is not Go as this grammar knows it."""
        return self._was_given_up or self.root.has_error

    def span(self, node: Node) -> Span:
        """Return where a node stands, in characters."""
        if self._characters is None:
            return Span(node.start_byte, node.end_byte)
        return Span(self._characters[node.start_byte], self._characters[node.end_byte])

    def slice(self, start: Node, end: Node) -> str:
        """Return the text from the start of one node up to the start of another."""
        return self.text[self.span(start).start : self.span(end).start]

    def words(self, node: Node) -> str:
        """Return a node's text."""
        if self._characters is None:
            return self.text[node.start_byte : node.end_byte]
        span = self.span(node)
        return self.text[span.start : span.end]

    def digest(self, node: Node) -> str:
        """Return the digest of a node's tokens; see lexer.digest."""
        return digest(self.words(node))

    def digest_without(self, node: Node, hole: Node | None) -> str:
        """Return the digest of a node's tokens but for those of `hole`, a child of it."""
        if hole is None:
            return self.digest(node)
        outer, inner = self.span(node), self.span(hole)
        return digest(self.text[outer.start : inner.start], self.text[inner.end : outer.end])


def parse(data: bytes) -> Source:
    """Return the parsed file; bytes that are not UTF-8 become U+FFFD, as in Go's scanner."""
    return Source(data.decode("utf-8", "replace"))


def _tree(encoded: bytes, language: Language) -> Tree | None:
    """Return the tree, None where it takes too long."""
    if language is GO and b"new(" in encoded:
        # The grammar (tree-sitter-go 0.25) takes it for an error: any other name of three letters is none.
        # To be dropped once the grammar knows it.
        encoded = _NEW_OF_VALUE.sub(b"neu", encoded)
    left = STEPS + len(encoded) // BYTES_A_STEP
    end = thread_time() + PARSE_S

    def is_too_much(_offset: int, _has_error: bool) -> bool:  # noqa: FBT001  (as the parser calls it)
        nonlocal left
        left -= 1
        return left < 0 or (left % LOOK_STEPS == 0 and thread_time() > end)

    try:
        return Parser(language).parse(
            lambda offset, _point: encoded[offset : offset + PIECE_BYTES],
            progress_callback=is_too_much,
        )
    except ValueError:  # how the parser says that it was stopped
        return None


def leaves(node: Node) -> Iterator[Node]:
    """Yield the tokens under a node in order: literals whole, no comments, no layout."""
    waiting = [node]
    while waiting:
        current = waiting.pop()
        if current.type == "comment" or current.type in LAYOUT:
            continue
        if current.type in ATOMS or not current.child_count:
            yield current
        else:
            waiting.extend(reversed(current.children))


def first_line(node: Node) -> int:
    """Return the line on which a node starts; lines count from 1."""
    return int(node.start_point.row) + 1


def last_line(node: Node) -> int:
    """Return the line on which a node ends; lines count from 1."""
    return int(node.end_point.row) + 1


_WIDE = re.compile("[^\0-\x7f]")


class _Characters:
    """Byte offsets of a text's UTF-8 to its characters, where they are not the same."""

    def __init__(self, text: str) -> None:
        """Note where each character of several bytes ends."""
        self._ends: list[int] = []
        self._lost: list[int] = [0]
        lost = 0
        for found in _WIDE.finditer(text):
            point = ord(found[0])
            width = 2 if point < 0x800 else 3 if point < 0x10000 else 4
            lost += width - 1
            self._ends.append(found.end() + lost)
            self._lost.append(lost)

    def __getitem__(self, offset: int) -> int:
        """Return the index of the character that begins at a byte's offset, or holds it."""
        place = bisect_right(self._ends, offset)
        character = offset - self._lost[place]
        if place < len(self._ends):  # inside the next wide character: its beginning
            begin = self._ends[place] - (self._lost[place + 1] - self._lost[place]) - 1
            character = min(character, begin - self._lost[place])
        return character
