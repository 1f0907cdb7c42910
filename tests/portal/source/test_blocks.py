"""Numbers that rise take little room, and are what they were."""

from hypothesis import given
from hypothesis import strategies as st

from portal.source.blocks import marked, packed, unpacked

gaps = st.one_of(st.integers(1, 4), st.integers(250, 260), st.just(510), st.integers(1, 3000))


@st.composite
def rising(draw: st.DrawFn) -> list[int]:
    """Return numbers that rise, near each other and far apart."""
    numbers = [draw(st.integers(0, 1) | gaps)]
    for gap in draw(st.lists(gaps, max_size=40)):
        numbers.append(numbers[-1] + gap)
    return numbers


@given(rising())
def test_what_is_packed_is_unpacked(numbers: list[int]) -> None:
    assert [*unpacked(packed(numbers))] == numbers


@given(rising())
def test_marked_are_the_numbers_that_were_packed_as_bytes(numbers: list[int]) -> None:
    data = packed(numbers)
    if data[0] == 0:
        found = marked(data)
        assert [number for number, mark in enumerate(found) if mark] == numbers
        assert len(found) == numbers[-1] + 1
