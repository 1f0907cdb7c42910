"""ReplicaSets. Go: k8s.io/kubernetes/pkg/printers/internalversion#printReplicaSet."""

from typing import Final

from dashboard.api.table import Cell
from dashboard.rows.age import age
from dashboard.rows.workload import containers, replicas, selector
from dashboard.wire.partial import Partial

COLUMNS: Final = (
    "Name",
    "Desired",
    "Current",
    "Ready",
    "Age",
    "Containers",
    "Images",
    "Selector",
)


def cells(replica_set: Partial) -> tuple[Cell, ...]:
    """Return the cells of COLUMNS."""
    metadata, spec, status = replica_set.metadata, replica_set.spec, replica_set.status
    return (
        metadata.name,
        replicas(spec),
        status.replicas,
        status.readyReplicas,
        age(metadata.creationTimestamp),
        *containers(spec.template),
        selector(spec),
    )
