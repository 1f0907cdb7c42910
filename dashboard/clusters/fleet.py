"""All clusters that this process may show, from the first source of contexts that exists."""

import asyncio
import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from dashboard.cache.clock import Clock, SystemClock
from dashboard.client import config
from dashboard.clusters.cluster import Cluster
from dashboard.clusters.residents import RESIDENT
from dashboard.errors import ClusterError, ContextUnknown, UnknownCluster

IDLE_S = 15 * 60.0
"""A cluster that nobody has looked at for so long is left; the first one stays connected."""
SWEEP_S = 60.0

DEMO = "demo"
"""Name and slug of the demo's context."""


class Fleet:
    """Clusters by slug, the one to show first at the front."""

    def __init__(
        self,
        contexts: config.Contexts,
        names: Sequence[str],
        clock: Clock,
        resident: Sequence[str] = RESIDENT,
    ) -> None:
        """Take all contexts, or those of `names` in that order; connect none."""
        self.source = contexts.source
        self.tried = contexts.tried
        self.trouble: ClusterError | None = contexts.trouble
        by_name = {context.name: context for context in contexts.found}
        first = [contexts.current] if contexts.current else []
        wanted = list(names) or [*first, *(name for name in by_name if name not in first)]
        for name in wanted:
            if name not in by_name and contexts.trouble is None:
                self.trouble = ContextUnknown(cluster=name)
        self._clusters = {
            by_name[name].slug: Cluster(by_name[name], clock, resident)
            for name in wanted
            if name in by_name
        }
        self._clock = clock
        self._tasks: list[asyncio.Task[None]] = []

    @classmethod
    def found(cls, data: Path, names: Sequence[str], resident: Sequence[str] = RESIDENT) -> "Fleet":
        """Return the clusters that this machine's configuration names."""
        return cls(config.find(data), names, SystemClock(), resident)

    @classmethod
    def demo(cls, server: str, kubeconfig: Path) -> "Fleet":
        """Return the demo's cluster alone, which `kubeconfig` leads to."""
        context = config.Context(DEMO, DEMO, server, (kubeconfig,))
        contexts = config.Contexts((context,), DEMO, "the demo", ("the demo",))
        return cls(contexts, (), SystemClock())

    @classmethod
    def none(cls) -> "Fleet":
        """Return no clusters: the process has not started."""
        return cls(config.Contexts((), None, None, ()), (), SystemClock())

    def __iter__(self) -> Iterator[Cluster]:
        return iter(self._clusters.values())

    def __len__(self) -> int:
        return len(self._clusters)

    def get(self, slug: str) -> Cluster:
        """Return the cluster with this slug. Raises UnknownCluster."""
        try:
            return self._clusters[slug]
        except KeyError:
            raise UnknownCluster(cluster=slug) from None

    def connect_first(self) -> None:
        """Begin to connect the current context; others wait for somebody to look, and are left again."""
        for cluster in self:
            name = f"first look at {cluster.slug}"
            self._tasks.append(asyncio.create_task(_try(cluster), name=name))
            break
        self._tasks.append(asyncio.create_task(self._leave_idle(), name="leave idle clusters"))

    async def aclose(self) -> None:
        """Leave all clusters."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.gather(*(cluster.aclose() for cluster in self))

    async def _leave_idle(self) -> None:
        _first, *others = [*self] or [None]
        while True:
            await self._clock.sleep(SWEEP_S)
            for cluster in others:
                if cluster is not None and cluster.connected and cluster.idle_s > IDLE_S:
                    await cluster.aclose()


async def _try(cluster: Cluster) -> None:
    with contextlib.suppress(ClusterError):  # kept in `trouble`, which the pages show
        await cluster.connection()
