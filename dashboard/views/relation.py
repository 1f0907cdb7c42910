"""Relations of an object: a graph in six columns, and the list that says the same.

Every edge is a field. An edge is `cut` only if its field names something absent; without a right to
look it is `deny`, for the thing may exist.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

COLUMN = 200
ROW = 60
TOP = 28
WIDTH = 160
HEIGHT = 42
"""Size of a box, in units."""


@dataclass(frozen=True, slots=True)
class Thing:
    """An object in the graph; `css` is "", here, warn, cut or deny; a fold stands for several."""

    column: int
    icon: str
    tone: str
    kind: str
    name: str
    url: str
    says: str = ""
    css: str = ""
    is_fold: bool = False


@dataclass(frozen=True, slots=True)
class Edge:
    """One field that names another object, by their keys; `css` is "", hot, cut or deny."""

    source: str
    target: str
    css: str = ""


@dataclass(frozen=True, slots=True)
class Box:
    """A thing in its place."""

    thing: Thing
    title: str
    x: int
    y: int
    behind_x: int
    behind_y: int
    mark_x: int
    mark_y: int
    kind_x: int
    kind_y: int
    name_x: int
    name_y: int


@dataclass(frozen=True, slots=True)
class Line:
    """An edge as the paths of its curve and its tip."""

    css: str
    curve: str
    tip: str


@dataclass(frozen=True, slots=True)
class Band:
    """The heading of a column."""

    x: int
    text: str


@dataclass(frozen=True, slots=True)
class Graph:
    """A drawing of 1166 units width."""

    label: str
    view_box: str
    bands: tuple[Band, ...]
    lines: tuple[Line, ...]
    boxes: tuple[Box, ...]


@dataclass(frozen=True, slots=True)
class Related:
    """One line of the list; `field` names it, `says` goes on, `word` is what decides.

    A line without a kind stands for several.
    """

    icon: str
    tone: str
    kind: str
    name: str
    url: str
    field: str = ""
    says: str = ""
    word: str = ""


@dataclass(frozen=True, slots=True)
class RelatedGroup:
    """Lines under one heading; `size` counts what is not listed, too."""

    title: str
    size: int
    lines: tuple[Related, ...]


def draw_graph(
    label: str, bands: Sequence[str], things: Mapping[str, Thing], edges: Sequence[Edge]
) -> Graph:
    """Return `things` by their keys, top to bottom in the order given, and `edges` between them."""
    rows: Counter[int] = Counter()
    boxes: dict[str, Box] = {}
    for key, thing in things.items():
        boxes[key] = _box(thing, rows[thing.column])
        rows[thing.column] += 1
    height = TOP + ROW * max(rows.values(), default=0)
    return Graph(
        label,
        f"0 0 1166 {height}",
        tuple(Band(COLUMN * number, text) for number, text in enumerate(bands)),
        tuple(_line(edge.css, boxes[edge.source], boxes[edge.target]) for edge in edges),
        tuple(boxes.values()),
    )


def _box(thing: Thing, row: int) -> Box:
    x = COLUMN * thing.column
    y = TOP + ROW * row
    title = f"{thing.kind} {thing.name}"
    return Box(
        thing,
        title=f"{title}: {thing.says}" if thing.says else title,
        x=x,
        y=y,
        behind_x=x + 5,
        behind_y=y + 5,
        mark_x=x + 9,
        mark_y=y + 8,
        kind_x=x + 27,
        kind_y=y + 17,
        name_x=x + 10,
        name_y=y + 34,
    )


def _line(css: str, source: Box, target: Box) -> Line:
    begin_x, begin_y = source.x + WIDTH, source.y + HEIGHT // 2
    end_x, end_y = target.x - 6, target.y + HEIGHT // 2
    middle = (begin_x + end_x) // 2
    return Line(
        css,
        f"M{begin_x} {begin_y}C{middle} {begin_y} {middle} {end_y} {end_x} {end_y}",
        f"M{end_x} {end_y - 3.5}l6 3.5-6 3.5z",
    )
