"""The protocol can be kept by a plain class, as mypy and this test agree."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest

from dashboard.api.listerwatcher import ListerWatcher, Page
from dashboard.api.listoptions import ListOptions
from dashboard.api.resourceversion import ResourceVersion
from dashboard.api.watchevent import EventType, WatchEvent
from dashboard.errors import Expired


class Scripted:
    """One object listed, one event, then the window is gone."""

    is_watchable = True

    def __init__(self) -> None:
        self.is_open = False
        self.asked: list[ListOptions] = []

    async def list_page(self, options: ListOptions) -> Page[str]:
        self.asked.append(options)
        return Page(("a",), ResourceVersion("1"))

    @asynccontextmanager
    async def watch(
        self, options: ListOptions
    ) -> AsyncIterator[AsyncIterator[Sequence[WatchEvent[str]]]]:
        self.asked.append(options)
        self.is_open = True
        try:
            yield self._events()
        finally:
            self.is_open = False

    async def _events(self) -> AsyncIterator[Sequence[WatchEvent[str]]]:
        yield [WatchEvent(EventType.ADDED, ResourceVersion("2"), "b")]
        raise Expired(gvr="pods.v1", verb="watch")


async def test_the_caller_closes_the_stream_and_sees_errors_of_ours() -> None:
    server = Scripted()
    lister: ListerWatcher[str] = server
    seen: list[str | None] = []

    async def read() -> None:
        async with lister.watch(ListOptions(resource_version="1")) as events:
            async for batch in events:
                seen.extend(event.object for event in batch)

    with pytest.raises(Expired):
        await read()

    assert (await lister.list_page(ListOptions())).items == ("a",)
    assert not server.is_open
    assert server.asked == [ListOptions(resource_version="1"), ListOptions()]
