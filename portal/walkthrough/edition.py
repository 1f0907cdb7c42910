"""At which version a page opens: asked for, else the connected cluster's, else the newest there is."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum

from django.http import HttpRequest

from portal.source.snapshot import Fit, Shelf, Snapshot


class Origin(StrEnum):
    """Who wanted the version."""

    ASKED = "asked"
    CLUSTER = "cluster"
    NEWEST = "newest"


@dataclass(frozen=True, slots=True)
class Edition:
    """The snapshot that a page shows, and why that one."""

    snapshot: Snapshot
    wanted: str
    """The version that was wanted, as it was written."""
    fit: Fit
    origin: Origin

    @property
    def is_exact(self) -> bool:
        """Whether the page shows the very version that was wanted."""
        return self.fit is Fit.EXACT

    @property
    def is_cluster(self) -> bool:
        """Whether it is the version that the viewer's cluster runs, or as near to it as there is."""
        return self.origin is Origin.CLUSTER


ClusterVersion = Callable[[HttpRequest, str], Awaitable[str | None]]
"""Returns the version of a project that the viewer's cluster runs; None: no cluster, or not said."""


async def _no_cluster(_request: HttpRequest, _project: str) -> str | None:
    return None


_cluster_version: list[ClusterVersion] = [_no_cluster]


def register_cluster_version(ask: ClusterVersion) -> None:
    """Open pages at the version that `ask` returns from now on."""
    _cluster_version[0] = ask


async def choose(request: HttpRequest, shelf: Shelf, project: str) -> Edition:
    """Return the edition that a request is answered with.

    `?at=` wins; raises UnknownSnapshot if it is no version at all.
    """
    if asked := request.GET.get("at", ""):
        snapshot, fit = shelf.nearest(project, asked)
        return Edition(snapshot, asked, fit, Origin.ASKED)
    if running := await _cluster_version[0](request, project):
        snapshot, fit = shelf.nearest(project, running)
        return Edition(snapshot, running, fit, Origin.CLUSTER)
    newest = shelf.default(project)
    return Edition(newest, newest.version, Fit.EXACT, Origin.NEWEST)
