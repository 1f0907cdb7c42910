"""A filter is read as kubectl's users would: words, and labels as -l takes them."""

import pytest

from dashboard.api.names import Namespace, ObjectName, Uid
from dashboard.api.resourceversion import ResourceVersion
from dashboard.api.table import MixedCell, Row, TimeCell
from dashboard.errors import InvalidQuery
from dashboard.query.filter import QUERY_LIMIT, compile_filter, terms, word_of

ROW = Row(
    Uid("u"),
    Namespace("checkout"),
    ObjectName("cart-api-x2k4q"),
    ResourceVersion("1"),
    ("cart-api-x2k4q", "0/1", "CrashLoopBackOff", MixedCell("12", 0), TimeCell(0), None, "a=b c"),
    labels=("app.kubernetes.io/name=cart-api", "tier=", "team=Sea"),
)


@pytest.mark.parametrize(
    ("text", "passes"),
    [
        ("", True),
        ("  ", True),
        ("CRASH checkout", True),
        ("crash payments", False),
        ("!crash", False),
        ("!payments 12", True),
        ("app.kubernetes.io/name=cart-api", True),
        ("app.kubernetes.io/name==cart-api", True),
        ("app.kubernetes.io/name=cart", False),
        ("app.kubernetes.io/name!=cart-api", False),
        ("app.kubernetes.io/name!=web", True),
        ("!team=Sea", False),
        ("!team!=Sea", True),
        ("team=sea", False),
        ("tier=", True),
        ("absent=", False),
        ("absent!=x", True),
        ("team=Sea crash", True),
        ('"a=b c"', True),
        ('!"a=b c"', False),
        ('"0/1"', True),
        ('""', True),
    ],
)
def test_a_row_passes_what_is_asked_of_it(text: str, *, passes: bool) -> None:
    assert compile_filter(text)(ROW) is passes


@pytest.mark.parametrize(
    "word", ["Cart", "0/1", "crashl", "12", "a=", "CHECK", "out\ncart", "k4q\n0", "nowhere", "kout"]
)
def test_one_word_passes_what_it_does_beside_another(word: str) -> None:
    for sign in ("", "!"):
        alone, beside = f'{sign}"{word}"', f'{sign}"{word}" checkout'
        assert compile_filter(alone)(ROW) is compile_filter(beside)(ROW)


def test_a_lone_mark_and_a_long_text_are_refused_where_they_stand() -> None:
    with pytest.raises(InvalidQuery) as lone:
        compile_filter("crash !")
    with pytest.raises(InvalidQuery) as long:
        compile_filter("x" * (QUERY_LIMIT + 1))

    assert lone.value.params["position"] == 6
    assert long.value.params["position"] == QUERY_LIMIT


@pytest.mark.parametrize("text", ["a !b", "a=b !c=d", '"a b" !"c=d" "!x"', "k!=v", '""'])
def test_a_filter_can_be_written_as_it_was_read(text: str) -> None:
    read = terms(text)

    assert terms(" ".join(word_of(term) for term in read)) == read
