"""How far all anchors of a chapter have drifted at one version: drawings, prose, code and claims."""

from dataclasses import dataclass

from portal.source.errors import NotImported, SourceError
from portal.source.snapshot import Fit
from portal.walkthrough.anchors import Anchor
from portal.walkthrough.excerpt import Grade, find
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
    """0: none could be read."""
    command: str
    """What imports source that is missing; empty: none is."""


def measure(where: Where, key: str, verified_at: str, anchors: tuple[Anchor, ...]) -> Drift:
    """Return the drift of `anchors` from `verified_at` to the snapshot `key`."""
    store = stock(where)
    tree = store.tree(key)
    verified, fit = store.shelf.nearest(tree.snapshot.project, verified_at)
    compared = store.tree(verified.key) if fit is Fit.EXACT and verified.key != key else None
    grades: list[Grade] = []
    command = ""
    for anchor in anchors:
        try:
            grades.append(find(store.packages, tree, anchor, compared).grade)
        except NotImported as absent:
            command = command or absent.command
        except SourceError:
            grades.append(Grade.GONE)
    worst = max(grades, default=Grade.SAME)
    pips = tuple(index < worst for index in range(4))
    others = tuple((g, grades.count(g)) for g in Grade if g is not Grade.SAME and g in grades)
    return Drift(worst, pips, grades.count(Grade.SAME), others, len(grades), command)
