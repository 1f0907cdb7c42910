"""DaemonSets. Go: k8s.io/kubernetes/pkg/printers/internalversion#printDaemonSet."""

from typing import Final

from dashboard.api.table import Cell
from dashboard.rows.age import age
from dashboard.rows.selector import label_text
from dashboard.rows.workload import containers, selector
from dashboard.wire.partial import Partial

COLUMNS: Final = (
    "Name",
    "Desired",
    "Current",
    "Ready",
    "Up-to-date",
    "Available",
    "Node Selector",
    "Age",
    "Containers",
    "Images",
    "Selector",
)


def cells(daemon_set: Partial) -> tuple[Cell, ...]:
    """Return the cells of COLUMNS."""
    metadata, spec, status = daemon_set.metadata, daemon_set.spec, daemon_set.status
    return (
        metadata.name,
        status.desiredNumberScheduled,
        status.currentNumberScheduled,
        status.numberReady,
        status.updatedNumberScheduled,
        status.numberAvailable,
        label_text(spec.template.spec.nodeSelector),
        age(metadata.creationTimestamp),
        *containers(spec.template),
        selector(spec),
    )
