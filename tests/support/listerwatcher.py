"""An API server at the ListerWatcher seam: a collection that a test changes, and faults it plays.

Go: k8s.io/client-go/tools/cache/testing#FakeControllerSource.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from dashboard.api.listerwatcher import Page
from dashboard.api.listoptions import ListOptions
from dashboard.api.names import Namespace, ObjectKey, ObjectName, Uid
from dashboard.api.resourceversion import ResourceVersion
from dashboard.api.table import Cell, Column, Row
from dashboard.api.watchevent import EventType, WatchEvent
from dashboard.errors import ClusterError, Expired, UnprocessableWatchList

COLUMNS = (
    Column("Name", format="name"),
    Column("Ready"),
    Column("Status"),
    Column("Restarts"),
)


class FakeApiserver:
    """Rows, their history, and errors to come. Versions count up from 1."""

    def __init__(self) -> None:
        """Hold nothing."""
        self.is_watchable = True
        self.is_streaming = False
        """Whether a watch may begin with initial events; an older server refuses that with 422."""
        self.ends_initial_events = True
        self.columns: tuple[Column, ...] = COLUMNS
        self.list_errors: deque[ClusterError] = deque()
        self.watch_errors: deque[ClusterError] = deque()
        self.reprints: dict[ObjectKey, Row] = {}
        self.asked_again: list[ObjectKey] = []
        self.lists = 0
        self.watches = 0
        self.oldest = 0
        """Watches from before this version are answered with 410."""
        self._version = 1
        self._rows: dict[ObjectKey, Row] = {}
        self._history: list[WatchEvent[Row]] = []
        self._changed = asyncio.Condition()
        self._cut: ClusterError | None = None
        self._generation = 0

    @property
    def rows(self) -> list[Row]:
        """Return what a LIST would return now."""
        return sorted(self._rows.values(), key=lambda row: row.key)

    @property
    def version(self) -> ResourceVersion:
        """Return the collection's version."""
        return ResourceVersion(str(self._version))

    async def put(
        self, name: str, *cells: Cell, namespace: str = "default", uid: str | None = None
    ) -> Row:
        """Create or change a row; a namesake with another `uid` replaces the old one unseen."""
        self._version += 1
        key = ObjectKey(Namespace(namespace), ObjectName(name))
        row = Row(
            Uid(uid or f"uid-{namespace}-{name}"),
            key.namespace,
            key.name,
            self.version,
            (name, *cells) if cells else (name, "1/1", "Running", "0"),
        )
        kind = EventType.MODIFIED if key in self._rows else EventType.ADDED
        self._rows[key] = row
        await self._say(WatchEvent(kind, self.version, row))
        return row

    async def delete(self, name: str, namespace: str = "default", *, unseen: bool = False) -> None:
        """Delete a row; `unseen` keeps it out of every watch, as a compaction would."""
        self._version += 1
        row = self._rows.pop(ObjectKey(Namespace(namespace), ObjectName(name)))
        if not unseen:
            await self._say(WatchEvent(EventType.DELETED, self.version, row))

    async def bookmark(self) -> None:
        """Send a bookmark to every watch."""
        await self._say(WatchEvent(EventType.BOOKMARK, self.version))

    async def send(self, event: WatchEvent[Row]) -> None:
        """Send any event, whatever the collection holds."""
        await self._say(event)

    async def end_watches(self, error: ClusterError | None = None) -> None:
        """End every open watch, cleanly or with `error`."""
        async with self._changed:
            self._cut = error
            self._generation += 1
            self._changed.notify_all()

    async def reprinted(self, key: ObjectKey) -> Row | None:
        """Return the row as `reprints` has it, else as it is; counted in `asked_again`."""
        self.asked_again.append(key)
        return self.reprints.get(key) or self._rows.get(key)

    async def list_page(self, options: ListOptions) -> Page[Row]:
        """See ListerWatcher."""
        options.validate(watch=False)
        self.lists += 1
        if self.list_errors:
            raise self.list_errors.popleft()
        rows = self.rows
        start = int(options.continue_ or 0)
        stop = start + (options.limit or len(rows))
        left = len(rows) - stop
        return Page(
            tuple(rows[start:stop]),
            self.version,
            str(stop) if left > 0 else "",
            max(left, 0),
        )

    @asynccontextmanager
    async def watch(
        self, options: ListOptions
    ) -> AsyncIterator[AsyncIterator[Sequence[WatchEvent[Row]]]]:
        """See ListerWatcher."""
        options.validate(watch=True)
        if options.send_initial_events and not self.is_streaming:
            raise UnprocessableWatchList(gvr="pods.v1", verb="watch")
        self.watches += 1
        if self.watch_errors:
            raise self.watch_errors.popleft()
        if options.send_initial_events:
            yield self._initial()
        else:
            yield self._stream(int(options.resource_version or 0))

    async def _initial(self) -> AsyncIterator[Sequence[WatchEvent[Row]]]:
        since, rows = self._version, self.rows
        for start in range(0, len(rows), 3):
            yield [
                WatchEvent(EventType.ADDED, row.resource_version, row)
                for row in rows[start : start + 3]
            ]
        if self.ends_initial_events:
            mark = ResourceVersion(str(since))
            yield [WatchEvent(EventType.BOOKMARK, mark, is_initial_events_end=True)]
        async for batch in self._stream(since):
            yield batch

    async def _stream(self, since: int) -> AsyncIterator[Sequence[WatchEvent[Row]]]:
        if since < self.oldest:
            raise Expired(gvr="pods.v1", verb="watch")
        generation = self._generation
        at = 0
        while True:
            if generation != self._generation:
                if self._cut is not None:
                    raise self._cut
                return
            if at < len(self._history):
                event = self._history[at]
                at += 1
                if int(event.resource_version) > since:
                    yield [event]
                continue
            async with self._changed:
                if at == len(self._history) and generation == self._generation:
                    await self._changed.wait()

    async def _say(self, event: WatchEvent[Row]) -> None:
        async with self._changed:
            self._history.append(event)
            self._changed.notify_all()
