"""Frames come out whole, wherever the pieces end."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.errors import FrameTooLarge
from dashboard.wire.frame import LineSplitter

lines = st.lists(
    st.binary(min_size=1, max_size=40).filter(lambda line: b"\n" not in line and line.strip())
)


@given(lines, st.data())
def test_where_pieces_end_does_not_matter(frames: list[bytes], data: st.DataObject) -> None:
    stream = b"".join(frame + b"\n" for frame in frames)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=8)))
    splitter = LineSplitter("pods.v1")

    found: list[bytes] = []
    for start, stop in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        found += splitter.feed([stream[start:stop]])

    assert found == frames
    assert splitter.is_between_frames


def test_half_a_frame_is_noticed_at_the_end() -> None:
    splitter = LineSplitter("pods.v1")

    assert list(splitter.feed([b'{"a":1}\n{"b"'])) == [b'{"a":1}']
    assert not splitter.is_between_frames


@pytest.mark.parametrize("pieces", [[b"x" * 11 + b"\n"], [b"x" * 6, b"x" * 6], [b"x" * 11]])
def test_a_frame_over_the_limit_is_refused_before_it_ends(pieces: list[bytes]) -> None:
    splitter = LineSplitter("pods.v1", limit_bytes=10)

    with pytest.raises(FrameTooLarge, match="larger than 10 bytes"):
        list(splitter.feed(pieces))
