"""RBAC, watched with the portal's account: a reason to ask again, and where to ask. Never a verdict.

The server's own Table of bindings names their subjects (Go: k8s.io/kubernetes/pkg/printers/
internalversion#printRoleBinding), so no binding is decoded for it.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack

from dashboard.api.delta import Delta
from dashboard.api.gvr import GVR
from dashboard.api.names import NO_NAMESPACE, Namespace, ObjectKey
from dashboard.api.state import State
from dashboard.api.table import Row
from dashboard.api.viewer import Viewer
from dashboard.cache.clock import Clock
from dashboard.cache.factory import InformerFactory
from dashboard.cache.sharedinformer import SharedInformer
from dashboard.client.discovery import Resources

GROUP = "rbac.authorization.k8s.io"
BINDINGS = GVR(GROUP, "v1", "rolebindings")
WATCHED = (
    BINDINGS,
    GVR(GROUP, "v1", "roles"),
    GVR(GROUP, "v1", "clusterroles"),
    GVR(GROUP, "v1", "clusterrolebindings"),
)

LATE_S = (1.0, 1.0)
"""Pauses between the hints that one change gives: the API server's authorizer reads RBAC from caches
of its own, which may hear of a change after we do."""

FIRST_S = 2.0
"""How long the first listing of bindings is waited for before it is done without."""

SERVICE_ACCOUNT = "system:serviceaccount:"

Subject = tuple[str, str]
"""A column of subjects, and one name in it."""

COLUMNS = ("Users", "Groups", "ServiceAccounts")


class Bindings:
    """In which namespaces somebody is named; kept as bindings change (cache.sharedinformer.Handler)."""

    def __init__(self, informer: SharedInformer[Row]) -> None:
        """Count what `informer` holds by now."""
        self._informer = informer
        self._of: dict[ObjectKey, tuple[Subject, ...]] = {}
        self._where: dict[Subject, Counter[Namespace]] = {}
        for row in informer.items:
            self._put(row)

    def namespaces(self, subjects: Sequence[Subject]) -> frozenset[Namespace]:
        """Return where any of `subjects` is named."""
        return frozenset(
            place for subject in subjects for place in self._where.get(subject, Counter())
        )

    def on_deltas(self, deltas: Sequence[Delta[Row]]) -> None:
        """Follow the informer."""
        for delta in deltas:
            self._drop(delta.key)
            if delta.new is not None:
                self._put(delta.new)

    def on_state(self) -> None:
        """Nothing to count."""

    def _put(self, row: Row) -> None:
        columns = self._informer.columns
        cells = {
            column.name.replace(" ", ""): cell
            for column, cell in zip(columns, row.cells, strict=False)
        }
        subjects = tuple(
            (name, word.strip())
            for name in COLUMNS
            for word in str(cells.get(name) or "").split(",")
            if word.strip()
        )
        self._of[row.key] = subjects
        for subject in subjects:
            self._where.setdefault(subject, Counter())[row.namespace] += 1

    def _drop(self, key: ObjectKey) -> None:
        for subject in self._of.pop(key, ()):
            where = self._where[subject]
            where[key.namespace] -= 1
            if not where[key.namespace]:
                del where[key.namespace]
            if not where:
                del self._where[subject]


class Hints:
    """Tells `on_hint` that rights may have moved: when RBAC changes, and shortly after once more."""

    def __init__(
        self,
        informers: InformerFactory[Row],
        resources: Resources,
        clock: Clock,
        on_hint: Callable[[], None],
    ) -> None:
        """Watch nothing before `start`."""
        self._informers = informers
        self._resources = resources
        self._clock = clock
        self._on_hint = on_hint
        self._held: list[SharedInformer[Row]] = []
        self._bindings: Bindings | None = None
        self._ready = asyncio.Event()
        self._heard = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to watch, in a task of its own."""
        self._task = asyncio.create_task(self._run(), name="hints of RBAC")

    async def aclose(self) -> None:
        """Watch no more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    @property
    def is_live(self) -> bool:
        """Whether every change of RBAC is heard of at once."""
        return len(self._held) == len(WATCHED) and all(
            informer.reflector.state is State.LIVE for informer in self._held
        )

    async def namespaces(self, viewer: Viewer) -> frozenset[Namespace]:
        """Return the namespaces in which a binding names `viewer` or one of their groups.

        Fewer while the bindings are not listed yet or cannot be; a service account is also at home in
        its own.
        """
        if self._task is not None:
            try:
                async with asyncio.timeout(FIRST_S):
                    await self._ready.wait()
            except TimeoutError:
                pass
        subjects = [("Users", viewer.user), *(("Groups", name) for name in viewer.groups)]
        home: frozenset[Namespace] = frozenset()
        if viewer.user.startswith(SERVICE_ACCOUNT):
            namespace, _, name = viewer.user.removeprefix(SERVICE_ACCOUNT).partition(":")
            subjects.append(("ServiceAccounts", f"{namespace}/{name}"))
            home = frozenset({Namespace(namespace)})
        named = self._bindings.namespaces(subjects) if self._bindings else frozenset()
        return (named | home) - {NO_NAMESPACE}

    def on_deltas(self, deltas: Sequence[Delta[Row]]) -> None:  # noqa: ARG002  (Handler's signature)
        """Follow an informer (cache.sharedinformer.Handler)."""
        self._heard.set()

    def on_state(self) -> None:
        """Nothing is said of rights."""

    async def _run(self) -> None:
        async with AsyncExitStack() as stack:
            served = [gvr for gvr in WATCHED if gvr in self._resources]
            for gvr in served:
                informer = await stack.enter_async_context(
                    self._informers.informer(gvr, NO_NAMESPACE)
                )
                informer.add_handler(self)
                stack.callback(informer.remove_handler, self)
                self._held.append(informer)
                if gvr == BINDINGS:
                    await informer.answered()
                    self._bindings = Bindings(informer)
                    informer.add_handler(self._bindings)
                    stack.callback(informer.remove_handler, self._bindings)
                    self._ready.set()
            self._ready.set()
            try:
                await self._pass_on()
            finally:
                self._held.clear()

    async def _pass_on(self) -> None:
        while True:
            await self._heard.wait()
            self._heard.clear()
            self._on_hint()
            for pause_s in LATE_S:
                await self._clock.sleep(pause_s)
                if self._heard.is_set():
                    break
                self._on_hint()
