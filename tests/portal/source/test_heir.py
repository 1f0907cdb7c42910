"""What is said of a text by another is true, and a text is found again behind what came or went."""

from array import array

from hypothesis import given
from hypothesis import strategies as st

from portal.source import heir
from portal.source.heir import Difference, Heir
from portal.source.landmarks import LINE_BYTES, Landmarks


def line(number: int) -> bytes:
    """Return a line that is long enough to be a landmark."""
    return f"line {number} ".encode().ljust(LINE_BYTES, b".") + b"\n"


LINES = [
    *map(line, range(12)),
    b"}\n",
    b"\n",
    b"\treturn nil\n",
    b"// a\n",
    b"last, without an end",
]
texts = st.lists(st.sampled_from(LINES), max_size=60).map(b"".join)


def differing(data: bytes, old: bytes, head: bytes = b"") -> Difference:
    """Return a difference, which holds: its runs rise in both texts, and with what is new are all of it."""
    found = Difference.of(head + data, len(head), ("segment", 1), old, 0)
    numbers = array("I", found.runs)
    runs = [*zip(numbers[::3], numbers[1::3], numbers[2::3], strict=True)]
    places = [place for first, last, _here in runs for place in (first, last)]
    assert places == sorted(places)
    for place in places:
        assert place in {0, len(old)} or old[place - 1 : place] == b"\n"
    taken = [(here, old[first:last]) for first, last, here in runs]
    pieces = sorted((*taken, *found.fresh))
    assert head + b"".join(piece for _at, piece in pieces) == head + data
    assert all(data[at - len(head) :].startswith(piece) for at, piece in pieces)
    return found


@given(texts, texts)
def test_runs_and_what_is_new_are_the_text(data: bytes, old: bytes) -> None:
    differing(data, old, b"// head\n\n")


@given(st.lists(st.sampled_from(LINES), max_size=12).map(b"".join), texts, texts, texts)
def test_they_are_where_landmarks_are_looked_for(
    shared: bytes, first: bytes, second: bytes, third: bytes
) -> None:
    before, heir.LARGE_BYTES = heir.LARGE_BYTES, -1
    try:
        differing(first + shared + second, shared + third + shared)
    finally:
        heir.LARGE_BYTES = before


def test_a_text_is_found_again_behind_much_that_went() -> None:
    text = [line(number) for number in range(8000)]
    for number in range(4000, 8000, 20):
        text[number] = b"new " + text[number]
    kept = b"".join(text[:100] + text[4000:])

    found = differing(kept, b"".join(map(line, range(8000))))

    assert found.new_bytes < len(kept) / 5


def test_landmarks_rise_in_both_texts_and_stand_once_in_the_old_one() -> None:
    old = b"".join(map(line, [1, 2, 3, 4, 2, 5]))
    data = b"".join(map(line, [4, 1, 2, 3, 9, 5]))

    found = Landmarks.of(data, (0, len(data)), old, (0, len(old)))

    size = len(line(1))
    assert found == ([size, 3 * size, 5 * size], [0, 2 * size, 5 * size])
    assert found.before(size + 1, len(old)) == 2 * size
    assert found.before(len(data), len(old)) == len(old)
    assert found.within(size, 2 * size) == (size, 0)
    assert found.within(2 * size, 3 * size) is None


@given(texts, texts, st.data())
def test_what_a_text_has_of_a_span_is_where_it_says(
    data: bytes, old: bytes, draw: st.DataObject
) -> None:
    ends = [0, *(at + 1 for at, byte in enumerate(old) if byte == ord("\n")), len(old)]
    place = st.sampled_from(sorted(set(ends)))
    spans = draw.draw(st.lists(st.tuples(place, place).map(lambda pair: (min(pair), max(pair)))))
    runs = differing(data, old).runs
    numbers = array("I", runs)
    expected = [
        (max(start, first) - first + here, min(end, last) - first + here)
        for start, end in spans
        for first, last, here in zip(numbers[::3], numbers[1::3], numbers[2::3], strict=True)
        if start < last and first < end
    ]

    assert [*Heir("segment", 1, 2, runs).inherited(spans)] == expected
