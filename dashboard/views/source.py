"""Sources of a log: containers to tick, each with the line style and ink of its lines."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Container:
    """One container; `place` is that of its lines, 0 for none; `end` counts them or says why not."""

    place: int
    name: str
    end: str
    icon: str = ""
    tone: str = ""
    is_on: bool = True


@dataclass(frozen=True, slots=True)
class ContainerGroup:
    """Containers of one revision, or those that ended."""

    title: str
    containers: tuple[Container, ...]


@dataclass(frozen=True, slots=True)
class Sources:
    """What a log is read from."""

    title: str
    groups: tuple[ContainerGroup, ...]


@dataclass(frozen=True, slots=True)
class Held:
    """A log that waits while somebody reads: since when, how many lines wait, and how to go on."""

    since: str
    waiting: str
    command: str
    url: str


@dataclass(frozen=True, slots=True)
class Choice:
    """One word of a question that can be picked; the first of `options` is picked."""

    label: str
    name: str
    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """A question in words, and the shares of it that are picked by a click."""

    choices: tuple[Choice, ...]
    ask: str
    views: tuple[tuple[str, str], ...] = ()
    """Label and address; the first is the one shown."""
