"""The same door for WebSockets: same origin, and a credential, before anything is accepted."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import urlsplit

from portal.accounts import door

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

CLOSE_UNAUTHENTICATED = 4401
CLOSE_FOREIGN_ORIGIN = 4403


class DoorSocket:
    """Puts `scope["credential"]` on a socket that may open; refuses the others before accepting.

    Browsers send cookies along from any page, so the Origin must be this very host and port.
    """

    def __init__(self, application: Application) -> None:
        """Wrap `application`, which sees only sockets that passed."""
        self.application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the socket on, or close it with 4401 or 4403."""
        headers = {name.lower(): value for name, value in scope.get("headers", [])}
        origin = urlsplit(headers.get(b"origin", b"").decode("latin-1"))
        if not origin.netloc or origin.netloc.encode("latin-1") != headers.get(b"host", b""):
            await _refuse(receive, send, CLOSE_FOREIGN_ORIGIN)
            return
        credential = await door.credential(scope.get("session"))
        if credential is None:
            await _refuse(receive, send, CLOSE_UNAUTHENTICATED)
            return
        await self.application({**scope, "credential": credential}, receive, send)


async def _refuse(receive: Receive, send: Send, code: int) -> None:
    await receive()  # websocket.connect
    await send({"type": "websocket.close", "code": code})
