"""What the process does once, before the first request and after the last."""

import gc
from collections.abc import AsyncIterator, MutableMapping
from typing import Any

import pytest

from dashboard import clusters
from portal.asgi import with_lifespan


@pytest.fixture(autouse=True)
async def thawed() -> AsyncIterator[None]:
    yield
    gc.unfreeze()


async def test_what_is_loaded_at_start_is_never_collected_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    done: list[str] = []

    async def start(*_arguments: object) -> None:
        done.append("start")

    async def stop() -> None:
        done.append("stop")

    async def receive() -> MutableMapping[str, Any]:
        return {}

    async def send(message: MutableMapping[str, Any]) -> None:
        done.append(message["type"])

    async def nothing(*_arguments: object) -> None:
        """No request comes."""

    monkeypatch.setattr(clusters, "start", start)
    monkeypatch.setattr(clusters, "stop", stop)
    await with_lifespan(nothing)({"type": "lifespan"}, receive, send)

    assert gc.get_freeze_count() > 10_000
    assert done == ["start", "lifespan.startup.complete", "stop", "lifespan.shutdown.complete"]
