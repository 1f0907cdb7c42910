"""The recorded snapshot, grown to a size and given a past.

Healthy Deployments get more replicas: their pods are copies of recorded ones, and the counts of their
ReplicaSets, Deployments and endpoints follow.
"""

import json
import random
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from dashboard.demo.endpoints import ENDPOINTS, SLICES, addressed, targets, with_endpoints
from dashboard.demo.recording import Object, Recorded, Recording
from dashboard.demo.template import LETTERS, scramble

PODS: Final = "pods.v1"
REPLICASETS: Final = "replicasets.v1.apps"
DEPLOYMENTS: Final = "deployments.v1.apps"
LARGEST: Final = 100
"""Replicas of one Deployment at most: as many endpoints as one EndpointSlice holds."""
COUNTS: Final = frozenset(
    {
        "replicas",
        "readyReplicas",
        "availableReplicas",
        "updatedReplicas",
        "fullyLabeledReplicas",
    }
)
COUNTED: Final = frozenset({"Ready", "Up-to-date", "Available", "Desired", "Current"})
DAY_S: Final = 86_400

_HEX = re.compile(r"(?<=containerd://)[0-9a-f]{64}")


@dataclass(slots=True)
class Workload:
    """A Deployment that may grow: the entities of its parts in the snapshot."""

    name: str
    replicas: int
    replicaset: int
    deployment: int
    pods: list[int]
    addresses: list[int] = field(default_factory=list)
    copies: list[Object] = field(default_factory=list)


class Town:
    """What the demo holds when it starts. Entities from `first_copy` on are copies."""

    def __init__(self, recording: Recording, *, pods: int, seed: int) -> None:
        """Grow to `pods` pods; no town is smaller than the recording."""
        self._columns = recording.columns
        self._seed = seed
        self._recorded = {item.entity: item for item in recording.snapshot}
        self._touched = {item.entity for item in recording.tape}
        self._order = [
            item.entity for item in sorted(recording.snapshot, key=lambda item: item.at_s)
        ]
        entities = [item.entity for item in (*recording.snapshot, *recording.tape)]
        self._next = max(entities, default=0) + 1
        self._grow(pods)
        self.older_ms = {entity: self._older_ms(entity) for entity in self._order}
        """By entity, how much older than recorded it is."""

    def __iter__(self) -> Iterator[Recorded]:
        """Yield what to write, in the order of the writes."""
        return (self._recorded[entity] for entity in self._order)

    def get(self, entity: int) -> Recorded:
        """Return the snapshot of one object."""
        return self._recorded[entity]

    def _shown(self, kind: str) -> Iterator[tuple[int, Object]]:
        for entity in self._order:
            if kind in self._recorded[entity].shown:
                yield entity, self._recorded[entity].shown[kind][0]

    def _grow(self, pods: int) -> None:
        wanted = pods - sum(1 for _ in self._shown(PODS))
        workloads = list(self._workloads())
        if wanted <= 0 or not workloads:
            return
        chance = random.Random(f"{self._seed}/town")  # noqa: S311  (keeps no secret)
        weights = [chance.lognormvariate(0, 0.8) for _ in workloads]
        room = {index: LARGEST - workload.replicas for index, workload in enumerate(workloads)}
        more: dict[int, int] = defaultdict(int)
        while wanted > 0 and room:
            index = chance.choices(list(room), [weights[index] for index in room])[0]
            more[index] += 1
            wanted -= 1
            if more[index] == room[index]:
                del room[index]
        models = [self._recorded[entity] for workload in workloads for entity in workload.pods]
        addresses = _Addresses(models)
        for index, count in more.items():
            self._grow_one(workloads[index], count, addresses, chance)

    def _workloads(self) -> Iterator[Workload]:
        """Yield the Deployments that are well, that the tape leaves alone and that nothing else counts."""
        counted = {
            (shown["metadata"]["namespace"], shown["metadata"]["name"])
            for kind in (
                "poddisruptionbudgets.v1.policy",
                "horizontalpodautoscalers.v2.autoscaling",
            )
            for _, shown in self._shown(kind)
        }
        pods: dict[str, list[int]] = defaultdict(list)
        for entity, pod in self._shown(PODS):
            for owner in pod["metadata"].get("ownerReferences") or ():
                pods[owner["uid"]].append(entity)
        slices: dict[str, list[int]] = defaultdict(list)
        for kind in (SLICES, ENDPOINTS):
            for entity, shown in self._shown(kind):
                for uid in targets(shown):
                    slices[uid].append(entity)
        deployments = {
            shown["metadata"]["uid"]: entity for entity, shown in self._shown(DEPLOYMENTS)
        }
        for entity, shown in self._shown(REPLICASETS):
            meta = shown["metadata"]
            (owner,) = meta["ownerReferences"]
            mine = pods[meta["uid"]]
            parts = {entity, deployments.get(owner["uid"], -1), *mine}
            is_whole = (
                shown["spec"]["replicas"] == len(mine) == shown["status"].get("readyReplicas")
            )
            if not mine or not is_whole or parts & self._touched or -1 in parts:
                continue
            if (meta["namespace"], owner["name"]) in counted:
                continue
            if any(self._has_restarted(pod) for pod in mine):
                continue  # copies would all have restarted at one moment
            near = {
                entity
                for pod in mine
                for entity in slices[self._recorded[pod].shown[PODS][0]["metadata"]["uid"]]
            }
            if near & self._touched:
                continue
            found = Workload(owner["name"], len(mine), entity, deployments[owner["uid"]], mine)
            found.addresses = sorted(near)
            yield found

    def _has_restarted(self, entity: int) -> bool:
        status = self._recorded[entity].shown[PODS][0]["status"]
        return any(item["restartCount"] for item in status.get("containerStatuses") or ())

    def _grow_one(
        self, workload: Workload, count: int, addresses: "_Addresses", chance: random.Random
    ) -> None:
        for number in range(count):
            model = self._recorded[chance.choice(workload.pods)]
            copy = self._copy(model, f"{workload.name}/{number}", addresses)
            entity = self._next
            self._next += 1
            self._recorded[entity] = Recorded(model.at_s, entity, {PODS: copy})
            self._order.append(entity)
            workload.copies.append(copy[0])
        total = workload.replicas + count
        for entity, kind in (
            (workload.replicaset, REPLICASETS),
            (workload.deployment, DEPLOYMENTS),
        ):
            document, cells = self._recorded[entity].shown[kind]
            self._change(
                entity,
                kind,
                _recounted(document, total),
                self._recount_cells(kind, cells, workload.replicas, total),
            )
        for entity in workload.addresses:
            for kind in (SLICES, ENDPOINTS):
                if kind in self._recorded[entity].shown:
                    document, cells = self._recorded[entity].shown[kind]
                    grown = with_endpoints(document, workload.copies)
                    self._change(entity, kind, grown, addressed(kind, grown, cells))

    def _copy(
        self, model: Recorded, seed: str, addresses: "_Addresses"
    ) -> tuple[Object, Sequence[Any]]:
        document, cells = model.shown[PODS]
        meta, status = document["metadata"], document["status"]
        node, host, zone, address = addresses.next()
        name = meta["name"]
        stem, _, suffix = name.rpartition("-")
        seed = f"{self._seed}/{seed}"
        changed = {
            name: f"{stem}-{scramble(suffix, seed, LETTERS['r'])}",
            meta["uid"]: scramble(meta["uid"], seed, LETTERS["x"]),
        }
        text = json.dumps([document, cells])
        for old, new in changed.items():
            text = text.replace(old, new)
        text = re.sub(rf'(?<=["\\]){re.escape(status["podIP"])}(?=["\\])', address, text)
        text = _HEX.sub(lambda found: scramble(found[0], seed + found[0], LETTERS["x"]), text)
        text = text.replace(f'"{document["spec"]["nodeName"]}"', f'"{node}"')
        text = text.replace(f'"{status["hostIP"]}"', f'"{host}"')
        found, shown = json.loads(text)
        found["metadata"]["labels"]["topology.kubernetes.io/zone"] = zone
        return found, shown

    def _change(self, entity: int, kind: str, document: Object, cells: Sequence[Any]) -> None:
        item = self._recorded[entity]
        self._recorded[entity] = replace(item, shown={**item.shown, kind: (document, cells)})

    def _recount_cells(self, kind: str, cells: Sequence[Any], was: int, now: int) -> list[Any]:
        values = {was: now, f"{was}/{was}": f"{now}/{now}"}
        return [
            values.get(cell, cell) if column["name"] in COUNTED else cell
            for cell, column in zip(cells, self._columns[kind], strict=True)
        ]

    def _older_ms(self, entity: int) -> int:
        """Return how much older an object is than recorded: no more than what it belongs to."""
        ((kind, (document, _)), *_) = self._recorded[entity].shown.items()
        meta = document["metadata"]
        if "{{" in meta["name"]:
            return 0  # it comes and goes with the tape
        if _is_lost(kind, document):
            return 3 * 3_600_000
        namespace = meta.get("namespace", "")
        age_s = 240.0 * DAY_S
        if namespace and not namespace.startswith("kube-"):
            age_s *= self._share(namespace)
        elif kind == "namespaces.v1" and not meta["name"].startswith("kube-"):
            age_s *= self._share(meta["name"])
        if not namespace:
            return int(age_s) * 1000
        app = (meta.get("labels") or {}).get("app.kubernetes.io/name", meta["name"])
        age_s *= self._share(f"{namespace}/{app}")
        owners = [owner for owner in meta.get("ownerReferences") or () if owner.get("controller")]
        if kind == REPLICASETS:
            age_s *= self._share(meta["uid"])
        for owner in owners if kind == PODS else ():
            age_s *= self._share(owner["uid"]) * self._share(meta["uid"])
        return int(age_s) * 1000

    def _share(self, of: str) -> float:
        return random.Random(f"{self._seed}/{of}").uniform(0.15, 0.95)  # noqa: S311


class _Addresses:
    """Where copies run: the nodes of the models in turn, each pod with an address of its own."""

    def __init__(self, models: Sequence[Recorded]) -> None:
        found: dict[str, tuple[str, str, str]] = {}
        self._taken: dict[str, int] = defaultdict(int)
        for model in models:
            pod = model.shown[PODS][0]
            zone = pod["metadata"]["labels"]["topology.kubernetes.io/zone"]
            network, _, _ = pod["status"]["podIP"].rpartition(".")
            node = pod["spec"]["nodeName"]
            found[node] = (network, pod["status"]["hostIP"], zone)
        self._nodes = sorted(found.items())
        self._turn = 0

    def next(self) -> tuple[str, str, str, str]:
        """Return node, its address, its zone and the pod's address."""
        node, (network, host, zone) = self._nodes[self._turn % len(self._nodes)]
        self._turn += 1
        self._taken[node] += 1
        # Beside the recorded addresses, which end below 128 in the first of the node's networks.
        block, last = divmod(self._taken[node] - 1, 120)
        first, second, third = network.split(".")
        return node, host, zone, f"{first}.{int(second) + 1 + block}.{third}.{last + 2}"


def _is_lost(kind: str, document: Mapping[str, Any]) -> bool:
    if "deletionTimestamp" in document["metadata"]:
        return True
    if kind == "nodes.v1":
        ready = [item for item in document["status"]["conditions"] if item["type"] == "Ready"]
        return any(item["status"] != "True" for item in ready)
    return kind.startswith("leases.") and document["spec"].get("renewTime", "").startswith("{{O")


def _recounted(document: Object, total: int) -> Object:
    def count(part: Mapping[str, Any]) -> Object:
        return {key: total if key in COUNTS else value for key, value in part.items()}

    return {**document, "spec": count(document["spec"]), "status": count(document["status"])}
