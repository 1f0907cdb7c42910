"""A visitor of the whole application in this process, on a real cluster."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from asgiref.testing import ApplicationCommunicator
from django.conf import settings

from dashboard import clusters
from portal.accounts import door
from portal.asgi import application
from tests.support.caller import Caller

ORIGIN = "http://127.0.0.1:8000"


class Visitor:
    """Opens pages and sockets; let in by the printed link unless told otherwise."""

    def __init__(self) -> None:
        self.client = Caller()

    async def enter(self) -> None:
        """Come in through the link."""
        answer = await self.client.get("/learn/", {door.PARAMETER: door.secret()})
        assert answer.status_code == 302
        assert answer["Location"] == "/learn/"

    async def get(self, path: str, **query: str) -> Any:
        """Return the answer to a GET."""
        return await self.client.get(path, query)

    async def data(self, path: str, **query: str) -> Any:
        """Return a view as data."""
        answer = await self.get(path, format="json", **query)
        if answer.streaming:
            return json.loads(b"".join([chunk async for chunk in answer.streaming_content]))
        return json.loads(answer.content)

    def socket(self, origin: str = ORIGIN, *, with_cookie: bool = True) -> "Socket":
        """Return a socket that is not connected yet, with the cookies that a browser would send."""
        cookies = "; ".join(
            f"{name}={morsel.value}" for name, morsel in self.client.cookies.items()
        )
        headers = [(b"origin", origin.encode()), (b"host", b"127.0.0.1:8000")]
        if with_cookie:
            headers.append((b"cookie", cookies.encode()))
        return Socket(headers)


class Socket:
    """One WebSocket of the application, message by message."""

    def __init__(self, headers: list[tuple[bytes, bytes]]) -> None:
        scope = {
            "type": "websocket",
            "path": "/ws",
            "query_string": b"",
            "headers": headers,
            "subprotocols": ["portolan.v1"],
        }
        # asgiref types none of it.
        self._communicator: Any = ApplicationCommunicator(application, scope)  # type: ignore[no-untyped-call]

    async def connect(self) -> int | None:
        """Open it; return None when it was accepted, else the code that it was closed with."""
        await self._communicator.send_input({"type": "websocket.connect"})
        answer = await self._communicator.receive_output(5)
        return None if answer["type"] == "websocket.accept" else int(answer.get("code", 1000))

    async def say(self, frame: object) -> None:
        """Send one frame: an object as JSON, or text as it is."""
        text = frame if isinstance(frame, str) else json.dumps(frame)
        await self._communicator.send_input({"type": "websocket.receive", "text": text})

    async def hear(self, timeout_s: float = 10) -> Any:
        """Return the next frame."""
        answer = await self._communicator.receive_output(timeout_s)
        assert answer["type"] == "websocket.send", answer
        return json.loads(answer["text"])

    async def close(self) -> None:
        """Leave, and wait until the application has let go."""
        await self._communicator.send_input({"type": "websocket.disconnect", "code": 1000})
        await self._communicator.wait(5)


@asynccontextmanager
async def visiting(kubeconfig: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Visitor]:
    """Run the application's clusters for `kubeconfig`, and yield a visitor who was let in."""
    monkeypatch.setenv("KUBECONFIG", str(kubeconfig))
    await clusters.start(Path(settings.ENVIRONMENT.data), ())
    visitor = Visitor()
    await visitor.enter()
    try:
        yield visitor
    finally:
        await clusters.stop()
