"""Two texts line by line: what stays, what went and what came, long equal parts folded."""

from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

CONTEXT = 3
"""Equal lines that are shown around a difference, as diff -u does."""
MOST_LINES = 3_000
"""Lines of either text."""
MOST_WORK = 200_000
"""Pairs of equal lines, which is what the comparison costs: some 0.1 s."""


class Line(NamedTuple):
    """One line and its numbers; None on the side that has it not. `folded` counts those left out here."""

    old: int | None
    new: int | None
    text: str
    folded: int = 0

    @property
    def sign(self) -> str:
        """`-` for what went, `+` for what came, "" for what stays."""
        return "" if self.old and self.new else "-" if self.old else "+" if self.new else ""


def differ(
    old: Sequence[str], new: Sequence[str], old_start: int = 1, new_start: int = 1
) -> tuple[Line, ...] | None:
    """Return the lines of both; None: that would take too long. Numbers count from the starts."""
    if max(len(old), len(new)) > MOST_LINES:
        return None
    head = _common(zip(old, new, strict=False))
    most = min(len(old), len(new)) - head
    tail = min(most, _common(zip(reversed(old), reversed(new), strict=False)))
    old_part, new_part = old[head : len(old) - tail], new[head : len(new) - tail]
    counts = Counter(new_part)
    if sum(counts[line] for line in old_part) > MOST_WORK:
        return None
    lines = [Line(old_start + n, new_start + n, old[n]) for n in range(head)]
    matcher = SequenceMatcher(None, old_part, new_part, autojunk=False)
    at, to = old_start + head, new_start + head
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal":
            lines += [Line(at + i1 + n, to + j1 + n, old_part[i1 + n]) for n in range(i2 - i1)]
        else:
            lines += [Line(at + n, None, old_part[n]) for n in range(i1, i2)]
            lines += [Line(None, to + n, new_part[n]) for n in range(j1, j2)]
    at, to = old_start + len(old) - tail, new_start + len(new) - tail
    lines += [Line(at + n, to + n, old[len(old) - tail + n]) for n in range(tail)]
    return tuple(_folded(lines))


def _common(pairs: Iterator[tuple[str, str]]) -> int:
    """Return how many pairs are equal before the first that is not."""
    count = 0
    for one, other in pairs:
        if one != other:
            break
        count += 1
    return count


def _folded(lines: Sequence[Line]) -> Iterator[Line]:
    """Yield the lines near a difference, and one for each part that is left out."""
    near: set[int] = set()
    for number, line in enumerate(lines):
        if line.sign:
            near.update(range(number - CONTEXT, number + CONTEXT + 1))
    skipped = 0
    for number, line in enumerate(lines):
        if number in near:
            if skipped:
                yield Line(None, None, "", skipped)
            skipped = 0
            yield line
        else:
            skipped += 1
    if skipped:
        yield Line(None, None, "", skipped)
