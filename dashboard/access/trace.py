"""What this portal's reflectors of a kind just did, for a viewer who may see all that they read."""

from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.access.question import Wanted, reach, select
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
    steps: Sequence[Entry]


async def traces(cluster: str, kind: str, credential: Credential) -> tuple[Traced, ...]:
    """Return a trace for each collection that the viewer's view of KIND reads.

    Steps count objects, so nobody is told of a collection that their rights do not cover whole.
    Starts the reflectors if nobody looked yet. Raises as `select` does.
    """
    async with select(Wanted(cluster, kind), credential) as selection:
        return traced(selection)


def traced(selection: Selection) -> tuple[Traced, ...]:
    """Return a trace for each collection that `selection` reads; none of what is read on demand."""
    if isinstance(selection.trouble, OnDemand):
        return ()
    # Each of them reads one namespace that is allowed whole, or all of them.
    return tuple(
        Traced(
            namespace,
            reflector.state,
            str(reflector.resource_version),
            reflector.epoch,
            encoding,
            reflector.trace.entries(),
        )
        for namespace, reflector, encoding in zip(
            reach(selection.scope), selection.reflectors, selection.encodings, strict=True
        )
    )
