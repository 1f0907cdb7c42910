"""Leases. Go: k8s.io/kubernetes/pkg/printers/internalversion#printLease."""

from typing import Final

from dashboard.api.table import Cell
from dashboard.rows.age import age
from dashboard.wire.partial import Partial

COLUMNS: Final = ("Name", "Holder", "Age")


def cells(lease: Partial) -> tuple[Cell, ...]:
    """Return the cells of COLUMNS."""
    metadata, spec = lease.metadata, lease.spec
    holder = spec.holderIdentity if spec.HasField("holderIdentity") else ""
    return metadata.name, holder, age(metadata.creationTimestamp)
