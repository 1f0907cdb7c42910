"""One chapter in one language: its front matter, and sections of prose with code beside it."""

import hashlib
import re
from dataclasses import dataclass, replace
from typing import Any

import frontmatter
import yaml

from portal.walkthrough import anchors
from portal.walkthrough.anchors import Anchor, AnchorError
from portal.walkthrough.links import Links
from portal.walkthrough.render import Block, fragments, prose

PREFACE = "start"
"""The id of what stands before the first heading."""


class ContentError(ValueError):
    """A chapter or book is not written as it must be; the message says what and where."""


@dataclass(frozen=True, slots=True)
class Stop:
    """One stop of a route: a function, and what decides whether it is there."""

    anchor: Anchor
    gate: str = ""
    """The feature gate that decides; empty: none."""
    setting: str = ""
    """The flag or configuration field that decides; empty: none."""
    instead: str = ""
    """The function that takes its place otherwise; empty: none does."""

    @property
    def name(self) -> str:
        """The function's name: Func or Type.Method."""
        return self.anchor.name

    @property
    def importpath(self) -> str:
        """The function's package."""
        return self.anchor.importpath

    @property
    def is_conditional(self) -> bool:
        """Whether some server leaves this stop out or puts another in its place."""
        return bool(self.gate or self.setting)


@dataclass(frozen=True, slots=True)
class Route:
    """A path through code, in the order in which it runs."""

    anchor: Anchor
    """The function that builds the path."""
    stops: tuple[Stop, ...]


@dataclass(frozen=True, slots=True)
class Turn:
    """A way from one stop of a chart to another, by the stops' names."""

    to: str
    when: str = ""
    """What makes the code go this way, such as 410; empty: nothing is said."""


@dataclass(frozen=True, slots=True)
class ChartStop:
    """A stop of a chart and where it is drawn: `lane` from the top, `column` from the left, from 1."""

    stop: Stop
    lane: int
    column: int
    turns: tuple[Turn, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """Code that runs in several places at once and in circles: stops in lanes, and ways between."""

    lanes: tuple[str, ...]
    """What each lane is, in the chapter's language."""
    stops: tuple[ChartStop, ...]
    """In the order in which they first run."""


@dataclass(frozen=True, slots=True)
class Front:
    """What a chapter says about itself."""

    title: str
    lead: str
    order: int
    minutes: int
    project: str
    verified_at: str
    route: Route | None
    chart: Chart | None

    @property
    def anchors(self) -> tuple[Anchor, ...]:
        """What the drawings name."""
        route, chart = self.route, self.chart
        return (
            *((route.anchor, *(stop.anchor for stop in route.stops)) if route else ()),
            *((place.stop.anchor for place in chart.stops) if chart else ()),
        )


@dataclass(frozen=True, slots=True)
class Text:
    """Prose as HTML, sanitised."""

    html: str


@dataclass(frozen=True, slots=True)
class Pair:
    """Prose, and the code beside it."""

    left: tuple[Text | Block, ...]
    right: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what follows it."""

    id: str
    title: str
    pairs: tuple[Pair, ...]


@dataclass(frozen=True, slots=True)
class Chapter:
    """A chapter, parsed and rendered but for its blocks."""

    front: Front
    sections: tuple[Section, ...]
    anchors: tuple[Anchor, ...]
    """Every anchor of the drawings, the prose and the blocks, each once."""
    sha256: str

    @property
    def blocks(self) -> tuple[tuple[Section, Block], ...]:
        """Every block and the section it stands in, in order."""
        return tuple(
            (section, block)
            for section in self.sections
            for pair in section.pairs
            for block in (*(piece for piece in pair.left if isinstance(piece, Block)), *pair.right)
        )


def read_front(text: str) -> tuple[Front, str]:
    """Return a chapter's front matter and its body; raise ContentError."""
    table, body = split_front(text)
    try:
        front = Front(
            title=_words(table, "title"),
            lead=_words(table, "lead"),
            order=_number(table, "order"),
            minutes=_number(table, "minutes"),
            project=_words(table, "project"),
            verified_at=_words(table, "verified_at"),
            route=_route(table["route"]) if "route" in table else None,
            chart=_chart(table["chart"]) if "chart" in table else None,
        )
    except (KeyError, TypeError, AnchorError) as error:
        raise ContentError(f"front matter: {error}") from error
    return front, body


def split_front(text: str) -> tuple[dict[str, Any], str]:
    """Return the YAML front matter of a text and the rest; raise ContentError."""
    try:
        table, body = frontmatter.parse(text)
    except yaml.YAMLError as error:
        raise ContentError(f"front matter: {error}") from error
    return table, body


def read_chapter(text: str, links: Links, beside: frozenset[str]) -> Chapter:
    """Return a chapter; raise ContentError, or TooLong.

    `beside` names the blocks that stand beside prose.
    """
    front, body = read_front(text)
    sections = tuple(
        Section(id_, title, tuple(_pairs(part, links, beside)))
        for id_, title, part in split_sections(body)
    )
    named = dict.fromkeys((*front.anchors, *written_anchors(body)))
    return Chapter(front, sections, tuple(named), hashlib.sha256(text.encode()).hexdigest())


def written_anchors(body: str) -> list[Anchor]:
    """Return every anchor in a chapter's text, in order; what only looks like one is left out."""
    found = []
    for text in re.findall(r"(?:\]\(|^```\S+[^\n`]*?)(go:[^\s)`]+)", body, flags=re.MULTILINE):
        try:
            found.append(anchors.parse(text))
        except AnchorError:
            continue  # reported where it stands
    return found


def split_sections(body: str) -> list[tuple[str, str, str]]:
    """Return (id, title, Markdown) of each `## title {#id}`; raise ContentError without an id.

    Headings inside fences are text.
    """
    sections: list[tuple[str, str, list[str]]] = [(PREFACE, "", [])]
    fence = ""
    for line in body.splitlines(keepends=True):
        if found := re.match(r"`{3,}", line):
            fence = "" if fence == found[0] else fence or found[0]
        if line.startswith("## ") and not fence:
            heading = re.fullmatch(r"## (.+?) \{#([a-z0-9-]+)\}\s*", line)
            if heading is None:
                raise ContentError(f"write `## Title {{#id}}` instead of {line.strip()!r}")
            sections.append((heading[2], heading[1], []))
        else:
            sections[-1][2].append(line)
    return [
        (id_, title, "".join(lines))
        for id_, title, lines in sections
        if title or "".join(lines).strip()
    ]


def _pairs(text: str, links: Links, beside: frozenset[str]) -> list[Pair]:
    pairs: list[Pair] = []
    left: list[Text | Block] = []
    right: list[Block] = []
    for piece in fragments(text):
        is_right = isinstance(piece, Block) and piece.name in beside
        if right and not is_right:
            pairs.append(Pair(tuple(left), tuple(right)))
            left, right = [], []
        if isinstance(piece, str):
            left.append(Text(prose(piece, links)))
        elif is_right:
            right.append(piece)
        else:
            left.append(replace(piece, html=prose(piece.body, links)))
    if left or right:
        pairs.append(Pair(tuple(left), tuple(right)))
    return pairs


def _route(table: dict[str, Any]) -> Route:
    return Route(anchors.parse(_words(table, "anchor")), tuple(map(_stop, table["stops"])))


def _stop(row: dict[str, Any]) -> Stop:
    return Stop(
        anchor=anchors.parse(_words(row, "at")),
        gate=str(row.get("gate", "")),
        setting=str(row.get("setting", "")),
        instead=str(row.get("instead", "")),
    )


def _chart(table: dict[str, Any]) -> Chart:
    lanes = tuple(str(lane) for lane in table["lanes"])
    stops = tuple(
        ChartStop(
            stop=_stop(row),
            lane=_number(row, "lane"),
            column=_number(row, "column"),
            turns=tuple(
                Turn(_words(turn, "name"), str(turn.get("when", ""))) for turn in row.get("to", ())
            ),
        )
        for row in table["stops"]
    )
    names = {place.stop.name for place in stops}
    if odd := sorted({turn.to for place in stops for turn in place.turns} - names):
        raise TypeError(f"chart: {', '.join(odd)} is no stop")
    if any(place.lane > len(lanes) for place in stops):
        raise TypeError("chart: a stop stands in a lane that has no name")
    return Chart(lanes, stops)


def _words(table: dict[str, Any], name: str) -> str:
    value = table[name]
    if not isinstance(value, str) or not value.strip():
        raise TypeError(f"{name} must be text")
    return " ".join(value.split())


def _number(table: dict[str, Any], name: str) -> int:
    value = table[name]
    if not isinstance(value, int) or value < 1:
        raise TypeError(f"{name} must be a whole number, 1 or more")
    return value
