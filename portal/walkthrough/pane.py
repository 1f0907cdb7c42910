"""An excerpt beside its prose: which lines of a symbol are shown, and which numbers stand by them.

A pane is written as a fenced block; no part of it is a line number:

    ```code go:IMPORTPATH#NAME~D8
    show head                 the symbol's first lines
    show /S8                  one statement, here a whole `if`
    show /S8 .. /S8           from one statement to the end of another
    note 1 head               a number in the gutter, which prose names as {1}
    note 2 /S8
    ```

Without `show` the whole symbol is shown.
"""

import re
from dataclasses import dataclass

from portal.source.snapshot import Fit
from portal.walkthrough import anchors
from portal.walkthrough.anchors import Anchor
from portal.walkthrough.excerpt import Grade, NoSuchStatement, Place, find
from portal.walkthrough.linked import highlighted
from portal.walkthrough.links import Links
from portal.walkthrough.stock import Where, stock

HEAD = "head"
STAGING = "staging/src/"


class PaneError(ValueError):
    """A line of a code block says nothing that a pane understands; the message says what to write."""


@dataclass(frozen=True, slots=True)
class PaneSpec:
    """A code block as written. `head` or an S8 names a place."""

    anchor: Anchor
    shows: tuple[tuple[str, str], ...]
    notes: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of code, or a cut where `cut` lines are left out."""

    number: int
    html: str = ""
    notes: tuple[int, ...] = ()
    is_on: bool = False
    cut: int = 0


@dataclass(frozen=True, slots=True)
class Pane:
    """An excerpt at one version, ready to be written as HTML."""

    name: str
    path: str
    key: str
    grade: Grade
    rows: tuple[Row, ...]
    lost_notes: tuple[int, ...]
    """Notes whose statement is no longer in the symbol."""

    @property
    def short_path(self) -> str:
        """The path without the folder that staging modules lie in."""
        return self.path.removeprefix(STAGING)


def parse_pane(info: str, body: str) -> PaneSpec:
    """Return a code block as a value; raise AnchorError or PaneError."""
    shows: list[tuple[str, str]] = []
    notes: list[tuple[int, str]] = []
    place = r"(head|/[0-9a-f]{8})"
    for line in filter(None, (line.strip() for line in body.splitlines())):
        if found := re.fullmatch(rf"show {place}(?: \.\. {place})?", line):
            shows.append((found[1].lstrip("/"), (found[2] or found[1]).lstrip("/")))
        elif found := re.fullmatch(rf"note (\d{{1,3}}) {place}", line):
            notes.append((int(found[1]), found[2].lstrip("/")))
        else:
            raise PaneError(f"{line!r}: write `show head`, `show /S8 .. /S8` or `note 1 /S8`")
    return PaneSpec(anchors.parse(info.strip()), tuple(shows), tuple(notes))


def make_pane(where: Where, key: str, verified_at: str, spec: PaneSpec, links: Links) -> Pane:
    """Return a pane of the snapshot `key`.

    Raises NoSuchSymbol or NoSuchFile when the anchor is gone, NotImported when nobody can tell.
    A statement that is gone is left out, of a range what is left of its ends is shown; the notes of
    what is gone are in `lost_notes`, all others beside a line.
    """
    store = stock(where)
    tree = store.tree(key)
    verified, fit = store.shelf.nearest(tree.snapshot.project, verified_at)
    compared = store.tree(verified.key) if fit is Fit.EXACT and verified.key != key else None
    place = find(store.packages, tree, spec.anchor, compared)
    lines = highlighted(where, key, place.path, links)
    notes, lost = _notes(place, spec)
    shown = _without_small_gaps(_shown(place, spec) | notes.keys(), place)
    rows: list[Row] = []
    for number in sorted(shown):
        if rows and number > rows[-1].number + 1:
            rows.append(Row(rows[-1].number + 1, cut=number - rows[-1].number - 1))
        numbers = tuple(notes.get(number, ()))
        rows.append(Row(number, lines[number - 1], numbers, is_on=bool(numbers)))
    if rows and rows[-1].number < place.symbol.end_line:
        last = rows[-1].number
        rows.append(Row(last + 1, cut=place.symbol.end_line - last))
    return Pane(spec.anchor.name, place.path, key, place.grade, tuple(rows), lost)


def lines_of(place: Place, name: str) -> range:
    """Return the lines of `head` or of a statement; raise NoSuchStatement.

    The head ends before the first statement's line.
    """
    symbol = place.symbol
    if name == HEAD:
        first = symbol.statements[0].line if symbol.statements else symbol.end_line + 1
        return range(symbol.line, max(symbol.line + 1, first))
    statement = place.statement(name)
    return range(statement.line, statement.end_line + 1)


def _shown(place: Place, spec: PaneSpec) -> set[int]:
    whole = range(place.symbol.line, place.symbol.end_line + 1)
    shown: set[int] = set()
    for start, end in spec.shows:
        ends = [lines for name in (start, end) if (lines := _lines_or_none(place, name))]
        if len(ends) == 2:
            shown.update(range(ends[0].start, ends[1].stop))
        elif ends:
            shown.update(ends[0])
    return shown or set(whole)


def _lines_or_none(place: Place, name: str) -> range | None:
    try:
        return lines_of(place, name)
    except NoSuchStatement:
        return None


def _without_small_gaps(shown: set[int], place: Place) -> set[int]:
    """Return the lines with those added whose cut would take as much room as they do."""
    last = place.symbol.end_line
    return shown | {
        line + 1
        for line in shown
        if line + 2 in shown or line + 1 == last  # the bracket that closes the function
    }


def _notes(place: Place, spec: PaneSpec) -> tuple[dict[int, list[int]], tuple[int, ...]]:
    notes: dict[int, list[int]] = {}
    lost: list[int] = []
    for number, name in spec.notes:
        try:
            notes.setdefault(lines_of(place, name).start, []).append(number)
        except NoSuchStatement:
            lost.append(number)
    return notes, tuple(lost)
