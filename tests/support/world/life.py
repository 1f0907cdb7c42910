"""What goes on happening in a world after it is loaded: a rollout that repeats, events that keep coming."""

from __future__ import annotations

import asyncio
import contextlib
import random
from itertools import count

import aiohttp

from tests.support.kubelet.apiserver import Apiserver, Object, Refused, path_of
from tests.support.kubelet.events import Recorder
from tests.support.kubelet.script import Occurrence
from tests.support.world.sick import ROLLS

ROLLOUT_S = 45.0
EVENT_S = 4.0
NEWS = (
    ("shop", "checkout", "Sync", "Scheduled for sync", False),
    ("api", "payments", "Sync", "Scheduled for sync", False),
    ("ops-console", "monitoring", "NoSuchPort", "service grafana has no port http-admin", True),
)
"""(Ingress, namespace, reason, message, warning) that the company's edge controller repeats."""


async def live(apiserver: Apiserver, seed: int) -> None:
    """Keep the world moving until cancelled."""
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(_roll(apiserver))
        tasks.create_task(_report(apiserver, random.Random(f"{seed}/life")))


async def _roll(apiserver: Apiserver) -> None:
    """Give the rolling Deployment a new image again and again."""
    namespace, name = ROLLS
    path = path_of("apps/v1", "deployments", namespace, name)
    for number in count(1):
        image = f"registry.harbour.example/{namespace}/{name}:112.{number}.0"
        patch = {"spec": {"template": {"spec": {"containers": [{"name": name, "image": image}]}}}}
        await _try(apiserver, path, patch)
        await asyncio.sleep(ROLLOUT_S)


async def _try(apiserver: Apiserver, path: str, patch: Object) -> None:
    try:
        await apiserver.patch(
            path, patch, kind="application/strategic-merge-patch+json", fieldManager="gitops-sync"
        )
    except (Refused, aiohttp.ClientError, TimeoutError):
        # The server restarts or the Deployment was deleted: the next round asks again.
        return


async def _report(apiserver: Apiserver, chance: random.Random) -> None:
    recorder = Recorder(apiserver)
    while True:
        name, namespace, reason, message, warning = chance.choice(NEWS)
        subject = {
            "apiVersion": "networking.k8s.io/v1",
            "kind": "Ingress",
            "name": name,
            "namespace": namespace,
        }
        # As in `_try`.
        with contextlib.suppress(aiohttp.ClientError, TimeoutError):
            await recorder.record(subject, "edge-controller", Occurrence(reason, message, warning))
        await asyncio.sleep(EVENT_S)
