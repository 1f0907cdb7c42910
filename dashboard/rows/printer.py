"""Rows of our own: which kinds have them, and how the columns of a server pick their cells."""

import re
from collections.abc import Callable, Iterable
from sys import intern
from typing import Final, NamedTuple, TypeAlias, cast

from dashboard.api.gvr import GVR
from dashboard.api.names import Namespace, ObjectName
from dashboard.api.table import Cell, Row
from dashboard.rows import (
    configmaps,
    daemonsets,
    deployments,
    endpointslices,
    events,
    jobs,
    leases,
    nodes,
    olderpods,
    pods,
    replicasets,
    services,
    statefulsets,
)
from dashboard.wire.partial import Partial, labels

Cells: TypeAlias = tuple[Cell, ...]


NAME: Final = "Name"

OLDER: Final = (1, 24)
"""The newest version of which it is known that it prints as `older_cells` do: v1.24.17 was read."""

_namespace: Final = cast("Callable[[str], Namespace]", intern)
"""A NewType is a call of Python, once for each change of the cluster."""

_VERSION: Final = re.compile(r"v([0-9]+)\.([0-9]+)")


class Printer(NamedTuple):
    """How one kind is printed: `cells` makes those of `columns`, a superset over all servers.

    `older_cells` does as servers of OLDER do, where those print the same object otherwise.
    """

    columns: tuple[str, ...]
    cells: Callable[[Partial], Cells]
    older_cells: Callable[[Partial], Cells] | None = None

    def ways(self, version: str) -> "list[Printer]":
        """Return the printers to try on a server of this version, the likeliest first.

        When words changed in between is not known here: there the sample decides.
        """
        if self.older_cells is None:
            return [self]
        found = [self, Printer(self.columns, self.older_cells)]
        return found[::-1] if _is_older(version) else found

    def under(self, columns: Iterable[str]) -> "Press | None":
        """Return what prints rows under a server's columns, in its order.

        None if the server has a column that is not known here: then it prints this kind itself.
        """
        asked = tuple(columns)
        if not asked or not set(asked) <= set(self.columns):
            return None
        return Press(self.columns, self.cells, asked)


class Press:
    """Makes rows of one kind under one server's columns."""

    def __init__(
        self, known: tuple[str, ...], cells: Callable[[Partial], Cells], asked: tuple[str, ...]
    ) -> None:
        """`cells` makes the cells of all `known` columns, of which those `asked` for are taken."""
        self._cells = cells
        self._asked = asked
        self._chosen = None if asked == known else [known.index(column) for column in asked]
        self._name = known.index(NAME)

    def row(self, found: Partial) -> Row:
        """Return an object's row. Raises MalformedEvent for one of which a part cannot be decoded."""
        metadata = found.metadata
        cells = self._cells(found)
        name = cast("ObjectName", cells[self._name])  # to ask for it again is to make it again
        if self._chosen is not None:
            cells = tuple([cells[place] for place in self._chosen])
        return Row(
            metadata.uid,
            _namespace(metadata.namespace),
            name,
            metadata.resourceVersion,
            cells,
            labels(metadata.labels),
        )

    def blank(self, name: str) -> Cells:
        """Return the cells of an object of which no more than its name can be told."""
        return tuple(name if column == NAME else None for column in self._asked)


PRINTERS: Final = {
    GVR("", "v1", "configmaps"): Printer(configmaps.COLUMNS, configmaps.cells),
    GVR("", "v1", "events"): Printer(events.COLUMNS, events.cells),
    GVR("", "v1", "nodes"): Printer(nodes.COLUMNS, nodes.cells, nodes.older_cells),
    GVR("", "v1", "pods"): Printer(pods.COLUMNS, pods.cells, olderpods.cells),
    GVR("", "v1", "services"): Printer(services.COLUMNS, services.cells),
    GVR("apps", "v1", "daemonsets"): Printer(daemonsets.COLUMNS, daemonsets.cells),
    GVR("apps", "v1", "deployments"): Printer(deployments.COLUMNS, deployments.cells),
    GVR("apps", "v1", "replicasets"): Printer(replicasets.COLUMNS, replicasets.cells),
    GVR("apps", "v1", "statefulsets"): Printer(statefulsets.COLUMNS, statefulsets.cells),
    GVR("batch", "v1", "jobs"): Printer(jobs.COLUMNS, jobs.cells),
    GVR("coordination.k8s.io", "v1", "leases"): Printer(leases.COLUMNS, leases.cells),
    GVR("discovery.k8s.io", "v1", "endpointslices"): Printer(
        endpointslices.COLUMNS, endpointslices.cells
    ),
    GVR("events.k8s.io", "v1", "events"): Printer(events.COLUMNS, events.cells_of_events_group),
}
"""The hot kinds."""


def _is_older(version: str) -> bool:
    found = _VERSION.match(version)
    return found is not None and (int(found[1]), int(found[2])) <= OLDER


def printer(gvr: GVR) -> Printer | None:
    """Return how `gvr` is printed here, None for a kind that only the server prints."""
    return PRINTERS.get(gvr)
