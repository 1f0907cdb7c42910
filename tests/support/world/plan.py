"""The whole world as data: what is written in which order, for a seed and a size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from tests.support.world import (
    access,
    batch,
    config,
    crowd,
    extensions,
    network,
    policy,
    sick,
    storage,
    town,
)
from tests.support.world.manifest import Object

MADE_BY_CONTROLLERS = 1500
"""Pods that come the long way, through controllers and the scheduler; more than that is a crowd."""


@dataclass(frozen=True)
class World:
    """Every object of the world. `pods` is the size aimed at; no world is smaller than its sick."""

    seed: int = 7
    pods: int = 300

    @cached_property
    def nodes(self) -> list[Object]:
        """What the scripted kubelet registers."""
        return town.nodes(self.pods)

    @cached_property
    def groundwork(self) -> list[Object]:
        """What has to stand before anything is put into it."""
        return [
            *access.control_plane(),
            *town.namespaces(),
            *extensions.definitions(),
            *extensions.aggregated(),
        ]

    @cached_property
    def furniture(self) -> list[Object]:
        """What workloads refer to; in no order."""
        return [
            *access.readers(),
            *access.others(),
            *config.configmaps(),
            *config.secrets(),
            *storage.storage(),
            *policy.limits(),
            *policy.resilience(),
            *policy.admission(),
            *network.services(),
            *network.ingresses(),
            *network.policies(),
            *extensions.instances(self.seed),
        ]

    @cached_property
    def workloads(self) -> list[Object]:
        """What runs, and what needs service accounts; in no order."""
        special = [
            *sick.crashing(),
            *sick.leaving(),
            *sick.rolling(),
            *sick.lookalikes(),
            *batch.jobs(),
            *batch.cronjobs(),
            *town.platform(),
            config.token(),
        ]
        left = min(self.pods, MADE_BY_CONTROLLERS) - pods_of(special, len(self.nodes))
        return [*special, *town.healthy(self.seed, max(0, left))]

    @cached_property
    def crowd(self) -> list[crowd.Group]:
        """What makes a world large; empty in a small one."""
        nodes = [node["metadata"]["name"] for node in self.nodes if "spec" not in node]
        if self.pods <= MADE_BY_CONTROLLERS:
            return []
        missing = self.pods - pods_of(self.workloads, len(self.nodes))
        return crowd.groups(self.seed, missing, nodes)

    @property
    def expected_pods(self) -> int:
        """How many pods there are at least when everything has come up."""
        return pods_of(self.workloads, len(self.nodes)) + sum(
            len(group.pods) for group in self.crowd
        )


def pods_of(objects: Sequence[Object], nodes: int) -> int:
    """Return how many pods these workloads ask for at once."""
    total = 0
    for manifest in objects:
        spec = manifest.get("spec", {})
        match manifest["kind"]:
            case "Deployment" | "StatefulSet":
                total += spec["replicas"]
            case "DaemonSet":
                # The lost node is tainted.
                total += nodes - 1
            case "Job" if not spec.get("suspend"):
                total += spec.get("parallelism", 1)
            case "Pod":
                total += 1
    return total
