"""Read-only is what the transport is, and whatever goes wrong has a name of ours."""

import asyncio
import inspect
import ssl
from pathlib import Path

import pytest
from aiohttp import web

from dashboard.client import config
from dashboard.client import transport as transport_module
from dashboard.client.transport import Review, Transport
from dashboard.errors import (
    BadRequest,
    Forbidden,
    Retry,
    ServiceUnavailable,
    Silent,
    TlsFailed,
    TooManyRequests,
    Unauthorized,
    Unreachable,
    WatchClosed,
)
from tests.cluster.certificates import Authority
from tests.support.apiserver import Handler, kubeconfig, serve


async def transport(folder: Path, server: str, authority: Path | None = None) -> Transport:
    path = kubeconfig(folder, server, authority=authority)
    found = config.find(folder, {"KUBECONFIG": str(path)})
    return Transport("test", await config.load(found.found[0]))


async def ok(_request: web.BaseRequest) -> web.StreamResponse:
    return web.json_response({"ok": True})


def status(code: int, headers: dict[str, str] | None = None) -> Handler:
    async def answer(_request: web.BaseRequest) -> web.StreamResponse:
        return web.json_response(
            {"kind": "Status", "code": code, "message": "said"}, status=code, headers=headers
        )

    return answer


async def test_only_get_and_five_reviews_ever_leave(tmp_path: Path) -> None:
    async with serve(ok) as server:
        made = await transport(tmp_path, server.server)
        await made.get("/api/v1/pods", accept="application/json")
        for review in Review:
            await made.review(review, b"{}")
        async with made.stream(
            "/api/v1/pods", [("watch", "true")], accept="application/json"
        ) as body:
            async for _pieces in body:
                pass
        await made.aclose()

    assert {method for method, _path in server.requests} == {"GET", "POST"}
    posted = {path for method, path in server.requests if method == "POST"}
    assert posted == {review.value for review in Review}
    assert all(path.endswith("reviews") for path in posted)


def test_there_is_no_method_that_takes_a_verb() -> None:
    public = [
        name for name, _ in inspect.getmembers(Transport, callable) if not name.startswith("_")
    ]

    assert public == ["aclose", "get", "nobody", "review", "speaking", "stream"]


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/namespaces/a/pods/b/exec",
        "/api/v1/nodes/a/proxy/exec",
        "/api/v1/namespaces/a/services/b/proxy",
        "/api/v1/namespaces/../pods",
        "/api/v1/pods%2f..",
        "/api/v1/namespaces/a/pods/%2e%2e/b",
        "/api/v1/namespaces/a/pods/b%2Fexec",
        "/api/v1/namespaces/a/pods/b/%65xec",
        "/api/v1/namespaces/a/pods/b%252Fexec",
        "/api/v1/namespaces/a/pods/exec/exec",
        "/api/v1/proxy/nodes/a",
        "/api/v1/nodes//proxy",
        "/proxy",
    ],
)
async def test_a_path_that_reaches_into_something_never_leaves(tmp_path: Path, path: str) -> None:
    async with serve(ok) as server:
        made = await transport(tmp_path, server.server)
        with pytest.raises(BadRequest):
            await made.get(path, accept="application/json")
        await made.aclose()

    assert server.requests == []


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/namespaces/proxy/pods",
        "/api/v1/namespaces/a/pods/proxy",
        "/api/v1/namespaces/exec",
        "/apis/rbac.authorization.k8s.io/v1/clusterroles/system%3Anode",
        "/apis/rbac.authorization.k8s.io/v1/clusterroles/a%20%3Cb%3E%3F%23",
    ],
)
async def test_an_object_may_be_called_whatever_one_may_be_called(
    tmp_path: Path, path: str
) -> None:
    async with serve(ok) as server:
        made = await transport(tmp_path, server.server)
        await made.get(path, accept="application/json")
        await made.aclose()

    assert server.requests == [("GET", path)]


async def test_requests_carry_the_credential_and_our_own_name(tmp_path: Path) -> None:
    async with serve(ok) as server:
        made = await transport(tmp_path, server.server)
        await made.get("/version", accept="application/json")
        await made.aclose()

    assert server.headers[0]["Authorization"] == "Bearer t"
    assert server.headers[0]["User-Agent"] == "portolan"


@pytest.mark.parametrize(
    ("code", "error"),
    [(401, Unauthorized), (403, Forbidden), (503, ServiceUnavailable), (429, TooManyRequests)],
)
async def test_a_refusal_is_the_error_that_it_means(
    tmp_path: Path, code: int, error: type[Exception]
) -> None:
    async with serve(status(code, {"Retry-After": "3"})) as server:
        made = await transport(tmp_path, server.server)
        with pytest.raises(error) as caught:
            await made.get("/api/v1/pods", accept="application/json")
        await made.aclose()

    assert getattr(caught.value, "retry_after_s", None) == 3


async def test_a_redirect_is_not_followed(tmp_path: Path) -> None:
    async def redirect(_request: web.BaseRequest) -> web.StreamResponse:
        return web.Response(status=302, headers={"Location": "http://127.0.0.1:1/steal"})

    async with serve(redirect) as server:
        made = await transport(tmp_path, server.server)
        with pytest.raises(BadRequest):
            await made.get("/api/v1/pods", accept="application/json")
        await made.aclose()

    assert len(server.requests) == 1


async def test_a_server_that_is_away_is_unreachable(tmp_path: Path) -> None:
    made = await transport(tmp_path, "http://127.0.0.1:1")

    with pytest.raises(Unreachable):
        await made.get("/version", accept="application/json")
    await made.aclose()


async def test_a_server_that_speaks_no_tls_is_named_so(tmp_path: Path) -> None:
    async with serve(ok) as server:
        made = await transport(tmp_path, server.server.replace("http:", "https:"))
        with pytest.raises(TlsFailed):
            await made.get("/version", accept="application/json")
        await made.aclose()


async def test_an_authority_that_takes_the_place_of_another_is_trusted_at_once(
    tmp_path: Path,
) -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trusted = tmp_path / "trusted.crt"

    def show(authority: Authority) -> None:
        authority.issue("server", "server")
        tls.load_cert_chain(tmp_path / "server.crt", tmp_path / "server.key")

    async def once(_request: web.BaseRequest) -> web.StreamResponse:
        answer = web.json_response({})
        answer.force_close()
        return answer

    former, next_ = Authority(tmp_path, "former"), Authority(tmp_path, "next")
    trusted.write_bytes(former.certificate.read_bytes())
    show(former)
    async with serve(once, tls) as server:
        made = await transport(tmp_path, server.server, trusted)
        await made.get("/version", accept="application/json")
        show(next_)
        for text in (trusted.read_text(), "half a certif"):
            trusted.write_text(text)
            with pytest.raises(TlsFailed):
                await made.get("/version", accept="application/json")
        trusted.write_bytes(next_.certificate.read_bytes())
        await asyncio.gather(*(made.get("/version", accept="application/json") for _ in range(3)))
        show(former)
        with pytest.raises(TlsFailed):
            await made.get("/version", accept="application/json")
        await made.aclose()


async def test_a_connection_that_breaks_mid_stream_is_a_closed_watch(tmp_path: Path) -> None:
    async def cut(request: web.BaseRequest) -> web.StreamResponse:
        response = web.StreamResponse()
        response.enable_chunked_encoding()
        await response.prepare(request)
        await response.write(b'{"type":')
        assert request.transport is not None
        request.transport.abort()
        return response

    async with serve(cut) as server:
        made = await transport(tmp_path, server.server)
        async with made.stream("/api/v1/pods", [("watch", "true")], accept="x") as body:
            with pytest.raises(WatchClosed):
                [pieces async for pieces in body]
        await made.aclose()


async def test_leaving_a_stream_closes_it_at_once(tmp_path: Path) -> None:
    gone = asyncio.Event()

    async def endless(request: web.BaseRequest) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        try:
            await response.write(b"{}\n")
            await asyncio.Event().wait()
        finally:
            gone.set()
        return response

    async with serve(endless) as server:
        made = await transport(tmp_path, server.server)
        async with made.stream("/api/v1/pods", [("watch", "true")], accept="x") as body:
            assert await anext(body) == [b"{}\n"]
        await asyncio.wait_for(gone.wait(), 5)
        await made.aclose()


async def test_closing_ends_the_streams_that_are_open(tmp_path: Path) -> None:
    async def endless(request: web.BaseRequest) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b"{}\n")
        await asyncio.Event().wait()
        return response

    async with serve(endless) as server:
        made = await transport(tmp_path, server.server)
        async with made.stream("/api/v1/pods", [("watch", "true")], accept="x") as body:
            assert await anext(body) == [b"{}\n"]
            await made.aclose()
            with pytest.raises(WatchClosed):
                await anext(body)


async def test_a_stream_goes_by_the_proxy_that_the_environment_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with serve(ok) as proxy:
        monkeypatch.setenv("http_proxy", proxy.server)
        monkeypatch.setenv("no_proxy", "elsewhere.example")
        made = await transport(tmp_path, "http://cluster.example")
        async with made.stream("/api/v1/pods", [("watch", "true")], accept="x") as body:
            assert b"".join([piece async for pieces in body for piece in pieces]) == b'{"ok": true}'
        await made.aclose()

    assert len(proxy.requests) == 1  # and nobody is called cluster.example


async def test_a_stream_without_a_byte_is_silent_and_not_just_slow(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def quiet(request: web.BaseRequest) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        await asyncio.Event().wait()
        return response

    monkeypatch.setattr("dashboard.client.transport.INACTIVITY_LIMIT_S", 0.2)
    async with serve(quiet) as server:
        made = await transport(tmp_path, server.server)
        async with made.stream("/api/v1/pods", [("watch", "true")], accept="x") as body:
            with pytest.raises(Silent):
                await anext(body)
        await made.aclose()


async def test_a_namespace_may_be_called_like_a_way_in(tmp_path: Path) -> None:
    async with serve(ok) as server:
        made = await transport(tmp_path, server.server)
        await made.get("/api/v1/namespaces/proxy/pods", accept="application/json")
        await made.get("/apis/apps/v1/namespaces/exec/deployments", accept="application/json")
        for path in ("/api/v1/proxy/namespaces/a/pods/b", "/api/v1/namespaces/proxy/pods/b/proxy"):
            with pytest.raises(BadRequest):
                await made.get(path, accept="application/json")
        await made.aclose()

    assert len(server.requests) == 2


async def test_a_silent_stream_is_verified_by_a_list(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport_module, "INACTIVITY_LIMIT_S", 0.05)

    async def say_nothing(request: web.BaseRequest) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        await asyncio.Event().wait()
        return response

    async with serve(say_nothing) as server:
        made = await transport(tmp_path, server.server)
        async with made.stream("/api/v1/pods", [], accept="application/json") as body:
            with pytest.raises(Silent) as caught:
                await anext(body)
        await made.aclose()

    assert caught.value.retry is Retry.RELIST
