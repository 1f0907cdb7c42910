"""Nodes. Go: k8s.io/kubernetes/pkg/printers/internalversion#printNode."""

from sys import intern
from typing import Final

from dashboard.api.table import Cell
from dashboard.rows.age import UNKNOWN, age
from dashboard.rows.selector import NONE
from dashboard.wire.partial import Partial, labels

COLUMNS: Final = (
    "Name",
    "Status",
    "Roles",
    "Age",
    "Version",
    "Internal-IP",
    "External-IP",
    "OS-Image",
    "Kernel-Version",
    "Container-Runtime",
)

ROLE_PREFIX: Final = "node-role.kubernetes.io/"
ROLE: Final = "kubernetes.io/role"


def cells(node: Partial) -> tuple[Cell, ...]:
    """Return the cells of COLUMNS."""
    architecture = node.status.nodeInfo.architecture
    return _cells(node, f" ({architecture})" if architecture else "")


def older_cells(node: Partial) -> tuple[Cell, ...]:
    """Return the cells of COLUMNS as servers up to 1.24 print them: the kernel alone."""
    return _cells(node, "")


def _cells(node: Partial, architecture: str) -> tuple[Cell, ...]:
    metadata, status = node.metadata, node.status
    info = status.nodeInfo
    addresses = [(each.type, each.address) for each in status.addresses or ()]
    return (
        metadata.name,
        intern(_status(node)),
        intern(_roles(metadata)),
        age(metadata.creationTimestamp),
        intern(info.kubeletVersion),
        _address("InternalIP", addresses),
        _address("ExternalIP", addresses),
        intern(info.osImage) or UNKNOWN,
        intern((info.kernelVersion or UNKNOWN) + architecture),
        intern(info.containerRuntimeVersion) or UNKNOWN,
    )


def _status(node: Partial) -> str:
    """Return what the last condition of type Ready says, and whether pods may come."""
    ready = [each.status for each in node.status.conditions or () if each.type == "Ready"]
    word = "Unknown"
    if ready:
        word = "Ready" if ready[-1] == "True" else "NotReady"
    return f"{word},SchedulingDisabled" if node.spec.unschedulable else word


def _roles(metadata: Partial) -> str:
    """Return the roles that labels give. Go: ...#findNodeRoles."""
    found = set()
    for label in labels(metadata.labels):
        key, _, value = label.partition("=")
        if key.startswith(ROLE_PREFIX):
            found.add(key.removeprefix(ROLE_PREFIX))
        elif key == ROLE:
            found.add(value)
    return ",".join(sorted(found - {""})) or NONE


def _address(type_: str, addresses: list[tuple[str, str]]) -> str:
    return next((address for found, address in addresses if found == type_), NONE)
