"""A ListerWatcher over HTTP: one kind in one scope, as the server's Table."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import quote

from dashboard.api.listerwatcher import Page, Version
from dashboard.api.listoptions import ListOptions
from dashboard.api.names import Namespace, ObjectKey, ObjectName, Uid
from dashboard.api.resourceversion import ResourceVersion
from dashboard.api.status import error_from_status
from dashboard.api.table import Column, Row
from dashboard.api.watchevent import EventType, WatchEvent
from dashboard.cache.clock import Clock
from dashboard.client.discovery import ApiResource
from dashboard.client.transport import Transport
from dashboard.errors import (
    ClusterError,
    ColumnsChanged,
    MalformedEvent,
    NotAcceptable,
    NotFound,
    WatchClosed,
)
from dashboard.rows import table as rows
from dashboard.wire import metadata
from dashboard.wire import table as wire
from dashboard.wire.decode import decode
from dashboard.wire.frame import LineSplitter
from dashboard.wire.object import ApiObject, decode_object
from dashboard.wire.status import decode_status

METADATA: Final = ("includeObject", "Metadata")
"""Rows without an object have neither namespace nor uid and could not be keyed (fact M17)."""


BATCH: Final = 32
"""Events that are decoded, and then applied, before others get their turn: a millisecond's worth."""


class TableResource:
    """Lists and watches one kind; `namespace` "" is all of them or none.

    `is_watchable` is False for kinds such as componentstatuses. `columns` are those of the newest
    complete listing, empty before it: they change in the step in which its last page is returned,
    so that whoever replaces rows there never mixes the two.
    """

    def __init__(
        self,
        transport: Transport,
        resource: ApiResource,
        namespace: Namespace,
        clock: Clock,
        *,
        field_selector: str = "",
    ) -> None:
        """Make no request yet; `field_selector` narrows every one."""
        self._field_selector = field_selector
        self.columns: tuple[Column, ...] = ()
        self.is_watchable = "watch" in resource.verbs
        self._transport = transport
        self._resource = resource
        self._gvr = resource.gvr
        self._clock = clock
        self._path = collection_path(resource, namespace)

    async def list_page(self, options: ListOptions) -> Page[Row]:
        """Return one page; see ListerWatcher."""
        query = [*self._narrowed(options).query(), METADATA]
        answer = await self._transport.get(self._path, query, accept=wire.ACCEPT)
        table = self._table(answer.body)
        columns = rows.columns(table.columnDefinitions or ()) or self.columns
        found = self._rows(table, columns)
        if not table.metadata.continue_:
            self.columns = columns
        return Page(
            found,
            ResourceVersion(table.metadata.resourceVersion),
            table.metadata.continue_,
            table.metadata.remainingItemCount,
        )

    async def list_versions(self, options: ListOptions) -> Page[Version]:
        """Return one page of names and versions alone; see VersionLister."""
        query = self._narrowed(options).query()
        answer = await self._transport.get(self._path, query, accept=metadata.ACCEPT)
        page = decode(metadata.list_decoder, answer.body, of=self._gvr)
        return Page(
            tuple(
                Version(
                    Namespace(meta.namespace),
                    ObjectName(meta.name),
                    Uid(meta.uid),
                    ResourceVersion(meta.resourceVersion),
                )
                for meta in (item.metadata for item in page.items or ())
            ),
            ResourceVersion(page.metadata.resourceVersion),
            page.metadata.continue_,
            page.metadata.remainingItemCount,
        )

    async def printed(self, key: ObjectKey) -> tuple[tuple[Column, ...], Row] | None:
        """Return one row as the server prints it now, under its columns; None once it is gone.

        A GET, for whoever may get the object and not list its kind.
        """
        path = collection_path(self._resource, key.namespace)
        try:
            answer = await self._transport.get(
                f"{path}/{quote(key.name, safe='')}", [METADATA], accept=wire.ACCEPT
            )
        except NotFound:
            return None
        table = self._table(answer.body)
        columns = rows.columns(table.columnDefinitions or ())
        row = next(iter(self._rows(table, columns)), None)
        return (columns, row) if row else None

    async def reprinted(self, key: ObjectKey) -> Row | None:
        """Return one row as it is printed now; None once it is gone or printed otherwise."""
        found = await self.printed(key)
        return found[1] if found and found[0] == self.columns else None

    @asynccontextmanager
    async def watch(
        self, options: ListOptions
    ) -> AsyncIterator[AsyncIterator[Sequence[WatchEvent[Row]]]]:
        """Hold one stream; see ListerWatcher."""
        query = [*self._narrowed(options).query(watch=True), METADATA]
        async with self._transport.stream(self._path, query, accept=wire.ACCEPT) as body:
            yield self._events(body, is_listing=bool(options.send_initial_events))

    def _narrowed(self, options: ListOptions) -> ListOptions:
        if not self._field_selector:
            return options
        return replace(options, field_selector=self._field_selector)

    async def _events(
        self, body: AsyncIterator[list[bytes]], *, is_listing: bool
    ) -> AsyncIterator[Sequence[WatchEvent[Row]]]:
        splitter = LineSplitter(self._gvr)
        stream = _Stream(() if is_listing else self.columns, is_listing=is_listing)
        async for pieces in body:
            batch: list[WatchEvent[Row]] = []
            try:
                for frame in splitter.feed(pieces):
                    batch += self._decode(frame, stream)
                    if len(batch) >= BATCH:
                        yield batch
                        batch = []
            except ClusterError:
                if batch:
                    yield batch
                raise
            if batch:
                yield batch
        if not splitter.is_between_frames:
            raise WatchClosed(gvr=self._gvr, detail="the stream ended inside a frame")

    def _decode(self, frame: bytes, stream: "_Stream") -> list[WatchEvent[Row]]:
        event = decode(wire.frame_decoder, frame, of=self._gvr)
        if event.type is EventType.ERROR:
            raise error_from_status(
                decode_status(bytes(event.object), code=0),
                gvr=self._gvr,
                verb="watch",
                is_watch_list=stream.is_listing,
            )
        if event.type is EventType.BOOKMARK:
            # Before its rows are looked at: the one it has is not a row (fact M16).
            mark = decode(wire.bookmark_decoder, event.object, of=self._gvr)
            self._take(mark.columnDefinitions, stream)
            is_end = stream.is_listing and mark.is_initial_events_end
            if is_end:
                self.columns = stream.columns
                stream.is_listing = False
            version = ResourceVersion(mark.metadata.resourceVersion)
            return [WatchEvent(event.type, version, is_initial_events_end=is_end)]
        table = self._table(bytes(event.object))
        self._take(table.columnDefinitions, stream)
        found = self._rows(table, stream.columns)
        return [WatchEvent(event.type, row.resource_version, row) for row in found]

    def _table(self, body: bytes) -> wire.Table:
        table = decode(wire.table_decoder, body, of=self._gvr)
        if table.kind != "Table":
            # Read as a Table, a list of objects would be an empty one.
            raise NotAcceptable(gvr=self._gvr, verb="list", detail=f"{table.kind}, not a Table")
        return table

    def _take(self, definitions: Sequence[wire.ColumnDefinition] | None, stream: "_Stream") -> None:
        """Go by the columns that a listing begins with; raise ColumnsChanged if they are others later."""
        if not definitions:
            return
        columns = rows.columns(definitions)
        if stream.is_listing and not stream.columns:
            stream.columns = columns
        elif columns != stream.columns:
            raise ColumnsChanged(gvr=self._gvr, verb="watch")

    def _rows(self, table: wire.Table, columns: Sequence[Column]) -> tuple[Row, ...]:
        now_ms = self._clock.now_ms()
        found = tuple(rows.row(item, columns, printed_at_ms=now_ms) for item in table.rows or ())
        # What the server makes up at each LIST, as componentstatuses, has a name and no uid.
        if any(not row.name or not (row.uid or not self.is_watchable) for row in found):
            raise MalformedEvent(gvr=self._gvr, detail="a row without name or uid")
        return found


@dataclass(slots=True)
class _Stream:
    """A watch: its columns, and whether its initial events are still being told."""

    columns: tuple[Column, ...]
    is_listing: bool


async def read_object(
    transport: Transport, resource: ApiResource, namespace: Namespace, name: ObjectName
) -> ApiObject:
    """Return one object, masked. Raises NotFound, Forbidden and the other ApiserverErrors."""
    path = f"{collection_path(resource, namespace)}/{quote(name, safe='')}"
    answer = await transport.get(path, accept="application/json")
    return decode_object(answer.body, of=resource.gvr)


def collection_path(resource: ApiResource, namespace: Namespace) -> str:
    """Return the path of a kind in `namespace`, or in all of them for ""; every part is checked."""
    gvr = resource.gvr
    root = f"/apis/{gvr.group}/{gvr.version}" if gvr.group else f"/api/{gvr.version}"
    within = f"/namespaces/{namespace}" if namespace and resource.is_namespaced else ""
    return f"{root}{within}/{gvr.resource}"
