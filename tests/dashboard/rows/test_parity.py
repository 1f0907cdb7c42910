"""Rows of our own are the server's: from protobuf, from JSON and as its Table, at one version.

The server's Table gives the columns and never a cell.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import msgspec
import pytest

from dashboard.api.age import INVALID, human_duration
from dashboard.api.gvr import GVR
from dashboard.api.table import Cell, MixedCell, Row, TimeCell
from dashboard.rows.printer import PRINTERS
from dashboard.rows.reader import Reader
from dashboard.wire.codec import JSON, PROTOBUF, Codec, ProtobufCodec
from dashboard.wire.jsoncodec import JsonCodec
from dashboard.wire.table import ACCEPT as TABLE
from tests.cluster.fixtures import Cluster
from tests.support.protowire import MANAGED_FIELDS, field, masked, metadata_fields, unknown
from tests.support.world.sick import EXPECTED_STATUSES

pytestmark = pytest.mark.cluster

SLACK_MS = 2_000
"""Between two clocks that keep whole seconds."""

EXACT = {"resourceVersionMatch": "Exact"}

PODS = GVR("", "v1", "pods")
STATUS = 2
"""Its place among a pod's columns."""
SEEN_S = 60
"""Within it every state that the world has is there at some version."""


class Server:
    """The API server, asked as its administrator."""

    def __init__(self, session: aiohttp.ClientSession, token: str, version: str) -> None:
        self.version = version
        self._session = session
        self._token = token

    def now_ms(self) -> int:
        """Return the time of this machine, which is the server's too."""
        return time.time_ns() // 1_000_000

    async def get(self, path: str, accept: str, **query: str) -> bytes:
        headers = {
            "Authorization": f"Bearer {self._token}",
            "Accept": accept,
            "User-Agent": "portolan",
        }
        async with self._session.get(path, params=query, headers=headers, ssl=False) as answer:
            body = await answer.read()
            assert answer.status == 200, body[:300]
            return body

    async def post(self, path: str, body: bytes) -> None:
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": PROTOBUF}
        async with self._session.post(path, data=body, headers=headers, ssl=False) as answer:
            assert answer.status == 201, await answer.text()

    async def delete(self, path: str) -> None:
        headers = {"Authorization": f"Bearer {self._token}"}
        async with self._session.delete(path, headers=headers, ssl=False) as answer:
            assert answer.status == 200, await answer.text()


@pytest.fixture
async def server(any_cluster: Cluster) -> AsyncIterator[Server]:
    async with aiohttp.ClientSession(any_cluster.server) as session:
        yield Server(session, any_cluster.tokens["admin"], any_cluster.version)


def path(gvr: GVR) -> str:
    root = f"/apis/{gvr.group}/{gvr.version}" if gvr.group else f"/api/{gvr.version}"
    return f"{root}/{gvr.resource}"


async def held_against_the_table(server: Server, gvr: GVR) -> list[Row]:
    """Return the rows of this moment's version, which are the server's."""
    binary = await server.get(path(gvr), PROTOBUF)
    version = ProtobufCodec(gvr).listing(binary).resource_version
    before_ms = server.now_ms()
    printed_at, text = await asyncio.gather(
        server.get(path(gvr), TABLE, resourceVersion=version, includeObject="Metadata", **EXACT),
        server.get(path(gvr), JSON, resourceVersion=version, **EXACT),
    )
    after_ms = server.now_ms()
    table = msgspec.json.decode(printed_at)
    columns = [each["name"] for each in table["columnDefinitions"]]

    from_protobuf = rows(server, ProtobufCodec(gvr), binary, columns)
    from_json = rows(server, JsonCodec(gvr), text, columns)

    assert from_protobuf == from_json
    assert len(from_protobuf) == len(table["rows"]) > 0
    for row, printed in zip(from_protobuf, table["rows"], strict=True):
        metadata = printed["object"]["metadata"]
        assert (row.uid, row.resource_version) == (metadata["uid"], metadata["resourceVersion"])
        assert (row.namespace, row.name) == (metadata.get("namespace", ""), metadata["name"])
        assert row.labels == tuple(f"{k}={v}" for k, v in metadata.get("labels", {}).items())
        told = [
            told_as(cell, theirs, before_ms, after_ms)
            for cell, theirs in zip(row.cells, printed["cells"], strict=True)
        ]
        assert told == printed["cells"], row.key
    return from_protobuf


@pytest.mark.parametrize("gvr", PRINTERS, ids=str)
async def test_rows_from_protobuf_and_from_json_are_the_servers_table(
    server: Server, gvr: GVR
) -> None:
    assert await held_against_the_table(server, gvr)


async def test_every_state_that_the_world_has_was_held_against_the_table(server: Server) -> None:
    # Between two crashes a pod is Running for some seconds, so no one version has them all.
    seen: set[Cell] = set()
    async with asyncio.timeout(SEEN_S):
        while not seen >= set(EXPECTED_STATUSES):
            seen |= {row.cells[STATUS] for row in await held_against_the_table(server, PODS)}


@pytest.mark.parametrize("gvr", PRINTERS, ids=str)
async def test_what_is_kept_is_the_whole_object_without_what_is_masked(
    server: Server, gvr: GVR
) -> None:
    codec = ProtobufCodec(gvr)
    for raw in codec.listing(await server.get(path(gvr), PROTOBUF)).items:
        _object, body = codec.read(raw)

        assert masked(body) == masked(raw)
        assert MANAGED_FIELDS not in metadata_fields(body)
        assert b"last-applied-configuration" not in body


@pytest.mark.parametrize(
    "gvr", [GVR("", "v1", "events"), GVR("events.k8s.io", "v1", "events")], ids=str
)
async def test_text_that_was_cut_inside_a_character_is_told_as_the_server_tells_it(
    server: Server, gvr: GVR
) -> None:
    about = field(1, b"Pod") + field(2, b"default") + field(3, b"cut")
    event = field(1, field(1, b"cut-text") + field(3, b"default")) + field(2, about)
    event += (
        field(3, b"Cut") + field(4, b"caf\xc3 \xe4\xb8 \xed\xa0\x80 \xff") + field(9, b"Normal")
    )
    place = "/api/v1/namespaces/default/events"
    await server.post(place, unknown(event, "v1", "Event"))
    try:
        binary = await server.get(path(gvr), PROTOBUF, fieldSelector="metadata.name=cut-text")
        printed = await server.get(path(gvr), TABLE, fieldSelector="metadata.name=cut-text")
    finally:
        await server.delete(f"{place}/cut-text")
    table = msgspec.json.decode(printed)
    columns = [each["name"] for each in table["columnDefinitions"]]
    message = columns.index("Message")

    (row,) = rows(server, ProtobufCodec(gvr), binary, columns)

    assert row.cells[message] == table["rows"][0]["cells"][message]
    assert row.cells[message] == "caf\ufffd \ufffd\ufffd \ufffd\ufffd\ufffd \ufffd"


def rows(server: Server, codec: Codec, body: bytes, columns: list[str]) -> list[Row]:
    press = PRINTERS[codec.gvr].ways(server.version)[0].under(columns)
    assert press is not None, f"a column of {columns} is not known"
    reader = Reader(codec.gvr, codec, press)
    found = [reader.row(raw)[0] for raw in codec.listing(body).items]
    assert reader.unreadable == 0
    return found


def told_as(cell: Cell, printed: Any, before_ms: int, after_ms: int) -> Any:
    """Return what the server may have told `cell` as: `printed`, if that is one of the ways."""
    if not isinstance(cell, TimeCell | MixedCell):
        return cell
    ages_ms = range(before_ms - SLACK_MS - cell.t_ms, after_ms + SLACK_MS - cell.t_ms + 1, 250)
    texts = [human_duration(age_ms) for age_ms in ages_ms]
    if isinstance(cell, MixedCell):
        texts = [f"{cell.v} ({text} ago)" for text in texts]
    assert INVALID not in texts
    return printed if printed in texts else texts
