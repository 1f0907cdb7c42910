"""What a real API server says in three minutes: every kind listed as Tables, then watched.

A capture starts on a half minute at which the rolling Deployment rests, and lasts four of its rollouts and
three runs of the CronJob that runs every minute, so that its end can be followed by its beginning.
"""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import yaml

from dashboard.demo.recording import LENGTH_S

Object = dict[str, Any]

PHASE_S = 30
"""Second of the minute at which a capture starts: CronJobs have started and done their work."""
ROLLS = "/apis/apps/v1/namespaces/catalogue/deployments/storefront"
FORBIDDEN = frozenset({"secrets"})
"""What the demo's user may not see is not captured either."""
TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io"
AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"


@dataclass(frozen=True)
class Kind:
    """One listable kind: its KIND, its collection's path and what discovery says of it."""

    name: str
    path: str
    resource: Object


@dataclass
class Frame:
    """One write as one kind shows it: `type` is the event's, or LISTED for what was there at the start."""

    at_s: float
    type: str
    kind: str
    object: Object
    cells: list[Any]


@dataclass
class Capture:
    """Everything that was said; `start_s` is when, in seconds since 1970."""

    start_s: float = 0.0
    version: Object = field(default_factory=dict)
    discovery: dict[str, Object] = field(default_factory=dict)
    documents: dict[str, Object] = field(default_factory=dict)
    kinds: dict[str, Kind] = field(default_factory=dict)
    columns: dict[str, list[Object]] = field(default_factory=dict)
    bookmarks: dict[str, tuple[Object, list[Any]]] = field(default_factory=dict)
    repeating: list[str] = field(default_factory=list)
    resource_versions: dict[str, str] = field(default_factory=dict)
    frames: list[Frame] = field(default_factory=list)


async def capture(kubeconfig: str) -> Capture:
    """Return three minutes of the cluster's life, after waiting for the moment to start."""
    config = yaml.safe_load(kubeconfig)
    server = config["clusters"][0]["cluster"]["server"]
    token = config["users"][0]["user"]["token"]
    async with aiohttp.ClientSession(
        base_url=server,
        headers={"Authorization": f"Bearer {token}"},
        connector=aiohttp.TCPConnector(ssl=False, limit=0),
        timeout=aiohttp.ClientTimeout(total=None),
    ) as session:
        found = Capture()
        await _discover(session, found)
        found.start_s = await _moment(session)
        for kind in found.kinds.values():
            await _list(session, kind, found)
        watched = [kind for kind in found.kinds.values() if "watch" in kind.resource["verbs"]]
        await asyncio.gather(*(_watch(session, kind, found) for kind in watched))
        for kind in watched:
            await _bookmark(session, kind, found)
        return found


async def _get(session: aiohttp.ClientSession, path: str, accept: str = "application/json") -> Any:
    async with session.get(path, headers={"Accept": accept}) as response:
        response.raise_for_status()
        return await response.json(content_type=None)


async def _discover(session: aiohttp.ClientSession, found: Capture) -> None:
    found.version = await _get(session, "/version")
    for root in ("/api", "/apis"):
        found.discovery[root] = await _get(session, root, AGGREGATED)
        found.documents[root] = await _get(session, root)
    for group in (group for doc in found.discovery.values() for group in doc["items"]):
        name = group["metadata"].get("name", "")
        if name:
            found.documents[f"/apis/{name}"] = await _get(session, f"/apis/{name}")
        for version in group["versions"]:
            root = f"/apis/{name}/{version['version']}" if name else f"/api/{version['version']}"
            if version.get("freshness") == "Stale":
                continue
            found.documents[root] = await _get(session, root)
            for resource in version["resources"]:
                kind = ".".join(
                    part for part in (resource["resource"], version["version"], name) if part
                )
                if "list" in resource["verbs"] and resource["resource"] not in FORBIDDEN:
                    path = f"{root}/{resource['resource']}"
                    found.kinds[kind] = Kind(kind, path, resource)


async def _moment(session: aiohttp.ClientSession) -> float:
    """Wait until it is the right second of a minute and the rolling Deployment rests; return it."""
    while True:
        await asyncio.sleep((PHASE_S - time.time()) % 60)
        now = time.time()
        rolls = await _get(session, ROLLS)
        status, wanted = rolls["status"], rolls["spec"]["replicas"]
        counts = {status.get(name) for name in ("replicas", "updatedReplicas", "availableReplicas")}
        settled = status["observedGeneration"] == rolls["metadata"]["generation"]
        if counts == {wanted} and settled:
            return float(round(now))
        await asyncio.sleep(1)


async def _list(session: aiohttp.ClientSession, kind: Kind, found: Capture) -> None:
    table = await _get(session, f"{kind.path}?includeObject=Object", TABLE)
    found.columns[kind.name] = table["columnDefinitions"]
    found.resource_versions[kind.name] = table["metadata"].get("resourceVersion", "")
    at_s = time.time() - found.start_s
    for row in table["rows"] or ():
        found.frames.append(Frame(at_s, "LISTED", kind.name, row["object"], row["cells"]))


async def _watch(session: aiohttp.ClientSession, kind: Kind, found: Capture) -> None:
    end = found.start_s + LENGTH_S
    query = {
        "watch": "true",
        "includeObject": "Object",
        "resourceVersion": found.resource_versions[kind.name],
        "timeoutSeconds": str(int(end - time.time()) + 30),
    }
    async with session.get(kind.path, params=query, headers={"Accept": TABLE}) as response:
        response.raise_for_status()
        try:
            async with asyncio.timeout(end - time.time()):
                buffer = b""
                async for chunk in response.content.iter_any():
                    *lines, buffer = (buffer + chunk).split(b"\n")
                    now = time.time() - found.start_s
                    for line in lines:
                        event = json.loads(line)
                        if event["type"] not in {"ADDED", "MODIFIED", "DELETED"}:
                            raise ValueError(f"{kind.name}: {event}")
                        row = event["object"]["rows"][0]
                        frame = Frame(now, event["type"], kind.name, row["object"], row["cells"])
                        found.frames.append(frame)
        except TimeoutError:
            return


async def _bookmark(session: aiohttp.ClientSession, kind: Kind, found: Capture) -> None:
    """Keep the row that the kind's bookmarks have, as the end of a streaming list brings it at once."""
    query = {
        "watch": "true",
        "includeObject": "Object",
        "allowWatchBookmarks": "true",
        "sendInitialEvents": "true",
        "resourceVersionMatch": "NotOlderThan",
        "timeoutSeconds": "10",
    }
    async with session.get(kind.path, params=query, headers={"Accept": TABLE}) as response:
        response.raise_for_status()
        buffer, headed = b"", 0
        async for chunk in response.content.iter_any():
            *lines, buffer = (buffer + chunk).split(b"\n")
            for event in map(json.loads, lines):
                headed += event["object"]["columnDefinitions"] is not None
                if event["type"] == "BOOKMARK":
                    if headed > 1:
                        found.repeating.append(kind.name)
                    row = event["object"]["rows"][0]
                    found.bookmarks[kind.name] = (row["object"], row["cells"])
                    return
