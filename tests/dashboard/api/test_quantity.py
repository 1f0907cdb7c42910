"""Quantities are exact, ordered by amount, and written as Go writes them."""

from decimal import Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from kubernetes.utils.quantity import parse_quantity as peer_parse

from dashboard.api.quantity import Format, Quantity, parse_quantity
from dashboard.errors import InvalidQuantity

SUFFIXES = ["", "n", "u", "m", "k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"]
numbers = st.from_regex(r"-?(0|[1-9][0-9]{0,5})(\.[0-9]{1,3})?", fullmatch=True)


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("0", "0"),
        ("-0.0Gi", "0"),
        ("1.5", "1500m"),
        ("1.5Gi", "1536Mi"),
        ("1000m", "1"),
        ("1024", "1024"),
        ("1024Ki", "1Mi"),
        ("0.5Ki", "512"),
        ("1.1Ki", "1126400m"),
        ("0.0001Ki", "102400u"),
        ("128974848", "128974848"),
        ("129e6", "129e6"),
        ("1290e5", "129e6"),
        ("12e7", "120e6"),
        ("129M", "129M"),
        ("123Mi", "123Mi"),
        ("+5Gi", "5Gi"),
        ("5.Gi", "5Gi"),
        (".5", "500m"),
        ("1E", "1E"),
        ("1024Pi", "1Ei"),
        ("1E3", "1e3"),
        ("0.0000000001", "1n"),
        ("-0.0000000001", "-1n"),
        ("1.0000000001Gi", "1073741824107374183n"),
        ("8Ei", "9223372036854775807"),
        ("-8Ei", "-9223372036854775807"),
        ("1e-12", "1e-9"),
        ("2048Ei", "9223372036854775807"),
    ],
)
def test_a_quantity_is_written_in_its_canonical_form(text: str, canonical: str) -> None:
    """Each expected text was printed by k8s.io/apimachinery v0.36.3."""
    assert str(parse_quantity(text)) == canonical


def test_an_amount_past_the_largest_suffix_keeps_it() -> None:
    assert str(parse_quantity("1000E")) == "1000E"


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        "Ki",
        "e3",
        "1K",
        "1ki",
        "1mi",
        "1i",
        "1e",
        "1 Gi",
        " 1",
        "1.2.3",
        "--1",
        "0x1",
        "1e1.5",
        "1e1000",
        "٣",
        "1\n",
        "NaN",
        "inf",
        "1_000",
        "9" * 300,
    ],
)
def test_what_is_no_quantity_is_refused(text: str) -> None:
    with pytest.raises(InvalidQuantity):
        parse_quantity(text)


@given(numbers, st.sampled_from(SUFFIXES))
@example("999999.999", "Pi")
def test_amounts_equal_those_of_the_official_client(number: str, suffix: str) -> None:
    with localcontext() as context:
        context.prec = 60
        expected = Fraction(peer_parse(number + suffix))
    amount = parse_quantity(number + suffix)

    is_capped = suffix.endswith("i") and abs(expected) > 2**63 - 1
    if is_capped:
        assert abs(amount.value) == 2**63 - 1
    else:
        assert abs(amount.value - expected) < Fraction(1, 10**9)
        assert abs(amount.value) >= abs(expected)


@given(numbers, st.sampled_from([*SUFFIXES, "e3", "E-3", "e0"]))
def test_the_canonical_form_is_read_back_as_the_same_amount(number: str, suffix: str) -> None:
    amount = parse_quantity(number + suffix)

    again = parse_quantity(str(amount))

    assert again == amount
    assert str(again) == str(amount)


@given(st.lists(st.tuples(numbers, st.sampled_from(SUFFIXES[:10])), max_size=6))
def test_quantities_sort_by_amount(parts: list[tuple[str, str]]) -> None:
    amounts = sorted(parse_quantity(number + suffix) for number, suffix in parts)

    assert [amount.value for amount in amounts] == sorted(amount.value for amount in amounts)


def test_equal_amounts_are_equal_however_they_are_written() -> None:
    one, other = parse_quantity("1024Mi"), parse_quantity("1073741824")

    assert one == other
    assert hash(one) == hash(other)
    assert (one.format, other.format) == (Format.BINARY_SI, Format.DECIMAL_SI)
    assert parse_quantity("100m") < parse_quantity("0.2")


def test_the_value_is_exact() -> None:
    assert parse_quantity("0.1").value == Fraction(1, 10)
    assert Quantity(1).value == Fraction(Decimal("0.000000001"))
