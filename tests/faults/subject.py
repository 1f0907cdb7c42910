"""What is on trial: something that keeps collections of a cluster in memory.

`Portolan` is the product itself: a Cluster, its Connection, and the informers that this runs.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, Protocol

from dashboard.api.delta import Delta
from dashboard.api.gvr import GVR
from dashboard.api.names import Namespace
from dashboard.api.table import MixedCell, Row, TimeCell
from dashboard.cache.sharedinformer import SharedInformer
from dashboard.client import config
from dashboard.clusters.cluster import Cluster
from tests.faults.eventlog import EventLog
from tests.faults.ground import KINDS
from tests.faults.plan import Target
from tests.faults.workload import STAMP

VIEWERS = 3
"""Who look at each collection: still one LIST and one WATCH (invariant C13)."""


POLL_S = 0.02


class FastClock:
    """Time in which pauses and limits are `rate` times as short; stamps are those of the machine."""

    def __init__(self, rate: float) -> None:
        """Begin now."""
        self._rate = rate

    def now_ms(self) -> int:
        """Return milliseconds since 1970, as they are."""
        return time.time_ns() // 1_000_000

    def monotonic(self) -> float:
        """Return seconds that pass `rate` times as fast."""
        return time.monotonic() * self._rate

    async def sleep(self, seconds: float) -> None:
        """Return after `seconds` of this clock."""
        await asyncio.sleep(seconds / self._rate)


Held = dict[tuple[str, str], tuple[str, str]]
"""uid and version, by namespace and name."""


async def until(fact: Callable[[], bool]) -> None:
    """Return once `fact` holds; the caller has a limit."""
    while not fact():  # noqa: ASYNC110  (a fact of threads, or of objects that tell nobody)
        await asyncio.sleep(POLL_S)


class Subject(Protocol):
    """Keeps `targets` in memory and tells the log of every change; see `Portolan` for its words."""

    async def start(self) -> None:
        """Return once every target has been listed."""
        ...

    def sample(self, *, is_last: bool = False) -> None:
        """Write down everything that is held now; `is_last` when all writes have arrived."""
        ...

    def version(self, target: Target) -> int:
        """Return the resourceVersion that is held, 0 for none."""
        ...

    def held(self, target: Target) -> Held:
        """Return uid and version of every object that is held."""
        ...

    def is_live(self, target: Target) -> bool:
        """Whether it says that it is in step."""
        ...

    async def aclose(self) -> None:
        """Watch no more."""
        ...


class Portolan:
    """The product, told of a cluster by a kubeconfig."""

    def __init__(
        self, kubeconfig: Path, targets: Sequence[Target], log: EventLog, *, rate: float
    ) -> None:
        """Make no request yet."""
        context = config.find(Path(), {"KUBECONFIG": str(kubeconfig)}).found[0]
        self._cluster = Cluster(context, FastClock(rate), resident=())
        self._targets = targets
        self._log = log
        self._stack = AsyncExitStack()
        self._listeners: dict[Target, _Listener] = {}

    async def start(self) -> None:
        """Return once every target has been listed."""
        connection = await self._cluster.connection()
        for target in self._targets:
            kind = KINDS[target.kind]
            gvr = GVR(kind.group, kind.version, kind.resource)
            for _ in range(VIEWERS):
                informer = await self._stack.enter_async_context(
                    connection.informers.informer(gvr, Namespace(target.namespace))
                )
            self._listeners[target] = _Listener(target, informer, self._log)
        for listener in self._listeners.values():
            await listener.informer.answered()

    def sample(self, *, is_last: bool = False) -> None:
        """Write down everything that is held now."""
        for listener in self._listeners.values():
            listener.sample()

    def version(self, target: Target) -> int:
        """Return the resourceVersion that is held, 0 for none."""
        return int(self._listeners[target].informer.reflector.resource_version or 0)

    def held(self, target: Target) -> Held:
        """Return uid and version of every object that is held."""
        rows = self._listeners[target].informer.items
        return {(row.namespace, row.name): (row.uid, str(row.resource_version)) for row in rows}

    def is_live(self, target: Target) -> bool:
        """Whether the state is `live`."""
        return self._listeners[target].informer.reflector.state.value == "live"

    async def aclose(self) -> None:
        """End every informer."""
        await self._stack.aclose()
        await self._cluster.aclose()


class _Listener:
    """Writes down what one informer says (cache.sharedinformer.Handler)."""

    def __init__(self, target: Target, informer: SharedInformer[Row], log: EventLog) -> None:
        self.informer = informer
        self._target = str(target)
        self._log = log
        if len(informer.items):
            raise RuntimeError("too late: something was listed before anybody listened")
        informer.add_handler(self)

    def on_deltas(self, deltas: Sequence[Delta[Row]]) -> None:
        """Write them down, with what the informer says of itself in the same step."""
        changes = [
            {
                "namespace": delta.key.namespace,
                "name": delta.key.name,
                "old": _said(delta.old),
                "new": _said(delta.new),
                "unseen": delta.final_state_unknown,
            }
            for delta in deltas
        ]
        self._log.add("deltas", target=self._target, changes=changes, **self._itself())

    def on_state(self) -> None:
        """Write it down."""
        self._log.add(
            "state", target=self._target, count=len(self.informer.items), **self._itself()
        )

    def sample(self) -> None:
        """Write down all rows."""
        rows = [[row.namespace, row.name, *_said(row)] for row in self.informer.items]  # type: ignore[misc]
        self._log.add("sample", target=self._target, rows=rows, **self._itself())

    def _itself(self) -> dict[str, Any]:
        reflector = self.informer.reflector
        return {
            "state": reflector.state.value,
            "trouble": reflector.trouble.code if reflector.trouble else "",
            "epoch": reflector.epoch,
            "version": str(reflector.resource_version),
            "observed_ms": reflector.observed_at_ms,
            "wall_ms": time.time_ns() // 1_000_000,
        }


def _said(row: Row | None) -> list[str] | None:
    """Return uid, version, stamp and cells of a row; times are left out, for they move by themselves."""
    if row is None:
        return None
    labels = dict(label.partition("=")[::2] for label in row.labels)
    return [row.uid, str(row.resource_version), labels.get(STAMP, ""), _cells(row)]


def _cells(row: Row) -> str:
    return json.dumps([_cell(cell) for cell in row.cells], ensure_ascii=False)


def _cell(cell: Any) -> Any:
    if isinstance(cell, TimeCell):
        return "~"
    if isinstance(cell, MixedCell):
        return f"{cell.v} ~"
    return cell if cell is None else str(cell)
