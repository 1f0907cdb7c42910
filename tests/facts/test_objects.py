"""What objects weigh and what they carry that nobody asked for: M9, M14."""

from __future__ import annotations

import json
import time
import tracemalloc
from base64 import b64encode
from typing import Any

import pytest

from tests.facts.server import JSON, TABLE, Json, Server

pytestmark = pytest.mark.cluster

LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
CANARY = "canary-of-m9"
HEAVIER = 3
"""Times as much memory that an object takes as Python's dicts and strings as it has bytes on the wire."""


@pytest.mark.parametrize("form", ["PartialObjectMetadataList", "Table"])
async def test_m9_metadata_of_a_secret_carries_what_was_last_applied(
    server: Server, form: str
) -> None:
    """No data: but kubectl apply had written it into an annotation, and that is metadata."""
    space = await server.namespace("facts-m9")
    value = b64encode(CANARY.encode()).decode()
    secret = {
        "metadata": {
            "name": "applied",
            "annotations": {LAST_APPLIED: json.dumps({"data": {"password": value}})},
        },
        "data": {"password": value},
    }
    await server.admin.post(f"{space}/secrets", secret)
    accept = f"{JSON};as={form};v=v1;g=meta.k8s.io"
    query = {"includeObject": "Metadata"} if accept == TABLE else {}

    answer = await server.admin.get(f"{space}/secrets", accept, **query)

    assert answer.status == 200
    listed = answer.json
    assert listed["kind"] == form
    objects = [row["object"] for row in listed["rows"]] if "rows" in listed else listed["items"]
    (found,) = objects
    assert "data" not in found
    assert value in found["metadata"]["annotations"][LAST_APPLIED]


async def test_m14_an_object_as_dicts_weighs_many_times_its_bytes(server: Server) -> None:
    """26.6 KB for a pod of 3.9 KB were seen, of which managedFields are much."""
    text = await a_pod(server)

    whole = weight_of_many(text)
    pruned: Json = json.loads(text)
    pruned["metadata"].pop("managedFields")
    lighter = weight_of_many(json.dumps(pruned))

    assert whole > HEAVIER * len(text)
    assert lighter < 0.8 * whole


async def test_m14_decoding_an_object_takes_microseconds(server: Server) -> None:
    """19 us with json were seen: 50,000 of them hold a loop for a second."""
    text = await a_pod(server)
    rounds = 200

    begun = time.process_time()
    for _ in range(rounds):
        json.loads(text)
    each_us = (time.process_time() - begun) / rounds * 1e6

    assert 2 < each_us < 500


async def a_pod(server: Server) -> str:
    """Return a pod with a life behind it, as JSON; nothing on a bare server would give it one."""
    space = await server.namespace("facts-m14")
    await server.admin.post(f"{space}/serviceaccounts", {"metadata": {"name": "default"}})
    container: dict[str, Any] = {
        "name": "main",
        "image": "registry.harbour.example/payments/gateway-api:1.2.3",
        "env": [{"name": f"SETTING_{number}", "value": f"value {number}"} for number in range(12)],
        "resources": {"requests": {"cpu": "20m", "memory": "64Mi"}, "limits": {"memory": "64Mi"}},
        "ports": [{"name": "http", "containerPort": 8080}],
        "readinessProbe": {"httpGet": {"path": "/readyz", "port": "http"}},
    }
    pod = {
        "metadata": {"name": "one", "labels": {"app": "gateway-api", "team": "payments"}},
        "spec": {"containers": [container]},
    }
    made = await server.admin.post(f"{space}/pods", pod)
    assert made.status in {201, 409}, made.body
    found = (await server.admin.get(f"{space}/pods/one")).json
    now = "2026-11-21T12:00:00Z"
    found["status"] = {
        "phase": "Running",
        "podIP": "10.0.0.1",
        "podIPs": [{"ip": "10.0.0.1"}],
        "startTime": now,
        "conditions": [
            {"type": kind, "status": "True", "lastTransitionTime": now}
            for kind in ("Initialized", "Ready", "ContainersReady", "PodScheduled")
        ],
        "containerStatuses": [
            {
                "name": "main",
                "image": container["image"],
                "imageID": "sha256:0",
                "containerID": "containerd://0",
                "ready": True,
                "restartCount": 0,
                "state": {"running": {"startedAt": now}},
            }
        ],
    }
    answer = await server.admin.put(f"{space}/pods/one/status", found)
    assert answer.status == 200, answer.body
    return answer.body.decode()


def weight_of_many(text: str) -> float:
    """Return the bytes that one decoded `text` takes, measured over many that are held at once."""
    count = 50
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        held = [json.loads(text) for _ in range(count)]
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    return (after - before) / len(held)
