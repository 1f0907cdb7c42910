"""A ListerWatcher over HTTP: one kind in one scope, as the server's Table."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from dashboard.api.listerwatcher import Page
from dashboard.api.listoptions import ListOptions
from dashboard.api.names import Namespace
from dashboard.api.resourceversion import ResourceVersion
from dashboard.api.status import error_from_status
from dashboard.api.table import Column, Row
from dashboard.api.watchevent import EventType, WatchEvent
from dashboard.cache.clock import Clock
from dashboard.client.discovery import ApiResource
from dashboard.client.transport import Transport
from dashboard.errors import MalformedEvent, WatchClosed
from dashboard.rows import table as rows
from dashboard.wire import table as wire
from dashboard.wire.decode import decode
from dashboard.wire.frame import LineSplitter
from dashboard.wire.status import decode_status

METADATA: Final = ("includeObject", "Metadata")
"""Rows without an object have neither namespace nor uid and could not be keyed (fact M17)."""


class TableResource:
    """Lists and watches one kind; `namespace` "" is all of them or none.

    `columns` are those of the newest listing or stream (fact M15: a stream says them once); empty
    before the first answer.
    """

    def __init__(
        self, transport: Transport, resource: ApiResource, namespace: Namespace, clock: Clock
    ) -> None:
        """Make no request yet."""
        self.columns: tuple[Column, ...] = ()
        self._transport = transport
        self._gvr = resource.gvr
        self._clock = clock
        self._path = collection_path(resource, namespace)

    async def list_page(self, options: ListOptions) -> Page[Row]:
        """Return one page; see ListerWatcher."""
        query = [*options.query(), METADATA]
        answer = await self._transport.get(self._path, query, accept=wire.ACCEPT)
        table = decode(wire.table_decoder, answer.body, of=self._gvr)
        if table.columnDefinitions:
            self.columns = rows.columns(table.columnDefinitions)
        return Page(
            self._rows(table),
            ResourceVersion(table.metadata.resourceVersion),
            table.metadata.continue_,
            table.metadata.remainingItemCount,
        )

    @asynccontextmanager
    async def watch(self, options: ListOptions) -> AsyncIterator[AsyncIterator[WatchEvent[Row]]]:
        """Hold one stream; see ListerWatcher."""
        query = [*options.query(watch=True), METADATA]
        async with self._transport.stream(self._path, query, accept=wire.ACCEPT) as chunks:
            yield self._events(chunks)

    async def _events(self, chunks: AsyncIterator[bytes]) -> AsyncIterator[WatchEvent[Row]]:
        splitter = LineSplitter(self._gvr)
        async for chunk in chunks:
            for frame in splitter.feed(chunk):
                for event in self._decode(frame):
                    yield event
        if not splitter.is_between_frames:
            raise WatchClosed(gvr=self._gvr, detail="the stream ended inside a frame")

    def _decode(self, frame: bytes) -> list[WatchEvent[Row]]:
        event = decode(wire.frame_decoder, frame, of=self._gvr)
        if event.type is EventType.ERROR:
            raise error_from_status(
                decode_status(bytes(event.object), code=0), gvr=self._gvr, verb="watch"
            )
        if event.type is EventType.BOOKMARK:
            # Before its rows are looked at: the one it has is not a row (fact M16).
            mark = decode(wire.bookmark_decoder, event.object, of=self._gvr)
            version = ResourceVersion(mark.metadata.resourceVersion)
            return [
                WatchEvent(event.type, version, is_initial_events_end=mark.is_initial_events_end)
            ]
        table = decode(wire.table_decoder, event.object, of=self._gvr)
        if table.columnDefinitions:
            self.columns = rows.columns(table.columnDefinitions)
        return [WatchEvent(event.type, row.resource_version, row) for row in self._rows(table)]

    def _rows(self, table: wire.Table) -> tuple[Row, ...]:
        now_ms = self._clock.now_ms()
        found = tuple(
            rows.row(item, self.columns, printed_at_ms=now_ms) for item in table.rows or ()
        )
        if any(not row.name or not row.uid for row in found):
            raise MalformedEvent(gvr=self._gvr, detail="a row without name or uid")
        return found


def collection_path(resource: ApiResource, namespace: Namespace) -> str:
    """Return the path of a kind in `namespace`, or in all of them for ""; every part is checked."""
    gvr = resource.gvr
    root = f"/apis/{gvr.group}/{gvr.version}" if gvr.group else f"/api/{gvr.version}"
    within = f"/namespaces/{namespace}" if namespace and resource.is_namespaced else ""
    return f"{root}{within}/{gvr.resource}"
