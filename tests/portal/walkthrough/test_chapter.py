"""Chapters as they are written: front matter, sections, pairs, and the books that hold them."""

from pathlib import Path

import pytest

from portal.walkthrough.chapter import ContentError, Text, read_chapter, read_front, split_sections
from portal.walkthrough.library import read_library
from portal.walkthrough.links import Links
from portal.walkthrough.pane import PaneError, PaneSpec, parse_pane
from portal.walkthrough.render import Block
from portal.walkthrough.route import draw

LINKS = Links("/symbol/", "/source/", "/learn/")
FRONT = """---
title: A title
lead: A lead
order: 2
minutes: 3
project: kubernetes
verified_at: v1.36.3
---
"""
BESIDE = frozenset({"code"})


def write(root: Path, language: str, slug: str, order: int = 1) -> None:
    folder = root / language / "book"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "book.md").write_text("---\ntitle: Book\nlead: Lead\norder: 1\n---\n")
    text = FRONT.replace("order: 2", f"order: {order}")
    (folder / f"{slug}.md").write_text(f"{text}## One {{#one}}\ntext\n")


def test_sections_hold_pairs_of_prose_and_code() -> None:
    body = (
        "before\n\n## One {#one}\na\n```code go:a#B\n```\nb\n```claim c\nC\n```\n"
        "```code go:a#C\n```\n```code go:a#D\n```\n## Two {#two}\nc\n"
    )

    chapter = read_chapter(FRONT + body, LINKS, BESIDE)

    assert [section.id for section in chapter.sections] == ["start", "one", "two"]
    one = chapter.sections[1]
    assert [[type(piece) for piece in pair.left] for pair in one.pairs] == [[Text], [Text, Block]]
    assert [[b.info for b in pair.right] for pair in one.pairs] == [
        ["go:a#B"],
        ["go:a#C", "go:a#D"],
    ]
    assert [block.name for _, block in chapter.blocks] == ["code", "claim", "code", "code"]


def test_headings_inside_fences_are_text() -> None:
    sections = split_sections("## One {#one}\n```console\n## not a heading\n```\n")

    assert [id_ for id_, _, _ in sections] == ["one"]


def test_a_heading_without_an_id_is_refused() -> None:
    with pytest.raises(ContentError, match="id"):
        split_sections("## One\n")


@pytest.mark.parametrize(
    "damage",
    [
        ("title: A title\n", ""),
        ("order: 2", "order: two"),
        ("order: 2", "order: 0"),
        ("lead: A lead", "lead: ''"),
        ("title: A title", "title: [a"),
        ("---\ntitle", "---\nroute: {stops: []}\ntitle"),
        ("---\ntitle", "---\nroute: {anchor: nothing, stops: []}\ntitle"),
    ],
)
def test_front_matter_that_lacks_something_is_refused(damage: tuple[str, str]) -> None:
    with pytest.raises(ContentError):
        read_front(FRONT.replace(*damage))


def test_a_pane_is_written_without_lines() -> None:
    spec = parse_pane(
        "go:a#B~01234567", "show head\nshow /aaaaaaaa .. /bbbbbbbb\nnote 1 /aaaaaaaa\n"
    )

    assert spec.shows == (("head", "head"), ("aaaaaaaa", "bbbbbbbb"))
    assert spec.notes == ((1, "aaaaaaaa"),)


@pytest.mark.parametrize("line", ["show 12", "show 12-20", "note /aaaaaaaa", "note 1 12", "x"])
def test_other_lines_of_a_pane_are_refused(line: str) -> None:
    with pytest.raises(PaneError, match="show head"):
        parse_pane("go:a#B", line)
    assert isinstance(parse_pane("go:a#B", ""), PaneSpec)


def test_chapters_are_in_reading_order_with_their_neighbours(tmp_path: Path) -> None:
    for language in ("en", "zh-hans"):
        write(tmp_path, language, "second", 2)
        write(tmp_path, language, "first", 1)

    library = read_library(tmp_path)
    book = library.books["book"]

    assert library.problems == ()
    assert list(book.chapters) == ["first", "second"]
    before, after = book.neighbours("second", "zh-hans")
    assert before is not None
    assert (before.slug, before.language, after) == ("first", "zh-hans", None)


def test_a_chapter_without_its_pair_is_a_problem_and_still_read(tmp_path: Path) -> None:
    write(tmp_path, "en", "alone")

    library = read_library(tmp_path)
    entry = library.books["book"].chapter("alone", "zh-hans")

    assert set(library.problems) == {
        "zh-hans/book/book.md is missing: books are pairs",
        "zh-hans/book/alone.md is missing: chapters are pairs",
    }
    assert entry is not None
    assert entry.language == "en"
    assert library.books["book"].chapter("none", "en") is None


def test_a_damaged_chapter_is_a_problem_and_no_crash(tmp_path: Path) -> None:
    write(tmp_path, "en", "good")
    (tmp_path / "en/book/bad.md").write_text("no front matter")
    (tmp_path / "en/book/worse.md").write_bytes(b"\xff\xfe")

    problems = read_library(tmp_path).problems

    assert any(problem.startswith("en/book/bad.md: front matter") for problem in problems)
    assert any(problem.startswith("en/book/worse.md") for problem in problems)


def test_a_route_is_drawn_in_either_order_inside_its_frame() -> None:
    stops = "".join(f'    - {{at: "go:e.org/p#With{n}"}}\n' for n in range(24))
    front = FRONT.replace(
        "---\ntitle", f"---\nroute:\n  anchor: go:e.org/p#Chain\n  stops:\n{stops}title"
    )
    route = read_front(front)[0].route
    assert route is not None

    runs = draw(route, LINKS, ("book", "one"), is_written=False)
    written = draw(route, LINKS, ("book", "one"), is_written=True)

    assert [stop.number for stop in runs.stops] == list(range(1, 25))
    assert [stop.number for stop in written.stops] == list(range(24, 0, -1))
    places = [float(stop.x) for stop in runs.stops]
    assert places == sorted(places)
    assert 0 < places[0] < places[-1] < 1180
    assert runs.stops[0].href == "/symbol/e.org/p/With0"
    assert written.written_href == "/learn/book/one?order=written"
