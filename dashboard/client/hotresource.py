"""A ListerWatcher over HTTP for hot kinds: protobuf, else JSON, with rows of our own.

At each sync the server's own Table is asked once: it gives the columns, and a sample that rows are
held against. A kind of which one row differs is printed as older servers do, where those differ, and
read as the server's Table if that differs too.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from enum import StrEnum
from itertools import islice
from typing import Final, NamedTuple

from dashboard.api.listerwatcher import Page, Version
from dashboard.api.listoptions import ListOptions
from dashboard.api.names import Namespace, ObjectKey
from dashboard.api.slices import slices
from dashboard.api.table import Column, Row
from dashboard.api.watchevent import WatchEvent
from dashboard.cache.clock import Clock
from dashboard.client.discovery import ApiResource
from dashboard.client.resource import BATCH, METADATA, TableResource, collection_path
from dashboard.client.transport import Transport
from dashboard.errors import (
    ClusterError,
    MalformedEvent,
    NotAcceptable,
    PrintedOtherwise,
    WatchClosed,
)
from dashboard.rows import table as rows
from dashboard.rows.printer import PRINTERS, Press
from dashboard.rows.reader import Reader, Unread
from dashboard.rows.sample import Sample
from dashboard.wire import table as wire
from dashboard.wire.codec import JSON, PROTOBUF, Codec, ProtobufCodec
from dashboard.wire.decode import decode
from dashboard.wire.frame import Splitter
from dashboard.wire.jsoncodec import JsonCodec

SAMPLE: Final = 100
"""Rows of the server's own Table that each sync asks for: some 10 ms of its time."""

ACCEPT: Final = f"{PROTOBUF},{JSON}"

LITTLE_BYTES: Final = 32 * 1024
"""A piece of initial events after which more is waited for: each piece has a cost of its own.

Less than is read ahead (client.pool.STREAM_BUFFER_BYTES), or each of them would be waited for.
"""

GATHER_S: Final = 0.002
"""How long: at full speed some eighty pods come meanwhile."""


class Encoding(StrEnum):
    """The form in which a kind is read."""

    PROTOBUF = "protobuf"
    JSON = "json"
    TABLE = "table"


class _Sync(NamedTuple):
    """What one listing goes by: what prints its rows, and what they are held against."""

    press: Press
    sample: Sample


class HotResource:
    """Lists and watches one hot kind; `namespace` "" is all of them or none.

    `columns` are as of TableResource: those of the newest complete listing, from its last step on.
    `encoding` is how it is read at present, and `unreadable` how many objects of the newest listing
    and since could not be decoded; their rows have a name and otherwise no cells.
    """

    def __init__(
        self,
        transport: Transport,
        resource: ApiResource,
        namespace: Namespace,
        clock: Clock,
        *,
        field_selector: str = "",
        version: str = "",
    ) -> None:
        """Make no request yet; `field_selector` narrows every one, `version` is the server's own."""
        self.encoding = Encoding.PROTOBUF
        self.unreadable = 0
        self.is_watchable = "watch" in resource.verbs
        self._table = TableResource(
            transport, resource, namespace, clock, field_selector=field_selector
        )
        self._transport = transport
        self._gvr = resource.gvr
        self._clock = clock
        self._field_selector = field_selector
        self._path = collection_path(resource, namespace)
        self._printers = PRINTERS[resource.gvr].ways(version)
        self._protobuf: Codec = ProtobufCodec(resource.gvr)
        self._json: Codec = JsonCodec(resource.gvr)
        self._unread = Unread()
        self._columns: tuple[Column, ...] = ()
        self._sync: _Sync | None = None

    @property
    def columns(self) -> tuple[Column, ...]:
        """The server's columns."""
        return self._table.columns if self.encoding is Encoding.TABLE else self._columns

    @property
    def compared(self) -> int:
        """How many rows of the newest listing were held against the server's own."""
        return self._sync.sample.compared if self._sync else 0

    async def list_page(self, options: ListOptions) -> Page[Row]:
        """Return one page; see ListerWatcher. Raises PrintedOtherwise if a row differs."""
        sync = self._sync if options.continue_ else None
        if sync is None:
            sync = await self._begin()
        if sync is None:
            return await self._table.list_page(options)
        query = self._narrowed(options).query()
        with self._fallback(NotAcceptable, MalformedEvent):
            answer = await self._transport.get(self._path, query, accept=ACCEPT)
            codec = self._codec(answer.body)
            reader = Reader(self._gvr, codec, sync.press, sync.sample)
            listed = codec.listing(answer.body)
            found: list[tuple[Row, bytes]] = []
            async for piece in slices(listed.items):
                found += [reader.row(raw) for raw in piece]
        self.unreadable += reader.unreadable
        if not listed.continue_token:
            self._columns = sync.sample.columns
        return Page(
            tuple([row for row, _body in found]),
            listed.resource_version,
            listed.continue_token,
            listed.remaining,
            tuple([body for _row, body in found]) if codec is self._protobuf else (),
        )

    async def list_versions(self, options: ListOptions) -> Page[Version]:
        """Return one page of names and versions alone; see VersionLister."""
        return await self._table.list_versions(options)

    async def printed(self, key: ObjectKey) -> tuple[tuple[Column, ...], Row] | None:
        """Return one row as the server prints it now, under its columns; None once it is gone."""
        return await self._table.printed(key)

    async def reprinted(self, key: ObjectKey) -> Row | None:
        """Return one row as it is printed now; None once it is gone or printed otherwise."""
        found = await self.printed(key)
        return found[1] if found and found[0] == self.columns else None

    @asynccontextmanager
    async def watch(
        self, options: ListOptions
    ) -> AsyncIterator[AsyncIterator[Sequence[WatchEvent[Row]]]]:
        """Hold one stream; see ListerWatcher. Raises PrintedOtherwise if a row differs."""
        sync = None if options.send_initial_events else self._sync
        if sync is None:
            sync = await self._begin()
        if sync is None:
            async with self._table.watch(options) as events:
                yield events
            return
        query = self._narrowed(options).query(watch=True)
        with self._fallback(NotAcceptable):
            async with self._transport.stream(self._path, query, accept=ACCEPT) as body:
                yield self._events(body, sync, is_watch_list=bool(options.send_initial_events))

    async def _events(
        self, body: AsyncIterator[list[bytes]], sync: _Sync, *, is_watch_list: bool
    ) -> AsyncIterator[Sequence[WatchEvent[Row]]]:
        reader: Reader | None = None
        splitter: Splitter | None = None
        async for pieces in body:
            if reader is None or splitter is None:
                codec = self._codec(pieces[0])
                sample = sync.sample if is_watch_list else None
                reader = Reader(
                    self._gvr,
                    codec,
                    sync.press,
                    sample,
                    unread=self._unread,
                    is_watch_list=is_watch_list,
                )
                splitter = codec.splitter()
            frames = splitter.feed(pieces)
            batch: list[WatchEvent[Row]] | None = None
            while batch is None or len(batch) == BATCH:
                batch = []
                try:
                    self._read(islice(frames, BATCH), reader, sync, batch)
                except ClusterError:
                    if batch:
                        yield batch
                    raise
                self.unreadable += reader.unreadable
                reader.unreadable = 0
                if batch:
                    yield batch
            if reader.sample is not None and sum(map(len, pieces)) < LITTLE_BYTES:
                await asyncio.sleep(GATHER_S)
        if splitter is not None and not splitter.is_between_frames:
            raise WatchClosed(gvr=self._gvr, detail="the stream ended inside a frame")

    def _read(
        self,
        frames: Iterator[bytes],
        reader: Reader,
        sync: _Sync,
        batch: list[WatchEvent[Row]],
    ) -> None:
        """Add to `batch` what `frames` say, up to the first that cannot be used."""
        # Among initial events the same frame would come again for ever; later, a listing comes first.
        unusable = (MalformedEvent,) if reader.sample is not None else ()
        with self._fallback(*unusable):
            for frame in frames:
                event = reader.event(frame)
                if event.is_initial_events_end:
                    reader.sample = None
                    self._columns = sync.sample.columns
                batch.append(event)

    async def _begin(self) -> _Sync | None:
        """Ask for the server's Table and return what the next listing goes by; None is the Table."""
        if self.encoding is Encoding.TABLE:
            return None
        query = [*self._narrowed(ListOptions(limit=SAMPLE)).query(), METADATA]
        answer = await self._transport.get(self._path, query, accept=wire.ACCEPT)
        table = decode(wire.table_decoder, answer.body, of=self._gvr)
        columns = rows.columns(table.columnDefinitions or ())
        press = self._printers[0].under(column.name for column in columns)
        if press is None:
            self.encoding = Encoding.TABLE
            return None
        sample = Sample(columns, table.rows or (), printed_at_ms=self._clock.now_ms())
        self._sync = _Sync(press, sample)
        self.unreadable = 0
        return self._sync

    def _codec(self, answer: bytes) -> Codec:
        """Return what decodes an answer that begins so; JSON begins with a brace or with space."""
        is_json = answer[:1] in _BEGINNINGS_OF_JSON
        if self.encoding is not Encoding.TABLE:  # which a stream that is still open must not undo
            self.encoding = Encoding.JSON if is_json else Encoding.PROTOBUF
        return self._json if is_json else self._protobuf

    @contextmanager
    def _fallback(self, *unusable: type[ClusterError]) -> Iterator[None]:
        """Have the server print this kind from now on if we print it otherwise every way, or cannot."""
        try:
            yield
        except ClusterError as error:
            if isinstance(error, PrintedOtherwise) and len(self._printers) > 1:
                del self._printers[0]
                self._sync = None
            elif isinstance(error, (PrintedOtherwise, *unusable)):
                self.encoding = Encoding.TABLE
                self._sync = None
            raise

    def _narrowed(self, options: ListOptions) -> ListOptions:
        if not self._field_selector:
            return options
        return replace(options, field_selector=self._field_selector)


_BEGINNINGS_OF_JSON: Final = frozenset({b"{", b" ", b"\n"})
