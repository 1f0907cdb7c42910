"""The same requests to the demo and to a real API server."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp

TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io"
METADATA = "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io"
JSON = "application/json"
AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"


@dataclass(frozen=True)
class Said:
    """An answer, whole; `document` is its JSON, or its text where it has none."""

    status: int
    headers: Mapping[str, str]
    document: Any

    @property
    def kind(self) -> str:
        """The Content-Type."""
        return self.headers.get("Content-Type", "")


class Caller:
    """One API server, as one user."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session

    async def ask(
        self,
        path: str,
        accept: str = JSON,
        *,
        method: str = "GET",
        body: object = None,
        acting_as: str = "",
    ) -> Said:
        """Return the answer to one request."""
        more = {"Impersonate-User": acting_as} if acting_as else {}
        async with self._session.request(
            method, path, headers={"Accept": accept, **more}, json=body
        ) as response:
            text = await response.text()
            try:
                document = json.loads(text)
            except ValueError:
                document = text
            return Said(response.status, response.headers, document)

    async def watch(self, path: str, accept: str = JSON) -> list[Any]:
        """Return the frames of a stream until its end."""
        async with self._session.get(path, headers={"Accept": accept}) as response:
            assert response.status == 200, await response.text()
            lines = [line async for line in response.content]
        return [json.loads(line) for line in lines]


@asynccontextmanager
async def calling(server: str, token: str) -> AsyncIterator[Caller]:
    """Yield a caller of `server` with a bearer token; "" is none."""
    async with aiohttp.ClientSession(
        server,
        headers={"Authorization": f"Bearer {token}"} if token else {},
        connector=aiohttp.TCPConnector(ssl=False),
        timeout=aiohttp.ClientTimeout(total=60),
        read_bufsize=2**24,
    ) as session:
        yield Caller(session)
