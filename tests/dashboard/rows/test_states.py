"""States that no world is sure to have, written into a real server, and printed as it prints them."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import msgspec
import pytest

from dashboard.api.gvr import GVR
from dashboard.wire.codec import JSON, PROTOBUF, ProtobufCodec
from dashboard.wire.table import ACCEPT as TABLE
from tests.cluster.fixtures import Cluster
from tests.dashboard.rows.test_parity import Server, path, rows, told_as

pytestmark = pytest.mark.cluster

NAMESPACE = f"rows-{secrets.token_hex(3)}"
ATTEMPTS = 200
FINALIZER = "portolan.example/keep"
"""Keeps what is deleted where it can be looked at."""

Json = dict[str, Any]

ENDED = "2026-01-02T00:00:00Z"


def waiting(reason: str = "") -> Json:
    return {"waiting": {"reason": reason} if reason else {}}


def ended(code: int, reason: str = "", signal: int = 0) -> Json:
    found: Json = {"exitCode": code, "signal": signal, "finishedAt": ENDED}
    return {"terminated": found | ({"reason": reason} if reason else {})}


def container(
    name: str, state: Json, *, ready: bool = False, restarts: int = 0, **more: Any
) -> Json:
    return {
        "name": name, "image": "i", "imageID": "", "state": state, "ready": ready,
        "restartCount": restarts, **more,
    }  # fmt: skip


RUNNING: Json = {"running": {}}
LAST: dict[str, Any] = {"lastState": ended(1)}
SETUP = {"name": "setup", "image": "i"}
SIDECAR = {"name": "mesh", "image": "i", "restartPolicy": "Always"}


def pod(
    *statuses: Json,
    init: tuple[Json, ...] = (),
    spec: Json | None = None,
    **status: Json | str | list[Json],
) -> Json:
    names = sorted({each["name"] for each in statuses} | {"a"})
    return {
        "spec": {
            # No node takes it, whose kubelet would have a status of its own to tell.
            "schedulerName": "nobody",
            "containers": [{"name": name, "image": "i"} for name in names],
            **(spec or {}),
        },
        "status": {
            "phase": "Running",
            "containerStatuses": list(statuses),
            "initContainerStatuses": list(init),
            **status,
        },
    }


def condition(type_: str, status: str, reason: str = "") -> Json:
    return {"type": type_, "status": status, "reason": reason}


PODS = {
    "signal": pod(container("a", ended(0, signal=9))),
    "exit-code": pod(container("a", ended(3))),
    "first-wins": pod(container("a", waiting("A")), container("b", ended(1, "B"))),
    "restarted": pod(container("a", RUNNING, ready=True, restarts=3, **LAST)),
    "ended-uncounted": pod(container("a", RUNNING, ready=True, **LAST)),
    "half-done": pod(container("a", ended(0, "Completed")), container("b", RUNNING, ready=True)),
    "half-done-ready": pod(
        container("a", ended(0, "Completed")), container("b", RUNNING, ready=True),
        conditions=[condition("Ready", "True")],
    ),
    "half-failed": pod(container("a", ended(0, "Completed")), container("b", ended(2))),
    "evicted": pod(phase="Failed", reason="Evicted"),
    "init-under-way": pod(init=(container("setup", RUNNING),), spec={"initContainers": [SETUP]}),
    "init-reason": pod(
        init=(container("setup", waiting("Why")),), spec={"initContainers": [SETUP]}
    ),
    "init-signal": pod(
        init=(container("setup", ended(0, signal=0)), container("more", ended(1, signal=9), **LAST)),
        spec={"initContainers": [SETUP, SETUP | {"name": "more"}]},
    ),
    "init-code": pod(init=(container("setup", ended(7)),), spec={"initContainers": [SETUP]}),
    "init-restarts": pod(
        container("a", RUNNING, ready=True),
        init=(container("setup", ended(0), restarts=4, **LAST),), spec={"initContainers": [SETUP]},
    ),
    "init-failed-later": pod(
        container("a", RUNNING, ready=True), init=(container("setup", ended(1, "Error")),),
        spec={"initContainers": [SETUP]}, conditions=[condition("Initialized", "True")],
    ),
    "sidecar": pod(
        container("a", RUNNING, ready=True),
        init=(container("mesh", RUNNING, ready=True, started=True, restarts=2, **LAST),),
        spec={"initContainers": [SIDECAR]},
    ),
    "sidecar-starting": pod(
        container("a", waiting()), init=(container("mesh", RUNNING, started=False),),
        spec={"initContainers": [SIDECAR]},
    ),
    "sidecar-then-init": pod(
        init=(container("mesh", RUNNING, ready=True, started=True), container("setup", waiting())),
        spec={"initContainers": [SIDECAR, SETUP]},
    ),
    "gated": pod(spec={"schedulingGates": [{"name": "example.com/gate"}]}, phase="Pending"),
    "gates": pod(
        container("a", RUNNING, ready=True),
        spec={"readinessGates": [{"conditionType": f"example.com/{each}"} for each in "xyz"]},
        conditions=[condition("example.com/x", "True"), condition("example.com/y", "False")],
    ),
    "nominated": pod(phase="Pending", nominatedNodeName="gp-01"),
    "deleted": pod(container("a", RUNNING, ready=True)),
    "deleted-done": pod(container("a", ended(0, "Completed")), phase="Succeeded"),
    "deleted-lost": pod(container("a", RUNNING), reason="NodeLost"),
}  # fmt: skip
DELETED = [name for name in PODS if name.startswith("deleted")]

SERVICES: dict[str, Json] = {
    "outside": {
        "spec": {
            "ports": [{"port": 80, "name": "a"}, {"port": 53, "name": "b", "protocol": "UDP"}],
            "externalIPs": ["192.0.2.1", "192.0.2.2"],
            "selector": {"b": "2", "a": "1"},
        }
    },
    "balanced": {
        "spec": {
            "type": "LoadBalancer", "ports": [{"port": 443}], "externalIPs": ["192.0.2.3"],
        },
        "status": {"loadBalancer": {"ingress": [{"hostname": "z.example"}, {"ip": "192.0.2.9"}]}},
    },
    "headless": {"spec": {"clusterIP": "None", "ports": [{"port": 1}]}},
    "elsewhere": {"spec": {"type": "ExternalName", "externalName": "example.com"}},
}  # fmt: skip

SLICES: dict[str, Json] = {
    "empty": {"addressType": "IPv4", "endpoints": [], "ports": None},
    "many": {
        "addressType": "IPv4",
        "endpoints": [{"addresses": [f"192.0.2.{each}"]} for each in range(1, 6)],
        "ports": [{"name": f"p{each}", "port": each} for each in range(1, 6)],
    },
    "unnumbered": {"addressType": "IPv4", "endpoints": [], "ports": [{"name": "p"}, {"name": ""}]},
}

EXPRESSIONS = [
    {"key": "c", "operator": "In", "values": ["y", "x"]},
    {"key": "b", "operator": "NotIn", "values": ["z"]},
    {"key": "d", "operator": "Exists"},
    {"key": "e", "operator": "DoesNotExist"},
]
LABELS = {"a": "1", "c": "x", "d": ""}
POD_SPEC: Json = {
    "containers": [{"name": each, "image": f"i:{each}"} for each in "ab"],
    "nodeSelector": {"os": "none", "a": "b"},
}
TEMPLATE = {"metadata": {"labels": LABELS}, "spec": POD_SPEC}
WORKLOAD: Json = {
    "spec": {
        "selector": {"matchLabels": {"a": "1"}, "matchExpressions": EXPRESSIONS},
        "template": TEMPLATE,
    }
}


def job(**spec: int) -> Json:
    pods = {"spec": POD_SPEC | {"restartPolicy": "Never"}}
    return {"spec": {"suspend": True, "template": pods, **spec}}


JOBS = {"one": job(), "several": job(parallelism=3), "counted": job(completions=5)}

STATES: dict[GVR, dict[str, Json]] = {
    GVR("", "v1", "pods"): PODS,
    GVR("", "v1", "services"): SERVICES,
    GVR("discovery.k8s.io", "v1", "endpointslices"): SLICES,
    GVR("apps", "v1", "replicasets"): {"picky": WORKLOAD},
    GVR("apps", "v1", "daemonsets"): {"picky": WORKLOAD},
    GVR("apps", "v1", "deployments"): {"picky": WORKLOAD},
    GVR("batch", "v1", "jobs"): JOBS,
    GVR("", "v1", "configmaps"): {
        "both": {"data": {"a": "1", "b": ""}, "binaryData": {"c": "AA=="}},
        "none": {},
    },
    GVR("coordination.k8s.io", "v1", "leases"): {"free": {"spec": {}}},
}


class Writer:
    """Writes objects of one namespace, and takes them away again."""

    def __init__(self, session: aiohttp.ClientSession, token: str) -> None:
        self._session = session
        self._headers = {"Authorization": f"Bearer {token}"}

    async def ask(self, method: str, where: str, body: Json | None = None) -> Json:
        headers = self._headers | {
            "Content-Type": "application/merge-patch+json" if method == "PATCH" else JSON
        }
        data = msgspec.json.encode(body) if body is not None else None
        async with self._session.request(
            method, where, data=data, headers=headers, ssl=False
        ) as answer:
            text = await answer.read()
            assert answer.status < 300 or (method, answer.status) == ("GET", 404), text
            found: Json = msgspec.json.decode(text)
            return found

    async def write(self, gvr: GVR, name: str, document: Json) -> None:
        where = within(gvr)
        metadata: Json = {"name": name, "namespace": NAMESPACE}
        if name in DELETED:
            metadata["finalizers"] = [FINALIZER]
        await self.ask("POST", where, {"metadata": metadata, **document})
        if document.get("status"):
            await self.ask("PATCH", f"{where}/{name}/status", {"status": document["status"]})
        if name in DELETED:
            await self.ask("DELETE", f"{where}/{name}")

    async def clear(self) -> None:
        for name in DELETED:
            where = f"/api/v1/namespaces/{NAMESPACE}/pods/{name}"
            await self.ask("PATCH", where, {"metadata": {"finalizers": None}})
        where = f"/api/v1/namespaces/{NAMESPACE}"
        await self.ask("DELETE", where)
        for _attempt in range(ATTEMPTS):
            namespace = await self.ask("GET", where)
            if namespace["kind"] == "Status":
                return
            conditions = namespace["status"].get("conditions", ())
            if "ContentRemoved" in {each["reason"] for each in conditions}:
                # A cluster with an aggregated API that is down, as ours is, would keep it for ever.
                namespace["spec"]["finalizers"] = []
                await self.ask("PUT", f"{where}/finalize", namespace)
                return
            await asyncio.sleep(0.3)
        raise AssertionError(f"{NAMESPACE} is not empty")


def within(gvr: GVR) -> str:
    root, _, resource = path(gvr).rpartition("/")
    return f"{root}/namespaces/{NAMESPACE}/{resource}"


@pytest.fixture
async def server(any_cluster: Cluster) -> AsyncIterator[Server]:
    token = any_cluster.tokens["admin"]
    async with aiohttp.ClientSession(any_cluster.server) as session:
        writer = Writer(session, token)
        await writer.ask("POST", "/api/v1/namespaces", {"metadata": {"name": NAMESPACE}})
        try:
            for gvr, states in STATES.items():
                for name, document in states.items():
                    await writer.write(gvr, name, document)
            yield Server(session, token, any_cluster.version)
        finally:
            await writer.clear()


async def test_every_state_is_printed_as_the_server_prints_it(server: Server) -> None:
    told: dict[str, dict[str, Any]] = {}
    for gvr, states in STATES.items():
        binary = await server.get(within(gvr), PROTOBUF)
        version = ProtobufCodec(gvr).listing(binary).resource_version
        exact = {"resourceVersion": version, "resourceVersionMatch": "Exact"}
        table = msgspec.json.decode(await server.get(within(gvr), TABLE, **exact))
        columns = [each["name"] for each in table["columnDefinitions"]]
        printed = {each["object"]["metadata"]["name"]: each["cells"] for each in table["rows"]}
        now_ms = server.now_ms()
        for row in rows(server, ProtobufCodec(gvr), binary, columns):
            theirs = printed[row.name]
            ours = [told_as(*pair, now_ms, now_ms) for pair in zip(row.cells, theirs, strict=True)]
            assert ours == theirs, f"{gvr} {row.name}"
            told[f"{gvr.resource}/{row.name}"] = dict(zip(columns, theirs, strict=True))
        assert set(states) <= set(printed)

    # What was written is what was looked at.
    assert told["pods/signal"]["Status"] == "Signal:9"
    assert told["pods/init-code"]["Status"] == "Init:ExitCode:7"
    assert told["pods/gates"]["Readiness Gates"] == "1/3"
    assert told["pods/nominated"]["Nominated Node"] == "gp-01"
    assert told["pods/deleted-lost"]["Status"] == "Unknown"
    assert told["services/balanced"]["External-IP"] == "192.0.2.9,z.example,192.0.2.3"
    assert told["endpointslices/many"]["Ports"] == "1,2,3 + 2 more..."
    assert told["deployments/picky"]["Selector"] == "a=1,b notin (z),c in (x,y),d,!e"
    assert told["jobs/several"]["Completions"] == "0/1 of 3"
