"""Drawings are numbers before they are pages: timelines, relations, reading paths."""

from dashboard.views.relation import Edge, Thing, draw_graph
from dashboard.views.timeline import LEFT, RIGHT, Lane, Moment, Span, draw_timeline
from portal.paths import ReadingPath, Stop, draw_paths

WORDS = ("6 min", "5 min", "4 min", "3 min", "2 min", "1 min")


def test_a_timeline_ends_now_and_cuts_off_what_is_older() -> None:
    lane = Lane("Spec", (Span("run", 9000, 0, "ready"),), (Moment("fail", 180),))
    (drawn,) = draw_timeline([lane], 360, WORDS, "all of it").lanes
    assert (drawn.spans[0].x, drawn.spans[0].width) == (LEFT, RIGHT - LEFT)
    assert drawn.moments[0].transform == f"translate({(LEFT + RIGHT) // 2} 26)"


def test_even_the_shortest_time_is_seen() -> None:
    lane = Lane("Spec", (Span("bad", 0.001, 0, "late"),))
    (drawn,) = draw_timeline([lane], 360, WORDS, "all of it").lanes
    assert drawn.spans[0].width == 2


def test_a_time_that_nobody_watched_is_named_beside_it() -> None:
    lane = Lane("Events", (Span("gap", 240, 120, "not watched", "2 min"),))
    (drawn,) = draw_timeline([lane], 360, WORDS, "all of it").lanes
    (gap,) = drawn.spans
    assert gap.text_x > gap.x + gap.width


def test_every_other_part_of_a_scale_bar_is_dark() -> None:
    ticks = draw_timeline([], 360, WORDS, "nothing").ticks
    assert [tick.text for tick in ticks if tick.width] == ["6 min", "4 min", "2 min"]


def test_an_edge_leads_from_box_to_box() -> None:
    things = {
        "a": Thing(0, "ok", "ok", "Service", "web", "#"),
        "b": Thing(1, "ok", "ok", "Pod", "web-0", "#", "ready"),
    }
    graph = draw_graph("web", ("Selects", "Runs"), things, [Edge("a", "b", "hot")])
    assert [box.title for box in graph.boxes] == ["Service web", "Pod web-0: ready"]
    (line,) = graph.lines
    assert line.curve == "M160 49C177 49 177 49 194 49"


def test_boxes_of_one_column_stand_below_each_other() -> None:
    things = {name: Thing(2, "ok", "ok", "Pod", name, "#") for name in ("a", "b", "c")}
    graph = draw_graph("pods", (), things, [])
    assert [box.y for box in graph.boxes] == [28, 88, 148]
    assert graph.view_box == "0 0 1166 208"


def test_paths_are_equally_long_however_many_stops_they_have() -> None:
    paths = [
        ReadingPath(str(size), "", tuple(Stop(str(stop), "#") for stop in range(size)))
        for size in (1, 2, 7)
    ]
    drawn = draw_paths(paths).paths
    assert [path.stops[-1].x for path in drawn] == [190, 1090, 1090]
    assert [path.y for path in drawn] == [34, 96, 158]
