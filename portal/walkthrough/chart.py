"""A chart drawn by the server: stops in lanes, and the ways between them, loops included.

Positions are pixels of a 1:1 SVG. A way forward leaves at the right and turns once; a way back or
up runs in the gap under its lane. Words are the template's.
"""

from dataclasses import dataclass

from portal.walkthrough.chapter import Chart, ChartStop, Stop, Turn
from portal.walkthrough.links import Links

WIDTH = 1180
FIRST_X = 190
LAST_X = 1100
LANE_HEIGHT = 92
LINE_Y = 30
"""Where in its lane a stop stands: its name is below it."""
RADIUS = 6
CORNER = 8
LABEL_CHARACTERS = 15
"""A longer name stands on two lines, broken where its words meet."""


@dataclass(frozen=True, slots=True)
class Lane:
    """One lane and its upper edge."""

    title: str
    top: int
    middle: int


@dataclass(frozen=True, slots=True)
class Way:
    """A line between two stops."""

    path: str
    tip: str
    """The arrow's head."""
    when: str
    when_x: int
    when_y: int


@dataclass(frozen=True, slots=True)
class DrawnStop:
    """A stop, where it is drawn."""

    number: int
    stop: Stop
    label: tuple[str, ...]
    lane: str
    href: str
    x: int
    y: int
    label_y: int


@dataclass(frozen=True, slots=True)
class ChartMap:
    """A chart ready to be drawn."""

    lanes: tuple[Lane, ...]
    ways: tuple[Way, ...]
    stops: tuple[DrawnStop, ...]
    width: int
    height: int


def draw_chart(chart: Chart, links: Links) -> ChartMap:
    """Return a chart with places for its stops and ways."""
    columns = max(place.column for place in chart.stops)
    step = (LAST_X - FIRST_X) // max(1, columns - 1)
    places = {p.stop.name: (FIRST_X + step * (p.column - 1), _y(p.lane)) for p in chart.stops}
    return ChartMap(
        lanes=tuple(
            Lane(title, LANE_HEIGHT * index, LANE_HEIGHT * index + LINE_Y)
            for index, title in enumerate(chart.lanes)
        ),
        ways=tuple(
            _way(places[place.stop.name], places[turn.to], turn, step)
            for place in chart.stops
            for turn in place.turns
        ),
        stops=tuple(
            _drawn(number, place, chart.lanes[place.lane - 1], places[place.stop.name], links)
            for number, place in enumerate(chart.stops, start=1)
        ),
        width=WIDTH,
        height=LANE_HEIGHT * len(chart.lanes),
    )


def _y(lane: int) -> int:
    return LANE_HEIGHT * (lane - 1) + LINE_Y


def _drawn(
    number: int, place: ChartStop, lane: str, at: tuple[int, int], links: Links
) -> DrawnStop:
    return DrawnStop(
        number=number,
        stop=place.stop,
        label=broken_label(place.stop.name.rpartition(".")[2]),
        lane=lane,
        href=links.symbol(place.stop.importpath, place.stop.name),
        x=at[0],
        y=at[1],
        label_y=at[1] + 24,
    )


def broken_label(name: str) -> tuple[str, ...]:
    """Return a name on one line, or on two of about equal length, broken before a capital."""
    if len(name) <= LABEL_CHARACTERS:
        return (name,)
    breaks = [i for i in range(3, len(name) - 2) if name[i].isupper() and name[i - 1].islower()]
    if not breaks:
        return (name,)
    at = min(breaks, key=lambda i: abs(i - len(name) / 2))
    return (name[:at], name[at:])


def _way(start: tuple[int, int], end: tuple[int, int], turn: Turn, step: int) -> Way:
    (x1, y1), (x2, y2) = start, end
    if y1 == y2:
        is_next = 0 < x2 - x1 <= step
        return _straight(x1, x2, y1, turn.when) if is_next else _arc(x1, x2, y1, turn.when, step)
    if x1 == x2:
        return _upright(x1, y1, y2, turn.when)
    return _elbow(x1, y1, x2, y2, turn.when)


def _straight(x1: int, x2: int, y: int, when: str) -> Way:
    start, end = x1 + RADIUS, x2 - RADIUS
    return Way(f"M{start} {y}H{end - 4}", _tip(end, y, "right"), when, (start + end) // 2, y + 16)


def _arc(x1: int, x2: int, y: int, when: str, step: int) -> Way:
    """Over the stops of its lane; a way back of more than a column runs highest, and from the middle."""
    is_long = x1 - x2 > step
    sign = 1 if x2 > x1 else -1
    x1, x2 = (x1, x2) if is_long else (x1 + sign * 5, x2 - sign * 5)
    top = y - (26 if is_long else 15)
    path = (
        f"M{x1} {y - RADIUS}V{top + 4}Q{x1} {top} {x1 + sign * 4} {top}"
        f"H{x2 - sign * 4}Q{x2} {top} {x2} {top + 4}V{y - RADIUS - 4}"
    )
    return Way(path, _tip(x2, y - RADIUS, "down"), when, (x1 + x2) // 2, top - 5)


def _upright(x: int, y1: int, y2: int, when: str) -> Way:
    down = y2 > y1
    label = 14 if down else -14
    start, end = (y1 + 46, y2 - RADIUS) if down else (y1 - RADIUS, y2 + 46)
    tip = _tip(x, end, "down" if down else "up")
    return Way(f"M{x} {start}V{end - 4 if down else end + 4}", tip, when, x + 6, start + label)


def _elbow(x1: int, y1: int, x2: int, y2: int, when: str) -> Way:
    """To another lane and column: along its own lane, then up or down into the other stop."""
    down = y2 > y1
    sign = 1 if x2 > x1 else -1
    turn_y = y1 + CORNER if down else y1 - CORNER
    end = y2 - RADIUS if down else y2 + 46
    path = (
        f"M{x1 + sign * RADIUS} {y1}H{x2 - sign * CORNER}Q{x2} {y1} {x2} {turn_y}"
        f"V{end - 4 if down else end + 4}"
    )
    return Way(
        path, _tip(x2, end, "down" if down else "up"), when, x2 + 6, y1 + (24 if down else -16)
    )


def _tip(x: int, y: int, way: str) -> str:
    """Return the outline of an arrow's head that ends at a point."""
    a, b = {
        "right": ((-6, -3.5), (-6, 3.5)),
        "down": ((-3.5, -6), (3.5, -6)),
        "up": ((-3.5, 6), (3.5, 6)),
    }[way]
    return f"M{x} {y}L{x + a[0]} {y + a[1]}L{x + b[0]} {y + b[1]}z"
