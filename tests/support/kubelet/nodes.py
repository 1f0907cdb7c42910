"""The nodes of a scripted kubelet: registered once, their leases renewed, one of them going silent."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import aiohttp

from tests.support.kubelet.apiserver import Apiserver, Object, Refused, path_of
from tests.support.kubelet.status import now

SILENT = "world.portolan.example/silent-after"
"""Annotation of a node: seconds after which its kubelet is never heard of again."""
RETRY_S = 0.2
LEASE_DURATION_S = 40
RENEWAL_S = 10.0
"""A quarter of the lease, as the kubelet does (nodelease: renewIntervalFraction)."""


@dataclass(frozen=True, slots=True)
class Node:
    """One node, and the addresses that its pods get."""

    index: int
    manifest: Object

    @property
    def name(self) -> str:
        return str(self.manifest["metadata"]["name"])

    @property
    def address(self) -> str:
        return f"10.0.{self.index // 250 + 4}.{self.index % 250 + 1}"

    @property
    def pod_network(self) -> str:
        return f"10.{40 + self.index // 256}.{self.index % 256}"

    @property
    def silent_after_s(self) -> float | None:
        text = self.manifest["metadata"].get("annotations", {}).get(SILENT)
        return float(text) if text else None


class Fleet:
    """All nodes of one scripted kubelet."""

    def __init__(
        self, apiserver: Apiserver, manifests: Sequence[Object], port: int, version: str
    ) -> None:
        self._apiserver = apiserver
        self._port = port
        self._version = version
        self._silent: set[str] = set()
        self.nodes: Mapping[str, Node] = {
            manifest["metadata"]["name"]: Node(index, manifest)
            for index, manifest in enumerate(manifests)
        }

    def speaks_for(self, node: str | None) -> bool:
        """True while the kubelet of `node` is one of these and not silent."""
        return node in self.nodes and node not in self._silent

    async def register(self) -> None:
        """Create every node with its first lease and status; a node that exists is taken over.

        Waits for the right to do so, which whoever fills the cluster grants.
        """
        await asyncio.gather(*(self._register(node) for node in self.nodes.values()))

    async def run(self) -> None:
        """Renew leases until cancelled; each node that is to go silent does so in its time."""
        async with asyncio.TaskGroup() as tasks:
            for node in self.nodes.values():
                if node.silent_after_s is not None:
                    tasks.create_task(self._fall_silent(node.name, node.silent_after_s))
            while True:
                speaking = [node for node in self.nodes.values() if self.speaks_for(node.name)]
                await asyncio.gather(*(self._renew(node) for node in speaking))
                await asyncio.sleep(RENEWAL_S)

    async def _fall_silent(self, node: str, after_s: float) -> None:
        await asyncio.sleep(after_s)
        self._silent.add(node)

    async def _register(self, node: Node) -> None:
        manifest = {
            **node.manifest,
            "spec": {
                **node.manifest.get("spec", {}),
                "podCIDR": f"{node.pod_network}.0/24",
                "podCIDRs": [f"{node.pod_network}.0/24"],
                "providerID": f"scripted://{node.name}",
            },
        }
        manifest.pop("status", None)
        while True:
            try:
                await self._apiserver.post(path_of("v1", "nodes"), manifest)
                break
            except Refused as refusal:
                if refusal.code == 409:
                    break
                await asyncio.sleep(RETRY_S)
        await self._apiserver.patch(
            path_of("v1", "nodes", name=node.name) + "/status", {"status": self._status(node)}
        )
        await self._renew(node)

    async def _renew(self, node: Node) -> None:
        moment = dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        spec = {
            "holderIdentity": node.name,
            "leaseDurationSeconds": LEASE_DURATION_S,
            "renewTime": moment,
        }
        path = path_of("coordination.k8s.io/v1", "leases", "kube-node-lease")
        lease = {
            "apiVersion": "coordination.k8s.io/v1",
            "kind": "Lease",
            "metadata": {"name": node.name, "namespace": "kube-node-lease"},
            "spec": spec,
        }
        # A server that is away is asked again at the next renewal, as a kubelet does.
        with contextlib.suppress(Refused, aiohttp.ClientError, TimeoutError):
            try:
                await self._apiserver.patch(f"{path}/{node.name}", {"spec": spec})
            except Refused as refusal:
                if refusal.code == 404:
                    await self._apiserver.post(path, lease)

    def _status(self, node: Node) -> Object:
        capacity = node.manifest["status"]["capacity"]
        # InternalDNS is how the API server finds the log server; the address is scenery.
        return {
            "capacity": capacity,
            "allocatable": capacity,
            "conditions": [
                _condition("MemoryPressure", "False", "KubeletHasSufficientMemory"),
                _condition("DiskPressure", "False", "KubeletHasNoDiskPressure"),
                _condition("PIDPressure", "False", "KubeletHasSufficientPID"),
                _condition("Ready", "True", "KubeletReady"),
            ],
            "addresses": [
                {"type": "InternalIP", "address": node.address},
                {"type": "Hostname", "address": node.name},
                {"type": "InternalDNS", "address": "localhost"},
            ],
            "daemonEndpoints": {"kubeletEndpoint": {"Port": self._port}},
            "nodeInfo": {
                "machineID": f"{node.index:032x}",
                "systemUUID": f"00000000-0000-4000-8000-{node.index:012x}",
                "bootID": f"00000000-0000-4000-9000-{node.index:012x}",
                "kernelVersion": "6.12.48",
                "osImage": "Debian GNU/Linux 13 (trixie)",
                "containerRuntimeVersion": "containerd://2.1.4",
                "kubeletVersion": self._version,
                "kubeProxyVersion": "",
                "operatingSystem": "linux",
                "architecture": "amd64",
            },
        }


def _condition(kind: str, status: str, reason: str) -> Object:
    moment = now()
    return {
        "type": kind,
        "status": status,
        "reason": reason,
        "message": f"kubelet reports {reason}",
        "lastHeartbeatTime": moment,
        "lastTransitionTime": moment,
    }
