"""Every hot kind of a real server, read as protobuf to the end and never as its Table."""

from collections.abc import AsyncIterator

import pytest

from dashboard.api.gvr import GVR
from dashboard.api.listoptions import ListOptions, ResourceVersionMatch
from dashboard.api.names import NO_NAMESPACE
from dashboard.api.table import Row
from dashboard.cache.clock import SystemClock
from dashboard.client import config
from dashboard.client.discovery import discover
from dashboard.client.hotresource import Encoding, HotResource
from dashboard.client.transport import Transport
from dashboard.errors import UnprocessableWatchList
from dashboard.rows.printer import PRINTERS
from tests.cluster.fixtures import Cluster

pytestmark = pytest.mark.cluster


@pytest.fixture
async def transport(any_cluster: Cluster) -> AsyncIterator[Transport]:
    found = config.find(
        any_cluster.kubeconfig.parent, {"KUBECONFIG": str(any_cluster.user("admin"))}
    )
    made = Transport("test", await config.load(found.found[0]))
    yield made
    await made.aclose()


@pytest.mark.parametrize("gvr", PRINTERS, ids=str)
async def test_a_hot_kind_is_listed_and_watched_as_protobuf(
    transport: Transport, any_cluster: Cluster, gvr: GVR
) -> None:
    resource = (await discover(transport)).resources.get(gvr)
    source = HotResource(
        transport, resource, NO_NAMESPACE, SystemClock(), version=any_cluster.version
    )

    listed: dict[str, Row] = {}
    token = ""
    while True:
        page = await source.list_page(ListOptions(limit=50, continue_=token))
        assert len(page.bodies) == len(page.items)
        listed |= {row.uid: row for row in page.items}
        token = page.continue_token
        if not token:
            break
    compared = source.compared
    try:
        streamed = await initial(source)
    except UnprocessableWatchList:
        # Older than 1.27: what is streamed there is what changes.
        streamed = {row.uid: row for row in (await source.list_page(ListOptions())).items}

    # What has not changed between the two is told in the same words.
    same = [uid for uid, row in listed.items() if streamed.get(uid) == row]
    changed = [
        uid
        for uid, row in listed.items()
        if uid in streamed and streamed[uid].resource_version == row.resource_version
    ]
    assert same == changed
    assert len(listed) > 0
    assert source.columns
    assert source.encoding is Encoding.PROTOBUF
    assert source.unreadable == 0
    # Leases are renewed all the time; everything else stands still long enough.
    assert compared > 0 or gvr.resource == "leases"


async def initial(source: HotResource) -> dict[str, Row]:
    """Return the present state as a stream tells it."""
    options = ListOptions(
        send_initial_events=True,
        resource_version_match=ResourceVersionMatch.NOT_OLDER_THAN,
        allow_watch_bookmarks=True,
        timeout_seconds=30,
    )
    found: dict[str, Row] = {}
    async with source.watch(options) as stream:
        async for batch in stream:
            for event in batch:
                if event.is_initial_events_end:
                    return found
                if event.object is not None:
                    assert event.body
                    found[event.object.uid] = event.object
    raise AssertionError("the initial events did not end")
