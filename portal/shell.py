"""What the frame around every page shows, as the templates print it: nothing left to compute."""

from dataclasses import dataclass

THEMES = frozenset({"paper", "ink"})
"""What the theme cookie may say; anything else follows the system."""
THEME_COOKIE = "portolan_theme"


@dataclass(frozen=True, slots=True)
class Mark:
    """A status mark: `icon` is its shape (`#m-ICON` of the sprite), `tone` its colour (`.c-TONE`)."""

    icon: str
    tone: str


CONNECTED = Mark("ok", "ok")
SILENT = Mark("fail", "fail")
STALE = Mark("stale", "warn")
UNTRIED = Mark("still", "still")


@dataclass(frozen=True, slots=True)
class ClusterLink:
    """One cluster in the menu; `version` is "" while nobody knows it, and `word` then says why."""

    slug: str
    name: str
    url: str
    version: str
    mark: Mark
    word: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class Person:
    """Who is looking: at most two letters, and a sentence that names them and their rights."""

    initials: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Shell:
    """The frame: languages, theme, halves, clusters.

    `half` is "cluster", "source" or "" for pages of neither; `here` is the address to come back to.
    `cluster` is the one that the page is about, else the one that is connected, else None; a visitor
    who was not let in gets no clusters at all. `is_demo` says that what is shown is the demo.
    """

    language: str
    other_language: str
    other_language_name: str
    other_language_url: str
    theme: str | None
    here: str
    half: str
    cluster_url: str
    clusters: tuple[ClusterLink, ...] = ()
    cluster: ClusterLink | None = None
    person: Person | None = None
    is_demo: bool = False
