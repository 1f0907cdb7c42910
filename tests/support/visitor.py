"""A visitor of the whole application in this process, on a real cluster."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
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

    async def sign_in(self, token: str, cluster: str = "") -> Any:
        """Come in with a token, where PORTOLAN_AUTH=token asks for one; return the answer."""
        return await self.client.post("/-/sign-in", {"token": token, "cluster": cluster})

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

    async def closed(self, timeout_s: float) -> int:
        """Return the code that the socket is closed with; frames before it are passed over."""
        while True:
            answer = await self._communicator.receive_output(timeout_s)
            if answer["type"] == "websocket.close":
                return int(answer.get("code", 1000))

    async def close(self) -> None:
        """Leave, and wait until the application has let go."""
        await self._communicator.send_input({"type": "websocket.disconnect", "code": 1000})
        await self._communicator.wait(5)


@asynccontextmanager
async def visiting(kubeconfig: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Visitor]:
    """Run the application's clusters for `kubeconfig`, and yield a visitor who was let in."""
    async with running(kubeconfig, monkeypatch):
        visitor = Visitor()
        await visitor.enter()
        yield visitor


@asynccontextmanager
async def running(kubeconfig: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    """Run the application's clusters for `kubeconfig`."""
    monkeypatch.setenv("KUBECONFIG", str(kubeconfig))
    await clusters.start(Path(settings.ENVIRONMENT.data), ())
    try:
        yield
    finally:
        await clusters.stop()


@asynccontextmanager
async def receiving(
    kubeconfig: Path, tokens: Mapping[str, str], monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[dict[str, Visitor]]:
    """Run the site as PORTOLAN_AUTH=token, and yield a visitor for each of `tokens`, signed in."""
    monkeypatch.setattr(settings, "ENVIRONMENT", replace(settings.ENVIRONMENT, auth="token"))
    async with running(kubeconfig, monkeypatch):
        people = {name: Visitor() for name in tokens}
        for name, visitor in people.items():
            assert (await visitor.sign_in(tokens[name])).status_code == 302
        yield people
