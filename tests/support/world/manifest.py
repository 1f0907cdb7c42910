"""Manifests in short: functions that return the objects the world is made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tests.support.kubelet.casting import ANNOTATION
from tests.support.kubelet.script import RESTARTS

Object = dict[str, Any]
IMAGES = "registry.harbour.example"
HOUSE = "harbour.example"
"""Domain of the company's own labels, annotations and API groups."""


def make(
    api_version: str,
    kind: str,
    name: str,
    namespace: str | None = None,
    *,
    labels: Mapping[str, str] | None = None,
    annotations: Mapping[str, str] | None = None,
    **rest: Any,
) -> Object:
    """Return an object; `rest` are its top-level fields beside metadata."""
    metadata: Object = {"name": name}
    if namespace is not None:
        metadata["namespace"] = namespace
    if labels:
        metadata["labels"] = dict(labels)
    if annotations:
        metadata["annotations"] = dict(annotations)
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, **rest}


def container(
    name: str,
    image: str,
    *,
    memory: str = "64Mi",
    cpu: str = "20m",
    port: int | None = None,
    **rest: Any,
) -> Object:
    """Return a container with requests, a memory limit and, with a port, a readiness probe."""
    described: Object = {
        "name": name,
        "image": image if "/" in image else f"{IMAGES}/{image}",
        "resources": {
            "requests": {"cpu": cpu, "memory": memory},
            "limits": {"memory": memory},
        },
        **rest,
    }
    if port is not None:
        described["ports"] = [{"name": "http", "containerPort": port}]
        described["readinessProbe"] = {"httpGet": {"path": "/readyz", "port": "http"}}
    return described


def template(
    app: str,
    containers: Sequence[Object],
    *,
    script: str = "healthy",
    restarts: int | None = None,
    labels: Mapping[str, str] | None = None,
    annotations: Mapping[str, str] | None = None,
    **spec: Any,
) -> Object:
    """Return a pod template whose pods play `script`."""
    notes = {ANNOTATION: script, **(annotations or {})}
    if restarts is not None:
        notes[RESTARTS] = str(restarts)
    return {
        "metadata": {
            "labels": {"app.kubernetes.io/name": app, **(labels or {})},
            "annotations": notes,
        },
        "spec": {"containers": list(containers), **spec},
    }


def deployment(name: str, namespace: str, pod: Object, replicas: int = 1, **spec: Any) -> Object:
    """Return a Deployment that selects by app.kubernetes.io/name."""
    return _workload("Deployment", name, namespace, pod, replicas=replicas, **spec)


def statefulset(name: str, namespace: str, pod: Object, replicas: int = 1, **spec: Any) -> Object:
    """Return a StatefulSet whose pods start side by side."""
    spec.setdefault("podManagementPolicy", "Parallel")
    return _workload(
        "StatefulSet", name, namespace, pod, replicas=replicas, serviceName=name, **spec
    )


def daemonset(name: str, namespace: str, pod: Object) -> Object:
    """Return a DaemonSet."""
    return _workload("DaemonSet", name, namespace, pod)


def job(name: str, namespace: str, pod: Object, **spec: Any) -> Object:
    """Return a Job that does not try again."""
    pod["spec"].setdefault("restartPolicy", "Never")
    spec.setdefault("backoffLimit", 0)
    return make(
        "batch/v1",
        "Job",
        name,
        namespace,
        labels=_labels(name, namespace),
        spec={"template": pod, **spec},
    )


def bare_pod(name: str, namespace: str, pod: Object) -> Object:
    """Return a pod that nothing owns."""
    made = make("v1", "Pod", name, namespace, spec=pod["spec"])
    made["metadata"] |= {key: dict(value) for key, value in pod["metadata"].items()}
    return made


def service(
    name: str, namespace: str, *, selects: str | None = None, port: int = 80, **spec: Any
) -> Object:
    """Return a Service for the pods of an app, its own name unless `selects` says otherwise."""
    described: Object = {
        "selector": {"app.kubernetes.io/name": selects or name},
        "ports": [{"name": "http", "port": port, "targetPort": "http"}],
        **spec,
    }
    return make("v1", "Service", name, namespace, labels=_labels(name, namespace), spec=described)


def _workload(kind: str, name: str, namespace: str, pod: Object, **spec: Any) -> Object:
    selector = {
        "matchLabels": {
            "app.kubernetes.io/name": pod["metadata"]["labels"]["app.kubernetes.io/name"]
        }
    }
    return make(
        "apps/v1",
        kind,
        name,
        namespace,
        labels=_labels(name, namespace),
        spec={"selector": selector, "template": pod, **spec},
    )


def _labels(name: str, namespace: str) -> dict[str, str]:
    return {"app.kubernetes.io/name": name, f"{HOUSE}/team": namespace}
