"""Asks now and then whether a copy is what the cluster has, and has it listed anew if it is not.

Go: k8s.io/apiserver/pkg/storage/cacher#DetectCacheInconsistency (KEP-4988), which does the same
between the API server and etcd. Releases of etcd have lost and repeated events (reliability-security
1.1): a copy that nobody checks is a copy that nobody can trust for days.
"""

import random
from typing import Generic, TypeVar

from dashboard.api.listerwatcher import VersionLister
from dashboard.api.listoptions import ListOptions, ResourceVersionMatch
from dashboard.api.resourceversion import ResourceVersion, is_ahead, is_comparable
from dashboard.api.slices import slices
from dashboard.api.state import State
from dashboard.cache import metrics
from dashboard.cache.clock import Clock
from dashboard.cache.indexer import Indexer
from dashboard.cache.reflector import Reflector
from dashboard.cache.store import Stored
from dashboard.cache.trace import Step
from dashboard.errors import ClusterError

CHECK_S = 300.0
"""Pause between two checks of up to LARGE objects; of more, longer in proportion."""

SOON_S = 15.0
"""How soon a copy is checked once its server is back that was away: an etcd that was restored may have
given the versions that are held to other objects since, and then no watch tells."""

LARGE = 10_000

PAGE_SIZE = 2_000
"""Of a list of names and versions alone."""

T = TypeVar("T", bound=Stored)

Digest = tuple[int, int]
"""How many objects, and the sum of what their names and versions hash to, in whatever order."""

_MASK = (1 << 64) - 1


class SelfCheck(Generic[T]):
    """Checks one reflector's indexer. Run it in a task; cancel the task to end it."""

    def __init__(
        self,
        source: VersionLister,
        indexer: Indexer[T],
        reflector: Reflector[T],
        *,
        clock: Clock,
    ) -> None:
        """Ask nothing yet."""
        self._source = source
        self._indexer = indexer
        self._reflector = reflector
        self._clock = clock
        self._random = random.Random()  # noqa: S311  (spreads load, keeps no secret)

    async def run(self) -> None:
        """Check for ever."""
        while True:
            scale = max(1.0, len(self._indexer) / LARGE)
            await self._pause(CHECK_S * scale * (1 + self._random.random() / 5))
            self._reflector.is_unproven = False
            if await self.check() is None:
                # A server that is starting answers everything only after a while.
                await self._clock.sleep(SOON_S)
                await self.check()

    async def _pause(self, seconds: float) -> None:
        """Return after `seconds`, or sooner when there is a reason to check."""
        end = self._clock.monotonic() + seconds
        while (left := end - self._clock.monotonic()) > 0:
            await self._clock.sleep(min(left, SOON_S))
            if self._reflector.is_unproven and self._reflector.state is State.LIVE:
                return

    async def check(self) -> bool | None:
        """Return whether the copy is what the cluster had at its version; None if nobody can say.

        A copy that is not is doubted, so that its reflector lists it anew.
        """
        version = self._reflector.resource_version
        if self._reflector.state is not State.LIVE or not is_comparable(version):
            return None
        held = list(self._indexer)  # in the same step as the version: rows never change
        theirs: Digest | None = None
        try:
            theirs = await self._listed(version)
        except ClusterError:
            if not await self._is_to_come(version):
                metrics.CHECKS.labels("unknown").inc()
                return None
        ours: Digest = (0, 0)
        async for rows in slices(held):
            for row in rows:
                ours = _with(ours, row)
        is_equal = ours == theirs
        metrics.CHECKS.labels("equal" if is_equal else "different").inc()
        detail = f"{ours[0]} objects"
        if theirs is None:
            detail = f"{version} is still to come"
        elif not is_equal:
            detail += f" are not those {theirs[0]}"
        self._reflector.note(Step.CHECK, detail)
        if not is_equal:
            self._reflector.doubt()
        return is_equal

    async def _is_to_come(self, version: ResourceVersion) -> bool:
        """Whether the cluster is certainly behind `version`, which it gave once."""
        try:
            newest = await self._source.list_versions(ListOptions(limit=1))
        except ClusterError:
            return False
        theirs = newest.resource_version
        return is_comparable(theirs) and is_ahead(version, theirs)

    async def _listed(self, version: ResourceVersion) -> Digest:
        """Return the digest of what the cluster had at `version`."""
        digest: Digest = (0, 0)
        options = ListOptions(
            limit=PAGE_SIZE,
            resource_version=version,
            resource_version_match=ResourceVersionMatch.EXACT,
        )
        while True:
            page = await self._source.list_versions(options)
            for item in page.items:
                digest = _with(digest, item)
            if not page.continue_token:
                return digest
            options = ListOptions(limit=PAGE_SIZE, continue_=page.continue_token)


def _with(digest: Digest, item: Stored) -> Digest:
    number = hash((item.namespace, item.name, item.uid, item.resource_version))
    return digest[0] + 1, (digest[1] + number) & _MASK
