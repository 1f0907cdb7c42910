"""The names that can be looked for: of every package that a chapter anchors into, and of those opened.

Read package by package in the press, from the first search on; until then, and for what is not here,
the roster says how far it is.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Iterable
from dataclasses import dataclass, field

from portal.source.errors import SourceError
from portal.source.search import Asked, Finder, Name, entry
from portal.walkthrough.press import PRESS, TooSlow
from portal.walkthrough.stock import Where, stock

SLICE = 1_000
"""Names between two turns of the event loop: 2 ms."""
OPENED_LIMIT = 200
"""Packages that readers asked for by import path; the one asked for longest ago is forgotten first."""
RETRY_S = 30.0
"""How long a package that could not be read is not tried again."""

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Names:
    """What was read of one snapshot. `failed` are packages that are not here or took too long."""

    wanted: tuple[str, ...]
    """Import paths that are read without being asked for."""
    read: dict[str, tuple[Name, ...]] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    """Import path to the reason."""
    failed_at: float = 0.0

    @property
    def is_whole(self) -> bool:
        """Whether every wanted package was read or has failed."""
        return all(path in self.read or path in self.failed for path in self.wanted)


class Roster:
    """The names of each snapshot that was searched. Belongs to the event loop; `stop` ends its tasks."""

    def __init__(self) -> None:
        """Read nothing yet."""
        self._names: dict[tuple[Where, str], Names] = {}
        self._tasks: dict[tuple[Where, str], asyncio.Task[None]] = {}

    async def names(
        self, where: Where, key: str, wanted: tuple[str, ...], patience_s: float
    ) -> Names:
        """Return the names of the snapshot `key`, as far as they are read after `patience_s`."""
        at = (where, key)
        names = self._names.get(at)
        if names is None or names.wanted != wanted:
            kept = names.read if names else {}
            names = self._names[at] = Names(wanted, dict(kept))
        if time.monotonic() - names.failed_at > RETRY_S:
            names.failed.clear()  # an import may have brought it meanwhile
        task = self._tasks.get(at)
        if not names.is_whole:
            if task is None or task.done():
                task = asyncio.create_task(self._read(where, key, names), name=f"names of {key}")
                self._tasks[at] = task
            await asyncio.wait({task}, timeout=patience_s)
        return names

    async def open(self, where: Where, key: str, names: Names, importpath: str) -> None:
        """Read one package that was asked for by its import path, if it was not read yet."""
        if importpath not in names.read and importpath not in names.failed:
            if len(names.read) >= len(names.wanted) + OPENED_LIMIT:
                oldest = next(path for path in names.read if path not in names.wanted)
                del names.read[oldest]
            await _read(where, key, names, importpath)

    async def stop(self) -> None:
        """End the reading."""
        tasks, self._tasks = list(self._tasks.values()), {}
        for task in tasks:
            task.cancel()
        for task in tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def _read(self, where: Where, key: str, names: Names) -> None:
        for importpath in names.wanted:
            if importpath not in names.read:
                await _read(where, key, names, importpath)


ROSTER = Roster()
"""The roster of this server process."""


async def _read(where: Where, key: str, names: Names, importpath: str) -> None:
    try:
        names.read[importpath] = await PRESS.run(declared_names, where, key, importpath)
    except (SourceError, TooSlow) as error:
        log.info("no names of %s at %s: %s", importpath, key, error)
        names.failed[importpath] = str(error)
        names.failed_at = time.monotonic()


def declared_names(where: Where, key: str, importpath: str) -> tuple[Name, ...]:
    """Return every name of a package at a snapshot, as its own build has it: a job for the press.

    Raises NoSuchFile, NotImported, UnknownSnapshot.
    """
    store = stock(where)
    package = store.packages.get(store.tree(key), importpath)
    return tuple(
        entry(importpath, package.name, symbol.name, symbol.kind)
        for symbol in package.symbols.values()
    )


async def find(asked: Asked, limit: int, rosters: Iterable[Names]) -> Finder:
    """Return what fits among `rosters`; other work goes on meanwhile."""
    finder = Finder(asked, limit)
    for names in rosters:
        for one in list(names.read.values()):
            for start in range(0, len(one), SLICE):
                finder.look(one[start : start + SLICE])
                await asyncio.sleep(0)
    return finder
