"""What was said, written and changed, line by line, as the partials print it.

Who wrote a field is one letter: a applied, s scaled, d defaulted by the server, m admission,
c controller. The classes `.by-LETTER` colour it.
"""

from dataclasses import dataclass
from typing import Literal, Self

Writer = Literal["a", "s", "d", "m", "c"]


@dataclass(frozen=True, slots=True)
class EventLine:
    """One event; `icon` and `tone` are those of its mark, `source` the line of code that emits it."""

    icon: str
    tone: str
    reason: str
    message: str
    age: str
    source: str = ""
    source_url: str = ""
    count: str = ""
    """How often it was said, "" for once."""
    component: str = ""


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line of one container.

    `place` is 1 to 6 and picks the container's line style and ink; `is_same` says that the line
    before came from the same one. `level` is fail, warn or "", and `word` is the level as written.
    """

    at: str
    place: int
    container: str
    text: str
    level: str = ""
    word: str = ""
    is_same: bool = False


@dataclass(frozen=True, slots=True)
class LogNote:
    """What happened between two lines; a gap is a time of which no line was read, and says why."""

    title: str
    sentence: str
    is_gap: bool = False


@dataclass(frozen=True, slots=True)
class LogEntry:
    """A line or a note, never both."""

    line: LogLine | None = None
    note: LogNote | None = None


@dataclass(frozen=True, slots=True)
class FieldLine:
    """One line of YAML. `writer_name` is "" where it is that of the line above.

    `key` is "" for an item of a list and for a line inside a text; `code_url` is where the field is
    declared, or "".
    """

    number: int
    indent: str
    key: str
    value: str
    writer: Writer
    writer_name: str = ""
    is_on: bool = False
    code_url: str = ""


@dataclass(frozen=True, slots=True)
class WriterChoice:
    """One kind of writer in the legend, and how many lines it wrote."""

    letter: Writer
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class DiffLine:
    """One line before and after. A number of 0 means that the line is absent on that side.

    `is_quiet` marks what only followed from another change. A fold stands for equal lines: `fold`
    says how many and `fold_url` opens them, `key` says of what they are.
    """

    before: int
    after: int
    key: str
    old: str
    new: str
    writer: Writer
    writer_name: str
    is_quiet: bool = False
    fold: str = ""
    fold_url: str = ""

    @classmethod
    def folded(cls, fold: str, key: str, fold_url: str) -> Self:
        """Return a fold."""
        return cls(0, 0, key, "", "", "d", "", fold=fold, fold_url=fold_url)

    @property
    def is_changed(self) -> bool:
        """Whether the two sides differ."""
        return self.old != self.new
