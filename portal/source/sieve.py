"""Which of many texts a question may match, at the price of looking for a word.

An expression costs several times what a word does. So the longest word that a match must hold is looked
for, and the expression in the lines alone that hold it, all together: no match reaches over a line's end.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate

from portal.source.codequery import Query, Search, expression, searcher, word
from portal.source.view import Text

_OVER_LINES = re.compile(r"\\[AzC]|\(\?[a-zA-Z]*-")
"""The ends of a text, which `^` and `$` mean too where an expression says `(?-m)`, and any byte."""


DENSE_BYTES, DENSE_FOLDED_BYTES = 1500, 4000
"""A word that is found more often than once in so many costs more than the expression itself."""


class Sieve:
    """Lets through every text that matches, and some that do not."""

    def __init__(self, query: Query, required: Sequence[Sequence[str]]) -> None:
        """Make ready for a question and what a match of it must hold; raises BadQuery."""
        parts = required[0] if len(required) == 1 else ()
        wanted = max(parts, key=len, default="")
        self._word: Search | None = None
        self._lets_odd = query.folds and not {"k", "s"}.isdisjoint(wanted.lower())
        if wanted and query.folds:
            self._word = expression("".join(map(_either, wanted)), is_exact=True)
        elif wanted:
            self._word = word(wanted.encode())
        self.is_by_line = not (query.is_regex and _OVER_LINES.search(query.text))
        """Whether it is all one to a match what other lines its text has."""
        self._expression = searcher(query) if query.is_regex and self.is_by_line else None
        self._dense_bytes = DENSE_FOLDED_BYTES if query.folds else DENSE_BYTES
        if self._expression and parts and _begins_with(query.text, parts[0]):
            self._word = None

    def passed(self, texts: Sequence[Text]) -> list[int]:
        """Return the numbers of the texts that may match, in order."""
        search = self._word or self._expression
        if search is None:
            return list(range(len(texts)))
        if self._word is None or self._expression is None:
            return [
                number
                for number, text in enumerate(texts)
                if (text.has_odd and self._lets_odd)
                or any(search(text.data, *span) for span in text.spans)
            ]
        found: list[int] = []
        owners: list[int] = []
        lines: list[bytes] = []
        for number, text in enumerate(texts):
            if text.has_odd and self._lets_odd:
                found.append(number)
                continue
            for line in _lines(text, self._word):
                owners.append(number)
                lines.append(line)
        found += (owners[at] for at in _holding(lines, self._expression))
        if len(lines) * self._dense_bytes > sum(len(text.data) for text in texts):
            self._word = None
        return sorted(set(found))


def _either(letter: str) -> str:
    """Return the expression for both cases of a letter. RE2 is fast at classes of two, and no more."""
    if letter.isalpha():
        return f"[{letter.lower()}{letter.upper()}]"
    return re.escape(letter)


def _begins_with(pattern: str, part: str) -> bool:
    """Whether RE2 will look for the beginning of an expression as for a word, for it is one."""
    return pattern.replace("\\", "").startswith(part) and not re.search(
        "[ks]", part[:4], re.IGNORECASE
    )


def _lines(text: Text, search: Search) -> Iterator[bytes]:
    """Yield every line in which something is found."""
    data = text.data
    for at, last in text.spans:
        while at < last and (found := search(data, at, last)):
            start = found[0]
            end = data.find(b"\n", start)
            end = last if end < 0 else end
            yield data[data.rfind(b"\n", 0, start) + 1 : end]
            at = end + 1  # noqa: PLW2901


def _holding(lines: Sequence[bytes], search: Search) -> Iterator[int]:
    """Yield the numbers of the lines in which something is found, in order."""
    joined = b"\n".join(lines)
    starts = list(accumulate((len(line) + 1 for line in lines), initial=0))
    at = 0
    while at < len(joined) and (found := search(joined, at, len(joined))):
        number = bisect_right(starts, found[0]) - 1
        yield number
        at = starts[number + 1]
