"""What happened to an object, as lanes above a scale bar; a time that nobody watched is hatched."""

from collections.abc import Sequence
from dataclasses import dataclass

LEFT = 160
RIGHT = 1100
LANE = 26
"""Units from one lane to the next."""
SEGMENTS = 6
"""Parts of the scale bar."""
SHAPES = {
    "ok": "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0",
    "warn": "M0-5.5 5.5 5h-11z",
    "fail": "M0-6 6 0 0 6-6 0z",
    "lapis": "M0-7 7 0 0 7-7 0z",
}
"""Marks by tone, around their middle; lapis is a change that was asked for."""


@dataclass(frozen=True, slots=True)
class Span:
    """A time in a lane, in seconds before now; `css` is run, mv, bad, or gap: not watched."""

    css: str
    began: float
    ended: float
    title: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Moment:
    """A point in a lane, in seconds before now; `tone` is a key of SHAPES."""

    tone: str
    at: float
    text: str = ""


@dataclass(frozen=True, slots=True)
class Lane:
    """One line of a timeline; `value` is what holds now."""

    name: str
    spans: tuple[Span, ...] = ()
    moments: tuple[Moment, ...] = ()
    value: str = ""
    value_tone: str = ""


@dataclass(frozen=True, slots=True)
class DrawnSpan:
    """A rectangle, and where its text begins."""

    css: str
    x: int
    y: int
    width: int
    title: str
    text: str
    text_x: int


@dataclass(frozen=True, slots=True)
class DrawnMoment:
    """A shape in its place, and where its text begins."""

    tone: str
    shape: str
    transform: str
    text: str
    text_x: int


@dataclass(frozen=True, slots=True)
class DrawnLane:
    """One lane: `base` is the path of its line, `text_y` the baseline of its words."""

    name: str
    base: str
    text_y: int
    spans: tuple[DrawnSpan, ...]
    moments: tuple[DrawnMoment, ...]
    value: str
    value_tone: str


@dataclass(frozen=True, slots=True)
class Tick:
    """A word under the scale bar, and the width of the dark part that begins there, or 0."""

    x: int
    text: str
    width: int


@dataclass(frozen=True, slots=True)
class Timeline:
    """A drawing of 1160 units width; `sentence` says all of it to those who do not see it."""

    sentence: str
    view_box: str
    lanes: tuple[DrawnLane, ...]
    ticks: tuple[Tick, ...]
    bar_y: int
    words_y: int
    now: str


def draw_timeline(
    lanes: Sequence[Lane], seconds: float, ticks: Sequence[str], sentence: str
) -> Timeline:
    """Return `lanes` over the last `seconds`; `ticks` are the SEGMENTS words under the scale bar."""
    bar_y = 20 + LANE * len(lanes)
    step = (RIGHT - LEFT) / SEGMENTS
    return Timeline(
        sentence,
        f"0 0 1160 {bar_y + 24}",
        tuple(_lane(lane, number, seconds) for number, lane in enumerate(lanes)),
        tuple(
            Tick(round(LEFT + step * number), text, round(step) if number % 2 == 0 else 0)
            for number, text in enumerate(ticks)
        ),
        bar_y,
        bar_y + 18,
        f"M{RIGHT} 8V{bar_y + 8}",
    )


def _lane(lane: Lane, number: int, seconds: float) -> DrawnLane:
    middle = LANE * (number + 1)
    return DrawnLane(
        lane.name,
        f"M{LEFT} {middle}H{RIGHT}",
        middle + 4,
        tuple(_span(span, middle, seconds) for span in lane.spans),
        tuple(
            DrawnMoment(
                moment.tone,
                SHAPES[moment.tone],
                f"translate({_x(moment.at, seconds)} {middle})",
                moment.text,
                _x(moment.at, seconds) + 13,
            )
            for moment in lane.moments
        ),
        lane.value,
        lane.value_tone,
    )


def _span(span: Span, middle: int, seconds: float) -> DrawnSpan:
    x = _x(span.began, seconds)
    end = _x(span.ended, seconds)
    beside = end + 6 if span.css == "gap" else x + 8
    return DrawnSpan(span.css, x, middle - 8, max(2, end - x), span.title, span.text, beside)


def _x(ago: float, seconds: float) -> int:
    """Return where a time lies; what is older than the drawing is at its left edge."""
    return round(RIGHT - (RIGHT - LEFT) * min(1.0, max(0.0, ago / seconds)))
