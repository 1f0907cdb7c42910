"""The gate asks, remembers for a while, and never takes silence for a yes."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web

from dashboard.access.gate import ANSWER_LIFE_S, OPEN_ANSWER_LIFE_S, Gate
from dashboard.api.names import Namespace
from dashboard.api.scope import Scope, Verb
from dashboard.api.viewer import Source, Viewer
from dashboard.client import config
from dashboard.client.discovery import Resources
from dashboard.client.transport import Transport
from dashboard.clusters.cluster import Connection
from dashboard.errors import ServiceUnavailable, Unreachable
from tests.dashboard.live.test_subscription import PODS
from tests.support.apiserver import kubeconfig, serve
from tests.support.clock import FakeClock

OWNER = Viewer("maya", Source.KUBECONFIG)
ALL: frozenset[Namespace] = frozenset()


class Authorizer:
    """Answers reviews by namespace, and counts them; `is_broken` answers 503."""

    def __init__(self, *allowed: str) -> None:
        self.allowed = set(allowed)
        self.asked: list[str] = []
        self.is_broken = False

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        namespace = json.loads(await request.read())["spec"]["resourceAttributes"]["namespace"]
        self.asked.append(namespace)
        if self.is_broken:
            return web.Response(status=503, text="down")
        return web.json_response({"status": {"allowed": namespace in self.allowed}})


async def connect(folder: Path, server: str, clock: FakeClock) -> Connection:
    found = config.find(folder, {"KUBECONFIG": str(kubeconfig(folder, server))})
    transport = Transport("test", await config.load(found.found[0]))
    return Connection(transport, Resources([]), "v1", OWNER, clock)


@asynccontextmanager
async def gate(folder: Path, authorizer: Authorizer, clock: FakeClock) -> AsyncIterator[Gate]:
    async with serve(authorizer.answer) as server:
        connection = await connect(folder, server.server, clock)
        yield Gate(connection, clock)
        await connection.aclose()


async def test_everything_is_one_question(tmp_path: Path) -> None:
    authorizer, clock = Authorizer(""), FakeClock()
    async with gate(tmp_path, authorizer, clock) as asked:
        first = await asked.scope(OWNER, PODS, Verb.LIST, frozenset({Namespace("a")}))
        second = await asked.scope(OWNER, PODS, Verb.LIST, ALL)

    assert first == second == Scope.everything()
    assert authorizer.asked == [""]


async def test_namespaces_are_asked_for_one_by_one_and_denied_by_default(tmp_path: Path) -> None:
    authorizer, clock = Authorizer("a"), FakeClock()
    wanted = frozenset({Namespace("a"), Namespace("b")})
    async with gate(tmp_path, authorizer, clock) as asked:
        some = await asked.scope(OWNER, PODS, Verb.LIST, wanted)
        none = await asked.scope(OWNER, PODS, Verb.LIST, ALL)

    assert some == Scope.of([Namespace("a")])
    assert none == Scope.nothing()


async def test_an_answer_lives_shorter_for_an_open_view(tmp_path: Path) -> None:
    authorizer, clock = Authorizer(""), FakeClock()
    async with gate(tmp_path, authorizer, clock) as asked:
        await asked.scope(OWNER, PODS, Verb.LIST, ALL)
        await clock.advance(OPEN_ANSWER_LIFE_S + 1)
        authorizer.allowed.clear()

        assert await asked.scope(OWNER, PODS, Verb.LIST, ALL) == Scope.everything()
        again = await asked.scope(OWNER, PODS, Verb.LIST, ALL, life_s=OPEN_ANSWER_LIFE_S)

    assert again == Scope.nothing()


async def test_a_server_that_is_away_takes_nothing_back_and_gives_nothing(tmp_path: Path) -> None:
    authorizer, clock = Authorizer(""), FakeClock()
    async with serve(authorizer.answer) as server:
        connection = await connect(tmp_path, server.server, clock)
        asked = Gate(connection, clock)
        await asked.scope(OWNER, PODS, Verb.LIST, ALL)
    # The server has ended here.
    await clock.advance(OPEN_ANSWER_LIFE_S + 1)

    still = await asked.scope(OWNER, PODS, Verb.LIST, ALL, life_s=OPEN_ANSWER_LIFE_S)
    assert still == Scope.everything()

    await clock.advance(ANSWER_LIFE_S)
    with pytest.raises(Unreachable):
        await asked.scope(OWNER, PODS, Verb.LIST, ALL)
    with pytest.raises(Unreachable):
        await asked.scope(Viewer("other", Source.KUBECONFIG), PODS, Verb.LIST, ALL)
    await connection.aclose()


async def test_an_answer_that_cannot_be_given_is_never_a_yes(tmp_path: Path) -> None:
    authorizer, clock = Authorizer(""), FakeClock()
    authorizer.is_broken = True
    async with gate(tmp_path, authorizer, clock) as asked:
        with pytest.raises(ServiceUnavailable):
            await asked.scope(OWNER, PODS, Verb.LIST, ALL)
