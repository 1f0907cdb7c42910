"""Container logs over TLS, as the API server asks a kubelet for them."""

from __future__ import annotations

import asyncio
import datetime as dt
import random
import ssl
from collections.abc import AsyncIterator, Iterator
from itertools import count
from pathlib import Path

from aiohttp import web

from tests.support.kubelet.keeper import Keeper

SPACING_S = 1.5
"""Seconds between two lines of a log."""
HISTORY = 400
"""Lines that a log holds before now."""
CANARY = "portolan-log-canary"
"""Stands in one line of every log, so a test can tell where log text went."""
REQUESTS = (
    "GET /healthz",
    "GET /v1/items",
    "POST /v1/items",
    "GET /v1/items/{}",
    "PUT /v1/items/{}",
)


def lines(
    pod: str, container: str, now: dt.datetime, *, previous: bool
) -> Iterator[tuple[dt.datetime, str]]:
    """Yield (time, line) for ever from HISTORY lines before `now`; the text depends on the names alone.

    The log of a previous container ends, in an error.
    """
    chance = random.Random(f"{pod}/{container}/{previous}")
    first = now - dt.timedelta(seconds=HISTORY * SPACING_S)
    yield first, f"level=info msg=starting container={container} canary={CANARY}"
    for number in count(1):
        moment = first + dt.timedelta(seconds=number * SPACING_S)
        if previous and number == HISTORY - 1:
            yield moment, 'level=error msg="fatal: cannot continue" exit=1'
            return
        request = chance.choice(REQUESTS).format(chance.randrange(10_000))
        took = chance.lognormvariate(2.2, 0.9)
        level, code = ("error", 503) if chance.random() < 0.03 else ("info", 200)
        color = f"\x1b[31m{level}\x1b[0m" if level == "error" and number % 2 else level
        yield moment, f'level={color} n={number} msg="{request}" status={code} ms={took:.1f}'


class LogServer:
    """GET /containerLogs/NAMESPACE/POD/CONTAINER for every pod of every scripted node.

    Follows kubelet's server.getContainerLogs: tailLines, follow, previous, timestamps,
    sinceSeconds, limitBytes. Only clients with a certificate of the cluster's authority are served.
    """

    def __init__(self, pki: Path, keeper: Keeper) -> None:
        self._keeper = keeper
        self._tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(pki / "ca.crt"))
        self._tls.verify_mode = ssl.CERT_REQUIRED
        self._tls.load_cert_chain(pki / "kubelet.crt", pki / "kubelet.key")

    async def start(self, port: int) -> web.AppRunner:
        """Serve on loopback; the caller cleans the returned runner up."""
        application = web.Application()
        application.router.add_get("/containerLogs/{namespace}/{pod}/{container}", self._answer)
        runner = web.AppRunner(application, access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port, ssl_context=self._tls).start()
        return runner

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        names = request.match_info
        previous = request.query.get("previous") == "true"
        restarts = self._keeper.restarts_of(names["namespace"], names["pod"], names["container"])
        if previous and not restarts:
            text = f"previous terminated container {names['container']!r} in pod {names['pod']!r} not found"
            raise web.HTTPBadRequest(text=text)
        response = web.StreamResponse(headers={"Content-Type": "text/plain"})
        await response.prepare(request)
        left = int(request.query.get("limitBytes", 2**62))
        try:
            async for line in self._chosen(request, previous=previous):
                data = line[:left]
                await response.write(data)
                left -= len(data)
                if left <= 0:
                    break
            await response.write_eof()
        except ConnectionError:
            # The reader went away; nobody is left to be told.
            pass
        return response

    async def _chosen(self, request: web.Request, *, previous: bool) -> AsyncIterator[bytes]:
        query = request.query
        now = dt.datetime.now(dt.UTC)
        endless = lines(
            request.match_info["pod"], request.match_info["container"], now, previous=previous
        )
        past = [next(endless) for _ in range(HISTORY)]
        if "sinceSeconds" in query:
            since = now - dt.timedelta(seconds=int(query["sinceSeconds"]))
            past = [line for line in past if line[0] >= since]
        if "tailLines" in query:
            wanted = int(query["tailLines"])
            past = past[-wanted:] if wanted else []
        stamped = query.get("timestamps") == "true"
        for line in past:
            yield _encode(line, stamped=stamped)
        if query.get("follow") != "true" or previous:
            return
        for line in endless:
            await asyncio.sleep(max(0.0, (line[0] - dt.datetime.now(dt.UTC)).total_seconds()))
            yield _encode(line, stamped=stamped)


def _encode(line: tuple[dt.datetime, str], *, stamped: bool) -> bytes:
    moment = line[0].strftime("%Y-%m-%dT%H:%M:%S.%f000Z ") if stamped else ""
    return f"{moment}{line[1]}\n".encode()
