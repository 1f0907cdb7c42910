"""The rows that pass a filter, kept in order as they change: no request ever sorts."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence

from dashboard.api.delta import Delta
from dashboard.api.names import ObjectKey
from dashboard.api.table import Row
from dashboard.query.sort import SortKey, Term, key


class Index:
    """Keys in the order of `terms`, of the rows that `passes` lets through.

    Building sorts once; from then on a change costs a binary search and a shift of pointers.
    """

    def __init__(
        self, rows: Iterable[Row], terms: Sequence[Term], passes: Callable[[Row], bool]
    ) -> None:
        """Order `rows`."""
        self._terms = terms
        self._passes = passes
        self._sort_keys: dict[ObjectKey, SortKey] = {
            row.key: key(row, terms) for row in rows if passes(row)
        }
        self._order = sorted(self._sort_keys.values())

    def __len__(self) -> int:
        return len(self._order)

    def apply(self, deltas: Iterable[Delta[Row]]) -> set[ObjectKey]:
        """Follow `deltas`; return the keys of rows that came, went, moved or changed here."""
        touched = set()
        for delta in deltas:
            old = self._sort_keys.pop(delta.key, None)
            if old is not None:
                del self._order[bisect_left(self._order, old)]
                touched.add(delta.key)
            if delta.new is not None and self._passes(delta.new):
                new = key(delta.new, self._terms)
                self._sort_keys[delta.key] = new
                self._order.insert(bisect_left(self._order, new), new)
                touched.add(delta.key)
        return touched

    def position(self, wanted: ObjectKey) -> int | None:
        """Return the row number of `wanted`, or None if it is not here."""
        found = self._sort_keys.get(wanted)
        return None if found is None else bisect_left(self._order, found)

    def keys(self, start: int, stop: int) -> list[ObjectKey]:
        """Return the keys of rows `start` to `stop`, fewer where the order ends."""
        return [ObjectKey(*sort_key[-2:]) for sort_key in self._order[max(start, 0) : stop]]
