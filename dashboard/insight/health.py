"""How well an object is, read from the words that the server itself prints about it.

The word on screen stays kubectl's own; this only chooses the mark beside it.
"""

from collections.abc import Sequence
from enum import StrEnum

from dashboard.api.table import Cell, Column, MixedCell, Row


class Health(StrEnum):
    """A mark, from LOOK.md section 4."""

    OK = "ok"
    MOVING = "move"
    WARNING = "warn"
    FAILING = "fail"
    UNKNOWN = "doubt"
    DONE = "done"
    STILL = "still"
    GOING = "gone"


STATUS_COLUMNS = ("Status", "Phase", "State")

_WORDS: dict[Health, tuple[str, ...]] = {
    Health.OK: ("Running", "Ready", "Bound", "Active", "Available", "True", "Established", "Healthy"),
    Health.MOVING: ("ContainerCreating", "PodInitializing", "Progressing", "Binding", "Creating"),
    Health.WARNING: ("Pending", "Evicted", "Released", "Degraded", "SchedulingDisabled"),
    Health.FAILING: (
        "CrashLoopBackOff", "Error", "OOMKilled", "ImagePullBackOff", "ErrImagePull", "Failed",
        "ErrImageNeverPull", "InvalidImageName", "CreateContainerConfigError", "NotReady",
        "CreateContainerError", "RunContainerError", "ContainerCannotRun", "DeadlineExceeded",
        "Lost", "StartError", "ContainerStatusUnknown", "FailedScheduling", "BackoffLimitExceeded",
    ),
    Health.UNKNOWN: ("Unknown", "NodeLost"),
    Health.DONE: ("Completed", "Succeeded", "Complete"),
    Health.STILL: ("Suspended", "Paused", "SchedulingGated"),
    Health.GOING: ("Terminating",),
}  # fmt: skip
_BY_WORD = {word: health for health, words in _WORDS.items() for word in words}


def status_column(columns: Sequence[Column]) -> int | None:
    """Return the position of the column whose word carries the mark, or None."""
    names = [column.name for column in columns]
    return next((names.index(name) for name in STATUS_COLUMNS if name in names), None)


def health(row: Row, columns: Sequence[Column]) -> Health | None:
    """Return the mark of `row`, or None for a kind whose rows say nothing about health."""
    place = status_column(columns)
    if place is None or place >= len(row.cells):
        return _by_parts(row, columns)
    found = of_word(row.cells[place])
    if found is Health.OK and _by_parts(row, columns) is Health.WARNING:
        return Health.WARNING  # running, and not ready
    return found


def of_word(cell: Cell) -> Health | None:
    """Return the mark of one status word, as kubectl prints it; None for a word of no known kind."""
    word = cell.v if isinstance(cell, MixedCell) else cell
    if not isinstance(word, str):
        return None
    if word in _BY_WORD:
        return _BY_WORD[word]
    first, _, rest = word.partition(",")
    if rest:  # a node's "Ready,SchedulingDisabled"
        return Health.WARNING if _BY_WORD.get(first) is Health.OK else _BY_WORD.get(first)
    if word.startswith("Init:"):
        inner = word.removeprefix("Init:")
        return _BY_WORD.get(inner, Health.FAILING if inner.startswith("E") else Health.MOVING)
    if word.startswith(("Signal:", "ExitCode:")):
        return Health.FAILING
    return None


def _by_parts(row: Row, columns: Sequence[Column]) -> Health | None:
    """Read "2/3" under Ready or Completions: fewer than wanted is a warning."""
    for column, cell in zip(columns, row.cells, strict=False):
        if column.name == "Ready" and isinstance(cell, str) and "/" in cell:
            have, _, want = cell.partition("/")
            if have.isdigit() and want.isdigit():
                return Health.WARNING if int(have) < int(want) else Health.OK
    return None
