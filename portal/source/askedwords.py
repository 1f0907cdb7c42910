"""The words of a question, as the dictionary of a segment has them."""

import re
from collections.abc import Iterable
from typing import NamedTuple

from portal.source.blocks import LED
from portal.source.required import Part


class AskedWord(NamedTuple):
    """A word of a question as the dictionary has it."""

    word: bytes
    begins: bool
    """Whether the word begins there; another one may begin further before, or not."""
    end: bytes | None
    """What a term goes on with: b"" is whatever; else what TERM adds to the word, if anything, and b"\\n".
    None: the word ends, but it is not known how."""
    is_behind: bool = False
    """Whether the word begins further before."""


def asked_words(parts: Iterable[str], *, folds: bool) -> list[AskedWord]:
    """Return the words of `parts`, the longest first."""
    found: dict[AskedWord, None] = {}
    for part in parts:
        data = part.lower().encode() if folds else part.encode()
        lower = data.lower()
        for word in re.finditer(rb"\w+", data):
            begins, ends, is_behind = word.start() > 0, False, False
            if isinstance(part, Part):
                begins |= part.begins
                ends = part.ends
                is_behind = part.is_behind and not begins
            end: bytes | None = None if ends else b""
            if next_letter := data[word.end() : word.end() + 1]:
                end = (next_letter if next_letter in b"(." else b"") + b"\n"
            found[AskedWord(word[0], begins, end, is_behind)] = None
        for led, each in LED.items():
            for behind in each.finditer(lower):
                end = b"\n" if behind.end(1) < len(lower) else b""
                found[AskedWord(b" " + led + behind[1], begins=True, end=end)] = None
    return sorted(found, key=lambda one: -len(one.word))
