"""Books on a shelf as a reader finds them: how much is read, how far the source drifted, languages."""

from dataclasses import dataclass

from portal.walkthrough.excerpt import Grade


@dataclass(frozen=True, slots=True)
class ChapterRow:
    """One chapter; `claims` counts what is tested in it."""

    number: int
    title: str
    url: str
    grade: Grade
    claims: str
    minutes: str
    is_read: bool = False


@dataclass(frozen=True, slots=True)
class LanguageRow:
    """How much of a book is there in one language; `icon` and `tone` are those of its mark."""

    code: str
    name: str
    word: str
    icon: str
    tone: str


@dataclass(frozen=True, slots=True)
class BookRow:
    """One book; `squares` are its chapters in order, true where read, and `read` says it in words."""

    title: str
    url: str
    lead: str
    size: str
    read: str
    squares: tuple[bool, ...]
    grade: Grade
    languages: tuple[LanguageRow, ...]
    summary: str = ""
    chapters: tuple[ChapterRow, ...] = ()


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One version to read at; `note` says how far the source is from what was written."""

    name: str
    url: str
    note: str
    is_current: bool = False


@dataclass(frozen=True, slots=True)
class Versions:
    """The version that is read, whether it is the cluster's, and the others."""

    id: str
    name: str
    is_cluster: bool
    rows: tuple[VersionRow, ...]
