"""Byte strings order rows as the cells themselves would be ordered."""

import re
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from dashboard.api.names import Namespace, ObjectKey, ObjectName, Uid
from dashboard.api.resourceversion import ResourceVersion
from dashboard.api.table import Cell, Column, MixedCell, Row, TimeCell
from dashboard.query.sort import key, key_of, parse

COLUMNS = (Column("Name"), Column("Value"))
WORDS = st.text("ab-z", max_size=3)
NUMBERS = st.integers(-(2**70), 2**70) | st.floats(allow_nan=False) | st.booleans()
NATURAL = st.lists(st.tuples(WORDS, st.integers(0, 10**17)), max_size=2)


def row(cell: Cell, name: str = "a", namespace: str = "n") -> Row:
    return Row(
        Uid(name), Namespace(namespace), ObjectName(name), ResourceVersion("1"), (name, cell)
    )


def sorted_by(cell: Cell, *terms: str) -> bytes:
    return key(row(cell), parse(terms or ("value",), COLUMNS))


@given(NUMBERS, NUMBERS)
@example(1e-300, 2e-300)
@example(-1e-300, -2e-300)
@example(2**60, 2**60 + 1)
def test_numbers_order_as_numbers(one: float, other: float) -> None:
    assert (sorted_by(one) < sorted_by(other)) == (one < other)
    assert (sorted_by(one, "-value") < sorted_by(other, "-value")) == (one > other)


@given(NATURAL, NATURAL)
def test_numbers_within_text_order_as_numbers(
    one: list[tuple[str, int]], other: list[tuple[str, int]]
) -> None:
    texts = ["x" + "".join(f"{word}-{number}" for word, number in parts) for parts in (one, other)]

    def natural(text: str) -> list[Any]:
        pieces = re.split(r"(\d{1,18})", text)
        return [int(piece) if at % 2 else piece for at, piece in enumerate(pieces)]

    mine = [sorted_by(text) for text in texts]
    assert (mine[0] < mine[1]) == (natural(texts[0]) < natural(texts[1]))
    turned = [sorted_by(text, "-value") for text in texts]
    assert (turned[0] < turned[1]) == (natural(texts[0]) > natural(texts[1]))


def test_nothing_comes_before_numbers_and_numbers_before_text() -> None:
    cells: list[Cell] = [None, TimeCell(5), -1, 0, 7, MixedCell("8", 1), "9", "10", "", "a", "中"]

    assert sorted(cells, key=sorted_by) == cells


def test_equal_cells_order_by_namespace_and_name_and_the_key_tells_which_row_it_is() -> None:
    rows = [row("1", "b", "m"), row("1", "a", "n"), row("1", "a-1", "n"), row("1", "名", "n")]
    keys = [key(each, parse(("-value",), COLUMNS)) for each in rows]

    assert sorted(keys) == keys
    assert [key_of(each) for each in keys] == [each.key for each in rows]
    assert key_of(key(row("x\0y"), parse(("value",), COLUMNS))) == ObjectKey(
        Namespace("n"), ObjectName("a")
    )
