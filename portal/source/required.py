"""What a text must hold, if a question matches it: the letters that choose candidates."""

import re

from portal.source.codequery import Query
from portal.source.grams import SHORTEST


def required_parts(query: Query) -> list[list[str]]:
    """Return what a text must hold: of at least one of the lists, every part.

    An empty part list says nothing: everything is a candidate.
    """
    if not query.is_regex:
        return [[_folding(query.text)]]
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


_PIECE = re.compile(
    r"\\Q(?P<quoted>.*?)\\E|\\(?P<escaped>[^\w\s])|(?P<plain>[^\\\[\](){}|.*+?^$])"
    r"|\\(?:x\{[^}]*\}|[pP](?:\{[^}]*\}|.)|x..|[0-7]{1,3}|.)|\[\^?\]?(?:\\.|[^\]\\])*\]|[.^$]|(?P<open>\()|(?P<rest>.)",
    re.DOTALL,
)
_REPEAT = re.compile(r"(?P<some>\+\??)|(?P<maybe>[*?]\??|\{(?P<least>\d*)[\d,]*\}\??)")


def _literals(pattern: str) -> list[str]:
    """Return texts that whatever matches `pattern` must hold; what is in groups is passed over."""
    found, run, at = [], "", 0
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
                found.append(run + text)
                run = text if len(text) == 1 else ""
                continue
            run, text = (run + text[:-1]) if len(text) > 1 else run, ""
        if not text:
            found.append(run)
            run = ""
        run += text
    return [part for part in (*found, run) if len(part) >= SHORTEST]


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
