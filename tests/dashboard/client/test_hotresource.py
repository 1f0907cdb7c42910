"""Hot kinds over HTTP: protobuf, else JSON, else the server's Table, and never a row that differs."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
from aiohttp import web

from dashboard.api.gvr import GVR
from dashboard.api.listoptions import ListOptions, ResourceVersionMatch
from dashboard.api.names import NO_NAMESPACE
from dashboard.api.resourceversion import ResourceVersion
from dashboard.api.table import Row
from dashboard.api.watchevent import WatchEvent
from dashboard.cache.sharedinformer import SharedInformer
from dashboard.client import config
from dashboard.client.discovery import ApiResource
from dashboard.client.hotresource import Encoding, HotResource
from dashboard.client.transport import Transport
from dashboard.errors import (
    ClusterError,
    Expired,
    MalformedEvent,
    NotAcceptable,
    PrintedOtherwise,
    Retry,
    UnprocessableWatchList,
    WatchClosed,
)
from dashboard.rows.printer import PRINTERS
from dashboard.wire.codec import PROTOBUF
from tests.support.apiserver import Recorder, kubeconfig, serve
from tests.support.clock import FakeClock
from tests.support.partial import encode, listing
from tests.support.protowire import field, frame, unknown, watch_event

LEASES = ApiResource(
    GVR("coordination.k8s.io", "v1", "leases"), "Lease", "lease", (), (),
    frozenset({"list", "watch"}), (), is_namespaced=True, is_preferred=True,
)  # fmt: skip
NODES = replace(LEASES, gvr=GVR("", "v1", "nodes"), kind="Node", is_namespaced=False)
GVR_ = LEASES.gvr
COLUMNS = ["Name", "Holder", "Age"]
CREATED = "2025-12-30T00:00:00Z"
"""Two days before the clock's first moment."""

Json = dict[str, Any]
Leases = dict[str, str]
"""Holders by name."""


def metadata(name: str, version: str = "5") -> Json:
    return {
        "name": name,
        "namespace": "shop",
        "uid": f"u-{name}",
        "resourceVersion": version,
        "creationTimestamp": CREATED,
    }


def lease(name: str, holder: str = "h", version: str = "5") -> bytes:
    document = {"metadata": metadata(name, version), "spec": {"holderIdentity": holder}}
    return encode("coordination.Lease", document)


def event(type_: str, raw: bytes) -> bytes:
    return frame(watch_event(type_, unknown(raw, "coordination.k8s.io/v1", "Lease")))


def bookmark(version: str, *, is_end: bool = True) -> bytes:
    end = field(12, field(1, b"k8s.io/initial-events-end") + field(2, b"true"))
    about = field(6, version.encode()) + (end if is_end else b"")
    return event("BOOKMARK", field(1, about))


class Script:
    """A server that has `leases`, and says what a test wants it to."""

    def __init__(self, **leases: str) -> None:
        self.leases = leases
        self.columns = COLUMNS
        self.holders: Leases = {}
        """What the Table says instead."""
        self.form = PROTOBUF
        self.items: list[bytes] = []
        """More items of the LIST, as they lie on the wire."""
        self.pages = 1
        self.stream: list[bytes] = []
        self.ends = True

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        accept = request.headers["Accept"]
        if "as=Table" in accept:
            return web.json_response(self.table())
        if request.query.get("watch") == "true":
            return await self.watch(request)
        if self.form == "none":
            return web.json_response({"kind": "Status", "code": 406}, status=406)
        if self.form == PROTOBUF:
            assert accept.startswith(PROTOBUF)
            return web.Response(body=self.page(request), content_type=PROTOBUF)
        items = [
            {"metadata": metadata(name), "spec": {"holderIdentity": holder}}
            for name, holder in self.leases.items()
        ]
        return web.json_response(
            {"kind": "LeaseList", "metadata": {"resourceVersion": "9"}, "items": items}
        )

    def page(self, request: web.BaseRequest) -> bytes:
        at = int(request.query.get("continue", "0"))
        items = [*(lease(name, holder) for name, holder in self.leases.items()), *self.items]
        size = -(-len(items) // self.pages)
        more = str(at + 1) if at + 1 < self.pages else ""
        return listing(GVR_, "9", *items[at * size : (at + 1) * size], more=more)

    def table(self) -> Json:
        rows = [
            {
                "cells": [name, self.holders.get(name, holder), "2d", "x"][: len(self.columns)],
                "object": {"metadata": metadata(name)},
            }
            for name, holder in self.leases.items()
        ]
        return {
            "kind": "Table",
            "metadata": {"resourceVersion": "8"},
            "columnDefinitions": [{"name": name, "type": "string"} for name in self.columns],
            "rows": rows,
        }

    async def watch(self, request: web.BaseRequest) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for chunk in self.stream:
            await response.write(chunk)
        if not self.ends:
            await asyncio.Event().wait()
        return response


@asynccontextmanager
async def leases(folder: Path, script: Script) -> AsyncIterator[tuple[HotResource, Recorder]]:
    async with serve(script.answer) as server:
        found = config.find(folder, {"KUBECONFIG": str(kubeconfig(folder, server.server))})
        transport = Transport("test", await config.load(found.found[0]))
        clock = FakeClock()
        try:
            yield HotResource(transport, LEASES, NO_NAMESPACE, clock), server
        finally:
            await transport.aclose()


STREAMING_LIST = ListOptions(
    send_initial_events=True,
    resource_version_match=ResourceVersionMatch.NOT_OLDER_THAN,
    allow_watch_bookmarks=True,
)
FROM_9 = ListOptions(resource_version=ResourceVersion("9"))


async def read(
    source: HotResource, options: ListOptions, into: list[WatchEvent[Row]] | None = None
) -> list[WatchEvent[Row]]:
    """Return what a stream says until it ends; `into` has it also where an error ends it."""
    found = [] if into is None else into
    async with source.watch(options) as stream:
        async for batch in stream:
            assert batch
            found += batch
    return found


async def test_rows_come_from_protobuf_and_columns_from_the_table(tmp_path: Path) -> None:
    async with leases(tmp_path, Script(a="x", b="y")) as (source, server):
        page = await source.list_page(ListOptions(limit=500))

        assert [(row.name, row.cells[1]) for row in page.items] == [("a", "x"), ("b", "y")]
        assert [column.name for column in source.columns] == COLUMNS
        assert source.encoding is Encoding.PROTOBUF
        assert page.resource_version == "9"
        assert [b"x" in page.bodies[0], b"y" in page.bodies[1]] == [True, True]
        assert len(server.requests) == 2


async def test_each_listing_takes_one_sample_however_many_pages_it_has(tmp_path: Path) -> None:
    script = Script(a="x", b="y", c="z")
    script.pages = 3
    async with leases(tmp_path, script) as (source, server):
        columns = []
        token = ""
        for _page in range(3):
            page = await source.list_page(ListOptions(limit=1, continue_=token))
            token = page.continue_token
            columns.append(len(source.columns))

        assert columns == [0, 0, 3]
        assert token == ""
        assert sum("as=Table" in each["Accept"] for each in server.headers) == 1


async def test_the_columns_are_those_of_the_server_in_its_order(tmp_path: Path) -> None:
    script = Script(a="x")
    script.columns = ["Name"]
    async with leases(tmp_path, script) as (source, _server):
        page = await source.list_page(ListOptions())

        assert page.items[0].cells == ("a",)


async def test_an_unknown_column_is_printed_by_the_server(tmp_path: Path) -> None:
    script = Script(a="x")
    script.columns = [*COLUMNS, "Term"]
    async with leases(tmp_path, script) as (source, _server):
        page = await source.list_page(ListOptions())

        assert source.encoding is Encoding.TABLE
        assert page.items[0].cells[3] == "x"
        assert [column.name for column in source.columns] == script.columns


async def test_a_server_without_protobuf_is_read_as_json(tmp_path: Path) -> None:
    script = Script(a="x")
    script.form = "json"
    script.stream = [
        msgspec.json.encode(
            {
                "type": "ADDED",
                "object": {"metadata": metadata("b", "10"), "spec": {"holderIdentity": "y"}},
            }
        )
        + b"\n"
    ]
    async with leases(tmp_path, script) as (source, _server):
        page = await source.list_page(ListOptions())
        (added,) = await read(source, FROM_9)

        assert page.items[0].cells[:2] == ("a", "x")
        assert page.bodies == ()
        assert source.encoding is Encoding.JSON
        assert added.object is not None
        assert added.object.cells[:2] == ("b", "y")


async def test_a_server_that_has_neither_form_prints_its_table(tmp_path: Path) -> None:
    script = Script(a="x")
    script.form = "none"
    async with leases(tmp_path, script) as (source, _server):
        with pytest.raises(NotAcceptable) as caught:
            await source.list_page(ListOptions())
        page = await source.list_page(ListOptions())

        assert caught.value.retry is Retry.FALLBACK
        assert source.encoding is Encoding.TABLE
        assert page.items[0].cells[:2] == ("a", "x")


async def test_a_listing_of_which_a_row_differs_is_refused_and_read_as_the_table(
    tmp_path: Path,
) -> None:
    script = Script(a="x", b="y")
    script.holders = {"b": "somebody else"}
    async with leases(tmp_path, script) as (source, _server):
        with pytest.raises(PrintedOtherwise) as caught:
            await source.list_page(ListOptions())
        page = await source.list_page(ListOptions())

        assert caught.value.retry is Retry.FALLBACK
        assert caught.value.params["column"] == "Holder"
        assert source.encoding is Encoding.TABLE
        assert [row.cells[1] for row in page.items] == ["x", "somebody else"]


@pytest.mark.parametrize(
    ("version", "refusals"), [("v1.24.17", 0), ("v1.36.3", 1), ("v1.30.0-eks-1", 1), ("", 1)]
)
async def test_an_older_server_is_found_by_its_version_or_by_its_words(
    tmp_path: Path, version: str, refusals: int
) -> None:
    columns = PRINTERS[NODES.gvr].columns
    document = {"metadata": metadata("a"), "status": {"nodeInfo": {"architecture": "arm64"}}}
    cells = ["a", "Unknown", "<none>", "2d", "", "<none>", "<none>", *["<unknown>"] * 3]
    row = {"cells": cells, "object": {"metadata": metadata("a")}}
    table = {
        "kind": "Table",
        "metadata": {"resourceVersion": "8"},
        "columnDefinitions": [{"name": name, "type": "string"} for name in columns],
        "rows": [row],
    }

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        if "as=Table" in request.headers["Accept"]:
            return web.json_response(table)
        return web.Response(body=listing(NODES.gvr, "9", encode("core.Node", document)))

    async with serve(answer) as server:
        found = config.find(tmp_path, {"KUBECONFIG": str(kubeconfig(tmp_path, server.server))})
        transport = Transport("test", await config.load(found.found[0]))
        source = HotResource(transport, NODES, NO_NAMESPACE, FakeClock(), version=version)
        for _refusal in range(refusals):
            with pytest.raises(PrintedOtherwise):
                await source.list_page(ListOptions())
        page = await source.list_page(ListOptions())
        await transport.aclose()

    assert page.items[0].cells[8] == "<unknown>"
    assert source.encoding is Encoding.PROTOBUF


async def test_a_stream_of_initial_events_is_held_against_the_sample_too(tmp_path: Path) -> None:
    script = Script(a="x")
    script.stream = [event("ADDED", lease("a", "x")) + bookmark("9")]
    async with leases(tmp_path, script) as (source, _server):
        added, mark = await read(source, STREAMING_LIST)

        assert added.body
        assert mark.is_initial_events_end
        assert mark.resource_version == "9"
        assert [column.name for column in source.columns] == COLUMNS

        script.holders = {"a": "somebody else"}
        with pytest.raises(PrintedOtherwise):
            await read(source, STREAMING_LIST)
        assert source.encoding is Encoding.TABLE


async def test_a_stream_that_is_still_open_does_not_bring_protobuf_back(tmp_path: Path) -> None:
    script = Script(a="x")
    script.stream = [event("MODIFIED", lease("a", "z", "10"))]
    async with leases(tmp_path, script) as (source, _server):
        await source.list_page(ListOptions())
        async with source.watch(FROM_9) as stream:
            script.holders = {"a": "somebody else"}
            with pytest.raises(PrintedOtherwise):
                await source.list_page(ListOptions())
            (modified,) = await anext(stream)

        assert modified.resource_version == "10"
        assert source.encoding is Encoding.TABLE


async def test_one_object_that_cannot_be_read_is_marked_and_the_rest_is_listed(
    tmp_path: Path,
) -> None:
    script = Script(a="x")
    poison = field(1, encode("meta.ObjectMeta", metadata("b"))) + field(2, b"\x0a\x7f")
    script.items = [poison, lease("c")]
    script.stream = [event("MODIFIED", poison) + event("MODIFIED", lease("c", "z", "11"))]
    async with leases(tmp_path, script) as (source, _server):
        page = await source.list_page(ListOptions())
        assert source.unreadable == 1
        with pytest.raises(MalformedEvent):  # it may have been spoiled on its way: once more
            await read(source, FROM_9)
        marked, after = await read(source, FROM_9)

        assert [row.cells[:2] for row in page.items] == [("a", "x"), ("b", None), ("c", "h")]
        assert page.bodies[1] == b""
        assert source.encoding is Encoding.PROTOBUF
        assert source.unreadable == 2
        assert marked.object == page.items[1]
        assert after.resource_version == "11"


@pytest.mark.parametrize("is_stream", [False, True])
async def test_an_object_without_a_name_has_the_server_print_the_kind(
    tmp_path: Path, *, is_stream: bool
) -> None:
    script = Script(a="x")
    script.items = [b"\xff"]
    script.stream = [event("ADDED", lease("a", "x")), event("ADDED", b"\xff")]
    async with leases(tmp_path, script) as (source, _server):
        asked = read(source, STREAMING_LIST) if is_stream else source.list_page(ListOptions())
        with pytest.raises(MalformedEvent):
            await asked

        assert source.encoding is Encoding.TABLE


@pytest.mark.parametrize(
    ("stream", "error"),
    [
        ([b"\0\0\0\x05abc"], WatchClosed),
        ([frame(b"\xff")], MalformedEvent),
        ([frame(b"")], MalformedEvent),
        ([event("ADDED", b"\xff")], MalformedEvent),
        (
            [frame(watch_event("ERROR", unknown(field(4, b"Expired") + field(6, 410), "v1", "Status")))],
            Expired,
        ),
    ],
)  # fmt: skip
async def test_what_was_good_comes_before_what_cannot_be_used(
    tmp_path: Path, stream: list[bytes], error: type[ClusterError]
) -> None:
    script = Script(a="x")
    script.stream = [event("MODIFIED", lease("a", version="10")) + stream[0], *stream[1:]]
    async with leases(tmp_path, script) as (source, _server):
        await source.list_page(ListOptions())
        seen: list[WatchEvent[Row]] = []
        with pytest.raises(error):
            await read(source, FROM_9, seen)

        assert [each.resource_version for each in seen] == ["10"]
        assert source.encoding is Encoding.PROTOBUF


async def test_an_etcd_that_cannot_stream_a_list_is_told_apart(tmp_path: Path) -> None:
    status = field(3, b"RequestWatchProgress is disabled") + field(6, 500)
    script = Script()
    script.stream = [frame(watch_event("ERROR", unknown(status, "v1", "Status")))]
    async with leases(tmp_path, script) as (source, _server):
        with pytest.raises(UnprocessableWatchList):
            await read(source, STREAMING_LIST)


async def test_an_informer_goes_on_in_the_servers_words_when_rows_differ(tmp_path: Path) -> None:
    script = Script(a="x", b="y")
    script.holders = {"b": "somebody else"}
    script.stream = [
        event("ADDED", lease("a", "x")),
        event("ADDED", lease("b", "y")),
        bookmark("9"),
    ]
    script.ends = False
    async with leases(tmp_path, script) as (source, _server):
        clock = FakeClock()
        informer = SharedInformer(source, clock=clock)
        task = asyncio.create_task(informer.run())
        async with asyncio.timeout(10):
            while not informer.reflector.epoch:
                await clock.advance(1)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

        assert source.encoding is Encoding.TABLE
        assert {row.cells[1] for row in informer.items} == {"x", "somebody else"}
