"""How far all anchors of a chapter have drifted at one version: drawings, prose, code and claims."""

from dataclasses import dataclass

from portal.source.errors import NotImported
from portal.walkthrough.anchors import Anchor
from portal.walkthrough.excerpt import Grade
from portal.walkthrough.grading import Grader
from portal.walkthrough.stock import Where, stock


@dataclass(frozen=True, slots=True)
class Drift:
    """The grades of those anchors that could be read, in numbers."""

    worst: int
    pips: tuple[bool, ...]
    same: int
    others: tuple[tuple[int, int], ...]
    """(grade, how many) of each other grade that there is."""
    total: int
    """0: none could be read. Without those that are not there yet."""
    early: int
    """How many this version is too old for: the chapter's own has them."""
    command: str
    """What imports source that is missing; empty: none is."""


def measure(where: Where, key: str, verified_at: str, anchors: tuple[Anchor, ...]) -> Drift:
    """Return the drift of `anchors` from `verified_at` to the snapshot `key`."""
    grader = Grader(stock(where), key, verified_at)
    grades: list[Grade] = []
    command = ""
    early = 0
    for anchor in anchors:
        try:
            grade = grader.grade(anchor)
            if grade is Grade.GONE and grader.is_early(anchor):
                early += 1
            else:
                grades.append(grade)
        except NotImported as absent:
            command = command or absent.command
    worst = max(grades, default=Grade.SAME)
    pips = tuple(index < worst for index in range(4))
    others = tuple((g, grades.count(g)) for g in Grade if g is not Grade.SAME and g in grades)
    return Drift(worst, pips, grades.count(Grade.SAME), others, len(grades), early, command)
