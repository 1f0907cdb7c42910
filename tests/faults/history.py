"""What a collection really was at each resourceVersion, from what its only writer was told.

The server does not tell the version of a deletion: it lies above every version known before the
request was sent and below the next one that was written, and between the two both are true.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Place = tuple[str, str]
"""Namespace and name within one kind."""

Object = tuple[str, int, str]
"""uid, resourceVersion and stamp."""


@dataclass(slots=True)
class _Write:
    version: int
    object: Object


@dataclass(slots=True)
class _Deletion:
    after: int
    before: int | None = None
    """None until something was written later."""


@dataclass(frozen=True, slots=True)
class Truth:
    """What may have been in one place; None is nothing."""

    objects: set[Object | None]
    going: tuple[int, int] | None = None
    """While it is being deleted, the server writes it again itself, at versions in between."""

    def __contains__(self, have: object) -> bool:
        if have in self.objects:
            return True
        if self.going is None or not isinstance(have, tuple):
            return False
        uid, version, stamp = have
        return self.going[0] < version <= self.going[1] and any(
            each is not None and (each[0], each[2]) == (uid, stamp) for each in self.objects
        )


class History:
    """Every write of one run."""

    def __init__(self, entries: Iterable[Mapping[str, Any]], epoch: int = 0) -> None:
        """Read the `write` entries of a log, which are in the order of their versions.

        `epoch` counts restores of etcd: each takes back what was written after its snapshot.
        """
        self._places: dict[str, dict[Place, list[_Write | _Deletion]]] = {}
        self.uids: dict[str, tuple[str, Place]] = {}
        waiting: list[_Deletion] = []
        for entry in _written(entries, epoch):
            place = (entry["namespace"], entry["name"])
            steps = self._places.setdefault(entry["kind"], {}).setdefault(place, [])
            if entry["op"] == "delete":
                deletion = _Deletion(entry["after"])
                waiting.append(deletion)
                steps.append(deletion)
                continue
            version = int(entry["version"])
            for each in waiting:
                each.before = version
            waiting.clear()
            steps.append(_Write(version, (entry["uid"], version, entry["stamp"])))
            self.uids[entry["uid"]] = (entry["kind"], place)

    def places(self, kind: str) -> Iterator[Place]:
        """Yield every place of a kind that was ever written to."""
        yield from self._places.get(kind, {})

    def at(self, kind: str, place: Place, version: int) -> Truth:
        """Return what was at `place` when the collection was at `version`."""
        true = Truth({None})
        for step in self._places.get(kind, {}).get(place, ()):
            if isinstance(step, _Write):
                if step.version > version:
                    break
                true = Truth({step.object})
            elif version > step.after:
                is_past = step.before is not None and version >= step.before
                going = None if is_past else (step.after, version)
                true = Truth({None} if is_past else true.objects | {None}, going)
        return true

    def is_deleted(self, uid: str, version: int) -> bool:
        """Whether this incarnation was certainly gone at `version`."""
        kind, place = self.uids[uid]
        was_there = False
        for step in self._places[kind][place]:
            if isinstance(step, _Write):
                was_there = was_there or step.object[0] == uid
                if was_there and step.object[0] != uid:
                    return step.version <= version
            elif was_there:
                return step.before is not None and version >= step.before
        return False


def _written(entries: Iterable[Mapping[str, Any]], epoch: int) -> list[Mapping[str, Any]]:
    """Return the writes that stand after so many restores."""
    written: list[Mapping[str, Any]] = []
    saved: list[Mapping[str, Any]] = []
    for entry in entries:
        if entry["what"] == "write":
            written.append(entry)
        elif entry["what"] == "saved":
            saved = list(written)
        elif entry["what"] == "restored":
            if not epoch:
                break
            epoch -= 1
            written = saved
    return written
