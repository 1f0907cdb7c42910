"""Workloads with something wrong, one for each way of being wrong, and their healthy look-alikes."""

from __future__ import annotations

from typing import Any

from tests.support.world.manifest import (
    HOUSE,
    Object,
    bare_pod,
    container,
    deployment,
    service,
    statefulset,
    template,
)
from tests.support.world.town import EDGE_TAINT, LOST_NODE

LEAVES = f"{HOUSE}/leaves"
"""Label of pods that are deleted once the world stands, and that never end."""
STUCK = ("checkout", "cart-api")
ROLLS = ("catalogue", "storefront")
POLICY = {"maxSurge": 2, "maxUnavailable": 0}

LOOKALIKES: dict[str, tuple[str, ...]] = {
    "payments": (
        "ledger-writer-standby",
        "fraud-score-batch",
        "failed-payments-replayer",
        "gateway-router-b",
        "oomkilled-notifier",
    ),
    "checkout": (
        "cart-api-canary",
        "voucher-api-v2",
        "pending-orders",
        "error-budget-api",
        "completed-orders",
    ),
    "search": ("reranker-shadow", "embedder-cpu", "indexer-small"),
    "monitoring": (
        "crashloop-exporter",
        "evicted-cleaner",
        "not-ready-detector",
        "unschedulable-reporter",
    ),
    "identity": ("unknown-user-lookup", "terminating-sessions"),
    "catalogue": ("imagepull-warmer", "importer-dry-run"),
    "ledger": ("init-db-proxy", "archiver-hot"),
}
"""Healthy Deployments that a careless eye takes for sick: by name, or by restarts long past."""

EXPECTED_STATUSES = (
    "Running",
    "Completed",
    "CrashLoopBackOff",
    "ImagePullBackOff",
    "OOMKilled",
    "Error",
    "Evicted",
    "Pending",
    "ContainerCreating",
    "Terminating",
    "Unknown",
    "Init:0/1",
    "Init:CrashLoopBackOff",
    "Init:Error",
    "InvalidImageName",
    "CreateContainerConfigError",
    "ContainerStatusUnknown",
)
"""Every word that the STATUS column of `kubectl get pods -A` shows in this world."""


def crashing() -> list[Object]:
    """Return what starts and ends again, and what cannot start."""
    risky = [
        container("score", "payments/fraud-score:0.19.2"),
        *_sidecars("mesh/proxy:1.29.3", "mesh/audit:2.2.0"),
    ]
    ranker = [container("rerank", "search/reranker:4.4.1"), *_sidecars("mesh/proxy:1.29.3")]
    gpu = container("embed", "search/embedder:gpu-2.0.0-rc9")
    return [
        _sick("ledger-writer", "payments", "oomloop", 3, restarts=41, memory="256Mi"),
        deployment(
            "fraud-score",
            "payments",
            template("fraud-score", risky, script="crashloop:1 healthy", restarts=11),
            2,
        ),
        deployment(
            "reranker", "search", template("reranker", ranker, script="crashloop", restarts=28), 2
        ),
        statefulset(
            "embedder-gpu",
            "search",
            template(
                "embedder-gpu", [gpu], script="imagepull", nodeSelector={f"{HOUSE}/pool": "gpu"}
            ),
            2,
        ),
        _sick(
            "importer",
            "catalogue",
            "badimage",
            image="registry.harbour.example/Catalogue/Importer:latest",
        ),
        _sick(
            "promo-banner",
            "catalogue",
            "badconfig",
            annotations={"world.portolan.example/missing": "promo-flags"},
        ),
        _sick("voucher-api", "checkout", "creating"),
        _sick("archiver", "ledger", "initializing", init=("wait-for-db",)),
        _sick("migrator", "ledger", "initcrash", init=("schema-check", "migrate"), restarts=6),
        _sick("statement-api", "ledger", "unready", 2),
        _sick("invoice-render", "billing", "evicted:3 healthy", 4),
        _sick("indexer-large", "search", "healthy", memory="2Ti"),
        _sick("vision-tagger", "search", "healthy", 2, nodeSelector={f"{HOUSE}/pool": "tpu"}),
    ]


def leaving() -> list[Object]:
    """Return what is being deleted and does not go, on healthy nodes and on the lost one."""
    edge = {**EDGE_TAINT, "operator": "Equal"}
    patient = {
        "key": "node.kubernetes.io/unreachable",
        "operator": "Exists",
        "effect": "NoExecute",
        "tolerationSeconds": 86400,
    }
    placed: Object = {
        "nodeSelector": {"kubernetes.io/hostname": LOST_NODE},
        "tolerations": [edge, patient],
    }
    leaves = {LEAVES: "true"}
    return [
        statefulset(
            "cart-cache",
            "checkout",
            template(
                "cart-cache",
                [container("redis", "platform/redis:8.2.1")],
                script="lingers",
                labels=leaves,
                terminationGracePeriodSeconds=3600,
            ),
            1,
        ),
        statefulset(
            "gateway-router",
            "payments",
            template(
                "gateway-router",
                [container("router", "payments/gateway-router:7.0.3")],
                script="lost",
                labels=leaves,
                **placed,
            ),
            2,
        ),
        deployment(
            "edge-cache",
            "edge-ingress",
            template("edge-cache", [container("cache", "edge/cache:1.4.0", port=8080)], **placed),
            2,
        ),
        bare_pod(
            "fuse-mounter-0",
            "data-lake",
            template(
                "fuse-mounter",
                [
                    container(
                        "fuse", "data-lake/fuse-mounter:0.3.1", securityContext={"privileged": True}
                    )
                ],
                script="rebooted",
                restartPolicy="Never",
            ),
        ),
        bare_pod(
            "fuse-mounter-1",
            "data-lake",
            template(
                "fuse-mounter",
                [
                    container(
                        "fuse", "data-lake/fuse-mounter:0.3.1", securityContext={"privileged": True}
                    )
                ],
                script="vanished",
                restartPolicy="Never",
            ),
        ),
    ]


def rolling() -> list[Object]:
    """Return a Deployment that will be stuck and one that rolls again and again."""
    stuck = deployment(
        "cart-api",
        "checkout",
        template("cart-api", [container("cart-api", "checkout/cart-api:30.4.0", port=8080)]),
        6,
        progressDeadlineSeconds=8,
        strategy={"type": "RollingUpdate", "rollingUpdate": POLICY},
    )
    rolls = deployment(
        "storefront",
        "catalogue",
        template(
            "storefront", [container("storefront", "catalogue/storefront:112.0.0", port=8080)]
        ),
        5,
        minReadySeconds=4,
    )
    return [stuck, service("cart-api", "checkout"), rolls, service("storefront", "catalogue")]


def stuck_revision() -> Object:
    """Return the patch that makes cart-api's next revision: two of its pods never become ready."""
    pod = template(
        "cart-api",
        [container("cart-api", "checkout/cart-api:31.0.0", port=8080)],
        script="unready:2 healthy",
    )
    return {"spec": {"template": pod}}


def lookalikes() -> list[Object]:
    """Return the healthy ones: half of them with restarts and an out-of-memory kill in the past."""
    made = []
    for namespace, names in LOOKALIKES.items():
        for position, name in enumerate(names):
            script = "seasoned" if position % 2 == 0 else "healthy"
            image = container(name, f"{namespace}/{name}:1.{position}.0", port=8080)
            pod = template(
                name, [image], script=script, restarts=37 if script == "seasoned" else None
            )
            made.append(deployment(name, namespace, pod))
    return made


def _sick(
    name: str,
    namespace: str,
    script: str,
    replicas: int = 1,
    *,
    image: str | None = None,
    memory: str = "64Mi",
    init: tuple[str, ...] = (),
    restarts: int | None = None,
    annotations: dict[str, str] | None = None,
    **spec: Any,
) -> Object:
    main = container(name, image or f"{namespace}/{name}:1.8.0", memory=memory, port=8080)
    if init:
        spec["initContainers"] = [container(step, f"{namespace}/{step}:1.0.0") for step in init]
    pod = template(name, [main], script=script, restarts=restarts, annotations=annotations, **spec)
    return deployment(name, namespace, pod, replicas)


def _sidecars(*images: str) -> list[Object]:
    return [container(image.split("/")[1].split(":")[0], image) for image in images]
