"""Deployments. Go: k8s.io/kubernetes/pkg/printers/internalversion#printDeployment."""

from sys import intern
from typing import Final

from dashboard.api.table import Cell
from dashboard.rows.age import age
from dashboard.rows.selector import selector_text
from dashboard.rows.workload import containers, replicas
from dashboard.wire.partial import Partial

COLUMNS: Final = (
    "Name",
    "Ready",
    "Up-to-date",
    "Available",
    "Age",
    "Containers",
    "Images",
    "Selector",
)


def cells(deployment: Partial) -> tuple[Cell, ...]:
    """Return the cells of COLUMNS; a selector of deployments has words of its own for none."""
    metadata, spec, status = deployment.metadata, deployment.spec, deployment.status
    selector = selector_text(spec.selector) if spec.HasField("selector") else ""
    return (
        metadata.name,
        intern(f"{status.readyReplicas}/{replicas(spec)}"),
        status.updatedReplicas,
        status.availableReplicas,
        age(metadata.creationTimestamp),
        *containers(spec.template),
        "<invalid>" if selector is None else selector,
    )
