"""Raw JSON to and from an API server: what the scripted kubelet and the world's loader write with."""

from __future__ import annotations

import json
import ssl
from base64 import b64decode
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import aiohttp
import msgspec

Object = dict[str, Any]
MERGE_PATCH = "application/merge-patch+json"
APPLY_PATCH = "application/apply-patch+yaml"
CONNECTIONS = 48
CALL_LIMIT_S = 30.0
SILENCE_LIMIT_S = 150.0
"""A watch that says nothing for this long, bookmarks included, is opened again."""


class Refused(Exception):
    """The API server answered with an error; `code` and `reason` are those of its Status."""

    def __init__(self, code: int, reason: str, message: str) -> None:
        super().__init__(f"{code} {reason}: {message}")
        self.code = code
        self.reason = reason


class Apiserver:
    """A connection pool to one API server, as one user and under one User-Agent.

    The first part of the User-Agent becomes the manager in managedFields.
    """

    def __init__(self, kubeconfig: Path, agent: str) -> None:
        config = json.loads(kubeconfig.read_bytes())
        cluster = config["clusters"][0]["cluster"]
        self._server: str = cluster["server"]
        authority = b64decode(cluster["certificate-authority-data"]).decode()
        self._tls = ssl.create_default_context(cadata=authority)
        token = config["users"][0]["user"]["token"]
        self._headers = {"Authorization": f"Bearer {token}", "User-Agent": agent}
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=CONNECTIONS, ssl=self._tls),
            headers=self._headers,
            timeout=aiohttp.ClientTimeout(total=CALL_LIMIT_S),
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._session is not None:
            await self._session.close()

    async def get(self, path: str, accept: str = "application/json", **query: str) -> Object:
        """Return the object or list at `path`. Raises Refused."""
        return await self._send("GET", path, None, {"Accept": accept}, query)

    async def post(self, path: str, body: Object, **query: str) -> Object:
        """Create `body` in the collection `path`. Raises Refused."""
        return await self._send("POST", path, body, {"Content-Type": "application/json"}, query)

    async def put(self, path: str, body: Object, **query: str) -> Object:
        """Replace the object at `path`. Raises Refused."""
        return await self._send("PUT", path, body, {"Content-Type": "application/json"}, query)

    async def patch(self, path: str, body: Object, kind: str = MERGE_PATCH, **query: str) -> Object:
        """Patch the object at `path`. Raises Refused."""
        return await self._send("PATCH", path, body, {"Content-Type": kind}, query)

    async def delete(self, path: str, body: Object | None = None) -> Object:
        """Delete the object at `path`; `body` is a DeleteOptions. Raises Refused."""
        return await self._send("DELETE", path, body, {"Content-Type": "application/json"}, {})

    async def list(self, path: str, **query: str) -> tuple[list[Object], str]:
        """Return every item of a collection, read in pages, and the list's resourceVersion."""
        items: list[Object] = []
        token = ""
        while True:
            page = await self.get(path, limit="1000", **{"continue": token}, **query)
            items += page["items"]
            token = page["metadata"].get("continue", "")
            if not token:
                return items, page["metadata"]["resourceVersion"]

    async def watch(
        self, path: str, resource_version: str, **query: str
    ) -> AsyncIterator[tuple[str, Object]]:
        """Yield (type, object) until the server or a silence ends the watch.

        Raises Refused for an ERROR event, 410 among them: the caller lists again.
        """
        query |= {"watch": "true", "allowWatchBookmarks": "true"}
        query["resourceVersion"] = resource_version
        limits = aiohttp.ClientTimeout(total=None, sock_read=SILENCE_LIMIT_S)
        async with self._open.get(
            self._server + path,
            params=query,
            timeout=limits,
            headers={"Accept": "application/json"},
        ) as answer:
            await _raise_for(answer)
            rest = bytearray()
            async for chunk in answer.content.iter_any():
                rest += chunk
                *lines, rest = rest.split(b"\n")
                for line in lines:
                    event = msgspec.json.decode(line)
                    if event["type"] == "ERROR":
                        status = event["object"]
                        raise Refused(
                            status.get("code", 500),
                            status.get("reason", ""),
                            status.get("message", ""),
                        )
                    yield event["type"], event["object"]

    @property
    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            raise RuntimeError("an Apiserver is used inside its own `async with`")
        return self._session

    async def _send(
        self,
        verb: str,
        path: str,
        body: Object | None,
        headers: Mapping[str, str],
        query: Mapping[str, str],
    ) -> Object:
        data = None if body is None else msgspec.json.encode(body)
        async with self._open.request(
            verb, self._server + path, data=data, headers=headers, params=query
        ) as answer:
            await _raise_for(answer)
            decoded: Object = msgspec.json.decode(await answer.read())
            return decoded


async def _raise_for(answer: aiohttp.ClientResponse) -> None:
    if answer.status < 400:
        return
    text = await answer.text()
    try:
        status = json.loads(text)
        raise Refused(answer.status, status.get("reason", ""), status.get("message", text))
    except ValueError:
        raise Refused(answer.status, "", text[:200]) from None


def path_of(
    api_version: str, plural: str, namespace: str | None = None, name: str | None = None
) -> str:
    """Return the path of a collection or of one object."""
    root = f"/api/{api_version}" if "/" not in api_version else f"/apis/{api_version}"
    inside = f"/namespaces/{namespace}" if namespace else ""
    return f"{root}{inside}/{plural}" + (f"/{name}" if name else "")
