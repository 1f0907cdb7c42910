"""What the API server has to do does not grow with those who look (goal G9): its watches, its reviews."""

import asyncio
import json
import re
import ssl
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from dashboard.access.gate import Gate, gate
from dashboard.client.transport import USER_AGENT, Review
from dashboard.clusters import fleet
from tests.cluster.fixtures import Cluster, StartCluster
from tests.support.apiserver import Recorder
from tests.support.relay import relay
from tests.support.visitor import Socket, Visitor, receiving

pytestmark = [
    pytest.mark.cluster,
    pytest.mark.django_db(transaction=True),
    pytest.mark.timeout(240),
]

NAME = "harbour"
"""The context; its slug too."""

VIEWERS = 100
CHANGES = 200
PODS = 20
AT_ONCE = 10
KINDS = ("pods", "configmaps")
"""One that is kept in memory whoever looks, and one that the first viewer brings."""

CREWS = ("wide", "narrow")
"""Namespaces of service accounts: some may list both kinds everywhere, some in `default` alone."""

QUESTIONS = {"wide": 1, "narrow": 2}
"""About one kind: for the whole cluster, and where that is not theirs for the namespace that is."""

LAST_RESIDENT = "/apis/batch/v1/cronjobs"
REVIEWS = {("POST", review.value) for review in Review}
ACCESS = {Review.SUBJECT_ACCESS.value, Review.SELF_SUBJECT_ACCESS.value}


class Harbour:
    """A bare API server as its administrator."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session

    async def send(self, method: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Return the answer to a write."""
        kind = "merge-patch+json" if method == "PATCH" else "json"
        headers = {"Content-Type": f"application/{kind}"}
        data = json.dumps(body)
        async with self._session.request(method, path, data=data, headers=headers) as answer:
            assert answer.status in {200, 201}, await answer.text()
            found: dict[str, Any] = await answer.json()
            return found

    async def prepare(self) -> None:
        """Make what is looked at, and the rights to look."""
        core, rbac = "/api/v1/namespaces", "/apis/rbac.authorization.k8s.io/v1"
        rules = [{"apiGroups": [""], "resources": list(KINDS), "verbs": ["get", "list", "watch"]}]
        role = {"metadata": {"name": "crew"}, "rules": rules}
        await self.send("POST", f"{rbac}/clusterroles", role)
        for crew, where in zip(CREWS, ("", "/namespaces/default"), strict=True):
            kind = "rolebindings" if where else "clusterrolebindings"
            group = {"kind": "Group", "name": f"system:serviceaccounts:{crew}"}
            bound = {
                "metadata": {"name": crew},
                "roleRef": {"kind": "ClusterRole", "name": "crew"},
                "subjects": [group],
            }
            await self.send("POST", core, {"metadata": {"name": crew}})
            await self.send("POST", f"{rbac}{where}/{kind}", bound)
        account = {"metadata": {"name": "default"}}
        await self.send("POST", f"{core}/default/serviceaccounts", account)
        for number in range(PODS):
            for kind in KINDS:
                await self.create(kind, f"n{number}")

    async def create(self, kind: str, name: str) -> None:
        """Make an object of either kind."""
        body: dict[str, Any] = {"metadata": {"name": name}}
        if kind == "pods":
            body["spec"] = {"containers": [{"name": "main", "image": "registry.example/main:1"}]}
        await self.send("POST", f"/api/v1/namespaces/default/{kind}", body)

    async def token(self, crew: str, number: int) -> str:
        """Return the token of a service account of its own."""
        path = f"/api/v1/namespaces/{crew}/serviceaccounts"
        await self.send("POST", path, {"metadata": {"name": f"v{number}"}})
        asked = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}}
        answer = await self.send("POST", f"{path}/v{number}/token", asked)
        return str(answer["status"]["token"])

    async def change(self, count: int) -> None:
        """Make so many changes of objects of both kinds, each another value of a label."""
        turns = iter(range(count))

        async def work() -> None:
            for turn in turns:
                path = f"/api/v1/namespaces/default/{KINDS[turn % 2]}/n{turn // 2 % PODS}"
                await self.send("PATCH", path, {"metadata": {"labels": {"turn": str(turn)}}})

        await asyncio.gather(*(work() for _ in range(AT_ONCE)))

    async def watches(self) -> dict[str, int]:
        """Return how many watches of each kind are open, in the API server's own words."""
        async with self._session.get("/metrics") as answer:
            text = await answer.text()
        found = dict.fromkeys(KINDS, 0)
        for line in re.findall(r"^apiserver_longrunning_requests\{.*$", text, re.MULTILINE):
            kind = re.search(r'group="".*resource="(\w+)".*verb="WATCH"', line)
            if kind and kind[1] in found:
                found[kind[1]] += int(float(line.rpartition(" ")[2]))
        return found


@dataclass(frozen=True, slots=True)
class Site:
    """The whole application before a real server, and those who can sign in."""

    harbour: Harbour
    recorder: Recorder
    people: dict[str, Visitor]
    gate: Gate

    def sent(self, since: int = 0) -> list[tuple[str, str]]:
        """Return what the application has asked for, from one request on."""
        recorder = self.recorder
        pairs = zip(recorder.requests[since:], recorder.headers[since:], strict=True)
        return [request for request, headers in pairs if headers.get("User-Agent") == USER_AGENT]


@pytest.fixture
async def site(
    start_cluster: StartCluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Site]:
    cluster: Cluster = start_cluster()
    token = cluster.tokens["admin"]
    tls = ssl.create_default_context()
    tls.check_hostname, tls.verify_mode = False, ssl.CERT_NONE
    async with aiohttp.ClientSession(
        cluster.server,
        connector=aiohttp.TCPConnector(ssl=tls),
        headers={"Authorization": f"Bearer {token}"},
    ) as session:
        harbour = Harbour(session)
        await harbour.prepare()
        tokens = {
            f"{crew}-{number}": await harbour.token(crew, number)
            for number in range(VIEWERS // len(CREWS))
            for crew in CREWS
        }
        async with (
            relay(cluster.server, tmp_path, name=NAME, token=token) as (kubeconfig, recorder),
            receiving(kubeconfig, tokens, monkeypatch) as people,
        ):
            connection = await fleet().get(NAME).connection()
            made = Site(harbour, recorder, people, gate(connection))
            async with asyncio.timeout(30):
                while not (  # noqa: ASYNC110  (facts of other tasks, which tell nobody)
                    made.gate.hints.is_live
                    and any(LAST_RESIDENT in path for _, path in made.sent())
                ):
                    await asyncio.sleep(0.1)
            yield made
        await asyncio.sleep(0.25)  # TLS says goodbye


async def opened(visitor: Visitor) -> Socket:
    """Return a socket that shows both kinds."""
    socket = visitor.socket()
    assert await socket.connect() is None
    for kind in KINDS:
        view = {"cluster": NAME, "kind": f"{kind}.v1"}
        await socket.say({"type": "subscribe", "id": kind, "view": view, "window": {"after": 200}})
    shown: set[str] = set()
    while shown != set(KINDS):
        frame = await socket.hear()
        assert frame["type"] in {"snapshot", "delta"}, frame
        shown.add(frame["id"])
    return socket


async def hears(socket: Socket, name: str) -> None:
    """Return once an object of this name has come into both views."""
    missing = set(KINDS)
    while missing:
        frame = await socket.hear(30)
        rows = [*frame.get("rows", ()), *frame.get("put", ())]
        if any(row["name"] == name for row in rows):
            missing.discard(frame["id"])


async def play(site: Site, sockets: Sequence[Socket], last: str) -> tuple[list[str], int]:
    """Make all changes, until all have heard them.

    Return what was asked meanwhile, and how often at most each answer about rights was due.
    """
    doubts: list[None] = []
    stop = site.gate.listen(lambda: doubts.append(None))
    begin, begun = len(site.recorder.requests), time.monotonic()
    await site.harbour.change(CHANGES)
    for kind in KINDS:
        await site.harbour.create(kind, last)
    await asyncio.gather(*(hears(socket, last) for socket in sockets))
    due = 1 + len(doubts) + int((time.monotonic() - begun) / (site.gate.open_life_s / 2))
    stop()
    sent = site.sent(begin)
    assert set(sent) <= REVIEWS, "nothing but reviews is asked for while changes flow"
    return [path for _, path in sent], due


def most(names: Sequence[str], due: int) -> int:
    """Return how many questions about rights may be asked for viewers of these names.

    One more for each kind, whoever looks: whether the portal itself may list it.
    """
    return due * len(KINDS) * (1 + sum(QUESTIONS[name.partition("-")[0]] for name in names))


async def test_a_hundred_viewers_cost_the_api_server_the_watches_of_the_first(site: Site) -> None:
    names = list(site.people)
    before = await site.harbour.watches()
    sockets = [await opened(site.people[names[0]])]
    alone = await site.harbour.watches()
    assert alone == before | {"configmaps": before["configmaps"] + 1}

    asked, due = await play(site, sockets, "heard-by-one")
    assert sum(path in ACCESS for path in asked) <= most(names[:1], due)

    # Those who may see one namespace alone are among them: what is held whole is narrowed for them.
    sockets += [await opened(site.people[name]) for name in names[1:]]
    assert await site.harbour.watches() == alone
    asked, due = await play(site, sockets, "heard-by-all")
    assert sum(path in ACCESS for path in asked) <= most(names, due)

    assert await site.harbour.watches() == alone
    watched = [path.partition("?")[0] for _, path in site.sent() if "watch=true" in path]
    for kind in KINDS:
        assert watched.count(f"/api/v1/{kind}") == 1
        assert watched.count(f"/api/v1/namespaces/default/{kind}") == 0
    for socket in sockets:
        await socket.close()


async def test_a_namespace_is_watched_alone_until_somebody_brings_the_whole_kind(
    site: Site,
) -> None:
    names = list(site.people)
    before = await site.harbour.watches()
    narrow = await opened(site.people[names[1]])
    assert await site.harbour.watches() == before | {"configmaps": before["configmaps"] + 1}
    wide = await opened(site.people[names[0]])
    both = [path.partition("?")[0] for _, path in site.sent() if "watch=true" in path]
    assert both.count("/api/v1/namespaces/default/configmaps") == 1
    assert both.count("/api/v1/configmaps") == 1

    # The narrow view finds the whole kind in memory when it next asks for its rights; its own watch cools.
    while (frame := await narrow.hear(30))["type"] != "snapshot" or frame["id"] != "configmaps":
        pass
    trace = (await site.people[names[1]].get(f"/-/trace/{NAME}/configmaps.v1")).json()
    assert [(one["namespace"], one["steps"], one["is_withheld"]) for one in trace["traces"]] == [
        ("", [], True)
    ]
    await site.harbour.create("configmaps", "heard-by-both")
    await site.harbour.create("pods", "heard-by-both")
    await asyncio.gather(*(hears(socket, "heard-by-both") for socket in (narrow, wide)))
    for socket in (narrow, wide):
        await socket.close()
