"""StatefulSets. Go: k8s.io/kubernetes/pkg/printers/internalversion#printStatefulSet."""

from sys import intern
from typing import Final

from dashboard.api.table import Cell
from dashboard.rows.age import age
from dashboard.rows.workload import containers, replicas
from dashboard.wire.partial import Partial

COLUMNS: Final = ("Name", "Ready", "Age", "Containers", "Images")


def cells(stateful_set: Partial) -> tuple[Cell, ...]:
    """Return the cells of COLUMNS."""
    metadata, spec, status = stateful_set.metadata, stateful_set.spec, stateful_set.status
    return (
        metadata.name,
        intern(f"{status.readyReplicas}/{replicas(spec)}"),
        age(metadata.creationTimestamp),
        *containers(spec.template),
    )
