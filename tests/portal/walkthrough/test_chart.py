"""A chart is drawn inside its frame, each stop a link, each way with a head."""

import pytest

from portal.walkthrough.chapter import Chart, ContentError, read_front
from portal.walkthrough.chart import broken_label, draw_chart
from portal.walkthrough.library import read_library
from portal.walkthrough.links import Links
from portal.walkthrough.shelfmark import walkthroughs

LINKS = Links("/symbol/", "/source/", "/learn/")
FRONT = """---
title: T
lead: L
order: 1
minutes: 1
project: kubernetes
verified_at: v1.36.3
chart:
  lanes: [Server, Client]
  stops:
    - {at: "go:e.org/p#T.run", lane: 2, column: 1, to: [{name: T.list}]}
    - {at: "go:e.org/p#T.list", lane: 2, column: 2, gate: G, to: [{name: T.watch}, {name: serve}]}
    - {at: "go:e.org/p#serve", lane: 1, column: 2}
    - {at: "go:e.org/p#T.watch", lane: 2, column: 3, to: [{name: T.run, when: "410"}]}
---
"""


def chart(text: str = FRONT) -> Chart:
    found = read_front(text)[0].chart
    assert found is not None
    return found


def test_stops_stand_in_their_lanes_and_lead_to_their_symbols() -> None:
    drawn = draw_chart(chart(), LINKS)
    places = {stop.stop.name: (stop.x, stop.y) for stop in drawn.stops}

    assert [lane.title for lane in drawn.lanes] == ["Server", "Client"]
    assert places["T.run"][1] == places["T.watch"][1] > places["serve"][1]
    assert places["T.run"][0] < places["T.list"][0] == places["serve"][0] < places["T.watch"][0]
    assert all(0 < x < drawn.width and 0 < y < drawn.height for x, y in places.values())
    assert drawn.stops[1].href == "/symbol/e.org/p/T.list"
    assert [stop.stop.is_conditional for stop in drawn.stops] == [False, True, False, False]


def test_each_way_is_drawn_once_and_says_when() -> None:
    drawn = draw_chart(chart(), LINKS)

    assert len(drawn.ways) == 4
    assert [way.when for way in drawn.ways] == ["", "", "", "410"]
    assert len({way.path for way in drawn.ways}) == 4
    assert all(way.path.startswith("M") and way.tip.endswith("z") for way in drawn.ways)


def test_long_names_stand_on_two_lines() -> None:
    assert broken_label("watchList") == ("watchList",)
    assert broken_label("ListAndWatchWithContext") == ("ListAndWatch", "WithContext")
    assert broken_label("averylongnameinonecase") == ("averylongnameinonecase",)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("{name: serve}", "{name: nobody}"),
        ("lane: 1, column: 2", "lane: 3, column: 2"),
        ("lane: 1, column: 2", "column: 2"),
        ("go:e.org/p#serve", "e.org/p#serve"),
    ],
)
def test_a_chart_that_cannot_be_drawn_is_refused(old: str, new: str) -> None:
    assert old in FRONT
    with pytest.raises(ContentError):
        read_front(FRONT.replace(old, new))


def test_the_charts_of_the_books_use_every_lane() -> None:
    library = read_library(walkthroughs())
    charts = [
        entry.front.chart
        for book in library.books.values()
        for pair in book.chapters.values()
        for entry in pair.values()
        if entry.front.chart
    ]

    assert len(charts) >= 2
    for found in charts:
        assert {place.lane for place in found.stops} == set(range(1, len(found.lanes) + 1))
