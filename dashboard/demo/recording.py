"""What was recorded of a real API server, as `python -m tests.dashboard.demo` wrote it."""

import gzip
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Final

Object = dict[str, Any]

LENGTH_S: Final = 180
"""Length of the tape: whole minutes, for CronJobs, and whole rollouts of 45 s."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """One state of one object: per KIND that shows it, the object and the cells of its row.

    Strings may hold the tokens of `demo.template`. `entity` numbers the object; `at_s` counts from the
    start of the tape, below 0 for what was there before. `shown` is empty for a deletion.
    """

    at_s: float
    entity: int
    shown: Mapping[str, tuple[Object, Sequence[Any]]]


@dataclass(frozen=True, slots=True)
class Recording:
    """A snapshot, the tape that follows it, and the documents around them.

    `bookmarks` holds per KIND the row that a bookmark has, `repeating` the kinds whose streams name the
    columns in every frame instead of the first. `words` are the names that differ from loop to
    loop, each with its alphabet's letter and, where an object of the snapshot takes over the name of a
    later one, the number of that one's word. When the tape begins again, `leavers` are deleted, each of
    `heirs` takes the place of its key, and `returners` are written as in the snapshot. `phase_s` is the
    second of the minute at which it begins, `minute` the minute since 1970 at which it was recorded.
    """

    version: Object
    discovery: Mapping[str, Object]
    documents: Mapping[str, Object]
    columns: Mapping[str, Sequence[Object]]
    bookmarks: Mapping[str, tuple[Object, Sequence[Any]]]
    repeating: frozenset[str]
    words: Sequence[tuple[str, str, int | None]]
    snapshot: Sequence[Recorded]
    tape: Sequence[Recorded]
    leavers: Sequence[int]
    heirs: Mapping[int, int]
    returners: Sequence[int]
    phase_s: int
    minute: int


def load() -> Recording:
    """Return the recording that came with the package; some 0.2 s of CPU."""
    packed = files("dashboard.demo").joinpath("recording.json.gz").read_bytes()
    told = json.loads(gzip.decompress(packed))
    return Recording(
        version=told["version"],
        discovery=told["discovery"],
        documents=told["documents"],
        columns=told["columns"],
        bookmarks={kind: (pair[0], pair[1]) for kind, pair in told["bookmarks"].items()},
        repeating=frozenset(told["repeating"]),
        words=[(text, letters, heir) for text, letters, heir in told["words"]],
        snapshot=[_recorded(item) for item in told["snapshot"]],
        tape=[_recorded(item) for item in told["tape"]],
        leavers=told["leavers"],
        heirs={int(entity): heir for entity, heir in told["heirs"].items()},
        returners=told["returners"],
        phase_s=told["phase_s"],
        minute=told["minute"],
    )


def _recorded(item: list[Any]) -> Recorded:
    at_s, entity, shown = item
    return Recorded(at_s, entity, {kind: (pair[0], pair[1]) for kind, pair in shown.items()})
