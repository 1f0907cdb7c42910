"""What a viewer may see, in the API server's own answers.

Asked for the whole cluster first, then for the namespaces that were asked for. RBAC objects are
never read for a verdict: other authorizers exist.
"""

import asyncio
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from dashboard.api.gvr import GVR
from dashboard.api.names import NO_NAMESPACE, Namespace
from dashboard.api.scope import Scope, Verb
from dashboard.api.viewer import Identity, Source, Viewer
from dashboard.cache.clock import Clock, SystemClock
from dashboard.client.discovery import ApiResource
from dashboard.client.review import may_i, may_they
from dashboard.clusters.cluster import Connection
from dashboard.errors import ReachabilityError
from dashboard.wire.review import UserInfo

ANSWER_LIFE_S = 300.0
"""How long an answer counts for a page that is opened."""

OPEN_ANSWER_LIFE_S = 10.0
"""How long it counts for a view that stays open: a right taken away is seen within this."""

ANSWERS_LIMIT = 20_000
"""Answers kept; beyond it all are forgotten and asked again as they are needed."""

QUESTIONS_AT_ONCE = 16
"""Reviews under way at one time; an API server answers about a thousand a second (fact M12)."""

Question = tuple[Identity, GVR, Verb, Namespace]


@dataclass(frozen=True, slots=True)
class _Answer:
    is_allowed: bool
    at: float


class Gate:
    """The answers of one cluster, shared by viewers whose names are equal."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        """Know nothing yet."""
        self._connection = connection
        self._clock = clock
        self._answers: dict[Question, _Answer] = {}
        self._asking: dict[Question, asyncio.Task[bool]] = {}
        self._turn = asyncio.Semaphore(QUESTIONS_AT_ONCE)

    async def scope(
        self,
        viewer: Viewer,
        resource: ApiResource,
        verb: Verb,
        asked: frozenset[Namespace],
        *,
        life_s: float = ANSWER_LIFE_S,
    ) -> Scope:
        """Return what `viewer` may `verb` of `resource` in the namespaces `asked`; empty is all.

        Raises the error of a review that could not be answered: not knowing is never allowing.
        """
        if await self._allows((viewer.identity, resource.gvr, verb, NO_NAMESPACE), viewer, life_s):
            return Scope.everything()
        if not resource.is_namespaced:
            return Scope.nothing()
        wanted = sorted(asked - {NO_NAMESPACE})
        verdicts = await asyncio.gather(
            *(
                self._allows((viewer.identity, resource.gvr, verb, namespace), viewer, life_s)
                for namespace in wanted
            )
        )
        return Scope.of(name for name, allowed in zip(wanted, verdicts, strict=True) if allowed)

    async def _allows(self, question: Question, viewer: Viewer, life_s: float) -> bool:
        known = self._answers.get(question)
        if known is not None and self._clock.monotonic() - known.at < life_s:
            return known.is_allowed
        task = self._asking.get(question)
        if task is None:
            task = asyncio.create_task(self._ask(question, viewer))
            self._asking[question] = task
            task.add_done_callback(lambda _task: self._asking.pop(question, None))
        try:
            return await asyncio.shield(task)
        except ReachabilityError:
            # Nothing can be taken away on a server that is away: what it said last still holds, as
            # long as an answer holds at all, so that an open view goes stale instead of empty.
            if known is not None and self._clock.monotonic() - known.at < ANSWER_LIFE_S:
                return known.is_allowed
            raise

    async def _ask(self, question: Question, viewer: Viewer) -> bool:
        _, gvr, verb, namespace = question
        transport = self._connection.transport
        async with self._turn:
            if viewer.source is Source.KUBECONFIG:
                status = await may_i(transport, gvr, verb, namespace)
            else:
                user = UserInfo(
                    viewer.user,
                    "",
                    list(viewer.review_groups),
                    {name: list(values) for name, values in viewer.extra},
                )
                status = await may_they(transport, user, gvr, verb, namespace)
        is_allowed = status.allowed and not status.denied
        if len(self._answers) >= ANSWERS_LIMIT:
            self._answers.clear()
        self._answers[question] = _Answer(is_allowed, self._clock.monotonic())
        return is_allowed


_gates: WeakKeyDictionary[Connection, Gate] = WeakKeyDictionary()


def gate(connection: Connection) -> Gate:
    """Return the gate of `connection`; there is one, and it goes with the connection."""
    found = _gates.get(connection)
    if found is None:
        found = _gates[connection] = Gate(connection, SystemClock())
    return found
