"""Reading paths: one line each, one stop leading to the next."""

from collections.abc import Sequence
from dataclasses import dataclass

LEFT = 190
RIGHT = 1090
TOP = 34
LINE = 62
"""Units from one path to the next."""


@dataclass(frozen=True, slots=True)
class Stop:
    """What is read at one stop; `state` is done, now or ""."""

    text: str
    url: str
    state: str = ""


@dataclass(frozen=True, slots=True)
class ReadingPath:
    """One path; `took` says how long it is and how much of it is read."""

    name: str
    took: str
    stops: tuple[Stop, ...]


@dataclass(frozen=True, slots=True)
class DrawnStop:
    """A stop in its place; `number` counts from 1."""

    stop: Stop
    number: int
    x: int


@dataclass(frozen=True, slots=True)
class DrawnPath:
    """A path in its place: the height of its stops and of the words around them."""

    path: ReadingPath
    line: str
    y: int
    name_y: int
    took_y: int
    text_y: int
    stops: tuple[DrawnStop, ...]


@dataclass(frozen=True, slots=True)
class PathMap:
    """A drawing of 1140 units width."""

    view_box: str
    paths: tuple[DrawnPath, ...]


def draw_paths(paths: Sequence[ReadingPath]) -> PathMap:
    """Return `paths`, each as long as the others however many stops it has."""
    return PathMap(
        f"0 0 1140 {LINE * len(paths) + 8}",
        tuple(_path(path, TOP + LINE * number) for number, path in enumerate(paths)),
    )


def _path(path: ReadingPath, y: int) -> DrawnPath:
    step = (RIGHT - LEFT) / max(1, len(path.stops) - 1)
    return DrawnPath(
        path,
        f"M{LEFT} {y}H{RIGHT}",
        y=y,
        name_y=y + 1,
        took_y=y + 20,
        text_y=y + 24,
        stops=tuple(
            DrawnStop(stop, number + 1, round(LEFT + step * number))
            for number, stop in enumerate(path.stops)
        ),
    )
