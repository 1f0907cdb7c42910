"""The door of the WebSocket: same origin first, then the cookie, then the socket."""

from dataclasses import replace
from typing import Any

import pytest
from asgiref.testing import ApplicationCommunicator
from django.conf import settings
from prometheus_client import REGISTRY
from pytest_django import Settings

from dashboard.api.viewer import Introduction
from dashboard.errors import TokenRefused
from portal.accounts import door, tokens
from portal.accounts.socket import CLOSE_FOREIGN_ORIGIN, CLOSE_UNAUTHENTICATED
from portal.asgi import application
from tests.support.caller import HOST, Caller

pytestmark = pytest.mark.django_db(transaction=True)  # sessions are written by another thread

ORIGIN = f"http://{HOST}"


@pytest.fixture
async def cookie() -> str:
    """What a browser that was let in sends along, from whatever page."""
    client = Caller()
    await client.get("/learn/", {door.PARAMETER: door.secret()})
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


def socket(cookie: str, *, origin: str | None = ORIGIN, host: str = HOST, bearer: str = "") -> Any:
    """Return a conversation with the whole application, which asgiref does not type."""
    headers = [(b"host", host.encode())]
    if origin is not None:
        headers.append((b"origin", origin.encode()))
    if bearer:
        headers.append((b"authorization", f"Bearer {bearer}".encode()))
    if cookie:
        headers.append((b"cookie", cookie.encode()))
    scope = {
        "type": "websocket",
        "path": "/ws",
        "query_string": b"",
        "headers": headers,
        "subprotocols": ["portolan.v1"],
    }
    return ApplicationCommunicator(application, scope)  # type: ignore[no-untyped-call]


async def opened(conversation: Any) -> int | None:
    """Return None when the socket was accepted, else the code that it was closed with."""
    await conversation.send_input({"type": "websocket.connect"})
    answer = await conversation.receive_output(5)
    return None if answer["type"] == "websocket.accept" else int(answer["code"])


async def leave(conversation: Any) -> None:
    await conversation.send_input({"type": "websocket.disconnect", "code": 1000})
    await conversation.wait(5)


@pytest.mark.parametrize(
    "origin",
    [
        "http://evil.example",
        "http://127.0.0.1.evil.example:8000",
        "http://evil.example@127.0.0.1:8000",
        "http://127.0.0.1:8001",
        "http://127.0.0.1",
        "http://localhost:8000",
        "chrome-extension://127.0.0.1:8000",
        "file://",
        "http://[",
        "null",
        "",
        None,
    ],
)
async def test_another_origin_is_refused_even_with_the_cookie(
    cookie: str, origin: str | None
) -> None:
    assert await opened(socket(cookie, origin=origin)) == CLOSE_FOREIGN_ORIGIN == 4403


@pytest.mark.parametrize("host", ["evil.example:8000", "169.254.1.1:8000", ""])
async def test_a_name_that_only_resolves_to_us_is_refused(cookie: str, host: str) -> None:
    asked = socket(cookie, host=host, origin=f"http://{host}")

    assert await opened(asked) == CLOSE_FOREIGN_ORIGIN


async def test_the_same_origin_without_a_cookie_is_not_let_in() -> None:
    assert await opened(socket("")) == CLOSE_UNAUTHENTICATED == 4401


async def test_a_cookie_that_is_no_session_is_not_let_in() -> None:
    forged = f"{settings.SESSION_COOKIE_NAME}=0123456789abcdef0123456789abcdef"

    assert await opened(socket(forged)) == CLOSE_UNAUTHENTICATED


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        (HOST, ORIGIN),
        ("localhost:8000", "http://localhost:8000"),
        ("[::1]:8000", "http://[::1]:8000"),
        ("LocalHost:8000", "http://localhost:8000"),
    ],
)
async def test_the_same_origin_with_the_cookie_is_accepted(
    cookie: str, host: str, origin: str
) -> None:
    asked = socket(cookie, host=host, origin=origin)

    assert await opened(asked) is None
    await leave(asked)


async def test_https_on_the_same_host_and_port_is_a_proxy_in_front_of_us(cookie: str) -> None:
    asked = socket(cookie, origin=f"https://{HOST}")

    assert await opened(asked) is None
    await leave(asked)


async def test_sockets_and_frames_are_counted(cookie: str) -> None:
    def value(name: str) -> float:
        return REGISTRY.get_sample_value(name) or 0.0

    before, sent = value("portolan_open_sockets"), value("portolan_frames_sent_total")
    refused = socket("")
    await opened(refused)
    asked = socket(cookie)
    await opened(asked)
    assert value("portolan_open_sockets") == before + 1

    await asked.send_input({"type": "websocket.receive", "text": "no frame"})
    await asked.receive_output(5)
    assert value("portolan_frames_sent_total") == sent + 1

    await leave(asked)
    assert value("portolan_open_sockets") == before


async def test_a_header_opens_the_socket_for_what_its_token_opens(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def introduce(cluster: str, token: str) -> Introduction:
        if token == "good":
            return Introduction(cluster or "first", user="maya")
        return Introduction(cluster, trouble=TokenRefused(cluster=cluster))

    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, auth="token")
    monkeypatch.setattr(tokens, "introduce", introduce)

    assert await opened(socket("")) == CLOSE_UNAUTHENTICATED
    assert await opened(socket("", bearer="wrong")) == CLOSE_UNAUTHENTICATED
    foreign = socket("", bearer="good", origin="http://evil.example")
    assert await opened(foreign) == CLOSE_FOREIGN_ORIGIN
    asked = socket("", bearer="good")
    assert await opened(asked) is None
    await leave(asked)


async def test_a_header_opens_nothing_where_tokens_are_not_asked_for() -> None:
    assert await opened(socket("", bearer="good")) == CLOSE_UNAUTHENTICATED
