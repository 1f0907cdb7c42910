"""Two texts line by line."""

from hypothesis import given
from hypothesis import strategies as st

from portal.source.linediff import CONTEXT, MOST_LINES, Line, differ

LINES = st.lists(st.sampled_from(["{", "}", "a", "b", "c", ""]), max_size=40)


@given(LINES, LINES)
def test_both_texts_can_be_told_from_the_lines_and_what_is_folded(
    old: list[str], new: list[str]
) -> None:
    lines = differ(old, new)

    assert lines is not None
    shown_old = [line.text for line in lines if line.old]
    shown_new = [line.text for line in lines if line.new]
    folded = sum(line.folded for line in lines)
    assert len(shown_old) + folded == len(old)
    assert len(shown_new) + folded == len(new)
    assert all(old[line.old - 1] == line.text for line in lines if line.old)
    assert all(new[line.new - 1] == line.text for line in lines if line.new)


def test_equal_parts_are_folded_but_for_their_context() -> None:
    old = [str(number) for number in range(30)]
    new = [*old[:15], "x", *old[16:]]

    lines = differ(old, new, 101, 201)

    assert lines is not None
    assert lines[0] == Line(None, None, "", 15 - CONTEXT)
    assert [line.sign for line in lines[1:-1]] == ["", "", "", "-", "+", "", "", ""]
    assert (lines[4].old, lines[5].new) == (116, 216)
    assert lines[-1].folded == 14 - CONTEXT


def test_what_would_take_too_long_is_not_begun() -> None:
    assert differ(["x"] * (MOST_LINES + 1), []) is None
    assert differ(["x", "a"] * 700, ["y", "x"] * 700) is None
