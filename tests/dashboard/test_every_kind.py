"""Every listable kind of a current and of an old cluster, cell for cell as their server prints it."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, NamedTuple

import aiohttp
import pytest

from dashboard.api.age import human_duration, parse_human
from tests.cluster.fixtures import Cluster
from tests.support.visitor import Visitor, visiting

pytestmark = [pytest.mark.cluster, pytest.mark.django_db(transaction=True)]

TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io"
ATTEMPTS = 8
"""Kinds of a living world move between the two questions."""
SLACK_MS = 3_000
"""Between the two answers, and between two clocks that keep whole seconds."""
RESOLUTION_MS = 60_000
"""How exactly a time is known that was read off a print, unless its cell says otherwise."""

Json = dict[str, Any]


class Listable(NamedTuple):
    """One kind as discovery tells it: its KIND, and where it is listed."""

    kind: str
    root: str
    plural: str
    is_namespaced: bool

    def path(self, namespace: str) -> str:
        within = f"/namespaces/{namespace}" if namespace and self.is_namespaced else ""
        return f"{self.root}{within}/{self.plural}"


class Server:
    """The API server, asked by the test itself with a user's own token."""

    def __init__(self, session: aiohttp.ClientSession, token: str) -> None:
        self._session = session
        self._token = token

    async def get(self, path: str, accept: str = "application/json", **query: str) -> Json | int:
        """Return the answer, or its status where that is not 200."""
        headers = {"Authorization": f"Bearer {self._token}", "Accept": accept}
        async with self._session.get(path, params=query, headers=headers, ssl=False) as answer:
            return await answer.json(content_type=None) if answer.status == 200 else answer.status

    async def kinds(self) -> list[Listable]:
        """Return every listable kind of every version that answers."""
        groups = await self.get("/apis")
        assert isinstance(groups, dict)
        versions = [
            each["groupVersion"] for group in groups["groups"] for each in group["versions"]
        ]
        found = []
        for version in ["v1", *versions]:
            root = f"/apis/{version}" if "/" in version else f"/api/{version}"
            served = await self.get(root)
            if not isinstance(served, dict):
                continue  # an aggregated API whose server is away
            group, _, short = version.rpartition("/")
            for each in served["resources"]:
                if "/" not in each["name"] and "list" in each["verbs"]:
                    kind = ".".join(part for part in (each["name"], short, group) if part)
                    found.append(Listable(kind, root, each["name"], each["namespaced"]))
        return found


@pytest.fixture
async def session(any_cluster: Cluster) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(any_cluster.server) as found:
        yield found


@pytest.mark.parametrize(("user", "namespace"), [("admin", ""), ("alice", "payments")])
async def test_it_is_the_servers_own_table(
    any_cluster: Cluster,
    session: aiohttp.ClientSession,
    monkeypatch: pytest.MonkeyPatch,
    user: str,
    namespace: str,
) -> None:
    kubeconfig = any_cluster.user(user)
    server = Server(session, any_cluster.tokens[user])
    kinds = await server.kinds()
    assert len(kinds) > 55
    async with visiting(kubeconfig, monkeypatch) as visitor:
        slug = context(kubeconfig)
        differences: dict[str, str] = {}
        rows = 0
        for each in kinds:
            told, count = await compared(visitor, server, slug, each, namespace)
            rows += count
            if told:
                differences[each.kind] = told

    assert differences == {}
    assert rows > 80


def context(kubeconfig: Path) -> str:
    return str(json.loads(kubeconfig.read_bytes())["current-context"])


async def compared(
    visitor: Visitor, server: Server, slug: str, listable: Listable, namespace: str
) -> tuple[str, int]:
    """Return what differs, "" for nothing, and how many rows were compared."""
    query = {"limit": "0"} | ({"ns": namespace} if namespace else {})
    told = ""
    for attempt in range(ATTEMPTS):
        if attempt:
            await asyncio.sleep(0.3)
        ours = await visitor.data(f"/c/{slug}/{listable.kind}", **query)
        exact = (
            {"resourceVersion": version, "resourceVersionMatch": "Exact"}
            if (version := ours.get("resource_version"))
            else {}
        )
        theirs = await server.get(
            listable.path(namespace), TABLE, includeObject="Metadata", **exact
        )
        if isinstance(theirs, int):
            told = "" if (ours["state"], theirs) == ("denied", 403) else f"{theirs}: {ours}"
            if not told:
                return "", 0
            continue
        if ours["state"] == "denied":
            return "denied to us alone", 0
        told = difference(ours, theirs)
        if not told:
            return "", len(ours["rows"])
    return told, 0


def difference(ours: Json, theirs: Json) -> str:
    """Return how our view differs from the server's Table, "" if it does not."""
    now_ms = time.time_ns() // 1_000_000
    heads = [(each["name"], each["type"], each["priority"]) for each in ours["columns"]]
    wanted = [
        (each["name"], each["type"], each.get("priority", 0))
        for each in theirs["columnDefinitions"]
    ]
    printed = theirs.get("rows") or []
    # Until something was printed, nobody knows under which columns.
    if heads != wanted:
        return f"columns {heads} are {wanted}"
    if ours["total"] != len(ours["rows"]):
        return f"{ours['total']} is not {len(ours['rows'])}"
    mine = {(row["namespace"], row["name"]): row for row in ours["rows"]}
    metas = [row["object"]["metadata"] for row in printed]
    keys = [(meta.get("namespace", ""), meta["name"]) for meta in metas]
    if set(mine) != set(keys):
        return f"rows {set(mine) ^ set(keys)}"
    for key, meta, row in zip(keys, metas, printed, strict=True):
        found = mine[key]
        same = (meta.get("uid", ""), meta.get("resourceVersion", ""))
        if (found["uid"], found["resource_version"]) != same:
            return f"{key}: {found['uid']} at {found['resource_version']} is {same}"
        # IPAddresses have a cell without a column, which kubectl drops too (kubernetes#66379).
        texts = row["cells"][: len(heads)]
        for (head, _type, _priority), cell, text in zip(heads, found["cells"], texts, strict=True):
            if not is_same(cell, text, now_ms):
                return f"{key} {head}: {cell} at {now_ms} is {text!r}"
    return ""


def is_same(cell: object, text: object, now_ms: int) -> bool:
    """Whether `cell` says what the server printed as `text` just now."""
    if not isinstance(cell, dict):
        scalar = text is None or isinstance(text, str | int | float | bool)
        return bool(cell == text if scalar else json.loads(str(cell)) == text)
    value, said = str(cell.get("v", "")), str(text)
    if value:
        if not (said.startswith(f"{value} (") and said.endswith(" ago)")):
            return False
        said = said.removeprefix(f"{value} (").removesuffix(" ago)")
    age_ms = now_ms - cell["t"]
    span = parse_human(said)
    if span is None:
        return said == human_duration(age_ms)
    unsure_ms = cell.get("within_ms", RESOLUTION_MS)
    return bool(span[0] * 1000 - unsure_ms - SLACK_MS <= age_ms <= (span[1] + 1) * 1000 + SLACK_MS)
