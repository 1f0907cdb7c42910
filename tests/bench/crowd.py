"""The pods that are measured: real ones of a real API server, about 5 KB each as JSON, and their changes.

The first is made through the API server; the others are copies of what it stored, put beside it in
etcd, which takes seconds where the API server would take many minutes.
"""

import asyncio
import base64
import json
import ssl
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Self

import aiohttp

from tests.bench.corpus import Recording, record
from tests.bench.peers.meter import Pod, checksum

NAMESPACES = 40
AT_ONCE = 24
PAGE = 5_000
TRANSACTION = 100
"""Copies that etcd takes at a time: it allows 128 operations."""

JSON = {"Content-Type": "application/json", "User-Agent": "bench-crowd"}
METADATA = "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io"
MERGE = {**JSON, "Content-Type": "application/merge-patch+json"}


class Crowd:
    """Makes and changes pods of one API server. `async with` it."""

    def __init__(self, server: str, ca: str, token: str, pods: int, *, etcd: str) -> None:
        self._server = server
        self._etcd = etcd
        self._ca = ca
        self._token = token
        self._names = [
            (f"bench-{n % NAMESPACES:02}", f"app-{n % 800:03}-{n:06}") for n in range(pods)
        ]
        self._turn = 0

    async def __aenter__(self) -> Self:
        context = ssl.create_default_context(cafile=self._ca)
        self._session = aiohttp.ClientSession(
            self._server,
            connector=aiohttp.TCPConnector(ssl=context, limit=AT_ONCE),
            headers={"Authorization": f"Bearer {self._token}"},
        )
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self._session.close()

    async def settle(self) -> Recording:
        """Make every pod, running on some node; return the first as every client is told of it.

        Recorded before and after a restart, while it is alone.
        """
        for n in range(NAMESPACES):
            space = f"bench-{n:02}"
            await self._send("POST", "/api/v1/namespaces", {"metadata": {"name": space}})
            account = {"metadata": {"name": "default"}}
            await self._send("POST", f"/api/v1/namespaces/{space}/serviceaccounts", account)
        await self._make((0, self._names[0]))
        recording = await record(
            self._session, lambda: self._status(*self._names[0], 0, restarts=1)
        )
        await self._multiply()
        return recording

    async def change(self, count: int) -> None:
        """Change `count` pods, another pod each time as long as there are any: as many events."""
        turns = range(self._turn, self._turn + count)
        self._turn += count
        await self._all(self._restart, turns)

    async def truth(self) -> tuple[int, str]:
        """Return how many pods the server has, and their checksum."""
        pods: list[Pod] = []
        token = ""
        while True:
            page = await self._page(PAGE, token)
            metas = [item["metadata"] for item in page["items"]]
            pods += [(m["namespace"], m["name"], m["resourceVersion"]) for m in metas]
            token = page["metadata"].get("continue", "")
            if not token:
                return len(pods), checksum(pods)

    async def _page(self, limit: int, token: str = "") -> dict[str, Any]:
        query = {"limit": str(limit), **({"continue": token} if token else {})}
        headers = {"Accept": METADATA}
        async with self._session.get("/api/v1/pods", params=query, headers=headers) as answer:
            answer.raise_for_status()
            found: dict[str, Any] = json.loads(await answer.read())
            return found

    async def _served(self) -> int:
        """Return how many pods the API server knows of by now."""
        page = await self._page(1)
        return len(page["items"]) + int(page["metadata"].get("remainingItemCount", 0))

    async def _multiply(self) -> None:
        """Put a copy of the first pod into etcd for each of the others, and wait until they are served."""
        space, name = self._names[0]
        async with aiohttp.ClientSession(self._etcd) as etcd:
            key = _text(f"/registry/pods/{space}/{name}")
            async with etcd.post("/v3/kv/range", json={"key": key}) as answer:
                stored = base64.b64decode((await answer.json())["kvs"][0]["value"])
            path = f"/api/v1/namespaces/{space}/pods/{name}"
            async with self._session.get(path) as answer:
                uid = (await answer.json())["metadata"]["uid"]
            for start in range(1, len(self._names), TRANSACTION):
                puts = [
                    {"requestPut": _copy(stored, self._names, number, uid)}
                    for number in range(start, min(start + TRANSACTION, len(self._names)))
                ]
                async with etcd.post("/v3/kv/txn", json={"success": puts}) as answer:
                    answer.raise_for_status()
        while await self._served() < len(self._names):  # noqa: ASYNC110  (another process)
            await asyncio.sleep(0.2)

    async def _make(self, each: tuple[int, tuple[str, str]]) -> None:
        number, (space, name) = each
        await self._send("POST", f"/api/v1/namespaces/{space}/pods", _pod(name, number))
        await self._status(space, name, number, restarts=0)

    async def _restart(self, turn: int) -> None:
        number = turn % len(self._names)
        space, name = self._names[number]
        await self._status(space, name, number, restarts=2 + turn // len(self._names))

    async def _status(self, space: str, name: str, number: int, restarts: int) -> None:
        path = f"/api/v1/namespaces/{space}/pods/{name}/status"
        await self._send("PATCH", path, _running(number, restarts))

    async def _send(self, method: str, path: str, body: dict[str, Any]) -> None:
        headers = MERGE if method == "PATCH" else JSON
        data = json.dumps(body)
        async with self._session.request(method, path, data=data, headers=headers) as answer:
            if answer.status not in (200, 201, 409):
                raise RuntimeError(f"{method} {path}: {answer.status} {await answer.text()}")
            await answer.read()

    @staticmethod
    async def _all(job: Callable[[Any], Awaitable[None]], items: Iterable[Any]) -> None:
        waiting = iter(items)

        async def work() -> None:
            for item in waiting:
                await job(item)

        await asyncio.gather(*(work() for _ in range(AT_ONCE)))


def _text(text: str | bytes) -> str:
    return base64.b64encode(text if isinstance(text, bytes) else text.encode()).decode()


def _copy(stored: bytes, names: list[tuple[str, str]], number: int, uid: str) -> dict[str, str]:
    """Return the copy with this number, as long as the original in every field."""
    (old_space, old_name), (space, name) = names[0], names[number]
    for old, new in (
        (old_name, name),
        (old_space, space),
        (old_name.rpartition("-")[0], name.rpartition("-")[0]),
        (_node(0), _node(number)),
        (_address(0), _address(number)),
        (uid, f"{number:08x}-0000-4000-8000-{number * 2654435761 % 2**48:012x}"),
    ):
        stored = stored.replace(old.encode(), new.encode())
    return {"key": _text(f"/registry/pods/{space}/{name}"), "value": _text(stored)}


def _node(number: int) -> str:
    return f"node-{number % 200:03}"


def _address(number: int) -> str:
    return f"10.{100 + number % 150}.{100 + number // 150 % 150}.{100 + number // 22500 % 150}"


def _pod(name: str, number: int) -> dict[str, Any]:
    app = name.rpartition("-")[0]
    return {
        "metadata": {
            "name": name,
            "labels": {
                "app.kubernetes.io/name": app,
                "app.kubernetes.io/part-of": f"suite-{number % 16}",
                "pod-template-hash": f"{number * 7919 % 0xFFFFFFF:07x}",
            },
            "annotations": {"example.org/checksum": f"{number * 104729:064x}"},
        },
        "spec": {
            "nodeName": _node(number),
            "serviceAccountName": "default",
            "containers": [
                {
                    "name": "main",
                    "image": f"registry.example/{app}:1.{number % 40}.0",
                    "ports": [{"name": "http", "containerPort": 8080}],
                    "env": [{"name": f"SETTING_{n}", "value": f"value-{n}"} for n in range(8)],
                    "resources": {
                        "requests": {"cpu": "100m", "memory": "128Mi"},
                        "limits": {"memory": "256Mi"},
                    },
                    "readinessProbe": {"httpGet": {"path": "/ready", "port": 8080}},
                    "livenessProbe": {"httpGet": {"path": "/live", "port": 8080}},
                }
            ],
        },
    }


def _running(number: int, restarts: int) -> dict[str, Any]:
    since = "2026-01-01T00:00:00Z"
    conditions = (
        "PodReadyToStartContainers",
        "Initialized",
        "Ready",
        "ContainersReady",
        "PodScheduled",
    )
    return {
        "status": {
            "phase": "Running",
            "hostIP": f"192.0.2.{number % 200}",
            "podIP": _address(number),
            "podIPs": [{"ip": _address(number)}],
            "startTime": since,
            "conditions": [
                {"type": each, "status": "True", "lastTransitionTime": since} for each in conditions
            ],
            "containerStatuses": [
                {
                    "name": "main",
                    "image": "registry.example/app",
                    "imageID": f"registry.example/app@sha256:{number:064x}",
                    "containerID": f"containerd://{number * 31 + restarts:064x}",
                    "ready": True,
                    "started": True,
                    "restartCount": restarts,
                    "state": {"running": {"startedAt": since}},
                }
            ],
        }
    }
