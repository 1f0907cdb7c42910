"""What happens to every object before it is stored.

Go: k8s.io/client-go/tools/cache#TransformFunc. What must never be stored (managedFields, the
last-applied annotation, Secret data) is not decoded in the first place; see `wire`.
"""

import sys

from dashboard.api.names import Namespace
from dashboard.api.table import Row

SHORT = 40
"""Characters up to which a cell is worth sharing: states, kinds, node names; not messages."""


def shared(row: Row) -> Row:
    """Return `row` with its low-entropy strings shared between rows."""
    cells = tuple(
        sys.intern(cell) if type(cell) is str and len(cell) <= SHORT else cell for cell in row.cells
    )
    labels = tuple(sys.intern(label) for label in row.labels)
    namespace = Namespace(sys.intern(row.namespace))
    return Row(row.uid, namespace, row.name, row.resource_version, cells, labels)
