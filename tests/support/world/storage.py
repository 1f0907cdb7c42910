"""Classes, volumes and claims: bound, pending, lost, released, available."""

from __future__ import annotations

from tests.support.world.manifest import Object, make

CLASS = "local-nvme"
GONE_UID = "00000000-0000-4000-8000-00000000dead"


def storage() -> list[Object]:
    """Return the storage of the world; the volume controller gives each claim its phase."""
    classes = [
        _class(CLASS, "Immediate", default=True),
        _class("network-hdd", "WaitForFirstConsumer"),
    ]
    volumes = [_volume(f"nvme-{number}", f"{10 * number}Gi") for number in range(1, 6)]
    released = _volume("nvme-old", "50Gi")
    released["spec"]["claimRef"] = {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "namespace": "ledger",
        "name": "archive-2019",
        "uid": GONE_UID,
    }
    lost = _claim("media-cache", "catalogue", "5Gi", volumeName="nvme-never-was")
    lost["metadata"]["annotations"] = {"pv.kubernetes.io/bind-completed": "yes"}
    claims = [
        _claim("profile-db-data", "identity", "10Gi"),
        _claim("query-index", "search", "20Gi"),
        _claim("grafana-data", "monitoring", "8Gi"),
        # No volume is this large.
        _claim("warehouse", "data-lake", "4Ti"),
        _claim("scratch", "data-lake", "1Gi", storageClassName="network-hdd"),
        lost,
    ]
    return [*classes, *volumes, released, *claims]


def _class(name: str, binding: str, *, default: bool = False) -> Object:
    notes = {"storageclass.kubernetes.io/is-default-class": "true"} if default else None
    return make(
        "storage.k8s.io/v1",
        "StorageClass",
        name,
        annotations=notes,
        provisioner="kubernetes.io/no-provisioner",
        volumeBindingMode=binding,
        reclaimPolicy="Retain",
    )


def _volume(name: str, size: str) -> Object:
    spec = {
        "capacity": {"storage": size},
        "accessModes": ["ReadWriteOnce"],
        "persistentVolumeReclaimPolicy": "Retain",
        "storageClassName": CLASS,
        "hostPath": {"path": f"/srv/{name}"},
    }
    return make("v1", "PersistentVolume", name, spec=spec)


def _claim(name: str, namespace: str, size: str, **spec: str) -> Object:
    described = {
        "accessModes": ["ReadWriteOnce"],
        "storageClassName": CLASS,
        "resources": {"requests": {"storage": size}},
        **spec,
    }
    return make("v1", "PersistentVolumeClaim", name, namespace, spec=described)
