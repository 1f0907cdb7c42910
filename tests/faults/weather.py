"""Which faults are on at a proxy, and for which requests."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, auto
from urllib.parse import parse_qsl, urlencode

PATH = re.compile(
    r"/(?:api/v1|apis/[^/]+/[^/]+)(?:/namespaces/(?P<namespace>[^/]+)(?=/))?/(?P<kind>[^/]+)"
)


MATCH = "resourceVersionMatch"
SAMPLE_MOST = 100


class Layer(Enum):
    """Where a fault acts."""

    REFUSAL = auto()
    """The proxy answers instead of the server."""
    REWRITE = auto()
    """The server is asked something else."""
    STREAM = auto()
    """On every open watch at once, whether or not there is a frame."""
    FRAME = auto()
    """On the next frame of a watch."""
    LIST = auto()
    """On the body of the next LIST."""
    REPLICA = auto()
    """A listing comes from a server that lags."""


LAYERS = {
    "reset_mid": ("F1", Layer.FRAME),
    "reset": ("F1", Layer.STREAM),
    "list_reset": ("F1", Layer.LIST),
    "eof": ("F2", Layer.STREAM),
    "cut_eof": ("F2", Layer.FRAME),
    "short_watch": ("F2", Layer.REWRITE),
    "blackhole": ("F3", Layer.STREAM),
    "list_stall": ("F3", Layer.LIST),
    "jitter": ("F4", Layer.FRAME),
    "drip": ("F4", Layer.FRAME),
    "slice": ("F4", Layer.FRAME),
    "list_drip": ("F4", Layer.LIST),
    "pages": ("F4", Layer.REWRITE),
    "cut_newline": ("F5", Layer.FRAME),
    "flip": ("F6", Layer.FRAME),
    "flip_always": ("F6", Layer.FRAME),
    "list_flip": ("F6", Layer.LIST),
    "duplicate": ("F7", Layer.FRAME),
    "duplicate_chunk": ("F7", Layer.FRAME),
    "replay": ("F8", Layer.FRAME),
    "expired": ("F9", Layer.STREAM),
    "gone": ("F10", Layer.REFUSAL),
    "gone_page": ("F10", Layer.REFUSAL),
    "too_large": ("F11", Layer.REFUSAL),
    "busy": ("F12", Layer.REFUSAL),
    "internal": ("F13", Layer.STREAM),
    "no_progress": ("F13", Layer.REFUSAL),
    "unprocessable": ("F14", Layer.REFUSAL),
    "no_marker": ("F15", Layer.REWRITE),
    "outage": ("F16", Layer.REFUSAL),
    "unauthorized": ("F19", Layer.REFUSAL),
    "forbidden": ("F21", Layer.REFUSAL),
    "forbidden_watch": ("F21", Layer.REFUSAL),
    "unavailable": ("F23", Layer.REFUSAL),
}
"""Every fault of the proxy by its name: its number in the catalogue of faults, and where it acts."""

APART = {"stale": ("F8", Layer.REPLICA)}
"""Faults that seeds meet only where they are asked for by name: what a seed does stays what it was."""

ONCE = frozenset(
    {"reset_mid", "cut_eof", "cut_newline", "flip", "duplicate", "duplicate_chunk", "replay"}
    | {"list_reset", "list_stall", "list_flip", "gone_page", "gone"}
)
"""Faults that are spent once they have struck; the others last their time."""


@dataclass(frozen=True, slots=True)
class Route:
    """What a request asks for; `verb` is list, watch or other."""

    verb: str
    kind: str = ""
    namespace: str = ""
    query: tuple[tuple[str, str], ...] = ()
    accept: str = ""

    def get(self, name: str) -> str:
        """Return a parameter, "" where there is none."""
        return dict(self.query).get(name, "")

    @property
    def is_initial(self) -> bool:
        """Whether a watch begins with the present state."""
        return self.get("sendInitialEvents") == "true"

    @property
    def is_listing(self) -> bool:
        """Whether the whole collection is asked for, as it is now.

        A check of what is held asks for a version exactly, and a sample for a few objects.
        """
        if self.verb == "watch":
            return self.is_initial
        limit = self.get("limit")
        is_sample = limit.isdigit() and int(limit) <= SAMPLE_MOST
        return self.verb == "list" and not is_sample and self.get(MATCH) != "Exact"

    def asking(self, **changed: str | None) -> str:
        """Return the query with parameters changed, or left out for None."""
        pairs = {**dict(self.query), **changed}
        return urlencode([(key, value) for key, value in pairs.items() if value is not None])

    def resuming(self, version: str) -> str:
        """Return the query of a plain watch from `version` on."""
        plain = {"sendInitialEvents": None, "resourceVersionMatch": None}
        return self.asking(resourceVersion=version, **plain)


def route(method: str, target: str, accept: str = "") -> Route:
    """Return what a request line asks for, in the form that is accepted."""
    path, _, query = target.partition("?")
    found = PATH.fullmatch(path)
    if method != "GET" or found is None:
        return Route("other", accept=accept)
    pairs = tuple(parse_qsl(query, keep_blank_values=True))
    verb = "watch" if dict(pairs).get("watch") in {"true", "1", "True"} else "list"
    return Route(verb, found["kind"], found["namespace"] or "", pairs, accept)


ONLY: dict[str, Callable[[Route], bool]] = {
    "outage": lambda _asked: True,
    "unauthorized": lambda _asked: True,
    "gone": lambda asked: asked.verb == "watch",
    "forbidden_watch": lambda asked: asked.verb == "watch",
    "short_watch": lambda asked: asked.verb == "watch",
    "gone_page": lambda asked: asked.verb == "list" and bool(asked.get("continue")),
    "pages": lambda asked: asked.verb == "list" and bool(asked.get("limit")),
    "unprocessable": lambda asked: asked.is_initial,
    "stale": lambda asked: asked.is_listing,
    "no_marker": lambda asked: asked.is_initial,
    "no_progress": lambda asked: asked.is_initial,
    "too_large": lambda asked: asked.get("resourceVersion") not in {"", "0"},
}
"""Which requests a fault is about, where that is not every list and watch."""


@dataclass(slots=True, eq=False)
class Fault:
    """One fault that is on for `lasts_s`, for one kind or, with "", for all."""

    name: str
    kind: str = ""
    lasts_s: float = 0.5
    struck: int = 0
    over: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def code(self) -> str:
        """Its number in the catalogue of faults."""
        return (LAYERS | APART)[self.name][0]

    @property
    def layer(self) -> Layer:
        """Where it acts."""
        return (LAYERS | APART)[self.name][1]

    def concerns(self, asked: Route) -> bool:
        """Whether it is about such a request."""
        if self.kind and self.kind != asked.kind:
            return False
        if (only := ONLY.get(self.name)) is not None:
            return only(asked)
        return asked.verb in {"list", "watch"}


class Weather:
    """The faults that are on now."""

    def __init__(self) -> None:
        """Begin calm."""
        self._on: list[Fault] = []
        self.on_begin: list[Callable[[Fault], None]] = []
        """Called with each fault that begins."""

    def begin(self, fault: Fault) -> None:
        """Turn a fault on."""
        self._on.append(fault)
        for listener in list(self.on_begin):
            listener(fault)

    def end(self, fault: Fault) -> None:
        """Turn a fault off; one that is spent is off already."""
        if fault in self._on:
            self._on.remove(fault)
        fault.over.set()

    def calm(self) -> None:
        """Turn every fault off."""
        for fault in list(self._on):
            self.end(fault)

    def take(self, layer: Layer, asked: Route) -> Fault | None:
        """Return the first fault that is on for such a request, spent if it strikes but once."""
        for fault in self._on:
            if fault.layer is layer and fault.concerns(asked):
                fault.struck += 1
                if fault.name in ONCE:
                    self._on.remove(fault)
                return fault
        return None
