"""What this portal's reflectors of a kind just did; the steps for a viewer who may see all they read."""

from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.access.question import Wanted, select
from dashboard.access.selection import Selection
from dashboard.api.credential import Credential
from dashboard.api.names import Namespace
from dashboard.api.state import State
from dashboard.cache.trace import Entry, Step
from dashboard.errors import OnDemand

__all__ = ["Entry", "Step", "Traced", "traced", "traces"]


@dataclass(frozen=True, slots=True)
class Traced:
    """The last steps of one reflector, oldest first. `namespace` "" is the whole cluster."""

    namespace: Namespace
    state: State
    resource_version: str
    epoch: int
    """How often the collection was listed completely."""
    encoding: str
    """How it is read at present: protobuf, json, or table for the server's own."""
    steps: Sequence[Entry] | None
    """None where the viewer may not see all that the collection holds: steps count objects."""


async def traces(cluster: str, kind: str, credential: Credential) -> tuple[Traced, ...]:
    """Return a trace for each collection that the viewer's view of KIND reads.

    Starts the reflectors if nobody looked yet. Raises as `select` does.
    """
    async with select(Wanted(cluster, kind), credential) as selection:
        return traced(selection)


def traced(selection: Selection) -> tuple[Traced, ...]:
    """Return a trace for each collection that `selection` reads; none of what is read on demand."""
    if isinstance(selection.trouble, OnDemand):
        return ()
    scope = selection.scope
    return tuple(
        Traced(
            namespace,
            reflector.state,
            str(reflector.resource_version),
            reflector.epoch,
            encoding,
            reflector.trace.entries()
            if scope.is_everything or namespace in scope.namespaces
            else None,
        )
        for namespace, reflector, encoding in zip(
            selection.reads, selection.reflectors, selection.encodings, strict=True
        )
    )
