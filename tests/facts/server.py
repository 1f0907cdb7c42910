"""An API server asked directly, request by request, as one user and without any client."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import aiohttp

from tests.cluster.fixtures import Cluster

Json = dict[str, Any]
JSON = "application/json"
NONE: Mapping[str, str] = MappingProxyType({})
TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io"
CALL_LIMIT_S = 30.0
POLL_S = 0.05
RBAC = "/apis/rbac.authorization.k8s.io/v1"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back for one request, its body undecoded."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Json:
        """The body as JSON."""
        found: Json = json.loads(self.body)
        return found

    @property
    def resource_version(self) -> int:
        """The object's or the list's resourceVersion."""
        return int(self.json["metadata"]["resourceVersion"])


def status(code: int) -> Callable[[Answer], bool]:
    """Return the question whether an answer has that status."""
    return lambda answer: answer.status == code


class Stream:
    """One open watch, event by event."""

    def __init__(self, answer: aiohttp.ClientResponse) -> None:
        self._content = answer.content
        self._rest = b""
        self.status = answer.status
        self.headers: Mapping[str, str] = dict(answer.headers)

    async def event(self, limit_s: float = 10.0) -> Json | None:
        """Return the next event, None at a clean end of the stream.

        Raises TimeoutError after a silence, aiohttp.ClientPayloadError for an end in mid-air.
        """
        while b"\n" not in self._rest:
            async with asyncio.timeout(limit_s):
                chunk = await self._content.readany()
            if not chunk:
                assert not self._rest, "the stream ended inside a frame"
                return None
            self._rest += chunk
        line, _, self._rest = self._rest.partition(b"\n")
        found: Json = json.loads(line)
        return found

    async def all_until(self, limit_s: float) -> list[Json]:
        """Return what arrives within `limit_s` seconds, or until the stream ends."""
        found: list[Json] = []
        try:
            async with asyncio.timeout(limit_s):
                while (event := await self.event(limit_s)) is not None:
                    found.append(event)
        except TimeoutError:
            pass
        return found


class Caller:
    """One user of one API server."""

    def __init__(self, session: aiohttp.ClientSession, token: str) -> None:
        self._session = session
        self._authorization = {"Authorization": f"Bearer {token}"}

    async def get(
        self,
        path: str,
        accept: str = JSON,
        headers: Mapping[str, str] = NONE,
        /,
        **query: str,
    ) -> Answer:
        """Return the answer to a GET; the keywords are its query."""
        return await self.send("GET", path, None, {"Accept": accept, **headers}, query)

    async def post(self, path: str, body: Json, headers: Mapping[str, str] = NONE) -> Answer:
        """Return the answer to a POST."""
        return await self.send("POST", path, body, headers, NONE)

    async def put(self, path: str, body: Json) -> Answer:
        """Return the answer to a PUT."""
        return await self.send("PUT", path, body, NONE, NONE)

    async def delete(self, path: str) -> Answer:
        """Return the answer to a DELETE."""
        return await self.send("DELETE", path, None, NONE, NONE)

    async def send(
        self,
        verb: str,
        path: str,
        body: Json | None,
        headers: Mapping[str, str],
        query: Mapping[str, str],
    ) -> Answer:
        """Send one request and read the whole answer."""
        async with self._session.request(
            verb, path, json=body, params=query, headers={**self._authorization, **headers}
        ) as answer:
            return Answer(answer.status, dict(answer.headers), await answer.read())

    @asynccontextmanager
    async def watch(self, path: str, accept: str = JSON, /, **query: str) -> AsyncIterator[Stream]:
        """Yield an open watch; whoever expects 200 looks at its `status`."""
        async with self._session.get(
            path,
            params={"watch": "true", **query},
            headers={**self._authorization, "Accept": accept},
            timeout=aiohttp.ClientTimeout(total=None),
        ) as answer:
            try:
                yield Stream(answer)
            finally:
                # Without TLS' long goodbye, for which a test's event loop does not wait.
                if answer.connection is not None and answer.connection.transport is not None:
                    answer.connection.transport.abort()


class Server:
    """One API server with everybody who may talk to it."""

    def __init__(self, cluster: Cluster, session: aiohttp.ClientSession) -> None:
        self.cluster = cluster
        self._session = session
        self._tokens = cluster.tokens

    @property
    def is_old(self) -> bool:
        """Whether it is the one without WatchList."""
        return self.minor < 27

    @property
    def minor(self) -> int:
        """The minor version."""
        return int(self.cluster.version.split(".")[1])

    @property
    def admin(self) -> Caller:
        """Who may do everything."""
        return self.user("admin")

    def user(self, name: str) -> Caller:
        """Return one of tests/cluster/users.py; on a bare server only admin has rights."""
        return Caller(self._session, self._tokens[name])

    async def create(self, path: str, body: Json) -> Answer:
        """Create an object as the administrator; it must work."""
        made = await self.admin.post(path, body)
        assert made.status == 201, made.body
        return made

    async def namespace(self, name: str) -> str:
        """Create a namespace, unless it is there; return the path of its objects."""
        made = await self.admin.post("/api/v1/namespaces", {"metadata": {"name": name}})
        assert made.status in {201, 409}, made.body
        return f"/api/v1/namespaces/{name}"

    async def bind(self, rights: str, role: str, user: str) -> None:
        """Give `user` a role; `rights` is where bindings are made, of a namespace or of all."""
        inside = "/namespaces/" in rights
        await self.create(
            f"{rights}/{'rolebindings' if inside else 'clusterrolebindings'}",
            {
                "metadata": {"name": f"{role}-{user}"},
                "roleRef": {
                    "apiGroup": RBAC.removeprefix("/apis/").removesuffix("/v1"),
                    "kind": "Role" if inside else "ClusterRole",
                    "name": role,
                },
                "subjects": [{"kind": "User", "name": user}],
            },
        )

    async def until(
        self, ask: Callable[[], Awaitable[Answer]], fact: Callable[[Answer], bool]
    ) -> Answer:
        """Return the first answer of which `fact` holds: what is written reaches all caches soon."""
        async with asyncio.timeout(CALL_LIMIT_S):
            while True:
                try:
                    answer = await ask()
                except aiohttp.ClientConnectionError:
                    answer = None
                if answer is not None and fact(answer):
                    return answer
                await asyncio.sleep(POLL_S)


@asynccontextmanager
async def open_server(cluster: Cluster) -> AsyncIterator[Server]:
    """Yield `cluster`'s API server, asked over connections of the caller's event loop."""
    async with aiohttp.ClientSession(
        cluster.server,
        connector=aiohttp.TCPConnector(limit=0, ssl=_tls(cluster.kubeconfig)),
        timeout=aiohttp.ClientTimeout(total=CALL_LIMIT_S),
    ) as session:
        yield Server(cluster, session)


def _tls(kubeconfig: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(kubeconfig.parents[1] / "pki" / "ca.crt"))
