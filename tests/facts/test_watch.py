"""What a watch tells and what it leaves unsaid: M4, M7."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from tests.cluster import binaries
from tests.cluster.fixtures import OLD_VERSION, StartCluster
from tests.facts.conftest import VERSIONS, Observations
from tests.facts.patience import WRITES
from tests.facts.server import Json, Server, open_server

pytestmark = pytest.mark.cluster

END_MARK = "k8s.io/initial-events-end"
INITIAL = {"sendInitialEvents": "true", "allowWatchBookmarks": "true"}
MARKED = {**INITIAL, "resourceVersionMatch": "NotOlderThan"}


def types(events: Sequence[Json]) -> list[str]:
    return [event["type"] for event in events]


def is_end_mark(event: Json) -> bool:
    notes = event["object"]["metadata"].get("annotations") or {}
    return event["type"] == "BOOKMARK" and notes.get(END_MARK) == "true"


@pytest.mark.parametrize("version", VERSIONS)
async def test_m4_a_watch_from_the_future_is_silent_for_ever(
    observations: Observations, version: str
) -> None:
    """It was followed for 75 s, longer than the minute after which a healthy one has its bookmark."""
    seen = await asyncio.wrap_future(observations.silence[version])

    assert seen.future_status == 200
    assert seen.future == []
    assert types(seen.healthy) == ["ADDED"] * WRITES + ["BOOKMARK"]


async def test_m4_a_watch_of_what_nobody_writes_is_as_silent(observations: Observations) -> None:
    """A bookmark's version is the kind's own, and none is sent that is no newer than the watch's.

    Only etcd's progress reports move it: every ten minutes where nothing is said. 1.36 asks for them
    when somebody lists, so it may or may not be silent. Silence is a reason to ask, never a proof.
    """
    seen = await asyncio.wrap_future(observations.silence[OLD_VERSION])

    assert seen.untouched == []


@pytest.mark.parametrize("version", VERSIONS)
async def test_m4_a_list_from_the_future_is_refused_after_three_seconds(
    observations: Observations, version: str
) -> None:
    seen = await asyncio.wrap_future(observations.silence[version])

    assert seen.listed.status == 504
    causes = [cause["reason"] for cause in seen.listed.json["details"]["causes"]]
    assert causes == ["ResourceVersionTooLarge"]
    assert 2.5 < seen.listed_after_s < 10


async def test_m7_initial_events_that_are_asked_for_fully_come_with_their_end_or_not_at_all(
    server: Server,
) -> None:
    """1.24 knows no resourceVersionMatch on a watch and says so with 422."""
    space = await server.namespace("facts-m7")
    await server.admin.post(f"{space}/configmaps", {"metadata": {"name": "one"}})

    async with server.admin.watch(f"{space}/configmaps", **MARKED) as stream:
        if server.is_old:
            assert stream.status == 422
            return
        assert stream.status == 200
        first, end = await stream.event(), await stream.event()

    assert first is not None
    assert first["object"]["metadata"]["name"] == "one"
    assert end is not None
    assert is_end_mark(end)


@pytest.mark.parametrize("version", VERSIONS)
async def test_m7_initial_events_without_a_match_are_refused_or_never_end(
    observations: Observations, version: str
) -> None:
    """1.24 does not know the parameter: a plain watch, whose bookmarks of 75 s carry no mark."""
    seen = await asyncio.wrap_future(observations.silence[version])

    if version != OLD_VERSION:
        assert seen.unmarked_status == 422
        return
    assert seen.unmarked_status == 200
    assert types(seen.unmarked) == ["ADDED"] * WRITES + ["BOOKMARK"]
    assert not any(is_end_mark(event) for event in seen.unmarked)


async def test_m7_an_etcd_that_reports_no_progress_is_told_of_inside_the_stream(
    start_cluster: StartCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Go: k8s.io/apiserver/pkg/storage/feature#defaultFeatureSupportChecker; etcd 3.5.12 lacks it."""
    etcd = binaries.obtain(binaries.OLD_ETCD)["etcd"]
    monkeypatch.setenv("KUBEBUILDER_ASSETS", str(etcd.parent))
    cluster = await asyncio.to_thread(start_cluster)
    async with (
        open_server(cluster) as server,
        server.admin.watch("/api/v1/configmaps", **MARKED) as stream,
    ):
        event = await stream.event()
        after = await stream.event()

    assert stream.status == 200
    assert event is not None
    assert (event["type"], event["object"]["code"]) == ("ERROR", 500)
    assert "RequestWatchProgress is disabled" in event["object"]["message"]
    assert after is None
