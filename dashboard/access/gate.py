"""What a viewer may see, in the API server's own answers.

Asked for the whole cluster first, then for the namespaces that were asked for or that RBAC hints
at. RBAC objects are never read for a verdict: other authorizers exist.

A right that is taken away is noticed within 5 s where the portal may watch RBAC (a change there is
a reason to ask again) and where the portal may not (answers for open views then live OPEN_LIFE_S).
A right that another authorizer takes away is noticed within HINTED_OPEN_LIFE_S by an open view, and
by a page within LIFE_S.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple
from weakref import WeakKeyDictionary

from dashboard.access.hints import Hints
from dashboard.access.identity import AWAY_LIFE_S, Person
from dashboard.api.gvr import GVR
from dashboard.api.names import NO_NAMESPACE, Namespace
from dashboard.api.scope import Scope, Verb
from dashboard.api.viewer import Identity, Source
from dashboard.cache.clock import Clock, SystemClock
from dashboard.client.discovery import ApiResource
from dashboard.client.review import may_i, may_they
from dashboard.clusters.cluster import Connection
from dashboard.errors import Forbidden, ReachabilityError, TokenRefused, Unauthorized

LIFE_S = 30.0
"""How long an answer counts for a page that is opened, unless RBAC moves."""

OPEN_LIFE_S = 3.0
"""How long it counts for a view that stays open, which asks after each half of it."""

HINTED_OPEN_LIFE_S = 10.0
"""The same while RBAC is watched."""

UNCHECKED_LIFE_S = 1.0
"""After this a view with namespaces that are not checked yet asks how far the checking is."""

PATIENCE_S = 2.0
"""How long an answer about several namespaces is waited for; the rest is "not checked yet"."""

ANSWERS_LIMIT = 20_000
"""Answers kept; beyond it all are forgotten and asked again as they are needed."""

QUESTIONS_PER_S = 200
"""To one cluster, for all viewers together; an API server answers a thousand (fact M12)."""

REFUSED_S = 60.0
"""Pause before the portal tries again to ask about others, once that was forbidden."""


class Question(NamedTuple):
    """One question to the API server; equal questions have one answer. `name` "" is the kind."""

    identity: Identity
    is_own: bool
    """Whether the portal's own account is meant, which asks about itself."""
    gvr: GVR
    verb: Verb
    namespace: Namespace
    name: str


@dataclass(frozen=True, slots=True)
class _Answer:
    is_allowed: bool
    asked_at: float


class _Asking(NamedTuple):
    task: asyncio.Task[bool]
    asked_at: float


class Gate:
    """The answers of one cluster, shared by viewers whose names are equal."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        """Know nothing yet."""
        self._connection = connection
        self._clock = clock
        self._answers: dict[Question, _Answer] = {}
        self._asking: dict[Question, _Asking] = {}
        self._sent: deque[float] = deque(maxlen=QUESTIONS_PER_S)
        self._turn = asyncio.Lock()
        self._doubted_at = float("-inf")
        self._refused_at = float("-inf")
        self._listeners: set[Callable[[], None]] = set()
        self.hints = Hints(connection.informers, connection.resources, clock, self.doubt)

    # --- how long an answer counts

    @property
    def open_life_s(self) -> float:
        """How long a view that stays open may go by an answer."""
        return HINTED_OPEN_LIFE_S if self.hints.is_live else OPEN_LIFE_S

    def doubt(self) -> None:
        """Count no answer that was asked for before now, and let open views ask again."""
        self._doubted_at = self._clock.monotonic()
        for listener in list(self._listeners):
            listener()

    def listen(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call `listener`, which must be quick, whenever rights may have moved; return what ends it."""
        self._listeners.add(listener)
        return lambda: self._listeners.discard(listener)

    # --- questions

    async def scope(
        self,
        who: Person,
        resource: ApiResource,
        verb: Verb,
        asked: frozenset[Namespace],
        *,
        is_open: bool = False,
    ) -> Scope:
        """Return what `who` may `verb` of `resource` in the namespaces `asked`; empty is all.

        Of all, without a right to the whole cluster, it is the namespaces that RBAC hints at.
        Raises the error of a review that could not be answered: not knowing is never allowing.
        """
        life_s = self.open_life_s if is_open else LIFE_S

        def question(namespace: Namespace) -> Question:
            is_own = who.viewer.source is Source.KUBECONFIG
            return Question(who.viewer.identity, is_own, resource.gvr, verb, namespace, "")

        if await self._allows(question(NO_NAMESPACE), who, life_s):
            return Scope.everything()
        if not resource.is_namespaced:
            return Scope.nothing()
        wanted = sorted(asked - {NO_NAMESPACE} or await self._likely(who))
        asking = {
            name: asyncio.ensure_future(self._allows(question(name), who, life_s))
            for name in wanted
        }
        for task in asking.values():
            task.add_done_callback(_retrieved)
        if asking:
            await asyncio.wait(asking.values(), timeout=PATIENCE_S)
        done = {name for name, task in asking.items() if task.done()}
        for name in asking.keys() - done:
            asking[name].cancel()  # the question itself goes on: others may wait for it too
        return Scope.of(
            [name for name in wanted if name in done and asking[name].result()],
            unchecked=asking.keys() - done,
        )

    async def allows(
        self, who: Person, gvr: GVR, verb: Verb, namespace: Namespace, name: str = ""
    ) -> bool:
        """Return whether `who` may `verb` one object, or with name "" the kind in `namespace`."""
        is_own = who.viewer.source is Source.KUBECONFIG
        asked = Question(who.viewer.identity, is_own, gvr, verb, namespace, name)
        return await self._allows(asked, who, LIFE_S)

    async def _likely(self, who: Person) -> frozenset[Namespace]:
        found = await self.hints.namespaces(who.viewer)
        home = self._connection.namespace
        is_home = home and who.viewer.source is Source.KUBECONFIG
        return found | {home} if is_home else found

    async def _allows(self, question: Question, who: Person, life_s: float) -> bool:
        known = self._answers.get(question)
        now = self._clock.monotonic()
        if (
            known is not None
            and known.asked_at > self._doubted_at
            and now - known.asked_at < life_s
        ):
            return known.is_allowed
        asking = self._asking.get(question)
        if asking is None or asking.asked_at <= self._doubted_at:
            asking = _Asking(asyncio.create_task(self._ask(question, who), name="review"), now)
            self._asking[question] = asking
            asking.task.add_done_callback(lambda task: self._forget(question, task))
        try:
            return await asyncio.shield(asking.task)
        except ReachabilityError:
            # Nothing can be taken away on a server that is away: what it said last still holds, so
            # that an open view goes stale instead of empty.
            if known is not None and now - known.asked_at < AWAY_LIFE_S:
                return known.is_allowed
            raise

    def _forget(self, question: Question, task: asyncio.Task[bool]) -> None:
        asking = self._asking.get(question)
        if asking is not None and asking.task is task:
            del self._asking[question]
        _retrieved(task)

    async def _ask(self, question: Question, who: Person) -> bool:
        await self._pace()
        asked_at = self._clock.monotonic()
        is_allowed = await self._answer(question, who)
        if len(self._answers) >= ANSWERS_LIMIT:
            self._answers.clear()
        known = self._answers.get(question)
        if known is None or known.asked_at <= asked_at:
            self._answers[question] = _Answer(is_allowed, asked_at)
        return is_allowed

    async def _answer(self, question: Question, who: Person) -> bool:
        what = question.gvr, question.verb, question.namespace, question.name
        if not question.is_own:
            try:
                if self._clock.monotonic() - self._refused_at >= REFUSED_S:
                    ours = self._connection.transport
                    status = await may_they(ours, question.identity, *what)
                    return status.allowed and not status.denied
            except Forbidden:
                self._refused_at = self._clock.monotonic()
        # The portal asks about itself, or may not ask about others: then they ask themselves.
        try:
            status = await may_i(who.transport, *what)
        except Unauthorized as error:
            if question.is_own:
                raise
            raise TokenRefused(cluster=self._connection.slug, detail=error.detail) from error
        return status.allowed and not status.denied

    async def _pace(self) -> None:
        """Return when another question may leave: at most QUESTIONS_PER_S of them in any second."""
        async with self._turn:
            if len(self._sent) == QUESTIONS_PER_S:
                wait_s = self._sent[0] + 1.0 - self._clock.monotonic()
                if wait_s > 0:
                    await self._clock.sleep(wait_s)
            self._sent.append(self._clock.monotonic())


def _retrieved(task: asyncio.Future[bool]) -> None:
    """Take note of how `task` failed: whoever waited for it may have left."""
    if not task.cancelled():
        task.exception()


_gates: WeakKeyDictionary[Connection, Gate] = WeakKeyDictionary()


def gate(connection: Connection) -> Gate:
    """Return the gate of `connection`; there is one, and it goes with the connection."""
    found = _gates.get(connection)
    if found is None:
        found = _gates[connection] = Gate(connection, SystemClock())
        found.hints.start()
        connection.on_close(found.hints.aclose)
    return found
