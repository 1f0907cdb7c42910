"""Which of many texts a question may match, told by one look at all of them together.

An expression costs ten times what a word does, and each call on a text as much as a thousand letters
of it. So texts are joined, the longest word that a match must hold is looked for in them, and the
expression in the lines that hold it: no match reaches over a line's end.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate

from portal.source.codequery import Query, Search, expression, searcher, word

_OF_WHOLE_TEXTS = re.compile(r"\\[Az]|\(\?[a-zA-Z]*-")
"""The ends of a text, which `^` and `$` mean too where an expression says `(?-m)`."""
_ODD = "\u212a".encode(), "\u017f".encode()
"""The letters beyond ASCII that are alike to some of it, k and s."""


class Sieve:
    """Lets through every text that matches, and some that do not."""

    def __init__(self, query: Query, required: Sequence[Sequence[str]]) -> None:
        """Make ready for a question and what a match of it must hold; raises BadQuery."""
        parts = required[0] if len(required) == 1 else ()
        wanted = max(parts, key=len, default="")
        self._word: Search | None = None
        self._has_odd = False
        if wanted and query.folds:
            self._word = expression("".join(map(_either, wanted)), is_exact=True)
            self._has_odd = not {"k", "s"}.isdisjoint(wanted.lower())
        elif wanted:
            self._word = word(wanted.encode())
        self._lines: Search | None = None
        if query.is_regex and not _OF_WHOLE_TEXTS.search(query.text):
            self._lines = searcher(query)

    def passed(self, texts: Sequence[bytes]) -> list[int]:
        """Return the numbers of the texts that may match, in order."""
        odd = [at for at, text in enumerate(texts) if self._is_odd(text)] if self._has_odd else []
        if self._word is None or self._lines is None:
            search = self._word or self._lines
            return _merged(odd, _holding(texts, search)) if search else list(range(len(texts)))
        owners: list[int] = []
        lines: list[bytes] = []
        for owner, line in _lines(texts, self._word):
            owners.append(owner)
            lines.append(line)
        return _merged(odd, (owners[at] for at in _holding(lines, self._lines)))

    @staticmethod
    def _is_odd(text: bytes) -> bool:
        return not text.isascii() and any(letter in text for letter in _ODD)


def _either(letter: str) -> str:
    """Return the expression for both cases of a letter. RE2 is fast at classes of two, and no more."""
    if letter.isalpha():
        return f"[{letter.lower()}{letter.upper()}]"
    return re.escape(letter)


def _merged(some: list[int], others: Iterator[int]) -> list[int]:
    return sorted({*some, *others})


def _starts(texts: Sequence[bytes]) -> list[int]:
    """Return where each text begins, of those that are joined by one letter."""
    return [0, *accumulate(len(text) + 1 for text in texts)]


def _holding(texts: Sequence[bytes], search: Search) -> Iterator[int]:
    """Yield the numbers of the texts in which something is found, in order."""
    joined, starts = b"\n".join(texts), _starts(texts)
    at = 0
    while at < len(joined) and (found := search(joined, at)):
        number = bisect_right(starts, found[0]) - 1
        if number < len(texts):
            yield number
        at = starts[min(number + 1, len(texts))]


def _lines(texts: Sequence[bytes], search: Search) -> Iterator[tuple[int, bytes]]:
    """Yield (number of its text, line) for every line in which something is found."""
    joined, starts = b"\n".join(texts), _starts(texts)
    at = 0
    while at < len(joined) and (found := search(joined, at)):
        start = found[0]
        end = joined.find(b"\n", start)
        end = len(joined) if end < 0 else end
        yield bisect_right(starts, start) - 1, joined[joined.rfind(b"\n", 0, start) + 1 : end]
        at = end + 1
