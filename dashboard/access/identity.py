"""Whom a cluster takes a visitor for, in the API server's own words."""

import asyncio
import hashlib
from collections import OrderedDict
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from dashboard.api.credential import BearerToken, Credential, OwnCredential, TokenCredential
from dashboard.api.viewer import Introduction, Source, Viewer
from dashboard.cache.clock import Clock, SystemClock
from dashboard.client.review import SELF_SUBJECT_REVIEWS, who_am_i, who_has
from dashboard.client.transport import Transport
from dashboard.clusters import fleet
from dashboard.clusters.cluster import Connection, viewer_from
from dashboard.errors import (
    ClusterError,
    ReachabilityError,
    SignInNeeded,
    TokenRefused,
    Unauthorized,
    UnknownCluster,
)

IDENTITY_LIFE_S = 3.0
"""How long an API server's word on a token counts: one that expired is noticed within this."""

AWAY_LIFE_S = 300.0
"""How long it counts while the API server does not answer: it can withdraw nothing meanwhile."""

PEOPLE_LIMIT = 5_000
"""Tokens whose owner is remembered; the one used longest ago is forgotten first."""


@dataclass(frozen=True, slots=True)
class Person:
    """A viewer, and the transport that carries their own credential and nobody else's."""

    viewer: Viewer
    transport: Transport


@dataclass(frozen=True, slots=True)
class _Known:
    person: Person
    at: float


class People:
    """Who the bearers of tokens are on one cluster; a token is remembered by its digest alone."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        """Know nobody yet."""
        self._connection = connection
        self._clock = clock
        self._known: OrderedDict[bytes, _Known] = OrderedDict()
        self._asking: dict[bytes, asyncio.Task[Person]] = {}

    async def bearer(self, token: BearerToken) -> Person:
        """Return whose `token` it is. Raises TokenRefused, or why the API server cannot be asked."""
        digest = hashlib.sha256(token.encode()).digest()
        known = self._known.get(digest)
        if known is not None and self._age(known) < IDENTITY_LIFE_S:
            return known.person
        task = self._asking.get(digest)
        if task is None:
            task = asyncio.create_task(self._ask(token), name="whose token")
            self._asking[digest] = task
            task.add_done_callback(lambda _task: self._asking.pop(digest, None))
        try:
            person = await asyncio.shield(task)
        except ReachabilityError:
            if known is not None and self._age(known) < AWAY_LIFE_S:
                return known.person
            raise
        except TokenRefused:
            self._known.pop(digest, None)
            raise
        self._known[digest] = _Known(person, self._clock.monotonic())
        self._known.move_to_end(digest)
        if len(self._known) > PEOPLE_LIMIT:
            self._known.popitem(last=False)
        return person

    def _age(self, known: _Known) -> float:
        return self._clock.monotonic() - known.at

    async def _ask(self, token: BearerToken) -> Person:
        transport = self._connection.nobody.speaking(token)
        try:
            if SELF_SUBJECT_REVIEWS in self._connection.resources:
                user = await who_am_i(transport)
            else:
                user = await who_has(self._connection.transport, token)
        except Unauthorized as error:
            raise TokenRefused(cluster=self._connection.slug, detail=error.detail) from error
        viewer = viewer_from(user, Source.TOKEN)
        if viewer is None:
            raise TokenRefused(cluster=self._connection.slug)
        return Person(viewer, transport)


async def person(connection: Connection, credential: Credential) -> Person:
    """Return whom `credential` makes on the cluster: on a laptop, its owner.

    Raises SignInNeeded where it is for other clusters only, TokenRefused where it is no longer good,
    IdentityRefused, and what keeps the API server from answering.
    """
    match credential:
        case OwnCredential():
            return Person(connection.owner, connection.transport)
        case TokenCredential():
            token = credential.tokens.get(connection.slug)
            if token is None:
                raise SignInNeeded(cluster=connection.slug)
            return await people(connection).bearer(token)


async def introduce(cluster: str, token: str) -> Introduction:
    """Return what `cluster` says of somebody who shows `token`; "" is the cluster shown first.

    Never raises: a cluster that is unknown refuses as a known one does, so that nobody learns names.
    """
    slug = cluster or next((one.slug for one in fleet()), "")
    try:
        connection = await fleet().get(slug).connection()
        found = await person(connection, TokenCredential({slug: BearerToken(token)}))
    except UnknownCluster:
        return Introduction(slug, trouble=TokenRefused(cluster=slug))
    except ClusterError as trouble:
        return Introduction(slug, trouble=trouble)
    return Introduction(slug, user=found.viewer.user)


def people(connection: Connection) -> People:
    """Return those who are known on `connection`; they go with it."""
    found = _people.get(connection)
    if found is None:
        found = _people[connection] = People(connection, SystemClock())
    return found


_people: WeakKeyDictionary[Connection, People] = WeakKeyDictionary()
