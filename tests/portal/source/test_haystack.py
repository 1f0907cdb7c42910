"""What a haystack finds is what bytes.find does, near and far."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from portal.source import haystack
from portal.source.haystack import NEAR, Haystack

STRAW = st.text("ab\0", max_size=3).map(str.encode)


@pytest.fixture(params=["memmem", "bytes"])
def library(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "bytes":
        monkeypatch.setattr(haystack, "_MEMMEM", None)
    else:
        assert haystack._MEMMEM is not None, "the C library has no memmem"


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize("place", [0, 1, NEAR - 3, NEAR - 1, NEAR, 3 * NEAR, 5 * NEAR - 6])
def test_a_needle_is_found_wherever_it_is(place: int) -> None:
    data = bytes(place) + b"needle" + bytes(5 * NEAR - 6 - place) + b"needle"
    found = Haystack(data)

    assert found.find(b"needle", 0, len(data)) == place
    assert found.find(b"needle", place, len(data)) == place
    assert found.find(b"needle", place + 1, len(data)) == 5 * NEAR
    assert found.find(b"needle", place, place + 5) == -1
    assert found.find(b"needle", place + 1, len(data) - 1) == -1


@given(
    st.lists(st.tuples(STRAW, st.integers(0, 2 * NEAR))),
    STRAW,
    st.integers(0, 4 * NEAR),
    st.integers(0, 4 * NEAR),
)
@example([], b"a", 2 * NEAR, 4 * NEAR)
def test_it_finds_what_bytes_find(
    pieces: list[tuple[bytes, int]], needle: bytes, start: int, stop: int
) -> None:
    data = b"".join(straw + b"c" * count for straw, count in pieces)

    assert Haystack(data).find(needle, start, stop) == data.find(needle, start, stop)
