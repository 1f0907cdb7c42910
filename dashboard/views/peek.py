"""The selected row, shown beside its list."""

from dataclasses import dataclass

from dashboard.views.finding import Evidence
from dashboard.views.record import EventLine


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition of an object, and the code that sets it."""

    icon: str
    tone: str
    name: str
    source: str
    source_url: str


@dataclass(frozen=True, slots=True)
class Fact:
    """A name and its value; `url` is "" where the value leads nowhere, `note` what is said beside."""

    name: str
    value: str
    url: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Action:
    """Another view of the object, and the key that opens it."""

    label: str
    url: str
    key: str


@dataclass(frozen=True, slots=True)
class Peek:
    """An object in short; `where` is its kind and namespace, `icon` and `tone` are its mark's."""

    where: str
    name: str
    url: str
    back_url: str
    icon: str
    tone: str
    word: str
    note: str
    actions: tuple[Action, ...]
    evidence: tuple[Evidence, ...]
    facts: tuple[Fact, ...]
    conditions: tuple[Condition, ...]
    events: tuple[EventLine, ...]
