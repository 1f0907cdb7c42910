"""Names that may fit a question, the likeliest first, and none where enough fit better.

Source: portal.source.search, which says how well a name fits; portal.source.nametable, which has them.
"""

from collections.abc import Iterable, Iterator, Sequence

from portal.source.nametable import MOST, MOST_BEGUN, MOST_OTHERS, NameTable, Row
from portal.source.search import BEGINNING, Finder

Numbered = tuple[int, Row]
"""A name with the number of its segment."""


class Fitting:
    """The names that may fit one question."""

    def __init__(self, finder: Finder, tables: Sequence[tuple[int, NameTable]]) -> None:
        """Ask the tables, with the numbers of their segments; `finder` knows when there are enough."""
        self.finder = finder
        self._tables = tables
        self._seen: set[Numbered] = set()

    def groups(self) -> Iterator[tuple[int, Iterable[Numbered]]]:
        """Yield (rank, names that fit so or worse) in order of rank; each name is given once.

        Whoever gets a group shows it to the finder before the next is asked for.
        """
        name = self.finder.asked.name
        exact = [one for at, table in self._tables for one in self._new(at, table.exact(name))]
        yield 0, exact
        yield 1, [one for at, table in self._tables for one in self._new(at, table.whole(name))]
        if self.finder.is_settled(BEGINNING):
            return
        for number, table in self._tables:
            for rows in table.beginning(name):
                yield BEGINNING, self._new(number, rows, MOST_BEGUN)
        # Where so many begin so, those that are members, and so longer, are left out with the rest.
        if not self.finder.is_settled(BEGINNING + 1):
            yield from sorted(self._others(name, is_known=bool(exact)).items())

    def _others(self, name: str, *, is_known: bool) -> dict[int, list[Numbered]]:
        ranked: dict[int, list[Numbered]] = {}
        for number, table in self._tables:
            for rows in table.others(name, is_known=is_known):
                for one in self._new(number, rows, MOST_OTHERS):
                    rank = BEGINNING if "." in name else self.finder.rank_of_any(*one[1][:2])
                    if rank is not None:
                        ranked.setdefault(rank, []).append(one)
        return ranked

    def _new(self, number: int, rows: Sequence[Row], most: int = MOST) -> Iterator[Numbered]:
        """Yield what was not given yet; where there may be more, the finder is told."""
        self.finder.is_cut |= len(rows) == most
        for row in rows:
            if (number, row) not in self._seen:
                self._seen.add((number, row))
                yield number, row
