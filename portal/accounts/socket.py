"""The same door for WebSockets: same origin, and a credential, before anything is accepted.

Browsers send cookies along from any page and let it open a socket to any host, so the Origin must
name the very host and port that the request went to, and that host must be one of ours: else a
stranger's name that resolves to loopback would be both. The scheme is not compared: one port speaks
one protocol, so a page from https on this host and port came through a proxy that ends TLS in front
of this server. A refusal comes before the handshake, so browsers see HTTP 403 and never the code.
"""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.conf import settings
from django.http.request import split_domain_port, validate_host

from dashboard.api.credential import Credential, TokenCredential
from portal.accounts import door, tokens
from portal.accounts.middleware import bearer
from portal.metrics import FRAMES_SENT, OPEN_SOCKETS

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

CLOSE_UNAUTHENTICATED = 4401
CLOSE_FOREIGN_ORIGIN = 4403


class DoorSocket:
    """Puts `scope["credential"]` on a socket that may open, and counts it and what it is sent."""

    def __init__(self, application: Application) -> None:
        """Wrap `application`, which sees only sockets that passed."""
        self.application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the socket on, or close it with 4401 or 4403."""
        if not _is_same_origin(scope):
            await _refuse(receive, send, CLOSE_FOREIGN_ORIGIN)
            return
        credential = await _credential(scope)
        if credential is None:
            await _refuse(receive, send, CLOSE_UNAUTHENTICATED)
            return

        async def send_counted(message: Message) -> None:
            await send(message)
            if message["type"] == "websocket.send":
                FRAMES_SENT.inc()

        async def recheck() -> Credential | None:
            """Return what the visitor may act with by now, None after they have left."""
            return await _credential({**scope, "session": door.reopened(scope.get("session"))})

        inner = {**scope, "credential": credential, "recheck": recheck}
        with OPEN_SOCKETS.track_inprogress():
            await self.application(inner, receive, send_counted)


async def _credential(scope: Scope) -> Credential | None:
    """Return what a socket brings: a bearer token that its cluster knows, else the session's."""
    header = _headers(scope).get(b"authorization", "")
    token = bearer(header) if settings.ENVIRONMENT.auth == "token" else None
    if token is None:
        return await door.credential(scope.get("session"))
    query = parse_qs(scope.get("query_string", b"").decode("latin-1"))
    found = await tokens.introduce(query.get("cluster", [""])[0], token)
    return TokenCredential({found.cluster: token}) if found.trouble is None else None


def _headers(scope: Scope) -> dict[bytes, str]:
    return {name.lower(): value.decode("latin-1") for name, value in scope.get("headers", [])}


def _is_same_origin(scope: Scope) -> bool:
    """Whether the page that asks came from this host and port, under a name that is ours."""
    headers = _headers(scope)
    host = headers.get(b"host", "").lower()
    try:
        origin = urlsplit(headers.get(b"origin", "").lower())
    except ValueError:  # such as "http://[": no browser sends it
        return False
    if origin.scheme not in {"http", "https"} or origin.netloc != host:
        return False
    name, _ = split_domain_port(host)
    return bool(name) and validate_host(name, settings.ALLOWED_HOSTS)


async def _refuse(receive: Receive, send: Send, code: int) -> None:
    await receive()  # websocket.connect
    await send({"type": "websocket.close", "code": code})
