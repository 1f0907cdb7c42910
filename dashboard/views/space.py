"""The namespaces that a list is narrowed to."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Space:
    """One namespace to tick; `icon` and `tone` are of its worst, or "".

    `is_closed` says that its objects may not be listed: then there is no count.
    """

    name: str
    count: str
    icon: str = ""
    tone: str = ""
    is_chosen: bool = False
    is_closed: bool = False


@dataclass(frozen=True, slots=True)
class Spaces:
    """The namespaces of a cluster, and what is chosen of them: none means all.

    `all_url` is the view over all of them; `kept` are the other parts of its query.
    """

    chosen: int
    size: int
    spaces: tuple[Space, ...]
    all_url: str = ""
    kept: tuple[tuple[str, str], ...] = ()
