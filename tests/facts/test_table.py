"""What an API server's own Table is, over LIST and over WATCH: M15, M16, M17, M18."""

from __future__ import annotations

import asyncio

import pytest

from tests.facts.conftest import VERSIONS, Observations
from tests.facts.server import TABLE, Answer, Json, Server, status

pytestmark = pytest.mark.cluster

GROUP = "facts.example"
DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
MARKED = {
    "sendInitialEvents": "true",
    "resourceVersionMatch": "NotOlderThan",
    "allowWatchBookmarks": "true",
}
END_MARK = "k8s.io/initial-events-end"
LARGE = "x" * 140_000
"""LISTs of less than 128 KiB are not compressed (apiserver: defaultGzipThresholdBytes)."""


def definition(plural: str, kind: str, *columns: str) -> Json:
    spec = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.{GROUP}"},
        "spec": {
            "group": GROUP,
            "scope": "Namespaced",
            "names": {"plural": plural, "singular": kind.lower(), "kind": kind},
            "versions": [
                {
                    "name": "v1",
                    "served": True,
                    "storage": True,
                    "schema": {"openAPIV3Schema": {"type": "object", "properties": {"spec": spec}}},
                    "additionalPrinterColumns": [
                        {"name": name, "type": "string", "jsonPath": f".spec.{name.lower()}"}
                        for name in columns
                    ],
                }
            ],
        },
    }


async def defined(server: Server, space: str, plural: str, kind: str) -> str:
    """Define a kind with one column; return the path of its objects once it is served."""
    await server.create(DEFINITIONS, definition(plural, kind, "First"))
    path = f"/apis/{GROUP}/v1/{space.removeprefix('/api/v1/')}/{plural}"
    await server.until(lambda: server.admin.get(path), status(200))
    return path


def made(kind: str, name: str) -> Json:
    return {
        "apiVersion": f"{GROUP}/v1",
        "kind": kind,
        "metadata": {"name": name},
        "spec": {"first": "1st", "second": "2nd"},
    }


def columns(table: Json) -> list[str]:
    return [column["name"] for column in table["columnDefinitions"] or ()]


async def test_m15_columns_come_with_the_first_event_of_a_stream_alone(server: Server) -> None:
    space = await server.namespace("facts-m15")
    path = f"{space}/configmaps"

    async with server.admin.watch(path, TABLE, includeObject="Metadata") as stream:
        for name in ("a", "b", "c"):
            await server.create(path, {"metadata": {"name": name}, "data": {"k": "v"}})
        events = [await stream.event() for _ in range(3)]

    tables = [event["object"] for event in events if event is not None]
    assert [table["kind"] for table in tables] == ["Table"] * 3
    assert columns(tables[0]) == ["Name", "Data", "Age"]
    assert [table["columnDefinitions"] for table in tables[1:]] == [None, None]
    assert [[row["cells"][:2] for row in table["rows"]] for table in tables] == [
        [["a", 1]], [["b", 1]], [["c", 1]],
    ]  # fmt: skip


async def test_m15_it_is_so_for_kinds_of_others_too(server: Server) -> None:
    space = await server.namespace("facts-m15")
    path = await defined(server, space, "barges", "Barge")

    async with server.admin.watch(path, TABLE, includeObject="Metadata") as stream:
        for name in ("a", "b"):
            await server.create(path, made("Barge", name))
        events = [await stream.event() for _ in range(2)]

    tables = [event["object"] for event in events if event is not None]
    assert columns(tables[0]) == ["Name", "First"]
    assert tables[1]["columnDefinitions"] is None
    assert [table["rows"][0]["cells"] for table in tables] == [["a", "1st"], ["b", "1st"]]


@pytest.mark.parametrize("include", ["None", "Metadata", "Object"])
async def test_m15_a_list_of_nothing_has_columns_and_no_rows(server: Server, include: str) -> None:
    """An empty list, and not null as 1.36 was once seen to say; decoders take both."""
    space = await server.namespace("facts-m15-empty")
    plural = f"ferries{include.lower()}"
    path = await defined(server, space, plural, f"Ferry{include}")

    own = (await server.admin.get(f"{space}/secrets", TABLE, includeObject=include)).json
    other = (await server.admin.get(path, TABLE, includeObject=include)).json

    assert columns(own) == ["Name", "Type", "Data", "Age"]
    assert columns(other) == ["Name", "First"]
    assert (own["rows"], other["rows"]) == ([], [])


async def test_m15_m16_initial_events_and_their_end_are_tables_too(server: Server) -> None:
    """The end is a bookmark: a Table with a row of nothing, whose object has the mark."""
    space = await server.namespace("facts-m16")
    path = f"{space}/configmaps"
    await server.admin.post(path, {"metadata": {"name": "one"}})

    async with server.admin.watch(path, TABLE, includeObject="Metadata", **MARKED) as stream:
        if server.is_old:
            assert stream.status == 422
            return
        first, end = await stream.event(), await stream.event()

    assert first is not None
    assert first["object"]["rows"][0]["cells"][0] == "one"
    assert end is not None
    assert end["type"] == "BOOKMARK"
    (row,) = end["object"]["rows"]
    assert row["object"]["metadata"]["annotations"] == {END_MARK: "true"}


@pytest.mark.parametrize("version", VERSIONS)
async def test_m16_a_bookmark_in_a_table_has_one_row_of_nothing(
    observations: Observations, version: str
) -> None:
    seen = await asyncio.wrap_future(observations.silence[version])

    (event,) = [event for event in seen.tabled if event["type"] == "BOOKMARK"]
    table = event["object"]
    (row,) = table["rows"]
    assert row["cells"][0] == ""
    assert row["object"]["metadata"].get("name", "") == ""
    assert int(table["metadata"]["resourceVersion"]) > 0


async def test_m17_rows_without_an_object_cannot_be_told_apart(server: Server) -> None:
    space = await server.namespace("facts-m17")
    one = {"metadata": {"name": "one"}, "data": {"k": "v"}}
    await server.admin.post(f"{space}/configmaps", one)

    bare = await server.admin.get(f"{space}/configmaps", TABLE, includeObject="None")
    keyed = await server.admin.get(f"{space}/configmaps", TABLE, includeObject="Metadata")

    assert bare.json["rows"]
    assert all(row.get("object") is None for row in bare.json["rows"])
    metas = [row["object"]["metadata"] for row in keyed.json["rows"]]
    assert all(meta["uid"] and meta["namespace"] == "facts-m17" for meta in metas)
    assert all(meta["managedFields"] for meta in metas), "which nobody asked for"


@pytest.mark.parametrize("form", ["application/vnd.kubernetes.protobuf", "application/cbor"])
async def test_m17_a_table_is_json_or_nothing(server: Server, form: str) -> None:
    answer = await server.admin.get("/api/v1/pods", TABLE.replace("application/json", form))

    assert answer.status == 406


async def test_m17_a_long_list_is_compressed_and_a_watch_is_not(server: Server) -> None:
    space = await server.namespace("facts-m17-long")
    path = f"{space}/configmaps"
    for number in range(2):
        large = {"metadata": {"name": f"large-{number}"}, "data": {"k": LARGE}}
        await server.admin.post(path, large)

    listed = await server.admin.get(path)
    async with server.admin.watch(path) as stream:
        begun = await stream.event()

    assert len(listed.body) > len(LARGE)
    assert listed.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in stream.headers
    assert begun is not None


async def test_m18_new_columns_end_the_watches_of_a_kind(server: Server) -> None:
    space = await server.namespace("facts-m18")
    path = await defined(server, space, "tugs", "Tug")
    await server.create(path, made("Tug", "one"))

    async with server.admin.watch(path, TABLE, includeObject="Metadata") as stream:
        first = await stream.event()
        at = f"{DEFINITIONS}/tugs.{GROUP}"
        changed = definition("tugs", "Tug", "First", "Second")
        changed["metadata"] = (await server.admin.get(at)).json["metadata"]
        assert (await server.admin.put(at, changed)).status == 200
        end = await stream.event(30)

    assert first is not None
    assert columns(first["object"]) == ["Name", "First"]
    assert end is None
    refused = set()

    def is_settled(answer: Answer) -> bool:
        if answer.status != 200:
            refused.add((answer.status, answer.headers.get("Retry-After")))
        return answer.status == 200

    table = (await server.until(lambda: server.admin.get(path, TABLE), is_settled)).json
    # 1.36 fills the cache of the new columns first (429, "storage is (re)initializing").
    assert refused <= (set() if server.is_old else {(429, "1")})
    assert columns(table) == ["Name", "First", "Second"]
    assert table["rows"][0]["cells"] == ["one", "1st", "2nd"]


async def test_m18_an_aggregated_api_that_is_down_answers_in_plain_text(server: Server) -> None:
    service = {
        "metadata": {"name": "v1.down.example"},
        "spec": {
            "group": "down.example",
            "version": "v1",
            "groupPriorityMinimum": 100,
            "versionPriority": 100,
            "insecureSkipTLSVerify": True,
            "service": {"name": "nothing", "namespace": "default", "port": 443},
        },
    }
    await server.admin.post("/apis/apiregistration.k8s.io/v1/apiservices", service)

    answer = await server.until(
        lambda: server.admin.get("/apis/down.example/v1/things"), status(503)
    )

    assert answer.headers["Content-Type"].startswith("text/plain")
    assert answer.body.strip() == b"service unavailable"
