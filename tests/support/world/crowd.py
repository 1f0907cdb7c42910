"""Very many healthy pods, written directly: what takes a world to 50,000 in minutes.

Pods are created already bound, so the scheduler is not asked, and then a ReplicaSet comes that
adopts them, so that they have an owner as all pods have (client-go: PodControllerRefManager).
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from tests.support.world.manifest import Object, bare_pod, container, make, template
from tests.support.world.town import APPS

GROUP_SIZE = 50
ALPHABET = "bcdfghjklmnpqrstvwxz2456789"
"""The letters of generated names (apimachinery: rand.String)."""


@dataclass(frozen=True, slots=True)
class Group:
    """Pods, and the ReplicaSet that adopts them once they exist."""

    pods: list[Object]
    owner: Object


def groups(seed: int, pods: int, nodes: Sequence[str]) -> list[Group]:
    """Return `pods` pods in groups, spread over `nodes`; none for a negative number."""
    chance = random.Random(f"{seed}/crowd")
    homes = [(namespace, app) for namespace, apps in APPS.items() for app in apps]
    made: list[Group] = []
    for start in range(0, max(0, pods), GROUP_SIZE):
        namespace, app = homes[len(made) % len(homes)]
        name = f"{app}-shard-{len(made):04d}"
        size = min(GROUP_SIZE, pods - start)
        pod = template(name, [container(app, f"{namespace}/{app}:1.0.0")], script="settled")
        members = []
        for number in range(size):
            suffix = "".join(chance.choices(ALPHABET, k=5))
            member = bare_pod(f"{name}-{suffix}", namespace, pod)
            member["spec"] = {**member["spec"], "nodeName": nodes[(start + number) % len(nodes)]}
            members.append(member)
        selector = {"matchLabels": {"app.kubernetes.io/name": name}}
        spec = {"replicas": size, "selector": selector, "template": pod}
        made.append(Group(members, make("apps/v1", "ReplicaSet", name, namespace, spec=spec)))
    return made
