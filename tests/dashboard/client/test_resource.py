"""The server's Table as a ListerWatcher: its columns, its bookmarks, and what is no Table."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from dashboard.api.gvr import GVR
from dashboard.api.listoptions import ListOptions
from dashboard.api.names import NO_NAMESPACE
from dashboard.api.resourceversion import ResourceVersion
from dashboard.cache.sharedinformer import SharedInformer
from dashboard.client import config
from dashboard.client.discovery import ApiResource
from dashboard.client.resource import TableResource
from dashboard.client.transport import Transport
from dashboard.errors import Expired, NotAcceptable
from tests.support.apiserver import Handler, kubeconfig, serve
from tests.support.clock import FakeClock

WIDGETS = ApiResource(
    GVR("example.com", "v1", "widgets"), "Widget", "widget", (), (), frozenset({"list", "watch"}),
    (), is_namespaced=False, is_preferred=True,
)  # fmt: skip


def table(columns: list[str] | None, *names: str, more: str = "") -> dict[str, Any]:
    definitions = [{"name": name, "type": "string"} for name in columns or ()]
    return {
        "kind": "Table",
        "metadata": {"resourceVersion": "9", "continue": more},
        "columnDefinitions": definitions or None,
        "rows": [
            {
                "cells": [name, *(columns or ["", ""])[1:]],
                "object": {"metadata": {"name": name, "uid": name, "resourceVersion": "5"}},
            }
            for name in names
        ],
    }


async def resource(folder: Path, server: str) -> tuple[Transport, TableResource]:
    found = config.find(folder, {"KUBECONFIG": str(kubeconfig(folder, server))})
    transport = Transport("test", await config.load(found.found[0]))
    return transport, TableResource(transport, WIDGETS, NO_NAMESPACE, FakeClock())


def answers(*bodies: dict[str, Any]) -> Handler:
    left = list(bodies)

    async def answer(_request: web.BaseRequest) -> web.StreamResponse:
        return web.json_response(left.pop(0))

    return answer


async def test_a_list_that_is_no_table_is_not_taken_for_an_empty_one(tmp_path: Path) -> None:
    body = {"kind": "WidgetList", "metadata": {"resourceVersion": "9"}, "items": [{}]}
    async with serve(answers(body)) as server:
        transport, widgets = await resource(tmp_path, server.server)
        with pytest.raises(NotAcceptable):
            await widgets.list_page(ListOptions())
        await transport.aclose()


async def test_new_columns_count_from_the_last_page_of_their_listing(tmp_path: Path) -> None:
    old, new = ["Name", "Old"], ["Name", "New"]
    pages = table(old, "a"), table(new, "a", more="more"), table(new, "b")
    async with serve(answers(*pages)) as server:
        transport, widgets = await resource(tmp_path, server.server)
        seen = []
        for _page in pages:
            await widgets.list_page(ListOptions())
            seen.append([column.name for column in widgets.columns])
        await transport.aclose()

    assert seen == [old, old, new]


@pytest.mark.parametrize("event", ["ADDED", "BOOKMARK"])
async def test_a_stream_under_other_columns_asks_for_a_new_listing(
    tmp_path: Path, event: str
) -> None:
    frame = {"type": event, "object": table(["Name", "New"], "a")}

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        if "watch=true" not in request.path_qs:
            return web.json_response(table(["Name", "Old"], "a"))
        return web.Response(text=json.dumps(frame) + "\n")

    async with serve(answer) as server:
        transport, widgets = await resource(tmp_path, server.server)
        await widgets.list_page(ListOptions())
        async with widgets.watch(ListOptions(resource_version=ResourceVersion("9"))) as stream:
            with pytest.raises(Expired):
                await anext(stream)
        await transport.aclose()


async def test_rows_and_columns_change_together_under_an_open_view(tmp_path: Path) -> None:
    columns = ["Name", "Old"]

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        if "watch=true" not in request.path_qs:
            return web.json_response(table(columns, "a"))
        if len(server.requests) > 2:
            await asyncio.Event().wait()
        columns[1] = "New"
        return web.Response(
            text=json.dumps({"type": "ADDED", "object": table(columns, "b")}) + "\n"
        )

    async with serve(answer) as server:
        transport, widgets = await resource(tmp_path, server.server)
        clock = FakeClock()
        informer = SharedInformer(widgets, clock=clock)
        task = asyncio.create_task(informer.run())
        async with asyncio.timeout(10):
            while informer.reflector.epoch < 2:
                await clock.advance(1)
                cells = {row.cells[1] for row in informer.items}
                assert cells <= {column.name for column in widgets.columns[1:]}
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await transport.aclose()

    assert [column.name for column in widgets.columns] == ["Name", "New"]
