"""Services. Go: k8s.io/kubernetes/pkg/printers/internalversion#printService."""

from sys import intern
from typing import Final

from dashboard.api.table import Cell
from dashboard.rows.age import UNKNOWN, age
from dashboard.rows.selector import NONE, label_text
from dashboard.wire.partial import Partial

COLUMNS: Final = ("Name", "Type", "Cluster-IP", "External-IP", "Port(s)", "Age", "Selector")


def cells(service: Partial) -> tuple[Cell, ...]:
    """Return the cells of COLUMNS."""
    metadata, spec = service.metadata, service.spec
    own = spec.clusterIPs
    return (
        metadata.name,
        intern(spec.type),
        own[0] if own else NONE,
        _external(service),
        ",".join([_port(port) for port in spec.ports or ()]) or NONE,
        age(metadata.creationTimestamp),
        label_text(spec.selector),
    )


def _external(service: Partial) -> str:
    """Return what reaches a service from outside. Go: ...#getServiceExternalIP, for a wide table."""
    spec = service.spec
    match spec.type:
        case "ClusterIP" | "NodePort":
            return ",".join(spec.externalIPs or ()) or NONE
        case "LoadBalancer":
            found = [*_balancers(service), *(spec.externalIPs or ())]
            return ",".join(found) or "<pending>"
        case "ExternalName":
            return str(spec.externalName)
        case _:
            return UNKNOWN


def _balancers(service: Partial) -> list[str]:
    """Return the addresses of load balancers. Go: ...#loadBalancerStatusStringer."""
    found = {each.ip or each.hostname for each in service.status.loadBalancer.ingress or ()}
    return sorted(found - {""})


def _port(port: Partial) -> str:
    outside = f":{port.nodePort}" if port.nodePort > 0 else ""
    return f"{port.port}{outside}/{port.protocol}"
