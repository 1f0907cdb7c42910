"""How many rows of a selection are how well, by namespace; kept as they change, never recounted."""

from collections import Counter
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from heapq import nsmallest
from weakref import WeakKeyDictionary, proxy

from dashboard.access.selection import Selection
from dashboard.api.names import Namespace, ObjectKey
from dashboard.api.slices import slices
from dashboard.api.table import Row
from dashboard.insight.health import Health, health

WORST_FIRST = (Health.FAILING, Health.WARNING, Health.UNKNOWN)
"""The marks that ask for somebody's attention."""

_Mark = tuple[Namespace, Health | None]


FEW = 256
"""Changes that are counted as they come; more wait for whoever asks, who counts them in slices."""


class Tally:
    """Counts by namespace and mark; a listener of its selection for as long as that lives."""

    def __init__(self, selection: Selection) -> None:
        """Count nothing before `count`."""
        self._marks: dict[ObjectKey, _Mark] = {}
        self._troubled: dict[Health | None, set[ObjectKey]] = {mark: set() for mark in WORST_FIRST}
        self._counts: Counter[_Mark] = Counter()
        # Weak: the tally is kept for as long as its selection lives, and must not keep it alive.
        self._selection: Selection = proxy(selection)
        self._due = set(selection.held())
        selection.add_listener(self)

    async def count(self) -> None:
        """Count what is not counted yet; others run meanwhile."""
        async for piece in slices(range(len(self._due))):
            for _ in piece:
                if self._due:  # somebody else may count too
                    self._count(self._due.pop())

    def by_namespace(self) -> Mapping[Namespace, Counter[Health | None]]:
        """Return the counts of each namespace that has any row."""
        found: dict[Namespace, Counter[Health | None]] = {}
        for (namespace, mark), number in self._counts.items():
            if number:
                found.setdefault(namespace, Counter())[mark] = number
        return found

    def total(self) -> Counter[Health | None]:
        """Return the counts of all namespaces together."""
        whole: Counter[Health | None] = Counter()
        for (_, mark), number in self._counts.items():
            whole[mark] += number
        return whole

    def worst(self, most: int) -> list[tuple[Health, Row]]:
        """Return up to `most` rows in trouble, the worst first, then by name."""
        found: list[tuple[Health, Row]] = []
        for mark in WORST_FIRST:
            keys = nsmallest(most - len(found), self._troubled[mark])
            found += [(mark, row) for key in keys if (row := self._selection.row(key)) is not None]
        return found

    def on_rows(self, touched: AbstractSet[ObjectKey]) -> None:
        """Count what came and went (access.selection.Listener)."""
        if len(touched) > FEW:
            self._due |= touched
            return
        for key in touched:
            self._count(key)

    def on_state(self) -> None:
        """Nothing to count (access.selection.Listener)."""

    def _count(self, key: ObjectKey) -> None:
        old = self._marks.pop(key, None)
        if old is not None:
            self._counts[old] -= 1
            if old[1] in self._troubled:
                self._troubled[old[1]].discard(key)
        row = self._selection.row(key)
        if row is not None and self._selection.holds(key):
            new = (row.namespace, health(row, self._selection.columns))
            self._marks[key] = new
            self._counts[new] += 1
            if new[1] in self._troubled:
                self._troubled[new[1]].add(key)


_tallies: WeakKeyDictionary[Selection, Tally] = WeakKeyDictionary()


async def tally(selection: Selection) -> Tally:
    """Return the tally of `selection`, all of it counted; there is one, shared by all who ask."""
    found = _tallies.get(selection)
    if found is None:
        found = _tallies[selection] = Tally(selection)
    await found.count()
    return found
