"""Rows stay filtered and in order while they change, as a sort of the present would have them."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.api.delta import Delta
from dashboard.api.names import Namespace, ObjectName, Uid
from dashboard.api.resourceversion import ResourceVersion
from dashboard.api.table import Cell, Column, MixedCell, Row, TimeCell
from dashboard.errors import InvalidQuery
from dashboard.query.filter import compile_filter
from dashboard.query.index import Index
from dashboard.query.sort import key, parse

COLUMNS = (Column("Name"), Column("Restarts"), Column("Age"))


def row(name: str, restarts: Cell = "0", age_ms: int = 0, namespace: str = "a") -> Row:
    return Row(
        Uid(name), Namespace(namespace), ObjectName(name), ResourceVersion("1"),
        (name, restarts, TimeCell(age_ms)),
    )  # fmt: skip


async def names(rows: list[Row], *terms: str) -> list[str]:
    index = Index(parse(terms, COLUMNS), lambda _row: True)
    await index.fill(rows)
    return [item.name for item in index.keys(0, 100)]


async def test_the_default_order_is_namespace_then_name() -> None:
    assert await names([row("b"), row("a"), row("c", namespace="A")]) == ["c", "a", "b"]


async def test_numbers_in_cells_sort_as_numbers() -> None:
    rows = [row("a", "10"), row("b", "9"), row("c", MixedCell("100", 0)), row("d", None)]

    assert await names(rows, "-restarts") == ["c", "a", "b", "d"]


async def test_the_smallest_age_is_the_latest_time() -> None:
    assert await names([row("old", age_ms=1), row("new", age_ms=2)], "age") == ["new", "old"]


async def test_several_terms_mix_directions() -> None:
    rows = [row("a", "1"), row("b", "1"), row("c", "2")]

    assert await names(rows, "restarts", "-name") == ["b", "a", "c"]


def test_an_unknown_column_is_refused_with_those_that_exist() -> None:
    with pytest.raises(InvalidQuery, match="namespace, name, restarts, age"):
        parse(["cpu"], COLUMNS)


@given(
    st.integers(0, 2**32), st.sampled_from([(), ("restarts",), ("-restarts", "name"), ("-age",)])
)
def test_following_changes_equals_sorting_anew(seed: int, terms: tuple[str, ...]) -> None:
    chance = random.Random(seed)
    rows: dict[str, Row] = {}
    parsed = parse(terms, COLUMNS)
    passes = compile_filter("!7")
    index = Index(parsed, passes)
    for _ in range(60):
        name = f"p{chance.randrange(12)}"
        old = rows.pop(name, None)
        if old is None or chance.random() < 0.7:
            rows[name] = row(name, chance.choice(["1", "9", "10", None, "x1"]), chance.randrange(3))
        new = rows.get(name)
        if old is not None or new is not None:
            index.apply([Delta((old or new).key, old, new)])  # type: ignore[union-attr]

    expected = sorted(
        (item for item in rows.values() if passes(item)), key=lambda item: key(item, parsed)
    )
    assert index.keys(0, 100) == [item.key for item in expected]
    assert [index.position(item.key) for item in expected] == list(range(len(expected)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ["api-1", "api-2", "web-1"]),
        ("API", ["api-1", "api-2"]),
        ("api !2", ["api-1"]),
        ("crash", ["web-1"]),
        ("a api", ["api-1", "api-2"]),
    ],
)
def test_words_filter_and_an_exclamation_mark_excludes(text: str, expected: list[str]) -> None:
    rows = [row("api-1"), row("api-2"), row("web-1", "CrashLoop")]

    assert [item.name for item in rows if compile_filter(text)(item)] == expected


def test_a_lone_exclamation_mark_is_refused_where_it_stands() -> None:
    with pytest.raises(InvalidQuery) as caught:
        compile_filter("api !")

    assert caught.value.position == 4


async def test_digits_without_end_sort_as_the_others_do() -> None:
    rows = [row("a", "9" * 5000), row("b", "v" + "1" * 5000), row("c", "7")]

    assert sorted(await names(rows, "restarts")) == ["a", "b", "c"]
