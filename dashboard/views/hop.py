"""The way that a packet takes to a Service: hops, and the endpoints behind the last."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Hop:
    """One thing on the way; `ready` and `unready` count its endpoints where it has any."""

    kind: str
    name: str
    lines: tuple[str, ...]
    address: str = ""
    note: str = ""
    ready: str = ""
    unready: str = ""
    source: str = ""
    source_url: str = ""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One pod; `takes` says whether it takes traffic, and why not."""

    icon: str
    tone: str
    name: str
    url: str
    address: str
    node: str
    takes: str


@dataclass(frozen=True, slots=True)
class WayIn:
    """All of it, outermost first."""

    service: str
    hops: tuple[Hop, ...]
    endpoints: tuple[Endpoint, ...]
