"""The home page as its template prints it: clusters, and books to read beside them."""

from dataclasses import dataclass

from portal.shell import Mark


@dataclass(frozen=True, slots=True)
class ClusterRow:
    """One cluster: where it is, and how it answers; `trouble` is "" while it does not fail."""

    name: str
    url: str
    server: str
    version: str
    mark: Mark
    word: str
    trouble: str


@dataclass(frozen=True, slots=True)
class BookCard:
    """One book, with its first chapters by number, title, address and minutes."""

    title: str
    lead: str
    url: str
    size: int
    minutes: int
    chapters: tuple["ChapterLink", ...]


@dataclass(frozen=True, slots=True)
class ChapterLink:
    """One chapter in a list."""

    number: int
    title: str
    url: str
    minutes: int


@dataclass(frozen=True, slots=True)
class HomePage:
    """Everything on the page.

    `source` is the place that named the clusters, `tried` all places looked at, in order; `trouble`
    says why the configuration cannot be used and is "" when it can.
    """

    clusters: tuple[ClusterRow, ...]
    source: str
    tried: tuple[str, ...]
    trouble: str
    books: tuple[BookCard, ...]
