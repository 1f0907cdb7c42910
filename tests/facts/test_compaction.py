"""What is left of the past, and how streams end: M5, M6, M8, M13."""

from __future__ import annotations

import asyncio

import pytest

from tests.cluster.fixtures import OLD_VERSION
from tests.facts.compaction import OBJECTS, PATIENCE_S, Ordeal, versions
from tests.facts.conftest import VERSIONS, Observations

pytestmark = [pytest.mark.cluster, pytest.mark.parametrize("version", VERSIONS)]

READY_WITHIN_S = 20.0


@pytest.fixture
async def ordeal(observations: Observations, version: str) -> Ordeal:
    return await asyncio.wrap_future(observations.ordeal[version])


async def test_m6_a_compaction_alone_expires_no_watch(ordeal: Ordeal) -> None:
    """The API server's own cache still has what etcd has forgotten."""
    assert ordeal.watched_compacted is not None
    assert ordeal.watched_compacted["type"] == "DELETED"


async def test_m5_a_version_that_is_too_old_is_told_inside_the_stream(ordeal: Ordeal) -> None:
    """The answer is 200; what HTTP would say with 410 is the first event, and the last."""
    event, after = ordeal.watched_cold

    assert event is not None
    assert event["type"] == "ERROR"
    assert (event["object"]["code"], event["object"]["reason"]) == (410, "Expired")
    assert after is None


async def test_m6_a_restart_alone_expires_a_watch(ordeal: Ordeal) -> None:
    """The cache of the new process begins at its own first list, whatever etcd still has."""
    assert ordeal.watched_restarted is not None
    assert ordeal.watched_restarted["type"] == "ERROR"
    assert ordeal.watched_restarted["object"]["code"] == 410


async def test_m8_a_server_that_is_killed_ends_its_streams_in_mid_air(ordeal: Ordeal) -> None:
    assert ordeal.killed_with == "ClientPayloadError"
    assert ordeal.ready_after_kill_s < READY_WITHIN_S


async def test_m8_a_server_that_is_told_to_end_keeps_its_streams_a_while(
    ordeal: Ordeal, version: str
) -> None:
    """For as long as --request-timeout, which is a minute where nothing is said and less here.

    Then 1.36 ends them cleanly, and 1.24 as if it had been killed.
    """
    assert ordeal.ended_with == ("ClientPayloadError" if version == OLD_VERSION else "")
    assert PATIENCE_S - 2 < ordeal.ended_after_s < PATIENCE_S + 10
    assert ordeal.ready_after_end_s < READY_WITHIN_S


async def test_m13_an_exact_list_is_the_past_as_it_was(ordeal: Ordeal) -> None:
    assert len(ordeal.snapshot) == OBJECTS
    assert ordeal.exact.status == 200
    assert versions(ordeal.exact) == ordeal.snapshot


async def test_m13_pages_of_one_list_are_one_moment(ordeal: Ordeal) -> None:
    first, second = ordeal.pages
    held = versions(first) | versions(second)

    assert len(held) == 4
    assert held.items() <= ordeal.snapshot.items()
    assert first.resource_version == second.resource_version


async def test_m13_the_past_after_a_compaction(ordeal: Ordeal, version: str) -> None:
    """1.36 answers from snapshots of its cache (KEP-4988); 1.24 asks etcd, which has forgotten."""
    expected = 410 if version == OLD_VERSION else 200
    assert ordeal.exact_compacted.status == expected
    assert ordeal.continued_compacted.status == expected


async def test_m13_the_past_after_a_compaction_and_a_restart_is_gone(ordeal: Ordeal) -> None:
    for answer in (ordeal.exact_cold, ordeal.continued_cold):
        assert answer.status == 410
        assert answer.json["reason"] == "Expired"
