"""The rows that pass a filter, kept in order as they change: no request ever sorts."""

from collections.abc import Callable, Iterable, Sequence

from dashboard.api.delta import Delta
from dashboard.api.names import ObjectKey
from dashboard.api.slices import let_go, slices
from dashboard.api.table import Row
from dashboard.query.order import Order
from dashboard.query.sort import Term, key, key_of


class Index:
    """Keys in the order of `terms`, of the rows that `passes` lets through.

    Filling sorts once, in slices; from then on a change costs a few binary searches.
    """

    def __init__(self, terms: Sequence[Term], passes: Callable[[Row], bool]) -> None:
        """Start empty."""
        self._terms = terms
        self._passes = passes
        self._places = [term.column for term in terms if term.column is not None]
        self._sorted_by: dict[ObjectKey, bytes] = {}
        self._order = Order()

    def __len__(self) -> int:
        return len(self._order)

    async def fill(self, rows: Sequence[Row]) -> None:
        """Hold those of `rows` that pass; to be called once, on an empty index, before `apply`."""
        async for piece in slices(rows):
            for row in piece:
                if self._passes(row):
                    self._sorted_by[row.key] = key(row, self._terms)
        await self._order.fill(list(self._sorted_by.values()))

    async def let_go(self) -> None:
        """Hold nothing, in slices; for one that nobody reads any more."""
        await self._order.let_go()
        keys = list(self._sorted_by)
        async for piece in slices(keys):
            for where in piece:
                del self._sorted_by[where]
        await let_go(keys)

    def put(self, where: ObjectKey, row: Row, before: Row | None = None) -> bool:
        """Follow a row that came or changed at `where`; return whether it is or was here.

        With the row that was there `before`, what orders them is not made anew if it is the same.
        """
        old = self._sorted_by.get(where)
        if not self._passes(row):
            return old is not None and self.drop(where)
        if old is not None and before is not None and self._orders_alike(before, row):
            return True
        new = key(row, self._terms)
        if old == new:
            return True
        self._sorted_by[where] = new
        if old is not None:
            self._order.remove(old)
        self._order.add(new)
        return True

    def drop(self, where: ObjectKey) -> bool:
        """Follow a row that went; return whether it was here."""
        old = self._sorted_by.pop(where, None)
        if old is None:
            return False
        self._order.remove(old)
        return True

    def apply(self, deltas: Iterable[Delta[Row]]) -> set[ObjectKey]:
        """Follow `deltas`; return the keys of rows that came, went, moved or changed here."""
        put = self.put
        touched: set[ObjectKey] = set()
        for delta in deltas:
            where, new = delta.key, delta.new
            if self.drop(where) if new is None else put(where, new, delta.old):
                touched.add(where)
        return touched

    def held(self) -> list[ObjectKey]:
        """Return the keys of all its rows, in no order."""
        return list(self._sorted_by)

    def holds(self, wanted: ObjectKey) -> bool:
        """Whether `wanted` is here."""
        return wanted in self._sorted_by

    def _orders_alike(self, one: Row, other: Row) -> bool:
        cells, others = one.cells, other.cells
        if len(cells) != len(others):
            return False
        for place in self._places:  # noqa: SIM110  (twice as fast as all)
            if cells[place] != others[place]:
                return False
        return True

    def position(self, wanted: ObjectKey) -> int | None:
        """Return the row number of `wanted`, or None if it is not here."""
        found = self._sorted_by.get(wanted)
        return None if found is None else self._order.place(found)

    def keys(self, start: int, stop: int) -> list[ObjectKey]:
        """Return the keys of rows `start` to `stop`, fewer where the order ends."""
        return [key_of(sorted_by) for sorted_by in self._order.keys(start, stop)]
