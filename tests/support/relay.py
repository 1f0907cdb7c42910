"""A plain HTTP front of a real API server that writes down every request, streams included."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
from aiohttp import web

from dashboard.client.pool import GOODBYE_S
from tests.support.apiserver import Recorder, kubeconfig, serve

HOP = frozenset({"host", "connection", "transfer-encoding", "content-length", "content-encoding"})
"""Headers of one hop (RFC 9110, 7.6.1), and those that aiohttp writes by itself."""


@asynccontextmanager
async def relay(
    server: str, folder: Path, *, name: str, token: str
) -> AsyncIterator[tuple[Path, Recorder]]:
    """Yield a kubeconfig whose context `name` goes through the front to `server`, and the record.

    Who asks is said by each request's own header; the certificate is taken as it comes: what is on
    trial is what was asked, not TLS.
    """
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    connector = aiohttp.TCPConnector(ssl=context, limit=0)
    timeout = aiohttp.ClientTimeout(total=None)
    async with aiohttp.ClientSession(
        connector=connector, timeout=timeout, auto_decompress=False
    ) as session:

        async def forward(request: web.BaseRequest) -> web.StreamResponse:
            headers = {
                key: value for key, value in request.headers.items() if key.lower() not in HOP
            }
            body = await request.read()
            async with session.request(
                request.method, f"{server}{request.raw_path}", headers=headers, data=body or None
            ) as upstream:
                answer = web.StreamResponse(
                    status=upstream.status,
                    headers={
                        key: value
                        for key, value in upstream.headers.items()
                        if key.lower() not in HOP or key.lower() == "content-encoding"
                    },
                )
                await answer.prepare(request)
                async for chunk in upstream.content.iter_any():
                    await answer.write(chunk)
                return answer

        async with serve(forward) as recorder:
            yield kubeconfig(folder, recorder.server, name=name, user={"token": token}), recorder
    await asyncio.sleep(GOODBYE_S)
