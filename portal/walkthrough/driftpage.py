"""What the page of drift shows: anchors by versions, the worst first."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from portal.walkthrough.allowance import Allowance, reason_for
from portal.walkthrough.excerpt import Grade
from portal.walkthrough.links import Links
from portal.walkthrough.survey import Graded, Survey, chapter_of

SHOWN = 200
"""Anchors on a page."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """What of all anchors is shown. `grade` is -1 for all of them, `chapter` "" or BOOK/CHAPTER."""

    grade: int = -1
    chapter: str = ""
    start: int = 0


@dataclass(frozen=True, slots=True)
class Cell:
    """An anchor at a version."""

    version: str
    grade: int
    """-1: nobody can tell."""
    first: str
    """The first version that has it, where this one does not have it yet; else ""."""
    href: str
    """The symbol there, or "" where it is gone."""
    compare_href: str
    """What else changed in its package since; "" where nothing did, or it is the chapter's own version."""


@dataclass(frozen=True, slots=True)
class AnchorRow:
    """An anchor of a chapter."""

    name: str
    statement: str
    importpath: str
    anchor: str
    chapter: str
    chapter_href: str
    cells: tuple[Cell, ...]
    is_failing: bool
    reason: str
    """Why it may drift; "" where nobody says that it may, or it does not."""


@dataclass(frozen=True, slots=True)
class GradeCount:
    """How many anchors are so at worst."""

    grade: int
    n: int
    is_on: bool


@dataclass(frozen=True, slots=True)
class Table:
    """The anchors into one project."""

    project: str
    versions: tuple[str, ...]
    rows: tuple[AnchorRow, ...]


@dataclass(frozen=True, slots=True)
class DriftPage:
    """Anchors over versions."""

    tables: tuple[Table, ...]
    counts: tuple[GradeCount, ...]
    total: int
    """As far as they were asked for."""
    failing: int
    """Of all: those of which a chapter says what is no longer so."""
    chapters: tuple[tuple[str, str, bool], ...]
    """(BOOK/CHAPTER, title, whether it is chosen)."""
    chosen: Chosen
    next: int | None


def drift_page(
    survey: Survey,
    titles: dict[str, str],
    chosen: Chosen,
    folders: dict[str, str],
    links: Links,
    allowed: Sequence[Allowance] = (),
) -> DriftPage:
    """Return the page. `titles` are those of BOOK/CHAPTER, `folders` those of import paths."""
    of_chapter = [one for one in survey.graded if chosen.chapter in {"", chapter_of(one)}]
    counts = Counter(one.worst for one in of_chapter)
    shown = sorted(
        (one for one in of_chapter if chosen.grade in {-1, one.worst}),
        key=lambda one: (not one.failing, -one.worst, -sum(g or 0 for _v, g in one.grades)),
    )
    end = chosen.start + SHOWN
    page = shown[chosen.start : end]
    return DriftPage(
        tables=tuple(
            Table(
                project,
                versions,
                tuple(
                    _row(one, titles, folders, links, allowed)
                    for one in page
                    if one.project == project
                ),
            )
            for project, versions in survey.versions
            if any(one.project == project for one in page)
        ),
        counts=tuple(
            GradeCount(int(grade), counts[grade], grade == chosen.grade)
            for grade in reversed(Grade)
        ),
        total=len(shown),
        failing=sum(not reason_for(one, allowed) for one in survey.failing),
        chapters=tuple((key, title, key == chosen.chapter) for key, title in titles.items()),
        chosen=chosen,
        next=end if end < len(shown) else None,
    )


def _row(
    one: Graded,
    titles: dict[str, str],
    folders: dict[str, str],
    links: Links,
    allowed: Sequence[Allowance],
) -> AnchorRow:
    anchor, stand = one.stand.anchor, one.stand
    folder = folders.get(anchor.importpath, "")
    cells = []
    for version, grade in one.grades:
        is_there = grade not in {None, Grade.GONE} or (anchor.statement and grade is Grade.GONE)
        compare = ""
        is_early = one.is_early(version)
        if (
            folder
            and not is_early
            and grade not in {None, Grade.SAME}
            and version != stand.verified_at
        ):
            pair = _ordered(version, stand.verified_at, one.grades)
            compare = links.comparison(one.project, *pair, folder, name=anchor.name)
        href = links.at_version(version).symbol(anchor.importpath, anchor.name) if is_there else ""
        first = one.first if is_early and grade is not None else ""
        cells.append(Cell(version, -1 if grade is None else int(grade), first, href, compare))
    reason = reason_for(one, allowed) if one.failing else ""
    return AnchorRow(
        anchor.name,
        anchor.statement,
        anchor.importpath,
        str(anchor),
        titles.get(chapter_of(one), chapter_of(one)),
        links.chapter(stand.book, stand.chapter),
        tuple(cells),
        bool(one.failing) and not reason,
        reason,
    )


def _ordered(one: str, other: str, grades: tuple[tuple[str, Grade | None], ...]) -> tuple[str, str]:
    """Return two versions, the older first, as the columns have them."""
    order = [version for version, _grade in grades]
    is_before = other not in order or order.index(one) < order.index(other)
    return (one, other) if is_before else (other, one)
