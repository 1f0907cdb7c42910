"""The company: its namespaces, what each runs when all is well, and the nodes below."""

from __future__ import annotations

import random

from tests.support.kubelet.nodes import SILENT
from tests.support.world.manifest import (
    HOUSE,
    Object,
    container,
    daemonset,
    deployment,
    make,
    service,
    statefulset,
    template,
)

APPS: dict[str, tuple[str, ...]] = {
    "payments": ("gateway-api", "refunds", "payouts", "risk-rules", "webhook-relay"),
    "checkout": ("basket-api", "session", "tax", "order-writer"),
    "search": ("query-api", "suggest", "autocomplete", "ranking-features"),
    "catalogue": ("product-api", "media-resizer", "price-feed"),
    "identity": ("login", "token-issuer", "profile"),
    "ledger": ("book-api", "postings", "statements"),
    "billing": ("invoices", "dunning"),
    "shipping": ("tracker", "labels", "carriers"),
    "email": ("sender", "template-render"),
    "flags": ("flag-api",),
    "loyalty": ("points",),
    "pricing": ("quote-api", "rules"),
    "returns": ("intake",),
    "webhooks": ("dispatcher",),
    "monitoring": ("grafana", "alert-router", "log-gateway"),
    "tracing": ("collector",),
    "cert-manager": ("cert-controller",),
    "edge-ingress": ("edge-proxy",),
    "gitops": ("sync-controller",),
}
"""Healthy Deployments by namespace, each with a Service of the same name."""
CLOSED = "legacy-reports"
"""A namespace that is deleted and does not go."""
EMPTY = ("team-secrets", "data-lake", "ci-runners", "admission", CLOSED)
"""Namespaces whose objects come from elsewhere, or nowhere."""
GUARDED = frozenset({"payments", "identity"})
"""Namespaces that the image-policy webhook is asked about."""
LOST_NODE = "ap-17"
LOST_AFTER_S = 20
LARGEST_APP = 250
"""Replicas of one app at most; a world that wants more has a crowd (tests/support/world/crowd.py)."""
EDGE_TAINT = {"key": f"{HOUSE}/edge", "value": "true", "effect": "NoSchedule"}


def nodes(pods: int) -> list[Object]:
    """Return the manifests of the scripted nodes, enough for `pods`; one of them will be lost."""
    workers = max(6, pods // 90)
    names = [f"ap-{number:02d}" for number in range(1, workers + 1)]
    made = [
        _node(name, "worker", index)
        for index, name in enumerate(n for n in names if n != LOST_NODE)
    ]
    made += [_node(f"gp-{number:02d}", "gpu", number) for number in (1, 2)]
    lost = _node(LOST_NODE, "edge", 2)
    lost["metadata"]["annotations"] = {SILENT: str(LOST_AFTER_S)}
    lost["spec"] = {"taints": [EDGE_TAINT]}
    return [*made, lost]


def namespaces() -> list[Object]:
    """Return every namespace with its team and its pod security level."""
    made = []
    for name in (*APPS, *EMPTY):
        labels = {f"{HOUSE}/team": name}
        if name in GUARDED:
            labels[f"{HOUSE}/image-policy"] = "enforced"
        if name not in ("data-lake", "ci-runners", CLOSED):
            labels["pod-security.kubernetes.io/warn"] = "baseline"
        made.append(make("v1", "Namespace", name, labels=labels))
    return made


def healthy(seed: int, pods: int) -> list[Object]:
    """Return every healthy app with its Service; their replicas add up to about `pods`."""
    chance = random.Random(f"{seed}/town")
    apps = [(namespace, app) for namespace, names in APPS.items() for app in names]
    weights = {app: chance.lognormvariate(0, 0.8) for app in apps}
    total = sum(weights.values())
    made: list[Object] = []
    for namespace, app in apps:
        share = round(pods * weights[namespace, app] / total)
        replicas = min(max(1, share), LARGEST_APP)
        version = f"{chance.randint(1, 6)}.{chance.randint(0, 40)}.{chance.randint(0, 9)}"
        containers = [container(app, f"{namespace}/{app}:{version}", port=8080)]
        if chance.random() < 0.2:
            containers.append(container("proxy", "mesh/proxy:1.29.3"))
        pod = template(app, containers, labels={"app.kubernetes.io/version": version})
        made.append(deployment(app, namespace, pod, replicas, revisionHistoryLimit=3))
        made.append(service(app, namespace))
    return made


def platform() -> list[Object]:
    """Return what kube-system and its like run: a DaemonSet on every node, DNS, a database."""
    everywhere = [{"operator": "Exists"}]
    exporter = template(
        "node-exporter",
        [container("exporter", "monitoring/node-exporter:1.10.2", port=9100)],
        tolerations=everywhere,
        hostNetwork=True,
        hostPID=True,
    )
    agent = template(
        "log-agent",
        [container("agent", "monitoring/log-agent:3.2.0")],
        volumes=[{"name": "logs", "hostPath": {"path": "/var/log"}}],
    )
    dns = template("coredns", [container("coredns", "platform/coredns:1.12.4", port=8181)])
    database = template(
        "profile-db", [container("postgres", "platform/postgres:17.6", memory="256Mi")]
    )
    meters = template(
        "metrics-server", [container("metrics-server", "platform/metrics-server:0.8.0", port=4443)]
    )
    return [
        daemonset("node-exporter", "monitoring", exporter),
        daemonset("log-agent", "kube-system", agent),
        deployment("coredns", "kube-system", dns, 2),
        service("coredns", "kube-system", port=53),
        # Scaled to nothing: the aggregated API behind it is down.
        deployment("metrics-server", "kube-system", meters, 0),
        service("metrics-server", "kube-system", port=443),
        statefulset("profile-db", "identity", database, 2),
        service("profile-db", "identity", port=5432, clusterIP="None"),
    ]


def _node(name: str, pool: str, index: int) -> Object:
    capacity = {"cpu": "64", "memory": "256Gi", "pods": "250", "ephemeral-storage": "200Gi"}
    if pool == "gpu":
        capacity["nvidia.com/gpu"] = "4"
    labels = {
        "kubernetes.io/hostname": name,
        "kubernetes.io/os": "linux",
        "kubernetes.io/arch": "amd64",
        "topology.kubernetes.io/region": "eu-1",
        "topology.kubernetes.io/zone": f"eu-1{'abc'[index % 3]}",
        "node.kubernetes.io/instance-type": f"{pool}-64",
        f"{HOUSE}/pool": pool,
    }
    return {**make("v1", "Node", name, labels=labels), "status": {"capacity": capacity}}
