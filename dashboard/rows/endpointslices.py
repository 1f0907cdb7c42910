"""EndpointSlices. Go: k8s.io/kubernetes/pkg/printers/internalversion#printEndpointSlice."""

from collections.abc import Sequence
from sys import intern
from typing import Final

from dashboard.api.table import Cell
from dashboard.rows.age import age
from dashboard.wire.partial import Partial

COLUMNS: Final = ("Name", "AddressType", "Ports", "Endpoints", "Age")

SHOWN: Final = 3
UNSET: Final = "<unset>"


def cells(endpoint_slice: Partial) -> tuple[Cell, ...]:
    """Return the cells of COLUMNS."""
    metadata = endpoint_slice.metadata
    addresses = [
        address
        for endpoint in endpoint_slice.endpoints or ()
        for address in endpoint.addresses or ()
    ]
    return (
        metadata.name,
        intern(endpoint_slice.addressType),
        intern(_first_of([_port(port) for port in endpoint_slice.ports or ()])),
        _first_of(addresses),
        age(metadata.creationTimestamp),
    )


def _port(port: Partial) -> str:
    """Return a port's number, its name where it has none, or that it is any."""
    if port.HasField("port"):
        return str(port.port)
    return str(port.name) if port.HasField("name") else "*"


def _first_of(found: Sequence[str]) -> str:
    """Return the first few. Go: ...#listWithMoreString."""
    text = ",".join(found[:SHOWN])
    if len(found) > SHOWN:
        return f"{text} + {len(found) - SHOWN} more..."
    return text or UNSET
