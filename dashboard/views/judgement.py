"""Checks with their verdicts, and chains of names, as the partials print them.

False beats unknown, and unknown never becomes a pass.
"""

from dataclasses import dataclass
from typing import Literal

from dashboard.views.finding import Evidence

Verdict = Literal["pass", "fail", "unknown"]


@dataclass(frozen=True, slots=True)
class Tally:
    """How many checks passed, failed and could not be told; `parts` are the bar's rectangles."""

    passed: int
    failed: int
    unknown: int

    @property
    def parts(self) -> tuple[tuple[str, str, str], ...]:
        """Class, start and width of each part, in percent of the bar."""
        whole = max(1, self.passed + self.failed + self.unknown)
        found = []
        start = 0.0
        for css, count in (("p", self.passed), ("f", self.failed), ("u", self.unknown)):
            width = 100 * count / whole
            if count:
                found.append((css, f"{start:.2f}", f"{width:.2f}"))
            start += width
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Check:
    """One check, the catalogues that name it, and what decided it."""

    verdict: Verdict
    title: str
    ids: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Cell:
    """One check in a matrix."""

    verdict: Verdict
    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a matrix."""

    title: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Link:
    """One name in a chain: its depth (0, 1 or 2), what it means, and the function that makes it.

    `is_left_out` marks a name that is not made, and `meaning` says why.
    """

    depth: int
    name: str
    meaning: str
    source: str
    source_url: str
    is_left_out: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What an authorizer said: its own reason around the words that decide, and the path of bindings.

    Each step of `path` is kind, name and address.
    """

    before: str
    words: str
    after: str
    path: tuple[tuple[str, str, str], ...]
