"""Kinds are called what people call them."""

import pytest

from dashboard.access.directory import plural
from dashboard.api.gvr import GVR


@pytest.mark.parametrize(
    ("kind", "resource", "expected"),
    [
        ("Pod", "pods", "Pods"),
        ("NetworkPolicy", "networkpolicies", "NetworkPolicies"),
        ("EndpointSlice", "endpointslices", "EndpointSlices"),
        ("Ingress", "ingresses", "Ingresses"),
        ("Endpoints", "endpoints", "Endpoints"),
        ("StorageClass", "storageclasses", "StorageClasses"),
        ("Shipment", "cargo", "cargo"),
    ],
)
def test_a_plural_keeps_the_capitals_of_its_kind(kind: str, resource: str, expected: str) -> None:
    assert plural(kind, GVR("", "v1", resource)) == expected
