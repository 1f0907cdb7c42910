"""One cluster: connected when somebody first looks, and then kept."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from dashboard.api.gvr import GVR, ShortKind
from dashboard.api.names import Namespace
from dashboard.api.table import Row
from dashboard.api.viewer import ANONYMOUS_USER, Source, Viewer, freeze_extra
from dashboard.cache.clock import Clock
from dashboard.cache.factory import InformerFactory
from dashboard.client import config
from dashboard.client.discovery import (
    ApiResource,
    Discovered,
    Resources,
    discover,
    server_version,
)
from dashboard.client.hotresource import HotResource
from dashboard.client.resource import TableResource
from dashboard.client.review import SELF_SUBJECT_REVIEWS, who_am_i
from dashboard.client.source import source_of
from dashboard.client.transport import Transport
from dashboard.clusters.catalogue import Catalogue
from dashboard.clusters.residents import RESIDENT, Residents
from dashboard.errors import ClusterError, KubeconfigInvalid
from dashboard.wire.review import UserInfo

RETRY_S = 5.0
"""Pause after which a cluster that could not be connected is tried again when somebody looks."""


class Connection:
    """What is known of a connected cluster."""

    def __init__(
        self,
        context: config.Context,
        transport: Transport,
        discovered: Discovered,
        version: str,
        owner: Viewer,
        *,
        clock: Clock,
    ) -> None:
        """Hold them together with the informers that use them."""
        self.slug = context.slug
        self.namespace = Namespace(context.namespace)
        """Where the kubeconfig's owner is at home; "" where it does not say."""
        self.transport = transport
        self.nobody = transport.nobody()
        """To the same server, without the portal's credential: what viewers' tokens go over."""
        self.version = version
        self.owner = owner
        """Whom the portal's own credential stands for."""
        self.informers: InformerFactory[Row] = InformerFactory(self._source, clock=clock)
        self.catalogue = Catalogue(transport, discovered, self.informers, clock)
        self._clock = clock
        self._closers: list[Callable[[], Awaitable[None]]] = [self.catalogue.aclose]

    def start(self, resident: Sequence[str]) -> None:
        """Begin to watch definitions, and to keep the `resident` kinds in memory."""
        self.catalogue.start()
        residents = Residents(resident, self.informers, self.resources)
        self.on_close(residents.aclose)
        residents.start()

    @property
    def resources(self) -> Resources:
        """Every kind that the cluster serves, as last read."""
        return self.catalogue.resources

    async def resource(self, asked: GVR | ShortKind) -> ApiResource:
        """Return what `asked` means here. Raises UnknownKind."""
        return await self.catalogue.find(asked)

    def on_close(self, closer: Callable[[], Awaitable[None]]) -> None:
        """Call `closer` before the informers end."""
        self._closers.append(closer)

    def _source(self, gvr: GVR, namespace: Namespace) -> TableResource | HotResource:
        return source_of(
            self.transport,
            self.resources.get(gvr),
            namespace,
            self._clock,
            version=self.version,
        )

    async def aclose(self) -> None:
        """End what stands on the informers, the informers, then close the sockets."""
        for closer in self._closers:
            await closer()
        await self.informers.aclose()
        await self.nobody.aclose()
        await self.transport.aclose()


class Cluster:
    """A context and, once asked for, its connection."""

    def __init__(
        self, context: config.Context, clock: Clock, resident: Sequence[str] = RESIDENT
    ) -> None:
        """Make no request yet; `resident` are the kinds kept in memory while it is connected."""
        self._resident = resident
        self.context = context
        self.trouble: ClusterError | None = None
        """Why the last attempt to connect failed; None while it is under way or has worked."""
        self._clock = clock
        self._connecting: asyncio.Task[Connection] | None = None
        self._failed_at = -RETRY_S
        self._asked_at = 0.0

    @property
    def slug(self) -> str:
        """The CLUSTER of addresses."""
        return self.context.slug

    @property
    def connected(self) -> Connection | None:
        """The connection if there is one now."""
        task = self._connecting
        if task is None or not task.done() or task.cancelled() or task.exception() is not None:
            return None
        return task.result()

    async def connection(self) -> Connection:
        """Return the connection, made once for all who ask. Raises why it cannot be made.

        After a failure, the same answer is given for RETRY_S before the cluster is tried again.
        """
        now = self._asked_at = self._clock.monotonic()
        if self.trouble is not None and now - self._failed_at < RETRY_S:
            raise self.trouble
        if self._connecting is None or self._has_failed():
            self.trouble = None
            self._connecting = asyncio.create_task(self._connect(), name=f"connect {self.slug}")
        try:
            # A viewer who leaves must not cancel what others wait for.
            return await asyncio.shield(self._connecting)
        except ClusterError as error:
            self.trouble = error
            self._failed_at = self._clock.monotonic()
            raise

    @property
    def idle_s(self) -> float:
        """For how long nobody has asked for the connection; open views ask every few seconds."""
        return self._clock.monotonic() - self._asked_at

    async def aclose(self) -> None:
        """Leave the cluster; whoever asks afterwards connects it anew."""
        connection, connecting = self.connected, self._connecting
        self._connecting = None
        if connecting is None:
            return
        if connection is not None:
            await connection.aclose()
        connecting.cancel()
        await asyncio.gather(connecting, return_exceptions=True)

    def _has_failed(self) -> bool:
        return self._connecting is not None and self._connecting.done() and self.connected is None

    async def _connect(self) -> Connection:
        transport = Transport(self.context.name, await config.load(self.context))
        try:
            # One after the other: when one fails, none of the others is left under way.
            discovered = await discover(transport)
            version = await server_version(transport)
            owner = await self._owner(transport, discovered.resources)
        except BaseException:  # being cancelled leaves sockets open just as an error does
            await transport.aclose()
            raise
        made = Connection(self.context, transport, discovered, version, owner, clock=self._clock)
        made.start(self._resident)
        return made

    async def _owner(self, transport: Transport, resources: Resources) -> Viewer:
        """Return whom the credential stands for; being nobody is a mistake of the kubeconfig."""
        if SELF_SUBJECT_REVIEWS in resources:
            user = await who_am_i(transport)
        else:
            # Nothing there says who we are. The gate asks what *we* may, so the name is for people
            # to read alone.
            user = UserInfo(self.context.name)
        owner = viewer_from(user, Source.KUBECONFIG)
        if owner is None:
            detail = f"the API server takes the credential for nobody ({ANONYMOUS_USER})"
            raise KubeconfigInvalid(cluster=self.context.name, detail=detail)
        return owner


def viewer_from(user: UserInfo, source: Source) -> Viewer | None:
    """Return whom the API server means by `user`; None for nobody. Raises IdentityRefused."""
    if user.username in {"", ANONYMOUS_USER}:
        return None
    return Viewer(
        user.username,
        source,
        uid=user.uid,
        # A token file may name an empty group, which no binding can name.
        groups=frozenset(group for group in user.groups or () if group),
        extra=freeze_extra(user.extra or {}),
    )
