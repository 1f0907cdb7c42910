"""The gate asks, remembers for a while, and never takes silence for a yes."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web

from dashboard.access import gate as gate_module
from dashboard.access.gate import LIFE_S, OPEN_LIFE_S, QUESTIONS_PER_S, Gate
from dashboard.access.identity import AWAY_LIFE_S, Person
from dashboard.api.names import Namespace
from dashboard.api.scope import Scope, Verb
from dashboard.api.viewer import Source, Viewer
from dashboard.client import config
from dashboard.client.discovery import Discovered, Resources
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


class Asked:
    """A gate, asked for whoever the connection's own credential is."""

    def __init__(self, connection: Connection, clock: FakeClock) -> None:
        self.gate = Gate(connection, clock)
        self._connection = connection

    async def scope(self, viewer: Viewer, asked: frozenset[Namespace], **named: bool) -> Scope:
        who = Person(viewer, self._connection.transport)
        return await self.gate.scope(who, PODS, Verb.LIST, asked, **named)


async def connect(folder: Path, server: str, clock: FakeClock) -> Connection:
    found = config.find(folder, {"KUBECONFIG": str(kubeconfig(folder, server))})
    transport = Transport("test", await config.load(found.found[0]))
    nothing = Discovered(Resources([]))
    return Connection(found.found[0], transport, nothing, "v1", OWNER, clock=clock)


@asynccontextmanager
async def gate(folder: Path, authorizer: Authorizer, clock: FakeClock) -> AsyncIterator[Asked]:
    async with serve(authorizer.answer) as server:
        connection = await connect(folder, server.server, clock)
        yield Asked(connection, clock)
        await connection.aclose()


async def test_everything_is_one_question(tmp_path: Path) -> None:
    authorizer, clock = Authorizer(""), FakeClock()
    async with gate(tmp_path, authorizer, clock) as asked:
        first = await asked.scope(OWNER, frozenset({Namespace("a")}))
        second = await asked.scope(OWNER, ALL)

    assert first == second == Scope.everything()
    assert authorizer.asked == [""]


async def test_namespaces_are_asked_for_one_by_one_and_denied_by_default(tmp_path: Path) -> None:
    authorizer, clock = Authorizer("a"), FakeClock()
    wanted = frozenset({Namespace("a"), Namespace("b")})
    async with gate(tmp_path, authorizer, clock) as asked:
        some = await asked.scope(OWNER, wanted)
        none = await asked.scope(OWNER, ALL)

    assert some == Scope.of([Namespace("a")])
    assert none == Scope.nothing()


async def test_an_answer_lives_shorter_for_an_open_view(tmp_path: Path) -> None:
    authorizer, clock = Authorizer(""), FakeClock()
    async with gate(tmp_path, authorizer, clock) as asked:
        await asked.scope(OWNER, ALL)
        await clock.advance(OPEN_LIFE_S + 1)
        authorizer.allowed.clear()

        assert await asked.scope(OWNER, ALL) == Scope.everything()
        again = await asked.scope(OWNER, ALL, is_open=True)

    assert again == Scope.nothing()


async def test_a_server_that_is_away_takes_nothing_back_and_gives_nothing(tmp_path: Path) -> None:
    authorizer, clock = Authorizer(""), FakeClock()
    async with serve(authorizer.answer) as server:
        connection = await connect(tmp_path, server.server, clock)
        asked = Asked(connection, clock)
        await asked.scope(OWNER, ALL)
    # The server has ended here.
    await clock.advance(OPEN_LIFE_S + 1)

    still = await asked.scope(OWNER, ALL, is_open=True)
    assert still == Scope.everything()

    await clock.advance(AWAY_LIFE_S)
    with pytest.raises(Unreachable):
        await asked.scope(OWNER, ALL)
    with pytest.raises(Unreachable):
        await asked.scope(Viewer("other", Source.KUBECONFIG), ALL)
    await connection.aclose()


async def test_an_answer_that_cannot_be_given_is_never_a_yes(tmp_path: Path) -> None:
    authorizer, clock = Authorizer(""), FakeClock()
    authorizer.is_broken = True
    async with gate(tmp_path, authorizer, clock) as asked:
        with pytest.raises(ServiceUnavailable):
            await asked.scope(OWNER, ALL)


async def test_a_page_asks_again_after_half_a_minute(tmp_path: Path) -> None:
    authorizer, clock = Authorizer(""), FakeClock()
    async with gate(tmp_path, authorizer, clock) as asked:
        await asked.scope(OWNER, ALL)
        authorizer.allowed.clear()
        await clock.advance(LIFE_S)

        assert await asked.scope(OWNER, ALL) == Scope.nothing()


async def test_a_doubt_makes_every_answer_old_and_wakes_who_listens(tmp_path: Path) -> None:
    authorizer, clock, heard = Authorizer(""), FakeClock(), list[str]()
    async with gate(tmp_path, authorizer, clock) as asked:
        stop = asked.gate.listen(lambda: heard.append("doubt"))
        await asked.scope(OWNER, ALL)
        authorizer.allowed.clear()
        await clock.advance(0.1)
        asked.gate.doubt()
        stop()
        asked.gate.doubt()
        await clock.advance(0.1)

        assert await asked.scope(OWNER, ALL, is_open=True) == Scope.nothing()
    assert heard == ["doubt"]


async def test_viewers_of_one_name_and_another_uid_share_no_answer(tmp_path: Path) -> None:
    authorizer, clock = Authorizer(""), FakeClock()
    async with gate(tmp_path, authorizer, clock) as asked:
        for uid in ("1", "2", "1"):
            await asked.scope(Viewer("maya", Source.TOKEN, uid=uid), ALL)

    assert authorizer.asked == ["", ""]


async def test_a_portal_that_may_not_ask_about_others_lets_them_ask_themselves(
    tmp_path: Path,
) -> None:
    paths: list[str] = []

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        paths.append(request.path.rsplit("/", 1)[-1])
        if paths[-1] == "subjectaccessreviews":
            return web.Response(status=403, text="no")
        return web.json_response({"status": {"allowed": True}})

    clock = FakeClock()
    async with serve(answer) as server:
        connection = await connect(tmp_path, server.server, clock)
        asked = Asked(connection, clock)
        assert await asked.scope(Viewer("a", Source.TOKEN), ALL) == Scope.everything()
        assert await asked.scope(Viewer("b", Source.TOKEN), ALL) == Scope.everything()
        await connection.aclose()

    assert paths == ["subjectaccessreviews", "selfsubjectaccessreviews", "selfsubjectaccessreviews"]


async def test_no_more_questions_leave_in_a_second_than_are_allowed(tmp_path: Path) -> None:
    authorizer, clock = Authorizer(""), FakeClock()
    async with gate(tmp_path, authorizer, clock) as asked:
        everybody = [Viewer(f"v{number}", Source.TOKEN) for number in range(QUESTIONS_PER_S + 1)]
        asking = [asyncio.create_task(asked.scope(viewer, ALL)) for viewer in everybody]
        async with asyncio.timeout(20):
            await asyncio.gather(*asking[:QUESTIONS_PER_S])
        assert len(authorizer.asked) == QUESTIONS_PER_S
        assert not asking[-1].done()

        await clock.advance(1)
        await asking[-1]

    assert len(authorizer.asked) == QUESTIONS_PER_S + 1


async def test_what_is_not_answered_in_time_is_not_checked_yet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate_module, "PATIENCE_S", 0.05)
    slow = asyncio.Event()

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        namespace = json.loads(await request.read())["spec"]["resourceAttributes"]["namespace"]
        if namespace == "slow":
            await slow.wait()
        return web.json_response({"status": {"allowed": bool(namespace)}})

    clock = FakeClock()
    both = frozenset({Namespace("quick"), Namespace("slow")})
    async with serve(answer) as server:
        connection = await connect(tmp_path, server.server, clock)
        asked = Asked(connection, clock)
        first = await asked.scope(OWNER, both)
        slow.set()
        monkeypatch.setattr(gate_module, "PATIENCE_S", 10)
        second = await asked.scope(OWNER, both)
        await connection.aclose()

    assert first == Scope.of([Namespace("quick")], unchecked=[Namespace("slow")])
    assert second == Scope.of(both)
