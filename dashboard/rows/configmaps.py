"""ConfigMaps, of which no value is decoded.

Go: k8s.io/kubernetes/pkg/printers/internalversion#printConfigMap.
"""

from typing import Final

from dashboard.api.table import Cell
from dashboard.rows.age import age
from dashboard.wire.partial import Partial

COLUMNS: Final = ("Name", "Data", "Age")


def cells(config_map: Partial) -> tuple[Cell, ...]:
    """Return the cells of COLUMNS."""
    metadata = config_map.metadata
    keys = len(config_map.data or ()) + len(config_map.binaryData or ())
    return metadata.name, keys, age(metadata.creationTimestamp)
