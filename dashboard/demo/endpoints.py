"""Who answers behind a Service: EndpointSlices and Endpoints that are given more pods."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from dashboard.demo.recording import Object

SLICES: Final = "endpointslices.v1.discovery.k8s.io"
ENDPOINTS: Final = "endpoints.v1"


def targets(shown: Object) -> Iterator[str]:
    """Yield the uids of the pods that an EndpointSlice or Endpoints leads to."""
    for endpoint in shown.get("endpoints") or ():
        if reference := endpoint.get("targetRef"):
            yield reference["uid"]
    for subset in shown.get("subsets") or ():
        for address in subset.get("addresses") or ():
            if reference := address.get("targetRef"):
                yield reference["uid"]


def with_endpoints(document: Object, pods: Sequence[Object]) -> Object:
    """Return an EndpointSlice or Endpoints with `pods` beside what it has, each like its first."""
    if "endpoints" in document:
        model = document["endpoints"][0]
        more = [
            {
                **model,
                "addresses": [pod["status"]["podIP"]],
                "nodeName": pod["spec"]["nodeName"],
                "targetRef": _reference(model["targetRef"], pod),
                "zone": pod["metadata"]["labels"]["topology.kubernetes.io/zone"],
            }
            for pod in pods
        ]
        return {**document, "endpoints": [*document["endpoints"], *more]}
    (subset, *rest) = document["subsets"]
    model = subset["addresses"][0]
    found = [
        *subset["addresses"],
        *(
            {
                **model,
                "ip": pod["status"]["podIP"],
                "nodeName": pod["spec"]["nodeName"],
                "targetRef": _reference(model["targetRef"], pod),
            }
            for pod in pods
        ),
    ]
    found.sort(key=lambda address: str(address["ip"]))
    return {**document, "subsets": [{**subset, "addresses": found}, *rest]}


def _reference(model: Mapping[str, Any], pod: Object) -> Object:
    meta = pod["metadata"]
    return {**model, "name": meta["name"], "uid": meta["uid"]}


def addressed(kind: str, document: Object, cells: Sequence[Any]) -> list[Any]:
    """Return the cells with the addresses of `document`, three and a count as the server prints them.

    Go: k8s.io/kubernetes/pkg/printers/internalversion#formatEndpoints.
    """
    if kind == SLICES:
        index = 3
        found = [item["addresses"][0] for item in document["endpoints"]]
    else:
        index = 1
        found = [
            f"{address['ip']}:{port['port']}"
            for subset in document["subsets"]
            for port in subset["ports"]
            for address in subset["addresses"]
        ]
    text = ",".join(found[:3])
    if len(found) > 3:
        text += f" + {len(found) - 3} more..."
    return [text if position == index else cell for position, cell in enumerate(cells)]
