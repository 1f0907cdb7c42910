"""A route drawn by the server: one stop for each filter, in running or in written order.

Positions are whole and half pixels of a 1:1 SVG; words are the template's.
"""

from dataclasses import dataclass

from portal.walkthrough.chapter import Route, Stop
from portal.walkthrough.links import Links

WIDTH = 1180
FIRST_X, LAST_X = 66.0, 1062.0
BASE_Y = 179
LABEL_CHARACTERS = 24
"""What fits above the line at 12 px, turned by 52 degrees."""


@dataclass(frozen=True, slots=True)
class PlacedStop:
    """One stop, where it is drawn."""

    number: int
    """Its place in running order, from 1, in either drawing."""
    stop: Stop
    label: str
    href: str
    x: str
    transform: str
    number_shown: bool


@dataclass(frozen=True, slots=True)
class RouteMap:
    """A route ready to be drawn."""

    stops: tuple[PlacedStop, ...]
    is_written: bool
    """Whether the stops stand in the order of the file, innermost first."""
    runs_href: str
    written_href: str
    size: int


def draw(route: Route, links: Links, address: tuple[str, str], *, is_written: bool) -> RouteMap:
    """Return a route with places for its stops; `address` is (book, chapter)."""
    numbered = list(enumerate(route.stops, start=1))
    if is_written:
        numbered.reverse()
    step = (LAST_X - FIRST_X) / max(1, len(numbered) - 1)
    return RouteMap(
        stops=tuple(
            _place(number, stop, FIRST_X + step * index, links)
            for index, (number, stop) in enumerate(numbered)
        ),
        is_written=is_written,
        runs_href=links.chapter(*address),
        written_href=links.chapter(*address, order="written"),
        size=len(numbered),
    )


def _place(number: int, stop: Stop, x: float, links: Links) -> PlacedStop:
    label = stop.name.removeprefix("With")
    if len(label) > LABEL_CHARACTERS:
        label = f"{label[: LABEL_CHARACTERS - 1]}…"
    return PlacedStop(
        number=number,
        stop=stop,
        label=label,
        href=links.symbol(stop.importpath, stop.name),
        x=f"{x:.1f}",
        transform=f"translate({x + 2:.1f} {BASE_Y - 13}) rotate(-52)",
        number_shown=number % 5 == 0,
    )
