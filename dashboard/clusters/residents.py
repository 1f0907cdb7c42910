"""The kinds of a cluster that are kept in memory while it is connected, whoever looks.

Overview, search and relations ask for them again and again; the first visitor should not wait for
50,000 pods that the second would find.
"""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import AsyncExitStack
from typing import Final

from dashboard.api.gvr import parse_kind
from dashboard.api.names import NO_NAMESPACE
from dashboard.api.state import State
from dashboard.api.table import Row
from dashboard.cache.factory import InformerFactory
from dashboard.client.discovery import Resources
from dashboard.errors import ClusterError

RESIDENT: Final = (
    "namespaces.v1",
    "nodes.v1",
    "pods.v1",
    "events.v1",
    "deployments.v1.apps",
    "replicasets.v1.apps",
    "statefulsets.v1.apps",
    "daemonsets.v1.apps",
    "jobs.v1.batch",
    "cronjobs.v1.batch",
)
"""RBAC is watched besides, by the gate."""

log = logging.getLogger(__name__)


class Residents:
    """Holds the informers of `kinds`, one after the other, from `start` to `aclose`."""

    def __init__(
        self, kinds: Sequence[str], informers: InformerFactory[Row], resources: Resources
    ) -> None:
        """Hold nothing yet; a kind that this cluster does not serve is passed over."""
        self._kinds = kinds
        self._informers = informers
        self._resources = resources
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to list them, in a task of its own."""
        self._task = asyncio.create_task(self._run(), name="resident kinds")

    async def aclose(self) -> None:
        """Hold them no more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        async with AsyncExitStack() as stack:
            for kind in self._kinds:
                try:
                    resource = self._resources.resolve(parse_kind(kind))
                    holding = AsyncExitStack()
                    informer = await holding.enter_async_context(
                        self._informers.informer(resource.gvr, NO_NAMESPACE)
                    )
                except ClusterError as error:
                    log.info("%s is not kept in memory: %s", kind, error)
                    continue
                # One after the other: a cluster is not asked for everything at once.
                await informer.answered()
                if informer.reflector.state is State.DENIED:
                    await holding.aclose()  # narrow credentials; what may be read starts on demand
                else:
                    await stack.enter_async_context(holding)
            await asyncio.Event().wait()  # until the task is cancelled
