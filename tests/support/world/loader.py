"""Writes a world through the API, many objects at a time, and makes its first moves."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterable

import aiohttp

from tests.support.kubelet.apiserver import Apiserver, Refused, path_of
from tests.support.world import town
from tests.support.world.manifest import HOUSE, Object
from tests.support.world.plan import World
from tests.support.world.sick import LEAVES, STUCK, stuck_revision

PARALLEL = 32
LIMIT_S = 60.0
"""How long one object may be refused for what it refers to, which others are still writing."""
PASSING = frozenset({403, 404, 409, 429, 500, 503})
POLL_S = 0.2
PLURALS = {
    "Endpoints": "endpoints",
    "Ingress": "ingresses",
    "IngressClass": "ingressclasses",
    "NetworkPolicy": "networkpolicies",
    "PriorityClass": "priorityclasses",
    "StorageClass": "storageclasses",
    "ValidatingAdmissionPolicy": "validatingadmissionpolicies",
}
"""Plurals that are not the kind in small letters and an s."""
MANAGERS = {"Deployment": "gitops-sync", "Service": "gitops-sync", "Secret": "vault-sync"}
"""Field managers by kind, where it is not a person with kubectl."""


class Loader:
    """Writes the objects of one world; an object that exists is left as it is."""

    def __init__(self, apiserver: Apiserver, world: World) -> None:
        self._apiserver = apiserver
        self._world = world
        self._slots = asyncio.Semaphore(PARALLEL)

    async def load(self) -> None:
        """Return when every object is written and the first moves are made.

        Objects of Kubernetes' own kinds that an old server does not serve are left out.
        """
        await self._create_all(self._world.groundwork)
        furniture = await self._served(self._world.furniture)
        await asyncio.gather(self._create_all(furniture), self._grounds())
        await self._create_all(self._world.workloads)
        await asyncio.gather(
            self._lose_pods(),
            self._stick(),
            self._balance("edge-ingress", "edge-proxy-public", "203.0.113.40"),
            self._close(town.CLOSED),
            self._gather_crowd(),
        )

    async def _served(self, objects: Iterable[Object]) -> list[Object]:
        """Return those whose kind the server serves, or will once it has read our definitions."""
        known: dict[str, set[str]] = {}
        found = []
        for manifest in objects:
            version = manifest["apiVersion"]
            if HOUSE not in version and version not in known:
                served = await self._apiserver.get(path_of(version, "").rstrip("/"))
                known[version] = {resource["kind"] for resource in served["resources"]}
            if HOUSE in version or manifest["kind"] in known[version]:
                found.append(manifest)
        return found

    async def _create_all(self, objects: Iterable[Object]) -> None:
        await asyncio.gather(*(self._create(manifest) for manifest in objects))

    async def _create(self, manifest: Object) -> None:
        meta = manifest["metadata"]
        plural = PLURALS.get(manifest["kind"], manifest["kind"].lower() + "s")
        path = path_of(manifest["apiVersion"], plural, meta.get("namespace"))
        manager = MANAGERS.get(manifest["kind"], "kubectl-client-side-apply")
        deadline = asyncio.get_running_loop().time() + LIMIT_S
        while True:
            passing = await self._refusal(path, manifest, manager)
            if passing is None:
                return
            if asyncio.get_running_loop().time() > deadline:
                raise passing
            await asyncio.sleep(POLL_S)

    async def _refusal(self, path: str, manifest: Object, manager: str) -> Exception | None:
        """Return None if the object is there now, or why it may only be written later.

        Raises Refused where waiting does not help.
        """
        try:
            async with self._slots:
                await self._apiserver.post(path, manifest, fieldManager=manager)
        except Refused as refusal:
            existing = f"{path}/{manifest['metadata']['name']}"
            if refusal.reason == "AlreadyExists" or await self._is_kept_out(refusal, existing):
                await self._grow(existing, manifest)
                return None
            if refusal.code in PASSING:
                return refusal
            raise
        except aiohttp.ClientConnectionError as error:
            # A server that restarts is back within the limit.
            return error
        return None

    async def _is_kept_out(self, refusal: Refused, path: str) -> bool:
        """True if a quota refused, before anyone saw that the object exists and fills it."""
        if refusal.code != 403:
            return False
        try:
            await self._apiserver.get(path)
        except Refused:
            return False
        return True

    async def _grow(self, path: str, manifest: Object) -> None:
        """Give a Deployment that exists the size that this world wants; leave all else alone."""
        if manifest["kind"] == "Deployment":
            size = {"spec": {"replicas": manifest["spec"]["replicas"]}}
            await self._apiserver.patch(path, size, fieldManager="gitops-sync")

    async def _grounds(self) -> None:
        """Return when pods can be made: service accounts are there and nodes are ready."""
        namespaces = {manifest["metadata"]["namespace"] for manifest in self._world.workloads}
        async with asyncio.timeout(LIMIT_S):
            while True:
                accounts, _ = await self._apiserver.list(path_of("v1", "serviceaccounts"))
                found = {
                    account["metadata"]["namespace"]
                    for account in accounts
                    if account["metadata"]["name"] == "default"
                }
                nodes, _ = await self._apiserver.list(path_of("v1", "nodes"))
                if found >= namespaces and sum(map(is_ready, nodes)) >= len(self._world.nodes):
                    return
                await asyncio.sleep(POLL_S)

    async def _lose_pods(self) -> None:
        """Delete the pods that will not go, once each has shown that it ran."""
        wanted = sum(
            manifest["spec"]["replicas"]
            for manifest in self._world.workloads
            if LEAVES
            in manifest.get("spec", {}).get("template", {}).get("metadata", {}).get("labels", {})
        )
        pods: list[Object] = []
        async with asyncio.timeout(LIMIT_S):
            while len(pods) < wanted or any(p["status"]["phase"] != "Running" for p in pods):
                await asyncio.sleep(POLL_S)
                pods, _ = await self._apiserver.list(path_of("v1", "pods"), labelSelector=LEAVES)
        for pod in pods:
            meta = pod["metadata"]
            await self._apiserver.delete(path_of("v1", "pods", meta["namespace"], meta["name"]))

    async def _stick(self) -> None:
        """Roll the stuck Deployment out once it stands."""
        path = path_of("apps/v1", "deployments", *STUCK)
        async with asyncio.timeout(LIMIT_S):
            while True:
                deployment = await self._apiserver.get(path)
                if deployment["status"].get("readyReplicas") == deployment["spec"]["replicas"]:
                    break
                await asyncio.sleep(POLL_S)
        await self._apiserver.patch(path, stuck_revision(), fieldManager="gitops-sync")

    async def _balance(self, namespace: str, name: str, address: str) -> None:
        path = path_of("v1", "services", namespace, name) + "/status"
        status = {"status": {"loadBalancer": {"ingress": [{"ip": address}]}}}
        await self._apiserver.patch(path, status, fieldManager=f"cloud.{HOUSE}")

    async def _close(self, namespace: str) -> None:
        """Delete a namespace; it stays in Terminating while an aggregated API is down."""
        # Refused when it is being deleted already.
        with contextlib.suppress(Refused):
            await self._apiserver.delete(path_of("v1", "namespaces", name=namespace))

    async def _gather_crowd(self) -> None:
        for group in self._world.crowd:
            await self._create_all(group.pods)
            await self._create(group.owner)


def is_ready(node: Object) -> bool:
    """True if a node's Ready condition holds."""
    conditions = node.get("status", {}).get("conditions", ())
    return any(c["type"] == "Ready" and c["status"] == "True" for c in conditions)
