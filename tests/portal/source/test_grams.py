"""What an index of words and of heads leads to: all that the texts hold, and nothing twice."""

import re
import sqlite3
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.source import fileorder
from portal.source.blocks import BLOCK_BYTES, blocks, packed, unpacked
from portal.source.codequery import Query, matcher, read
from portal.source.errors import BadQuery
from portal.source.fileorder import FileOrder
from portal.source.grep import Grep
from portal.source.required import Part, required_parts
from portal.source.segmentwriter import head_of, pack
from portal.source.sieve import Joined, Sieve
from portal.source.view import Collection, Text, View
from tests.support.former import with_trigrams
from tests.support.imported import take_files

LICENCE = "/*\nCopyright of sailors.\n\nYou may sail.\n*/\n\n"
LINES = 4000
LONG = "".join(f"line {number} says word{number}\n" for number in range(1, LINES + 1))
"""Some fifty blocks."""


@pytest.fixture(params=["words", "trigrams"])
def small(tmp_path: Path, request: pytest.FixtureRequest) -> View:
    """A version whose files have heads, are long, and have letters that only folding finds.

    As it is written now, and as an earlier release wrote it.
    """
    collection = Collection(tmp_path)
    tmp_path.mkdir(exist_ok=True)
    files = {
        "a.go": f"{LICENCE}// Package a sails.\npackage a\n",
        "b.go": f"{LICENCE}package b\n\nvar sails = 1\n",
        "b_same.go": f"{LICENCE}package b\n\nvar sails = 1\n",
        "long.txt": f"{LICENCE}{LONG}",
        "empty.txt": "",
        "head.txt": LICENCE,
        "odd.txt": "300 \u212aelvin in the \u017fun\n",
    }
    view = take_files(collection, files)
    if request.param == "words":
        return view
    with_trigrams(view.segments[0].place)
    former = Collection(tmp_path).view(view.snapshot)
    assert former is not None
    return former


def found(view: View, text: str) -> dict[str, list[int]]:
    """Return path to the lines that match."""
    batch = Grep(view, read(text)).batch(0, lambda _files, _lines: False)
    assert batch.next is None
    return {hit.path: [line.number for line in hit.lines if line.spans] for hit in batch.hits}


def test_a_word_of_a_licence_is_found_in_every_file_that_begins_with_it(small: View) -> None:
    everywhere = {path: [2] for path in ("a.go", "b.go", "b_same.go", "long.txt", "head.txt")}

    assert found(small, "sailors") == everywhere
    assert found(small, r"/^Copy\w+ of s/") == everywhere
    assert found(small, "/sailors|word7777/") == everywhere


def test_a_word_of_the_licence_and_of_what_follows_is_found_in_both(small: View) -> None:
    assert found(small, "sail") == {
        "a.go": [2, 4, 7],
        "b.go": [2, 4, 9],
        "b_same.go": [2, 4, 9],
        "long.txt": [2, 4],
        "head.txt": [2, 4],
    }


def test_a_word_is_found_behind_another_that_ends_like_a_keyword(tmp_path: Path) -> None:
    view = take_files(
        Collection(tmp_path), {"a.go": "package a\n\ntype hullType int\n\nvar x **int\n"}
    )

    assert found(view, "type hull") == found(view, "type int") == {"a.go": [3]}
    assert found(view, "/Type int/") == found(view, "/^type \\w+ int$/") == {"a.go": [3]}
    assert found(view, "*int") == found(view, r"/\*\*int$/") == {"a.go": [5]}
    assert found(view, "type x") == found(view, "*nt") == {}


def test_who_asks_for_a_whole_word_leaves_what_a_text_finds_as_it_is(tmp_path: Path) -> None:
    files = {"a.go": "package a\n\nfunc Sail() {}\n", "b.go": "package a\n\nfunc NewSails() {}\n"}
    (segment,) = take_files(Collection(tmp_path), files).segments

    for _again in range(2):
        whole, text = segment.having("Sail"), segment.candidates(["Sail"], folds=False)
        assert whole is not None
        assert text is not None
        assert (len(whole.blobs), len(text.blobs)) == (1, 2)


def test_every_line_of_a_long_file_is_found_where_it_stands(small: View) -> None:
    assert len(list(blocks(LONG.encode(), 0))) > 5
    before = LICENCE.count("\n")

    for number in (*range(1, LINES, 97), LINES):
        assert found(small, f"/says word{number}$/") == {"long.txt": [before + number]}
    assert found(small, "word") == {"long.txt": list(range(before + 1, before + 2001))}


def test_the_ends_of_a_text_are_not_those_of_its_pieces(small: View) -> None:
    assert found(small, r"/\Aline \d+ says/") == {}
    assert found(small, r"/says word\d+\n?\z/") == {}
    assert set(found(small, r"/(?-m)^\/\*/")) == {
        "a.go",
        "b.go",
        "b_same.go",
        "long.txt",
        "head.txt",
    }


def test_letters_beyond_ascii_that_are_alike_to_some_of_it_are_found(small: View) -> None:
    assert found(small, "kelvin") == {"odd.txt": [1]}
    assert found(small, "the sun") == {"odd.txt": [1]}
    assert found(small, "/kel.*sun/") == {"odd.txt": [1]}
    assert found(small, "case:yes kelvin") == {}


def test_batches_that_go_on_find_what_one_finds(small: View) -> None:
    """Common or rare: the first files are looked through without candidates where a word is common."""
    whole = found(small, "sail")
    parts: dict[str, list[int]] = {}
    at: int | None = 0
    while at is not None:
        batch = Grep(small, read("sail")).batch(at, lambda _files, lines: lines > 0)
        for hit in batch.hits:
            assert hit.path not in parts
            parts[hit.path] = [line.number for line in hit.lines]
        at = batch.next

    assert parts == whole


def test_a_segment_of_former_times_is_searched_as_before(tmp_path: Path) -> None:
    """It has neither pieces nor heads nor counts, and its blobs are compressed one by one."""
    view = take_files(Collection(tmp_path), {"a.go": f"{LICENCE}package a\n"})
    with_trigrams(view.segments[0].place)
    place = view.segments[0].place.with_suffix(".text")
    data = view.segments[0].blob(1)
    with sqlite3.connect(place) as db:
        for table in ("piece", "often", "dictionary", "head", "gram"):
            db.execute(f"DROP TABLE {table}")
        db.execute("DROP INDEX blob_head")
        db.execute("ALTER TABLE blob DROP COLUMN head")
        db.execute(
            "CREATE VIRTUAL TABLE gram USING fts5"
            " (body, content='', detail=none, columnsize=0, tokenize='trigram')"
        )
        db.execute("INSERT INTO gram(rowid, body) VALUES (1, ?)", (data.decode(),))
        db.execute("UPDATE blob SET data = ?", (pack(data),))
    db.close()
    former = Collection(tmp_path).view(view.snapshot)
    assert former is not None

    assert found(former, "sailors") == {"a.go": [2]}
    assert found(former, "package a") == {"a.go": [7]}
    assert found(former, "/e.a$/") == {"a.go": [7]}


def test_a_head_is_the_comments_that_an_empty_line_ends() -> None:
    build = "//go:build linux\n\n"

    assert head_of(f"{LICENCE}// Package a is.\npackage a\n") == LICENCE
    assert head_of(f"{build}{LICENCE}package a\n") == build + LICENCE
    assert head_of("# Licence\n# of YAML\n\nkind: Pod\n") == "# Licence\n# of YAML\n\n"
    assert head_of("package a\n// x\n\n") == ""
    assert head_of("// \u00e9\n\npackage a\n") == "", "its bytes would not be its letters"
    assert head_of("/* never closed\n\n") == ""


@given(st.text("ab\n\u00e9", max_size=40), st.integers(1, 9), st.integers(0, 99))
def test_blocks_are_the_text_and_end_where_lines_do(unit: str, times: int, start: int) -> None:
    data = (unit * (times * BLOCK_BYTES // 20)).encode()
    found = [data[begin:end] for begin, end in blocks(data, start)]

    assert b"".join(found) == data[start:]
    assert all(block.endswith(b"\n") for block in found[:-1])


@given(st.lists(st.integers(0, 200_000), min_size=1, unique=True))
def test_numbers_come_back_as_they_were_packed(numbers: list[int]) -> None:
    assert list(unpacked(packed(sorted(numbers)))) == sorted(numbers)


@pytest.mark.parametrize("step", [1, 254, 255, 256, 65_534, 65_535, 65_536, 200_000])
def test_gaps_of_every_size_come_back(step: int) -> None:
    for first in (0, 1, step):
        numbers = [first + at * step for at in range(40)]
        assert list(unpacked(packed(numbers))) == numbers
        assert list(unpacked(packed([*numbers, numbers[-1] + 1]))) == [*numbers, numbers[-1] + 1]


@given(
    st.text(alphabet=r"abkKsN|()[]*+?.\^$-:ziA, ", max_size=16),
    st.lists(st.text("abkKsS\u212a\u017fN(\n ", max_size=40), max_size=6),
    st.booleans(),
)
def test_a_sieve_lets_through_whatever_matches(
    pattern: str, texts: list[str], is_regex: bool
) -> None:
    """What it keeps back would be hidden from readers."""
    try:
        query = read(f"/{pattern}/" if is_regex else f'"{pattern}"')
    except BadQuery:
        return
    datas = [text.encode() for text in texts]
    passed = Sieve(query, required_parts(query)).passed(Joined([Text.of(data) for data in datas]))

    assert passed == sorted(set(passed))
    assert _matching(query, datas) <= set(passed)


def _matching(query: Query, datas: list[bytes]) -> set[int]:
    matches = matcher(query)
    return {at for at, data in enumerate(datas) if any(matches(data, 0, len(data)))}


def test_thousands_of_files_may_each_begin_with_a_comment_of_their_own(tmp_path: Path) -> None:
    """Its index of trigrams holds 2,000 parts, and what comes out of order is one by itself."""
    files = {f"a/f{n}.go": f"// Sailed in {n}.\n\npackage a // {n}\n" for n in range(4_500)}
    view = take_files(Collection(tmp_path), files)

    asked = Grep(view, read("in 2467")).batch(0, lambda _files, _lines: False)

    assert [hit.path for hit in asked.hits] == ["a/f2467.go"]


BLOCKS = 3_000
"""So many that a word of every third of them is common."""


@pytest.fixture(scope="module")
def crates(tmp_path_factory: pytest.TempPathFactory) -> View:
    """Two files of one line a block, which is numbered through both."""
    lines = [
        " ".join((f"crate{n}", *_aboard(n), "." * BLOCK_BYTES, "\n")) for n in range(2 * BLOCKS)
    ]
    files = {"a.txt": "".join(lines[:BLOCKS]), "b.txt": "".join(lines[BLOCKS:])}
    return take_files(Collection(tmp_path_factory.mktemp("crates")), files)


def _aboard(number: int) -> list[str]:
    """Return the words of a block, in one spelling or another."""
    words = {"apples": 2, "plums": 3, "nuts": 1, "quinces": 5, "rum": 1200}
    aboard = [word for word, every in words.items() if number % every == 0]
    return [word.upper() if number % 7 == 1 else word for word in aboard]


@pytest.mark.parametrize(
    "asked",
    ["apples nuts", "apples plums", "nuts plums quinces apples", "rum nuts apples", "figs nuts"],
)
@pytest.mark.parametrize("window", [(), (1,)])
@pytest.mark.parametrize("folds", [True, False])
def test_common_words_lead_to_the_blocks_that_have_all_of_them(
    crates: View,
    monkeypatch: pytest.MonkeyPatch,
    asked: str,
    window: tuple[int, ...],
    folds: bool,
) -> None:
    monkeypatch.setattr(fileorder, "WINDOWS", window)
    words = asked.split()
    parts = [Part.of(word, begins=True, ends=True) for word in words]
    (segment,) = crates.segments

    led: set[int] = set()
    for each in FileOrder(crates).windows:
        told = segment.candidates(parts, folds=folds, within=each.within)
        assert told is not None
        for blob in told.blobs:
            data = segment.blob(blob)
            for start, end in told.spans(blob):
                led |= {int(number) for number in re.findall(rb"crate(\d+)", data[start:end])}

    assert led == {
        number
        for number in range(2 * BLOCKS)
        if {*words} <= {word.lower() if folds else word for word in _aboard(number)}
    }
