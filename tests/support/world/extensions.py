"""Kinds that Kubernetes does not know: two CRDs with instances, and an aggregated API that is down."""

from __future__ import annotations

import random

from tests.support.world.manifest import HOUSE, Object, make

LOGISTICS = f"logistics.{HOUSE}"
FLEET = f"fleet.{HOUSE}"
CARRIERS = ("north-sea", "alpine", "riverline")


def definitions() -> list[Object]:
    """Return the CRDs: three versions and a column of every type, and a plural that looks built-in."""
    columns = [
        _column("Carrier", "string", ".spec.carrier"),
        _column("Parcels", "integer", ".spec.parcels"),
        _column("Weight", "number", ".spec.weightKg"),
        _column("Insured", "boolean", ".spec.insured"),
        _column("Shipped", "date", ".spec.shippedAt"),
        _column("Note", "string", ".spec.note", priority=1),
        _column("Age", "date", ".metadata.creationTimestamp"),
    ]
    fields = {
        "carrier": {"type": "string"},
        "parcels": {"type": "integer"},
        "weightKg": {"type": "number"},
        "insured": {"type": "boolean"},
        "shippedAt": {"type": "string", "format": "date-time"},
        "note": {"type": "string"},
    }
    old: Object = {
        "deprecated": True,
        "deprecationWarning": f"{LOGISTICS}/v1alpha1 Shipment: use v1",
    }
    shipments = _definition(
        "shipments",
        "Shipment",
        LOGISTICS,
        ["ship"],
        [
            _version("v1alpha1", fields, columns[:1], **old),
            _version("v1beta1", fields, columns[:3]),
            _version("v1", fields, columns, storage=True),
        ],
    )
    vehicle = {"driver": {"type": "string"}, "whales": {"type": "integer"}}
    pods = _definition(
        "pods",
        "Pod",
        FLEET,
        [],
        [
            _version(
                "v1",
                vehicle,
                [
                    _column("Driver", "string", ".spec.driver"),
                    _column("Whales", "integer", ".spec.whales"),
                ],
                storage=True,
            )
        ],
    )
    return [shipments, pods]


def instances(seed: int) -> list[Object]:
    """Return instances of both CRDs."""
    chance = random.Random(f"{seed}/extensions")
    made = []
    for number in range(1, 13):
        spec: Object = {
            "carrier": chance.choice(CARRIERS),
            "parcels": chance.randint(1, 40),
            "weightKg": round(chance.uniform(0.2, 900), 1),
            "insured": chance.random() < 0.5,
            "note": f"dock {number}",
        }
        if number % 4:
            spec["shippedAt"] = f"2026-11-{number:02d}T08:{chance.randint(10, 59)}:00Z"
        made.append(make(f"{LOGISTICS}/v1", "Shipment", f"hh-{number:04d}", "shipping", spec=spec))
    for number, driver in enumerate(("ines", "tomas", "yuki"), 1):
        spec = {"driver": driver, "whales": number}
        made.append(make(f"{FLEET}/v1", "Pod", f"orca-{number}", "shipping", spec=spec))
    return made


def aggregated() -> list[Object]:
    """Return the APIService of resource metrics, whose server has no endpoint."""
    spec = {
        "group": "metrics.k8s.io",
        "version": "v1beta1",
        "groupPriorityMinimum": 100,
        "versionPriority": 100,
        "insecureSkipTLSVerify": True,
        "service": {"name": "metrics-server", "namespace": "kube-system", "port": 443},
    }
    return [make("apiregistration.k8s.io/v1", "APIService", "v1beta1.metrics.k8s.io", spec=spec)]


def _column(name: str, kind: str, path: str, priority: int = 0) -> Object:
    return {"name": name, "type": kind, "jsonPath": path, "priority": priority}


def _version(
    name: str, fields: Object, columns: list[Object], *, storage: bool = False, **rest: object
) -> Object:
    spec = {"type": "object", "properties": fields}
    status = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    return {
        "name": name,
        "served": True,
        "storage": storage,
        "schema": {
            "openAPIV3Schema": {"type": "object", "properties": {"spec": spec, "status": status}}
        },
        "additionalPrinterColumns": columns,
        "subresources": {"status": {}},
        **rest,
    }


def _definition(
    plural: str, kind: str, group: str, short: list[str], versions: list[Object]
) -> Object:
    names = {
        "plural": plural,
        "singular": kind.lower(),
        "kind": kind,
        "shortNames": short,
        "categories": ["all"] if short else [],
    }
    return make(
        "apiextensions.k8s.io/v1",
        "CustomResourceDefinition",
        f"{plural}.{group}",
        spec={"group": group, "scope": "Namespaced", "names": names, "versions": versions},
    )
