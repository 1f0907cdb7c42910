"""A small HTTP server that answers as a test says, and remembers what it was asked."""

import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import yaml
from aiohttp import web

Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]


class Recorder:
    """Every request that arrived: method, path and headers."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, str]] = []
        self.headers: list[dict[str, str]] = []
        self.server = ""


@asynccontextmanager
async def serve(handler: Handler, tls: ssl.SSLContext | None = None) -> AsyncIterator[Recorder]:
    """Serve on a free loopback port until left."""
    recorder = Recorder()

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        recorder.requests.append((request.method, request.path_qs))
        recorder.headers.append(dict(request.headers))
        return await handler(request)

    runner = web.ServerRunner(
        web.Server(answer, handler_cancellation=True, access_log=None), shutdown_timeout=0.1
    )
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls)
    await site.start()
    host, port = runner.addresses[0][:2]
    recorder.server = f"{'https' if tls else 'http'}://{host}:{port}"
    try:
        yield recorder
    finally:
        await runner.cleanup()


def kubeconfig(
    folder: Path,
    server: str,
    *,
    name: str = "test",
    user: dict[str, object] | None = None,
    authority: Path | None = None,
) -> Path:
    """Write a kubeconfig for `server` and return its path; `user` is the user's section."""
    cluster = {"server": server} | ({"certificate-authority": str(authority)} if authority else {})
    path = folder / f"{name}.kubeconfig"
    document = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": name,
        "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
        "clusters": [{"name": name, "cluster": cluster}],
        "users": [{"name": name, "user": user or {"token": "t"}}],
    }
    path.write_text(yaml.safe_dump(document), encoding="utf-8")
    return path
