"""The demo over HTTP, on a clock that tests own: pages, streams, selectors, logs and faults."""

import asyncio
import json
from typing import Any

import aiohttp
import pytest

from dashboard.demo.apiserver import Apiserver
from dashboard.demo.fault import End, Fault
from dashboard.demo.world import World
from tests.dashboard.demo.caller import TABLE, Caller
from tests.support.clock import FakeClock

PODS = "/api/v1/pods"
STREAM = f"{PODS}?watch=true&allowWatchBookmarks=true"


class Stream:
    """An open watch, frame by frame."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self._response = response

    async def frame(self) -> Any:
        """Return the next frame, None at the end."""
        line = await asyncio.wait_for(self._response.content.readline(), 10)
        return json.loads(line) if line else None

    async def is_silent(self) -> bool:
        """Whether nothing has come and the stream is open."""
        try:
            return await asyncio.wait_for(self._response.content.readline(), 0.2) is None
        except TimeoutError:
            return True


@pytest.fixture
def world(apiserver: Apiserver) -> World:
    return apiserver._world


async def newest(caller: Caller) -> int:
    return int((await caller.ask(f"{PODS}?limit=1")).document["metadata"]["resourceVersion"])


async def play(world: World, clock: FakeClock, seconds: int) -> None:
    for _ in range(seconds):
        await clock.advance(1)
        world.catch_up()


def names(document: Any) -> list[str]:
    return [item["metadata"]["name"] for item in document["items"]]


async def test_pages_hold_together_while_the_world_goes_on(
    caller: Caller, world: World, clock: FakeClock
) -> None:
    whole = (await caller.ask(PODS)).document
    page = (await caller.ask(f"{PODS}?limit=100")).document
    found = names(page)
    while token := page["metadata"].get("continue"):
        await play(world, clock, 40)
        page = (await caller.ask(f"{PODS}?limit=100&continue={token}")).document
        found += names(page)

    assert found == names(whole)
    assert names((await caller.ask(PODS)).document) != found, "the world has gone on meanwhile"


async def test_a_continue_token_grows_too_old(
    caller: Caller, world: World, clock: FakeClock
) -> None:
    token = (await caller.ask(f"{PODS}?limit=100")).document["metadata"]["continue"]
    await play(world, clock, 30)
    world.storage.collections["pods.v1"].forget(world.storage.resource_version)

    said = await caller.ask(f"{PODS}?limit=100&continue={token}")
    assert (said.status, said.document["reason"]) == (410, "Expired")


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        (
            "labelSelector=app.kubernetes.io/name%3Dstorefront",
            lambda pod: _app(pod) == "storefront",
        ),
        (
            "labelSelector=app.kubernetes.io/name!%3Dstorefront",
            lambda pod: _app(pod) != "storefront",
        ),
        (
            "labelSelector=app.kubernetes.io/name%20in%20(storefront,login)",
            lambda pod: _app(pod) in {"storefront", "login"},
        ),
        ("labelSelector=pod-template-hash", lambda pod: "pod-template-hash" in _labels(pod)),
        ("labelSelector=!pod-template-hash", lambda pod: "pod-template-hash" not in _labels(pod)),
        ("fieldSelector=status.phase%3DPending", lambda pod: pod["status"]["phase"] == "Pending"),
        (
            "fieldSelector=spec.nodeName%3Dap-01,status.phase!%3DRunning",
            lambda pod: (
                pod["spec"].get("nodeName") == "ap-01" and pod["status"]["phase"] != "Running"
            ),
        ),
        (
            "fieldSelector=metadata.namespace%3Dledger",
            lambda pod: pod["metadata"]["namespace"] == "ledger",
        ),
    ],
)
async def test_selectors_select(caller: Caller, query: str, wanted: Any) -> None:
    everything = (await caller.ask(PODS)).document["items"]
    expected = [pod["metadata"]["name"] for pod in everything if wanted(pod)]

    assert names((await caller.ask(f"{PODS}?{query}")).document) == expected
    assert 0 < len(expected) < len(everything) or "nodeName" in query


async def test_a_list_and_the_stream_after_it_give_the_later_list(
    apiserver: Apiserver, caller: Caller, world: World, clock: FakeClock
) -> None:
    listed = (await caller.ask(PODS)).document
    pods = {
        item["metadata"]["uid"]: item["metadata"]["resourceVersion"] for item in listed["items"]
    }
    version = listed["metadata"]["resourceVersion"]
    await play(world, clock, 200)

    later = (await caller.ask(PODS)).document
    changes = world.storage.collections["pods.v1"].since(int(version))
    async with caller._session.get(f"{STREAM}&resourceVersion={version}") as response:
        stream, last = Stream(response), int(version)
        for _ in changes:
            frame = await stream.frame()
            meta = frame["object"]["metadata"]
            assert int(meta["resourceVersion"]) > last
            last = int(meta["resourceVersion"])
            pods[meta["uid"]] = meta["resourceVersion"]
            if frame["type"] == "DELETED":
                del pods[meta["uid"]]

    assert pods == {
        item["metadata"]["uid"]: item["metadata"]["resourceVersion"] for item in later["items"]
    }


async def test_a_bookmark_comes_each_minute_and_before_the_end(
    caller: Caller, clock: FakeClock
) -> None:
    # The clock runs and the tape does not, so there is nothing else to say.
    version = await newest(caller)
    async with caller._session.get(
        f"{STREAM}&resourceVersion={version}&timeoutSeconds=100", headers={"Accept": TABLE}
    ) as response:
        stream = Stream(response)
        await _until(clock, caller)
        await clock.advance(59)
        assert await stream.is_silent()
        await clock.advance(1)
        first = await stream.frame()
        await _until(clock, caller)
        await clock.advance(38)
        second = await stream.frame()
        await _until(clock, caller)
        await clock.advance(2)

        assert [first["type"], second["type"]] == ["BOOKMARK", "BOOKMARK"]
        assert first["object"]["rows"][0]["cells"][0] == ""
        assert first["object"]["columnDefinitions"]
        assert second["object"]["columnDefinitions"] is None
        assert await stream.frame() is None


async def test_an_object_that_leaves_a_selection_is_deleted_from_it(
    caller: Caller, world: World, clock: FakeClock
) -> None:
    version = await newest(caller)
    await play(world, clock, 180)
    selected = f"{STREAM}&resourceVersion={version}&fieldSelector=status.phase%3DPending"
    async with caller._session.get(selected) as response:
        stream = Stream(response)
        added: set[str] = set()
        deleted: set[str] = set()
        while len(deleted) < 5:
            frame = await stream.frame()
            name = frame["object"]["metadata"]["name"]
            if frame["type"] == "ADDED":
                added.add(name)
            if frame["type"] == "DELETED":
                assert name in added
                assert frame["object"]["status"]["phase"] != "Pending"
                deleted.add(name)


async def test_it_says_in_log_lines_what_goes_on(
    apiserver: Apiserver, caller: Caller, clock: FakeClock
) -> None:
    pods = (await caller.ask("/api/v1/namespaces/identity/pods")).document["items"]
    pod = next(item for item in pods if item["status"]["phase"] == "Running")
    path = f"/api/v1/namespaces/identity/pods/{pod['metadata']['name']}/log"
    container = pod["spec"]["containers"][0]["name"]
    asked = f"{path}?container={container}"

    tail = (await caller.ask(f"{asked}&tailLines=5")).document.splitlines()
    assert len(tail) == 5
    assert (await caller.ask(f"{asked}&tailLines=5")).document.splitlines() == tail
    stamped = (await caller.ask(f"{asked}&tailLines=5&timestamps=true")).document.splitlines()
    assert [line.partition(" ")[2] for line in stamped] == tail
    assert len((await caller.ask(f"{asked}&limitBytes=10")).document) == 10

    async with caller._session.get(f"{asked}&follow=true&tailLines=1") as response:
        assert (await response.content.readline()).decode().rstrip() == tail[-1]
        for _ in range(6):
            await _until(clock, caller)
            await clock.advance(1)
        assert await asyncio.wait_for(response.content.readline(), 10)


async def test_a_container_that_crashed_has_last_words(caller: Caller) -> None:
    pods = (await caller.ask("/api/v1/namespaces/search/pods")).document["items"]
    crashed = next(
        pod
        for pod in pods
        for status in pod["status"].get("containerStatuses", ())
        if status["lastState"].get("terminated", {}).get("reason") == "Error"
    )
    sick = next(
        status["name"]
        for status in crashed["status"]["containerStatuses"]
        if status["lastState"].get("terminated")
    )
    path = f"/api/v1/namespaces/search/pods/{crashed['metadata']['name']}/log?container={sick}"

    said = await caller.ask(f"{path}&previous=true")
    assert said.document.splitlines()[-1] == 'level=error msg="fatal: cannot continue" exit=1'


async def test_a_fault_is_played_once_and_then_the_truth(
    apiserver: Apiserver, caller: Caller, world: World, clock: FakeClock
) -> None:
    apiserver.faults.add(
        Fault("pods.v1", after=2, chunks=(b'{"type":"ADDED","object":{"ki',), end=End.CUT),
        Fault("pods.v1", chunks=(b"not JSON\n",)),
        Fault("pods.v1", verb="list", chunks=(b"<html>",), status=502),
    )
    asked = f"{STREAM}&sendInitialEvents=true&resourceVersionMatch=NotOlderThan"
    with pytest.raises(aiohttp.ClientPayloadError):
        await caller.watch(asked)
    async with caller._session.get(asked) as response:
        assert await response.read() == b"not JSON\n"
    bad = await caller.ask(PODS)

    assert (bad.status, bad.document) == (502, "<html>")
    assert (await caller.ask(PODS)).status == 200


async def test_a_silent_fault_keeps_the_stream_open(apiserver: Apiserver, caller: Caller) -> None:
    apiserver.faults.add(Fault("pods.v1", end=End.SILENT))
    async with caller._session.get(f"{STREAM}&timeoutSeconds=1") as response:
        assert await Stream(response).is_silent()


async def test_nothing_can_be_written(caller: Caller) -> None:
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        for path in (PODS, "/api/v1/namespaces/default/pods/p", "/apis/apps/v1/deployments"):
            said = await caller.ask(path, method=method, body={})
            assert (said.status, said.document["reason"]) == (403, "Forbidden")


async def _until(clock: FakeClock, caller: Caller) -> None:
    """Wait until somebody sleeps on the clock, for requests come over a real socket."""
    async with asyncio.timeout(10):
        while not clock.sleepers:
            await caller.ask("/livez")


def _labels(pod: Any) -> Any:
    return pod["metadata"].get("labels", {})


def _app(pod: Any) -> Any:
    return _labels(pod).get("app.kubernetes.io/name")
