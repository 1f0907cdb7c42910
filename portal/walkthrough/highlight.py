"""Go text to lines of HTML: Pygments' tokens joined to symbols by character offset.

Every identifier that names exactly one symbol of the snapshot is a link; the rest is coloured.
Class names are those of LOOK section 6: Pygments' own short names, and fn, ty, id, def for links.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from html import escape

from pygments.lexer import Lexer
from pygments.lexers.go import GoLexer
from pygments.token import STANDARD_TYPES, Name, Text, Whitespace, _TokenType

from portal.source.scope import Reference

MAX_CHARACTERS = 512 * 1024
"""Longer files are shown plain: 3.6 MB take Pygments 1.6 s."""
PLAIN = frozenset({Text, Whitespace, Name, Name.Other})
"""Tokens that keep the colour of the text around them."""

Href = Callable[[Reference], str | None]
"""The address of what a reference names; None: nothing is shown there."""


def highlight(text: str, references: Sequence[Reference], href: Href) -> tuple[str, ...]:
    """Return one HTML fragment for each line of `text`, without line ends.

    `references` are in the order of the text and do not overlap. Characters are kept exactly: the
    fragments without their tags, joined by line ends, are `text`.
    """
    if len(text) > MAX_CHARACTERS:
        return plain(text)
    lines: list[list[str]] = [[]]
    for value, css, address in _pieces(text, references, href):
        for index, part in enumerate(value.split("\n")):
            if index:
                lines.append([])
            if part:
                lines[-1].append(_tag(escape(part), css, address))
    return tuple("".join(line) for line in _without_last_empty(lines))


def plain(text: str) -> tuple[str, ...]:
    """Return the lines of a text as HTML without colours or links."""
    return tuple(escape(line) for line in text.removesuffix("\n").split("\n"))


def _without_last_empty(lines: list[list[str]]) -> list[list[str]]:
    return lines[:-1] if len(lines) > 1 and not lines[-1] else lines


def _pieces(
    text: str, references: Iterable[Reference], href: Href
) -> Iterator[tuple[str, str, str | None]]:
    """Yield (text, class, address), each within one token, in order and without a gap."""
    waiting = iter(references)
    current = next(waiting, None)
    for start, token, value in _tokens(text):
        position, end = start, start + len(value)
        while position < end:
            while current is not None and current.span.end <= position:
                current = next(waiting, None)
            if current is None or current.span.start >= end:
                yield text[position:end], _css(token), None
                position = end
            elif current.span.start > position:
                yield text[position : current.span.start], _css(token), None
                position = current.span.start
            else:
                stop = min(current.span.end, end)
                css = f"{current.use} def" if current.is_definition else str(current.use)
                address = href(current)
                yield text[position:stop], css if address else _css(token), address
                position = stop


def _tokens(text: str) -> Iterator[tuple[int, _TokenType, str]]:
    # The unprocessed stream: get_tokens() would strip and add line ends, and move every offset.
    return iter(_lexer().get_tokens_unprocessed(text))


@cache
def _lexer() -> Lexer:
    return GoLexer()


@cache
def _css(token: _TokenType) -> str:
    return "" if token in PLAIN else STANDARD_TYPES.get(token, "")


def _tag(text: str, css: str, address: str | None) -> str:
    if address:
        return f'<a class="{css}" href="{escape(address)}">{text}</a>'
    return f'<span class="{css}">{text}</span>' if css else text
