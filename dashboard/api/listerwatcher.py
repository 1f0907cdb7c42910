"""ListerWatcher: the one seam between a cache and a cluster.

Go: k8s.io/client-go/tools/cache#ListerWatcher. Differs: pages are explicit, and an ERROR event is
raised where client-go hands it on.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar, runtime_checkable

import msgspec

from dashboard.api.listoptions import ListOptions
from dashboard.api.names import Namespace, ObjectName, Uid
from dashboard.api.resourceversion import ResourceVersion
from dashboard.api.watchevent import WatchEvent

T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Page(Generic[T_co]):
    """One answer to a LIST.

    `resource_version` is that of the whole listing, equal on each of its pages; a WATCH begins
    there. `continue_token` is "" on the last page. `remaining` counts the objects after this page;
    None where the server does not say, as with a selector. `bodies` are the whole objects of `items`
    as they may be kept, masked, in the same order; empty where the source does not have them.
    """

    items: tuple[T_co, ...]
    resource_version: ResourceVersion
    continue_token: str = ""
    remaining: int | None = None
    bodies: tuple[bytes, ...] = ()


class Version(msgspec.Struct, frozen=True, gc=False):
    """Which state of which object: all that a check needs to know of it."""

    namespace: Namespace
    name: ObjectName
    uid: Uid
    resource_version: ResourceVersion


@runtime_checkable
class VersionLister(Protocol):
    """A source that can also tell versions alone, at a fraction of what a LIST costs."""

    async def list_versions(self, options: ListOptions) -> Page[Version]:
        """Return one page, as `list_page` does; raises the same."""
        ...


class ListerWatcher(Protocol[T_co]):
    """Lists and watches one resource in one scope of one cluster.

    An implementation raises only types of dashboard.errors and lets CancelledError pass. It never
    retries, logs in again, reorders or merges: what to do next is for the reflector to decide.
    Calls may overlap.
    """

    @property
    def is_watchable(self) -> bool:
        """Whether the server has the verb watch for this resource; a LIST now and then is else all."""
        ...

    async def list_page(self, options: ListOptions) -> Page[T_co]:
        """Return one page; the caller follows `continue_token` itself.

        Raises Expired for a token or exact version that is too old, TooLargeResourceVersion for one
        not reached yet, InvalidListOptions before any request, ReachabilityError and the other
        ApiserverErrors.
        """
        ...

    def watch(
        self, options: ListOptions
    ) -> AbstractAsyncContextManager[AsyncIterator[Sequence[WatchEvent[T_co]]]]:
        """Return a context that holds one open stream and yields its events as they come, in batches.

        Entering sends the request and returns once the server has accepted it; a refusal is raised
        there. Leaving closes the stream at once, whatever was still to come. The caller leaves.

        A batch is what arrived together and is never empty. In it are ADDED, MODIFIED, DELETED and
        BOOKMARK in the server's order, each complete. What can be used before a frame that cannot is
        yielded first. The iterator raises what an ERROR event means (Expired,
        UnprocessableWatchList, and so on), MalformedEvent or FrameTooLarge for a frame that cannot be
        used, and Silent when its inactivity limit passes; none of these is followed by an event. It
        stops without an error when the server ends the stream between two frames, and raises
        WatchClosed when the connection breaks.
        With `send_initial_events` the present state comes first, as ADDED, until a BOOKMARK that
        `is_initial_events_end`; an old server may never send that one.
        """
        ...
