"""A table as data says with its status how far it can be trusted."""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest
from django.http import StreamingHttpResponse

from dashboard.access.question import Wanted
from dashboard.access.selection import Selection
from dashboard.api.gvr import GVR
from dashboard.api.scope import Scope
from dashboard.cache.sharedinformer import SharedInformer
from dashboard.client.discovery import ApiResource
from dashboard.errors import ClusterError, Forbidden, Unreachable
from dashboard.views.listing import listing
from tests.support.clock import FakeClock, settle
from tests.support.listerwatcher import FakeApiserver

PODS = ApiResource(
    GVR("", "v1", "pods"), "Pod", "pod", ("po",), (), frozenset({"list", "watch"}), (),
    is_namespaced=True, is_preferred=True,
)  # fmt: skip


async def body(answer: StreamingHttpResponse) -> object:
    chunks: AsyncIterator[bytes] = answer.streaming_content  # type: ignore[assignment]
    return json.loads(b"".join([chunk async for chunk in chunks]))


@pytest.mark.parametrize(
    ("error", "status", "state", "has_rows"),
    [
        (Forbidden(gvr="pods.v1", verb="list"), 403, "denied", False),
        (Unreachable(cluster="test"), 503, "syncing", True),
        (None, 200, "live", True),
    ],
)
async def test_the_status_says_whether_the_rows_are_those_of_now(
    error: ClusterError | None, status: int, state: str, *, has_rows: bool
) -> None:
    apiserver = FakeApiserver()
    if error is not None:
        apiserver.list_errors.append(error)
    informer = SharedInformer(apiserver, clock=FakeClock())
    task = asyncio.create_task(informer.run())
    await settle()
    selection = Selection(PODS, Scope.everything(), frozenset(), [informer], "", ())
    await selection.build()

    answer = listing(Wanted("test", "pods.v1"), selection, 0, 100)
    found = await body(answer)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)

    assert isinstance(found, dict)
    assert (answer.status_code, found["state"], "rows" in found) == (status, state, has_rows)
