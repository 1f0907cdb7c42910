"""Objects as the rig writes them: plain ones, and now and then a poisonous one (fault F24)."""

from __future__ import annotations

import random
from typing import Any

POISONED = 0.04
"""How many of all objects are huge or odd."""

HUGE = 250_000
"""Characters; etcd takes 1.5 MiB in all."""

SINCE = "2026-01-01T00:00:00Z"
KEYS = 6
PLAIN = ("plain", 'quo"ted', "línea", "{[,:]}", "x" * 300)
POISON: tuple[Any, ...] = (
    "h" * HUGE,
    "\u0001\u001f\u2028\U0001f600\ufffd",
    "</script><b>&amp;",
    "line\nline\r\n\ttab",
    "",
    7,
    -1.5e300,
    True,
    {"a": {"b": [1, "2", None]}},
    ["x", 2],
    "5m ago (3d ago)",
    "2026-01-01T00:00:00Z",
)
"""What a column of a CRD that says it is text may hold all the same."""


def manifest(
    kind: str, labels: dict[str, str], random_: random.Random, *, is_change: bool = False
) -> dict[str, Any]:
    """Return an object of `kind` without a name, or with `is_change` the patch that makes it one."""
    is_poison = random_.random() < POISONED
    metadata: dict[str, Any] = {"labels": labels}
    if is_poison and random_.random() < 0.3:
        metadata["annotations"] = {"rig/huge": "a" * HUGE, "rig/odd": "\u0001\u2028"}
    match kind:
        case "pods":
            container = {"name": "main", "image": "registry.example/rig:1"}
            spec: dict[str, Any] = {"containers": [container], "terminationGracePeriodSeconds": 0}
            if is_poison:
                spec["containers"] = [{**container, "name": f"c{n}"} for n in range(40)]
            return {"metadata": metadata, "spec": spec}
        case "widgets":
            note = random_.choice(POISON if is_poison else PLAIN)
            stamp: Any = next(iter(labels.values()))
            spec = {"stamp": "no number" if note == 7 else int(stamp), "note": note}
            spoken = {"apiVersion": "faults.portolan.example/v1", "kind": "Widget"}
            return {**spoken, "metadata": metadata, "spec": spec}
    data: dict[str, str | None] = {
        f"k{n}": "v" * random_.randint(1, 200) for n in range(random_.randint(0, KEYS))
    }
    if is_change:
        data |= {f"k{n}": None for n in range(len(data), KEYS)}
    if is_poison:
        data["k0"] = "v" * HUGE
    return {"metadata": metadata, "data": data}


def running(random_: random.Random) -> dict[str, Any]:
    """Return a patch of a pod's status, such as a kubelet makes."""
    status: dict[str, Any] = {
        "name": "main",
        "image": "registry.example/rig:1",
        "imageID": "rig",
        "ready": random_.random() < 0.5,
        "restartCount": random_.randrange(50),
        "state": {"running": {"startedAt": SINCE}},
    }
    if random_.random() < POISONED:
        status["state"] = {"waiting": {"reason": random_.choice(("", "Odd{Reason", "r" * 1000))}}
        status["lastState"] = {"terminated": {"exitCode": -1, "finishedAt": SINCE}}
    phase = random_.choice(("Running", "Pending", "Failed", "Succeeded"))
    return {
        "status": {
            "phase": phase,
            "podIP": f"10.0.0.{random_.randrange(250)}",
            "containerStatuses": [status],
        }
    }
