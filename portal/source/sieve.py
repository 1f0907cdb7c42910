"""Which of many texts a question may match, at the price of looking for a word.

An expression costs several times what a word does. So the longest word that a match must hold is looked
for, and the expression in the lines alone that hold it, all together: no match reaches over a line's end.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import accumulate

from portal.source.codequery import Query, Search, searcher, word
from portal.source.view import Text

_OVER_LINES = re.compile(r"\\[AzC]|\(\?[a-zA-Z]*-")
"""The ends of a text, which `^` and `$` mean too where an expression says `(?-m)`, and any byte."""


DENSE_BYTES = 1500
"""A word that is found more often than once in so many costs more than the expression itself."""


class Sieve:
    """Lets through every text that matches, and some that do not."""

    def __init__(self, query: Query, required: Sequence[Sequence[str]]) -> None:
        """Make ready for a question and what a match of it must hold; raises BadQuery."""
        parts = required[0] if len(required) == 1 else ()
        wanted = max(parts, key=len, default="")
        self._folds = query.folds
        self._lets_odd = query.folds and not {"k", "s"}.isdisjoint(wanted.lower())
        self._word = (wanted.lower() if query.folds else wanted).encode()
        self.is_by_line = not (query.is_regex and _OVER_LINES.search(query.text))
        """Whether it is all one to a match what other lines its text has."""
        self._expression = searcher(query) if query.is_regex and self.is_by_line else None
        if self._expression and not query.folds and parts and _begins_with(query.text, parts[0]):
            self._word = b""

    def passed(self, texts: "Joined") -> list[int]:
        """Return the numbers of the texts that may match, in order."""
        found = set(texts.odd if self._lets_odd else ())
        if not self._word:
            if self._expression is None:
                return list(range(texts.count))
            found.update(texts.holding(self._expression))
        elif self._expression is None:
            found.update(texts.holding(word(self._word), folds=self._folds))
        else:
            lines = list(_lines(texts.lower if self._folds else texts.data, self._word))
            if len(lines) * DENSE_BYTES > len(texts.data):
                self._word = b""
            found.update(
                texts.owner(line) for line in _holding(texts.data, lines, self._expression)
            )
        return sorted(found)


class Joined:
    """What is to be looked through of many texts as one: a search costs as much as a thousand bytes do."""

    def __init__(self, texts: Sequence[Text]) -> None:
        """Copy what is to be looked through."""
        self.count = len(texts)
        self.odd = [number for number, text in enumerate(texts) if text.has_odd]
        """The numbers of the texts that have a letter of portal.source.words.ODD."""
        self._owners: list[int] = []
        parts: list[bytes] = []
        for number, text in enumerate(texts):
            data = text.data
            for start, end in text.spans:
                self._owners.append(number)
                parts.append(data[start:end])
        self.data = b"\n".join(parts)
        self._starts = [*accumulate([len(part) + 1 for part in parts], initial=0)]

    @cached_property
    def lower(self) -> bytes:
        """All of it in lower case, as far as it is ASCII."""
        return self.data.lower()

    def owner(self, place: int) -> int:
        """Return the number of the text in which a place is."""
        return self._owners[bisect_right(self._starts, place) - 1]

    def holding(self, search: Search, *, folds: bool = False) -> Iterator[int]:
        """Yield the numbers of the texts in which something is found; with `folds`, in lower case."""
        data = self.lower if folds else self.data
        at, last = 0, len(data)
        while at < last and (found := search(data, at, last)):
            number = self.owner(found[0])
            yield number
            at = self._starts[bisect_right(self._owners, number)]


def _begins_with(pattern: str, part: str) -> bool:
    """Whether RE2 will look for the beginning of an expression as for a word, for it is one."""
    return pattern.replace("\\", "").startswith(part) and not re.search(
        "[ks]", part[:4], re.IGNORECASE
    )


def _lines(data: bytes, wanted: bytes) -> Iterator[tuple[int, int]]:
    """Yield where every line is that holds a word."""
    at = data.find(wanted)
    while at >= 0:
        end = data.find(b"\n", at)
        end = len(data) if end < 0 else end
        yield data.rfind(b"\n", 0, at) + 1, end
        at = data.find(wanted, end + 1)


def _holding(data: bytes, lines: Sequence[tuple[int, int]], search: Search) -> Iterator[int]:
    """Yield where the lines begin in which something is found, in order."""
    joined = b"\n".join([data[start:end] for start, end in lines])
    starts = [*accumulate([end - start + 1 for start, end in lines], initial=0)]
    at = 0
    while at < len(joined) and (found := search(joined, at, len(joined))):
        number = bisect_right(starts, found[0]) - 1
        yield lines[number][0]
        at = starts[number + 1]
