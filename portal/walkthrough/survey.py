"""Every anchor of every chapter over every imported version: what has drifted, and how far.

Where a version is not imported whole, its packages are parsed, if this machine holds them at all.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from portal.source.errors import NotImported
from portal.source.snapshot import Shelf, Snapshot, release
from portal.walkthrough.anchors import Anchor, AnchorError
from portal.walkthrough.chapter import read_front, written_anchors
from portal.walkthrough.excerpt import Grade
from portal.walkthrough.grading import Grader
from portal.walkthrough.library import Library
from portal.walkthrough.pane import HEAD, PaneError, parse_pane
from portal.walkthrough.stock import Stock, Where, stock

_PANE = re.compile(r"^```code ([^\n]*)\n(.*?)^```", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Stand:
    """An anchor and the chapter that it stands in."""

    anchor: Anchor
    book: str
    chapter: str
    project: str
    """The chapter's."""
    verified_at: str


@dataclass(frozen=True, slots=True)
class Graded:
    """An anchor at every version of the project that its package belongs to, the oldest first."""

    stand: Stand
    project: str
    grades: tuple[tuple[str, Grade | None], ...]
    """(version, grade); None: nobody can tell, for its source is not here."""

    @property
    def first(self) -> str:
        """The oldest version that has it; "" for none."""
        there = (version for version, grade in self.grades if grade not in {None, Grade.GONE})
        return next(there, "")

    def is_early(self, version: str) -> bool:
        """Whether a version is too old to have it: that is no drift.

        What the version that the chapter was verified at lacks is not early there, nor later.
        """
        at, first = release(version), release(self.first)
        if self.stand.project == self.project:
            first = min(filter(None, (first, release(self.stand.verified_at))), default=None)
        return bool(self.first) and at is not None and first is not None and at < first

    @property
    def worst(self) -> Grade:
        """The worst grade of all from its first version on."""
        return max(
            (
                grade
                for version, grade in self.grades
                if grade is not None and not self.is_early(version)
            ),
            default=Grade.SAME,
        )

    @property
    def failing(self) -> tuple[tuple[str, Grade], ...]:
        """Where the chapter says what is no longer so.

        At the version that it was verified at, whatever is not the same; at newer ones, what is gone
        or has another signature. What older versions had is history.
        """
        if self.stand.project != self.project:
            return ()
        verified = release(self.stand.verified_at) or (0, 0, 0)
        return tuple(
            (version, grade)
            for version, grade in self.grades
            if grade is not None
            and (at := release(version) or (0, 0, 0)) >= verified
            and grade >= (Grade.BODY if at == verified else Grade.SIGNATURE)
        )


def chapter_of(one: Graded) -> str:
    """Return BOOK/CHAPTER of an anchor."""
    return f"{one.stand.book}/{one.stand.chapter}"


@dataclass(frozen=True, slots=True)
class Survey:
    """All anchors, and the versions that they were looked for in."""

    graded: tuple[Graded, ...]
    versions: tuple[tuple[str, tuple[str, ...]], ...]
    """(project, versions), the oldest first."""

    @property
    def failing(self) -> tuple[Graded, ...]:
        """The anchors of which a chapter says what is no longer so."""
        return tuple(one for one in self.graded if one.failing)


def stands(library: Library) -> tuple[Stand, ...]:
    """Return every anchor of every chapter, once for each chapter, in reading order.

    Those of both languages, of drawings, prose, code with its statements, and claims.
    """
    found: dict[Stand, None] = {}
    for book in library.books.values():
        for pair in book.chapters.values():
            for entry in pair.values():
                front = entry.front
                for anchor in (*front.anchors, *_written(entry.text)):
                    found[
                        Stand(anchor, entry.book, entry.slug, front.project, front.verified_at)
                    ] = None
    return tuple(found)


def survey(where: Where, anchors: tuple[Stand, ...], *, is_thorough: bool = False) -> Survey:
    """Return the grade of every anchor at every version: a job for READER.

    Versions that are not imported whole are looked at only if no other is, or if `is_thorough`.
    """
    store = stock(where)
    versions: dict[str, tuple[Snapshot, ...]] = {}
    graders: dict[tuple[str, str], Grader] = {}
    graded = []
    for stand in anchors:
        held = store.shelf.holder(stand.anchor.importpath)
        if held is None:
            continue  # the content check names it
        project = held[0].project
        if project not in versions:
            versions[project] = tuple(_versions(store, project, is_thorough=is_thorough))
        verified_at = stand.verified_at if project == stand.project else held[0].version
        grades = []
        for snapshot in versions[project]:
            key = snapshot.key, verified_at
            if key not in graders:
                graders[key] = Grader(store, *key)
            grades.append((snapshot.version, _grade(graders[key], stand.anchor)))
        graded.append(Graded(stand, project, tuple(grades)))
    return Survey(
        tuple(graded),
        tuple((project, tuple(s.version for s in some)) for project, some in versions.items()),
    )


def _grade(grader: Grader, anchor: Anchor) -> Grade | None:
    try:
        return grader.grade(anchor)
    except NotImported:
        return None


def _versions(store: Stock, project: str, *, is_thorough: bool) -> Iterator[Snapshot]:
    """Yield the versions of a project that anchors are looked for in, the oldest first."""
    listed = sorted(_of(store.shelf, project), key=lambda one: release(one.version) or (0, 0, 0))
    whole = [s for s in listed if (index := store.index(s.key)) and index.view.has_code]
    yield from listed if is_thorough else whole or listed[-1:]


def _of(shelf: Shelf, project: str) -> Iterable[Snapshot]:
    return (snapshot for snapshot in shelf.snapshots if snapshot.project == project)


@lru_cache(maxsize=512)
def _written(text: str) -> tuple[Anchor, ...]:
    """Return the anchors of a chapter's text, and one for each statement that its code speaks of."""
    _front, body = read_front(text)
    found = written_anchors(body)
    for info, lines in _PANE.findall(body):
        try:
            spec = parse_pane(info, lines)
        except (AnchorError, PaneError):
            continue  # reported where it stands
        named = [*(end for show in spec.shows for end in show), *(name for _, name in spec.notes)]
        found += [replace(spec.anchor, statement=name) for name in named if name != HEAD]
    return tuple(dict.fromkeys(found))
