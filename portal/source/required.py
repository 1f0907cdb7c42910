"""What a text must hold, if a question matches it: the letters that choose candidates."""

import re

from portal.source.codequery import Query
from portal.source.grams import SHORTEST


class Part(str):
    """A text that must be held, and what is known of the words that it begins and ends with."""

    __slots__ = ("begins", "ends", "is_behind")
    begins: bool
    """Whether the first letter, of a word, is that word's first."""
    ends: bool
    """Whether the last letter, of a word, is that word's last."""
    is_behind: bool
    """Whether another letter of that word stands before the first."""

    @classmethod
    def of(
        cls, text: str, *, begins: bool = False, ends: bool = False, is_behind: bool = False
    ) -> "Part":
        """Return a text of which so much is known."""
        part = cls(text)
        part.begins, part.ends, part.is_behind = begins, ends, is_behind
        return part


def required_parts(query: Query) -> list[list[Part]]:
    """Return what a text must hold: of at least one of the lists, every part.

    An empty part list says nothing: everything is a candidate.
    """
    if not query.is_regex:
        return [[Part.of(_folding(query.text))]]
    return [_literals(each) for each in _alternatives(query.text)]


def _folding(text: str) -> str:
    """Return the longest part of `text` whose letters fold alike for everybody: ASCII."""
    return max(re.split(r"[^\x20-\x7e]+", text), key=len)


def _alternatives(pattern: str) -> list[str]:
    """Return the parts of an expression between the `|` that stand in no group or class."""
    parts, depth, in_class, at, begin = [], 0, False, 0, 0
    while at < len(pattern):
        sign = pattern[at]
        if sign == "\\":
            at += 1
        elif in_class and (named := _NAMED.match(pattern, at)):
            at = named.end() - 1
        elif in_class:
            in_class = sign != "]"
        elif sign == "[":
            in_class = True
            at += len(re.match(r"\^?\]?", pattern[at + 1 :])[0])  # type: ignore[index]  # fits always
        elif sign in "()":
            depth += 1 if sign == "(" else -1
        elif sign == "|" and depth == 0:
            parts.append(pattern[begin:at])
            begin = at + 1
        at += 1
    return [*parts, pattern[begin:]]


_NAMED = re.compile(r"\[:\^?\w+:\]")
"""A class of letters within another, which has a bracket of its own."""
_PIECE = re.compile(
    r"\\Q(?P<quoted>.*?)\\E|\\(?P<escaped>[^\w\s])|(?P<plain>[^\\\[\](){}|.*+?^$])"
    r"|\\(?:x\{[^}]*\}|[pP](?:\{[^}]*\}|.)|x..|[0-7]{1,3}|.)|\[\^?\]?(?:\\.|\[:\^?\w+:\]|[^\]\\])*\]|[.^$]|(?P<open>\()|(?P<rest>.)",
    re.DOTALL,
)
_OF_WORDS = frozenset({r"\w", r"\d", "[A-Z]", "[a-z]", "[0-9]", "[a-zA-Z]", "[A-Za-z]"})
"""Pieces of an expression that match a letter of a word and nothing else."""
_REPEAT = re.compile(r"(?P<some>\+\??)|(?P<maybe>[*?]\??|\{(?P<least>\d*)[\d,]*\}\??)")


class _Run:
    """A text that is being read out of an expression."""

    def __init__(self, before: str = "") -> None:
        """Begin behind a piece of the expression that is no text."""
        self.text = ""
        self._begins = before in {"^", r"\b"}
        self._is_behind = before in _OF_WORDS

    def part(self, after: str = "") -> Part:
        """Return what was read; a piece of the expression that is no text comes after it."""
        return Part.of(
            self.text,
            begins=self._begins,
            ends=after in {"$", r"\b"},
            is_behind=self._is_behind,
        )


def _literals(pattern: str) -> list[Part]:
    """Return texts that whatever matches `pattern` must hold; what is in groups is passed over."""
    found: list[Part] = []
    run, at = _Run(), 0
    while at < len(pattern):
        piece = _PIECE.match(pattern, at)
        if piece is None:
            break
        at = piece.end()
        if piece["open"]:
            at = _closing(pattern, at)
        text = piece["quoted"] or piece["escaped"] or piece["plain"] or ""
        if not text.isascii():
            text = ""
        repeat = _REPEAT.match(pattern, at)
        if repeat is not None:
            at = repeat.end()
            if repeat["some"] and text:
                run.text += text
                found.append(run.part())
                run = _Run()
                run.text = text if len(text) == 1 else ""
                continue
            if len(text) > 1:
                run.text += text[:-1]
            text = ""
        if not text:
            # What may be left out or comes again says nothing of what is beside it, but for `\w+`.
            is_sure = repeat is None or bool(repeat["some"])
            found.append(run.part("" if repeat else piece[0]))
            run = _Run(piece[0] if is_sure and not (repeat and piece[0] in {"^", r"\b"}) else "")
        run.text += text
    return [part for part in (*found, run.part()) if len(part) >= SHORTEST]


def _closing(pattern: str, at: int) -> int:
    """Return the place behind the bracket that closes a group which is open at `at`."""
    depth = 1
    while at < len(pattern) and depth:
        piece = _PIECE.match(pattern, at)
        if piece is None:
            return len(pattern)
        at = piece.end()
        if piece["open"]:
            depth += 1
        elif piece["rest"] == ")":
            depth -= 1
    return at
