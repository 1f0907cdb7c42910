"""RBAC as a hint: where to ask, and when to ask again; from the server's own Table of bindings."""

from collections.abc import AsyncIterator, Sequence

import pytest

from dashboard.access.hints import BINDINGS, LATE_S, WATCHED, Hints
from dashboard.api.gvr import GVR
from dashboard.api.names import Namespace
from dashboard.api.table import Column, Row
from dashboard.api.viewer import Source, Viewer
from dashboard.cache.factory import InformerFactory
from dashboard.client.discovery import ApiResource, Resources
from dashboard.errors import Forbidden
from tests.support.clock import FakeClock, settle
from tests.support.listerwatcher import FakeApiserver

COLUMNS = tuple(map(Column, ("Name", "Role", "Age", "Users", "Groups", "ServiceAccounts")))


def resource(gvr: GVR) -> ApiResource:
    return ApiResource(
        gvr, gvr.resource, "", (), (), frozenset({"list", "watch"}), (),
        is_namespaced=gvr == BINDINGS, is_preferred=True,
    )  # fmt: skip


class Rig:
    """Hints over four scripted kinds; `hints` counts what they said."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.servers = {gvr: FakeApiserver() for gvr in WATCHED}
        for server in self.servers.values():
            server.columns = COLUMNS
        self.bindings = self.servers[BINDINGS]
        self.informers: InformerFactory[Row] = InformerFactory(self._source, clock=self.clock)
        self.said = 0
        self.hints = Hints(
            self.informers, Resources(map(resource, WATCHED)), self.clock, self._heard
        )

    def _source(self, gvr: GVR, _namespace: Namespace) -> FakeApiserver:
        return self.servers[gvr]

    def _heard(self) -> None:
        self.said += 1

    async def bind(
        self, name: str, *, users: str = "", groups: str = "", accounts: str = ""
    ) -> None:
        await self.bindings.put(name, "Role/r", "1d", users, groups, accounts)
        await settle()

    async def where(self, user: str, groups: Sequence[str] = ()) -> set[str]:
        viewer = Viewer(user, Source.TOKEN, groups=frozenset(groups))
        return set(await self.hints.namespaces(viewer))


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    made = Rig()
    made.hints.start()
    await settle()
    await made.clock.advance(sum(LATE_S))
    made.said = 0
    yield made
    await made.hints.aclose()
    await made.informers.aclose()


async def test_a_binding_names_the_namespace_of_whom_it_names(rig: Rig) -> None:
    await rig.bind("one", users="alice, bob", groups="team", accounts="ci/runner")
    here = {"default"}

    assert await rig.where("alice") == await rig.where("bob") == here
    assert await rig.where("carol", ["team"]) == here
    assert await rig.where("system:serviceaccount:ci:runner") == here | {"ci"}
    assert await rig.where("carol") == set()
    assert await rig.where("team") == set(), "a user is no group"


async def test_a_binding_that_changes_or_goes_names_nobody_any_more(rig: Rig) -> None:
    await rig.bind("one", users="alice")
    await rig.bind("two", users="alice")
    await rig.bind("one", users="bob")
    assert await rig.where("alice")

    await rig.bindings.delete("two")
    await settle()

    assert await rig.where("alice") == set()
    assert await rig.where("bob")


async def test_a_change_is_a_hint_at_once_and_again_for_a_late_authorizer(rig: Rig) -> None:
    await rig.servers[WATCHED[1]].put("role", "1", "2", "", "", "")
    await settle()
    assert rig.said == 1

    await rig.clock.advance(sum(LATE_S))
    assert rig.said == 1 + len(LATE_S)


async def test_many_changes_are_a_hint_a_second_at_most(rig: Rig) -> None:
    for number in range(50):
        await rig.bind("one", users=f"user-{number}")
        await rig.clock.advance(0.1)

    assert rig.said <= 6


async def test_who_may_not_watch_rbac_is_not_live_and_says_so() -> None:
    rig = Rig()
    rig.bindings.list_errors.extend(Forbidden(gvr=BINDINGS, verb="list") for _ in range(9))
    rig.hints.start()
    await settle()

    assert not rig.hints.is_live
    assert await rig.where("alice") == set()
    await rig.hints.aclose()
    await rig.informers.aclose()


async def test_rbac_that_is_watched_is_live(rig: Rig) -> None:
    assert rig.hints.is_live

    await rig.bindings.end_watches(Forbidden(gvr=BINDINGS, verb="watch"))
    await settle()
    assert not rig.hints.is_live
