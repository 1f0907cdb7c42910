"""A cluster's namespaces as harbours along a coast, drawn once by the server.

The coast of a cluster is always the same: it grows out of the cluster's name. Positions are pixels of
a 1:1 SVG, written out, so that the template computes nothing. A list beside it says the same.
"""

import hashlib
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

WIDTH, HEIGHT = 1180, 188
FIRST_X, LAST_X = 26.0, 1094.0
NAMED = 27
"""Harbours on the coast: as many names as stand side by side without touching."""

SHORE_Y = 104.0
SHORE_SWING = 22.0
"""How far the shore may lie from `SHORE_Y`, both ways."""
BLEED = 430
"""How far land and sea go on beyond the box, for windows wider than the drawing."""

ANGLE = 56.0
"""Degrees by which names lean, as they do on portolan charts: square to the shore, over land."""
ANGLE_STEP = 2.0
"""What two neighbours' angles may differ by, so that their names do not run together."""
LABEL_GAP = 8.0
NARROW, WIDE = frozenset("fijlrt-. "), frozenset("mw")
NARROW_PX, USUAL_PX, WIDE_PX = 5.1, 7.6, 11.8
"""Upper bounds of how wide characters are at 14 px in the heavier weight."""
LABEL_HEIGHT = 14.0
TAIL = 5
"""Characters at the end of a name that are kept when its middle is cut."""

ROSE_Y = 153.0
ISLANDS = ((60, 9), (216, 22), (262, 8), (392, 15), (872, 14), (985, 8), (1052, 25), (1098, 7))
"""Where islands may lie, and how far they reach."""
WINDS = ("r1", "r3", "r2", "r3")
"""Wind, quarter-wind, half-wind, quarter-wind: the three inks, in compass order."""


@dataclass(frozen=True, slots=True)
class Harbour:
    """One namespace: its objects, and how many of them warn or fail.

    `is_hidden` means that the viewer may see the name and not what is inside: its counts are then 0
    and are part of no total.
    """

    name: str
    url: str
    size: int
    warning: int
    failing: int
    is_hidden: bool = False

    @property
    def problems(self) -> int:
        """Objects that warn or fail."""
        return self.warning + self.failing

    @property
    def tone(self) -> str:
        """The class that colours it: fail, warn, hid or none."""
        if self.is_hidden:
            return "hid"
        return "fail" if self.failing else "warn" if self.warning else ""


@dataclass(frozen=True, slots=True)
class Port:
    """A harbour with its place. `shape` is a path, or "" for a circle around (`x`, `y`)."""

    harbour: Harbour
    label: str
    title: str
    x: str
    y: str
    shape: str
    transform: str
    corners: tuple[tuple[float, float], ...]
    """The four corners of the name, turned as it is drawn."""


@dataclass(frozen=True, slots=True)
class Course:
    """A line from the rose to a harbour with problems; `tone` is fail or warn."""

    tone: str
    path: str


@dataclass(frozen=True, slots=True)
class Chart:
    """What depends on the cluster's name alone: shore, land, islands, rhumb lines, rose."""

    shore_id: str
    shore: str
    land: str
    islands: str
    winds: tuple[tuple[str, str], ...]
    """Class and path of each ink."""
    rose_x: str
    rose_y: str


@dataclass(frozen=True, slots=True)
class Coast:
    """The drawing, and the list that says the same.

    `problems` are all harbours with problems, worst first; `more` counts those that are not drawn,
    `healthy` those without problems whose insides the viewer may see.
    """

    chart: Chart
    ports: tuple[Port, ...]
    courses: tuple[Course, ...]
    problems: tuple[Harbour, ...]
    unnamed_problems: tuple[Harbour, ...]
    healthy: int
    more: int
    more_url: str


def draw_coast(cluster: str, harbours: Sequence[Harbour], more_url: str = "") -> Coast:
    """Return the coast of `cluster`: those with problems are named first, then the largest.

    `more_url` is the list of all namespaces, for "and N more".
    """
    ranked = sorted(harbours, key=_rank)
    drawn = sorted(ranked[:NAMED], key=lambda harbour: harbour.name)
    ports = tuple(_ports(cluster, drawn))
    rose = (_rose_x(cluster), ROSE_Y)
    problems = tuple(harbour for harbour in ranked if harbour.problems)
    return Coast(
        chart=chart(cluster),
        ports=ports,
        courses=tuple(
            Course(port.harbour.tone, f"M{_n(rose[0])} {_n(rose[1])}L{port.x} {port.y}")
            for port in ports
            if port.harbour.problems
        ),
        problems=problems,
        unnamed_problems=tuple(harbour for harbour in ranked[NAMED:] if harbour.problems),
        healthy=sum(not (harbour.problems or harbour.is_hidden) for harbour in harbours),
        more=len(harbours) - len(ports),
        more_url=more_url,
    )


@lru_cache(maxsize=64)
def chart(cluster: str) -> Chart:
    """Return the chart that belongs to the name `cluster`, always the same one."""
    points = " ".join(
        f"{x} {_n(_shore_y(cluster, x))}" for x in range(-BLEED, WIDTH + BLEED + 1, 7)
    )
    rose_x = _rose_x(cluster)
    return Chart(
        shore_id=f"shore-{hashlib.sha256(cluster.encode()).hexdigest()[:8]}",
        shore=f"M{points}",
        land=f"M{points}V-5H{-BLEED}z",
        islands="".join(_islands(cluster, rose_x)),
        winds=_winds(rose_x),
        rose_x=_n(rose_x - 32),
        rose_y=_n(ROSE_Y - 32),
    )


def _rank(harbour: Harbour) -> tuple[bool, int, int, bool, int, str]:
    """Order: failing, then warning, then large, then those that only the name is known of."""
    return (
        not harbour.problems,
        -harbour.failing,
        -harbour.warning,
        harbour.is_hidden,
        -harbour.size,
        harbour.name,
    )


def _ports(cluster: str, drawn: Sequence[Harbour]) -> Iterator[Port]:
    step = (LAST_X - FIRST_X) / max(1, len(drawn) - 1)
    start = FIRST_X if len(drawn) > 1 else WIDTH / 3
    angle = ANGLE
    for index, harbour in enumerate(drawn):
        x = start + step * index
        slope = math.degrees(math.atan2(_shore_y(cluster, x + 24) - _shore_y(cluster, x - 24), 48))
        wanted = ANGLE - max(-8.0, min(8.0, slope))
        angle = wanted if not index else max(angle - ANGLE_STEP, min(angle + ANGLE_STEP, wanted))
        yield _port(harbour, x, _shore_y(cluster, x), angle)


def _port(harbour: Harbour, x: float, y: float, angle: float) -> Port:
    turn = math.radians(angle)
    along = (math.cos(turn), -math.sin(turn))
    start = (x + LABEL_GAP * along[0], y + LABEL_GAP * along[1])
    room = min(
        (start[1] - LABEL_HEIGHT / 2) / math.sin(turn),
        (WIDTH - LABEL_HEIGHT / 2 - start[0]) / math.cos(turn),
    )
    label = _label(harbour, room)
    across = (math.sin(turn) * LABEL_HEIGHT / 2, math.cos(turn) * LABEL_HEIGHT / 2)
    length = _length(label)
    end = (start[0] + length * along[0], start[1] + length * along[1])
    return Port(
        harbour=harbour,
        label=label,
        title=_title(harbour),
        x=_n(x),
        y=_n(y),
        shape=_shape(harbour, x, y),
        transform=f"translate({_n(start[0])} {_n(start[1])}) rotate({_n(-angle)})",
        corners=(
            (start[0] - across[0], start[1] - across[1]),
            (end[0] - across[0], end[1] - across[1]),
            (end[0] + across[0], end[1] + across[1]),
            (start[0] + across[0], start[1] + across[1]),
        ),
    )


def _label(harbour: Harbour, room: float) -> str:
    """Return the name and its number of problems, the middle cut out where `room` is too short."""
    count = f" {harbour.problems}" if harbour.problems else ""
    label = harbour.name + count
    for kept in range(len(harbour.name) - TAIL - 1, 0, -1):
        if _length(label) <= room:
            break
        label = f"{harbour.name[:kept]}…{harbour.name[-TAIL:]}{count}"
    return label


def _length(label: str) -> float:
    """Return the most pixels that `label` may take."""
    return sum(
        NARROW_PX if sign in NARROW else WIDE_PX if sign in WIDE else USUAL_PX for sign in label
    )


def _title(harbour: Harbour) -> str:
    if harbour.is_hidden:
        return _("%(name)s: name only, you may not list inside") % {"name": harbour.name}
    parts = []
    if harbour.failing:
        parts.append(
            ngettext("%(n)d failing", "%(n)d failing", harbour.failing) % {"n": harbour.failing}
        )
    if harbour.warning:
        parts.append(
            ngettext("%(n)d with a warning", "%(n)d with a warning", harbour.warning)
            % {"n": harbour.warning}
        )
    return _("%(name)s: %(how)s") % {
        "name": harbour.name,
        "how": _(", ").join(parts) or _("healthy"),
    }


def _shape(harbour: Harbour, x: float, y: float) -> str:
    """Return a diamond for failing and a triangle for warning, as the status marks are."""
    if harbour.tone == "fail":
        return f"M{_n(x)} {_n(y - 6)}l6 6-6 6-6-6z"
    if harbour.tone == "warn":
        return f"M{_n(x)} {_n(y - 6.5)}l5.8 10.4h-11.6z"
    return ""


def _shore_y(cluster: str, x: float) -> float:
    """Return the height of the shore at `x`: two swells and a ripple, kept within the box."""
    swell = 26 * _swell(cluster, "long", x, 240) + 5 * _swell(cluster, "short", x, 62)
    ripple = 1.6 * _swell(cluster, "ripple", x, 9)
    return SHORE_Y + SHORE_SWING * math.tanh(swell / SHORE_SWING) + ripple


def _swell(cluster: str, name: str, x: float, length: float) -> float:
    """Return smooth noise from -1 to 1 whose knots are `length` apart."""
    place, part = divmod(x / length, 1)
    before, after = (_noise(cluster, name, int(place) + knot) for knot in (0, 1))
    blend = (1 - math.cos(part * math.pi)) / 2
    return 2 * (before + (after - before) * blend) - 1


@lru_cache(maxsize=8192)
def _noise(cluster: str, name: str, place: int) -> float:
    """Return a number from 0 to 1 that never changes: no process, version or platform alters it."""
    digest = hashlib.sha256(f"{cluster}\0{name}\0{place}".encode()).digest()
    return int.from_bytes(digest[:4]) / 0xFFFF_FFFF


def _rose_x(cluster: str) -> float:
    return 520 + round(180 * _noise(cluster, "rose", 0))


def _winds(rose_x: float) -> tuple[tuple[str, str], ...]:
    """Return 32 winds through the rose and 16 through each of the knots around it, by ink."""
    paths: dict[str, list[str]] = {"r1": [], "r2": [], "r3": []}
    knots: list[tuple[float, float, int]] = [(rose_x, ROSE_Y, 1)]
    for dx, knot_y in ((-510, 262), (-256, 318), (256, 318), (510, 262), (-510, 44), (510, 44)):
        knots.append((rose_x + dx, knot_y, 2))
    for x, y, every in knots:
        for wind in range(0, 32, every):
            turn = 2 * math.pi * wind / 32
            reach = (round(1400 * math.sin(turn)), round(-1400 * math.cos(turn)))
            paths[WINDS[wind % 4]].append(f"M{_n(x)} {_n(y)}l{reach[0]} {reach[1]}")
    return tuple((ink, "".join(parts)) for ink, parts in paths.items())


def _islands(cluster: str, rose_x: float) -> Iterator[str]:
    """Draw a few islands in open water, clear of the rose."""
    for place, (x, most) in enumerate(ISLANDS):
        if abs(x - rose_x) < 90 or _noise(cluster, "island", place) < 0.3:
            continue
        size = most * (0.7 + 0.3 * _noise(cluster, "size", place))
        y = 151 + 12 * _noise(cluster, "depth", place)
        corners = []
        for corner in range(16):
            turn = 2 * math.pi * corner / 16
            reach = size * (0.8 + 0.4 * _noise(cluster, f"island {place}", corner))
            corners.append(
                f"{_n(x + reach * math.cos(turn))} {_n(y + 0.45 * reach * math.sin(turn))}"
            )
        yield f"M{' '.join(corners)}z"


def _n(number: float) -> str:
    """Write a coordinate with at most one decimal."""
    return f"{number:.1f}".removesuffix(".0")
