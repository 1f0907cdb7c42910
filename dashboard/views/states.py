"""What a list says when it has no rows to show: the six states. Stale alone keeps its rows.

Each is printed by the partial that its `template` names.
"""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Loading:
    """The first listing is under way. `total` 0 means that nobody knows how many there are."""

    template: ClassVar[str] = "dashboard/_loading.html"
    bones: ClassVar[range] = range(7)
    sentence: str
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Empty:
    """None exist, and the list is complete; `proof` says when that was answered."""

    template: ClassVar[str] = "dashboard/_empty.html"
    title: str
    proof: str


@dataclass(frozen=True, slots=True)
class Forbidden:
    """The viewer's rights show nothing; `command` asks the cluster the same question."""

    template: ClassVar[str] = "dashboard/_forbidden.html"
    title: str
    message: str
    command: str


@dataclass(frozen=True, slots=True)
class Term:
    """One part of a query as it is read; `without_url` is the query without it."""

    field: str
    text: str
    without_url: str


@dataclass(frozen=True, slots=True)
class Near:
    """A query that would find something, with how much."""

    text: str
    url: str


@dataclass(frozen=True, slots=True)
class NoMatch:
    """There are `total` objects and the filter lets none through."""

    template: ClassVar[str] = "dashboard/_nomatch.html"
    total: int
    terms: tuple[Term, ...]
    near: tuple[Near, ...]
    clear_url: str


@dataclass(frozen=True, slots=True)
class Stale:
    """The rows below were true at `since` (a wall-clock time); `reason` is a sentence."""

    template: ClassVar[str] = "dashboard/_stale.html"
    since: str
    reason: str
    retry_url: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nobody can say; `detail` is what came back, verbatim, or ""."""

    template: ClassVar[str] = "dashboard/_unknown.html"
    message: str
    detail: str


State = Loading | Empty | Forbidden | NoMatch | Stale | Unknown
"""What `{% include state.template %}` prints."""
