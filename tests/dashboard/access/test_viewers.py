"""Several viewers at once in one process whose own account is an administrator.

The truth is what the API server says to each viewer's own token. PROBES lists the pages that are
held against it: whoever adds an address that shows anything of a cluster adds it there.
"""

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from dashboard.client.transport import Review
from tests.cluster.fixtures import Cluster
from tests.support.apiserver import Recorder
from tests.support.relay import relay
from tests.support.visitor import Socket, Visitor, receiving

pytestmark = [pytest.mark.cluster, pytest.mark.django_db(transaction=True)]

NAME = "harbour"
"""The context; its slug too."""

PEOPLE = ("admin", "alice", "bob", "carol", "dave", "erin", "grace")
SPACES: dict[str, set[str]] = {
    "alice": {"payments"},
    "bob": {"checkout", "catalogue"},
    "carol": set(),
    "dave": set(),
    "grace": set(),
}
"""Where the narrow ones may list pods (tests/support/world/access.py)."""

REVOKED_WITHIN_S = 5.0


@dataclass(frozen=True, slots=True)
class Probe:
    """An address that everybody asks for; nothing of a pod that they may not list may be in it.

    `counts` reads from the answer how many pods it speaks of; None where it may list none.
    """

    address: str
    counts: Callable[[str], int | None] | None = None


def total(text: str) -> int | None:
    found: int | None = json.loads(text).get("total")
    return found


def workloads(text: str) -> int | None:
    """Return the sum of the pods' line of the overview, None where it tells of no right."""
    row = re.search(r">Pods</a></th>(.*?)</tr>", text, re.DOTALL)
    numbers = re.findall(r"<td[^>]*>\s*(\d+)\s*</td>", row[1]) if row else []
    return sum(map(int, numbers)) if numbers else None


def sought(text: str) -> int | None:
    """Return how many objects a search found, None where it found none."""
    groups = {group["name"]: group for group in json.loads(text)["groups"]}
    return groups["objects"]["total"] or None


def every(text: str) -> int | None:
    """Return how many the page about a kind says there are, None where it tells of no right."""
    found = re.search(r">All (\d+)</a>", text)
    return int(found[1]) if found else None


PROBES = (
    Probe(f"/c/{NAME}/pods.v1?format=json&limit=0", total),
    Probe(f"/c/{NAME}/pods.v1?format=json&limit=0&sort=-age", total),
    Probe(f"/c/{NAME}/pods.v1?limit=500"),
    Probe(f"/zh-hans/c/{NAME}/pods.v1?limit=500"),
    Probe(f"/c/{NAME}/pods.v1?limit=500&q=payments"),
    Probe(f"/c/{NAME}/events.v1?format=json&limit=0"),
    Probe(f"/c/{NAME}/events.v1?limit=500"),
    Probe(f"/c/{NAME}/replicasets.v1.apps?format=json&limit=0"),
    Probe(f"/c/{NAME}/", workloads),
    Probe(f"/kinds/pods.v1?cluster={NAME}", every),
    Probe(f"/zh-hans/kinds/pods.v1?cluster={NAME}"),
    Probe(f"/kinds/pods.v1/log?cluster={NAME}"),
    Probe(f"/kinds/events.v1?cluster={NAME}"),
    Probe(f"/kinds/replicasets.v1.apps?cluster={NAME}"),
    Probe(f"/kinds/?cluster={NAME}"),
    Probe(f"/-/trace/{NAME}/pods.v1"),
    Probe(f"/-/trace/{NAME}/events.v1"),
    Probe(f"/learn/client-go/list-and-watch?cluster={NAME}"),
    Probe(f"/learn/kube-apiserver/handler-chain?cluster={NAME}"),
    Probe("/"),
    # Every pod of the world has a hyphen in its name.
    Probe("/search?format=json&q=pods/-", sought),
    Probe("/search?q=pods/-"),
    Probe("/search?q=e"),
    Probe("/zh-hans/search?q=ledger"),
    Probe("/search?format=json&q=:po+payments"),
    Probe("/search?format=json&q=payments/led"),
)


EVERYWHERE = ("cluster", "old_cluster")
everywhere = pytest.mark.parametrize("harbour", EVERYWHERE, indirect=True)
"""On both servers: on the old one nobody can say who they are, and the portal asks with TokenReview."""


@pytest.fixture
def harbour(request: pytest.FixtureRequest) -> Cluster:
    """The current server, unless the test says otherwise."""
    found: Cluster = request.getfixturevalue(getattr(request, "param", "cluster"))
    return found


@pytest.fixture
async def site(
    harbour: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[tuple[dict[str, Visitor], Recorder]]:
    """The site with everybody signed in, behind a front that must see no write."""
    tokens = harbour.tokens
    admin = tokens["admin"]
    everybody = {name: tokens[name] for name in PEOPLE}
    async with (
        relay(harbour.server, tmp_path, name=NAME, token=admin) as (kubeconfig, recorder),
        receiving(kubeconfig, everybody, monkeypatch) as people,
    ):
        yield people, recorder
    assert_read_only(recorder)


@pytest.fixture
def people(site: tuple[dict[str, Visitor], Recorder]) -> dict[str, Visitor]:
    return site[0]


@pytest.fixture
def bound(harbour: Cluster) -> Iterator[None]:
    """Give dave the config maps of `default` for as long as a test lasts, or until it ends that."""
    rights = ("--verb=get,list,watch", "--resource=configmaps")
    harbour.kubectl("-n", "default", "create", "role", "reads-here", *rights)
    harbour.kubectl("-n", "default", "create", "configmap", "seen-by-dave")
    bind(harbour)
    yield
    for thing in ("rolebinding/reads-here", "role/reads-here", "configmap/seen-by-dave"):
        harbour.kubectl("-n", "default", "delete", thing, "--ignore-not-found")


def bind(harbour: Cluster) -> None:
    subject = ("--role=reads-here", "--user=dave")
    harbour.kubectl("-n", "default", "create", "rolebinding", "reads-here", *subject)


def unbind(harbour: Cluster) -> None:
    harbour.kubectl("-n", "default", "delete", "rolebinding", "reads-here")


def assert_read_only(recorder: Recorder) -> None:
    """Only GET and the five reviews left, and no GET reached into a pod, node or service."""
    reviews = {review.value for review in Review}
    for method, path in recorder.requests:
        assert method == "GET" or (method, path) in {("POST", review) for review in reviews}
        assert not re.search(r"/(proxy|exec|attach|portforward)(/|\?|$)", path), path
    assert {method for method, _ in recorder.requests} == {"GET", "POST"}
    watched = [path for _, path in recorder.requests if "watch=true" in path]
    assert watched
    assert not any("/secrets" in path for path in watched)


Pods = set[tuple[str, str]]
Truth = Callable[[str], Awaitable[Pods]]


@pytest.fixture
def pods(harbour: Cluster, site: tuple[dict[str, Visitor], Recorder]) -> Truth:
    """Return a function of the pods that somebody may list by their own token, wherever they may."""
    server, tokens = site[1].server, harbour.tokens

    async def listed(user: str) -> Pods:
        async with aiohttp.ClientSession(server) as session:

            async def items(path: str, who: str) -> list[dict[str, Any]] | None:
                bearer = {"Authorization": f"Bearer {tokens[who]}"}
                async with session.get(path, headers=bearer) as answer:
                    return (await answer.json())["items"] if answer.status == 200 else None

            found = await items("/api/v1/pods", user)
            if found is None:
                spaces = await items("/api/v1/namespaces", "admin") or []
                names = [space["metadata"]["name"] for space in spaces]
                each = (items(f"/api/v1/namespaces/{name}/pods", user) for name in names)
                found = [item for some in await asyncio.gather(*each) for item in some or ()]
            return {(item["metadata"]["namespace"], item["metadata"]["name"]) for item in found}

    return listed


async def text_of(answer: Any) -> str:
    if answer.streaming:
        return b"".join([chunk async for chunk in answer.streaming_content]).decode()
    return str(answer.content.decode())


async def opened(visitor: Visitor) -> Socket:
    socket = visitor.socket()
    assert await socket.connect() is None
    return socket


def subscribe(kind: str, **view: object) -> dict[str, object]:
    return {
        "type": "subscribe",
        "id": "t",
        "view": {"cluster": NAME, "kind": kind, **view},
        "window": {"after": 500},
    }


async def until(socket: Socket, *kinds: str, timeout_s: float = 10) -> dict[str, Any]:
    """Return the next frame of one of these types."""
    async with asyncio.timeout(timeout_s):
        while True:
            frame: dict[str, Any] = await socket.hear(timeout_s)
            if frame["type"] in kinds:
                return frame


@pytest.mark.parametrize(
    ("probe", "harbour"),
    [
        *((probe, "cluster") for probe in PROBES),
        *((probe, "old_cluster") for probe in PROBES if probe.counts),
    ],
    indirect=["harbour"],
    ids=lambda each: each.address if isinstance(each, Probe) else each,
)
async def test_each_sees_exactly_what_their_own_token_sees(
    people: dict[str, Visitor], pods: Truth, probe: Probe
) -> None:
    everything = await pods("admin")
    for name in PEOPLE:
        mine = await pods(name)
        spaces = SPACES.get(name, {space for space, _ in everything})
        assert {space for space, _ in mine} == spaces or name not in SPACES, "as the world is made"
        # By namespace: pods come and go meanwhile, and those of their own they may see.
        hidden = {pod for space, pod in everything if space not in spaces}

        async def is_exact() -> bool:
            answer = await people[name].get(probe.address)  # noqa: B023  (awaited in this turn)
            text = await text_of(answer)
            leaked = {pod for pod in hidden if pod in text}  # noqa: B023
            assert not leaked, name  # noqa: B023
            if answer.status_code != 200:
                assert (answer.status_code, mine) == (403, set()), (name, probe.address)  # noqa: B023
                return True
            now = await pods(name)  # noqa: B023
            return probe.counts is None or probe.counts(text) == (len(now) or None)

        await becomes(is_exact, f"{name} is told how many there are")


async def test_nobody_is_told_the_steps_of_a_collection_that_is_not_theirs_whole(
    people: dict[str, Visitor],
) -> None:
    for name in PEOPLE:
        answer = await people[name].get(f"/-/trace/{NAME}/pods.v1")
        told = json.loads(await text_of(answer)).get("traces", [])
        is_narrow, is_nobody = name in SPACES, not SPACES.get(name, {""})
        assert answer.status_code == (403 if is_nobody else 200), name
        # Pods are in memory whole; its steps count those of everybody.
        assert [each["namespace"] for each in told] == ([] if is_nobody else [""]), name
        for each in told:
            assert (each["is_withheld"], not each["steps"]) == (is_narrow, is_narrow), name


@everywhere
async def test_each_table_holds_all_that_their_own_token_lists(
    people: dict[str, Visitor], pods: Truth
) -> None:
    for name in ("alice", "bob", "erin", "admin"):

        async def is_whole() -> bool:
            data = await people[name].data(f"/c/{NAME}/pods.v1", limit="0")  # noqa: B023
            shown = {(row["namespace"], row["name"]) for row in data["rows"]}
            return shown == await pods(name)  # noqa: B023

        await becomes(is_whole, f"{name} sees all of it")


KINDS = {
    "pods.v1": "/api/v1/namespaces/{}/pods",
    "configmaps.v1": "/api/v1/namespaces/{}/configmaps",
    "secrets.v1": "/api/v1/namespaces/{}/secrets",
    "replicasets.v1.apps": "/apis/apps/v1/namespaces/{}/replicasets",
}


@pytest.mark.parametrize(
    ("kind", "harbour"),
    [*((kind, "cluster") for kind in KINDS), ("pods.v1", "old_cluster")],
    indirect=["harbour"],
)
async def test_each_opens_exactly_the_objects_that_their_own_token_gets(
    harbour: Cluster, site: tuple[dict[str, Visitor], Recorder], kind: str
) -> None:
    people, recorder = site
    async with aiohttp.ClientSession(recorder.server) as session:

        async def status_of(path: str, who: str) -> int:
            bearer = {"Authorization": f"Bearer {harbour.tokens[who]}"}
            async with session.get(path, headers=bearer) as answer:
                return answer.status

        for space in ("payments", "checkout", "team-secrets"):
            root = KINDS[kind].format(space)
            listed = json.loads(harbour.kubectl("get", "--raw", root))["items"]
            names = [item["metadata"]["name"] for item in listed[:1]]
            for name in (*names, "there-is-no-such-thing"):
                for who in PEOPLE:
                    truth = await status_of(f"{root}/{name}", who)
                    for view in ("", "/yaml", "/events", "?format=json", "?format=yaml"):
                        answer = await people[who].get(f"/c/{NAME}/{kind}/{space}/{name}{view}")
                        assert answer.status_code == truth, (who, space, name, view)


async def test_the_events_of_an_object_are_for_those_who_may_list_events(
    harbour: Cluster, people: dict[str, Visitor]
) -> None:
    """Carol may get one config map by its name, and no event."""
    page = await people["carol"].get(f"/c/{NAME}/configmaps.v1/payments/ledger-config/events")

    assert page.status_code == 200
    events = re.search(r'<section class="panel" id="events">.*?</section>', page.content.decode())
    assert events
    assert "#m-deny" in events[0]
    assert "None in the cluster" not in events[0]


async def becomes(fact: Callable[[], Awaitable[bool]], what: str) -> None:
    """Return once `fact` holds, which pods that come and go may keep from holding for a moment."""
    for _ in range(10):
        if await fact():
            return
        await asyncio.sleep(0.2)
    raise AssertionError(f"never came true: {what}")


async def test_each_socket_says_exactly_what_their_own_token_lists(
    people: dict[str, Visitor], pods: Truth
) -> None:
    sockets = {name: await opened(people[name]) for name in ("alice", "bob", "dave", "erin")}
    for name, socket in sockets.items():

        async def is_whole() -> bool:
            await socket.say(subscribe("pods.v1"))  # noqa: B023  (awaited in this turn)
            frame = await until(socket, "snapshot", "denied")  # noqa: B023
            shown = {(row["namespace"], row["name"]) for row in frame.get("rows", [])}
            assert frame.get("total", 0) == frame.get("unfiltered_total", 0) == len(shown)
            return shown == await pods(name)  # noqa: B023

        await becomes(is_whole, f"{name} hears of all of it")
    for socket in sockets.values():
        await socket.close()


async def test_what_happens_elsewhere_is_not_heard_of(
    harbour: Cluster, people: dict[str, Visitor], bound: None
) -> None:
    alice, dave = await opened(people["alice"]), await opened(people["dave"])
    for socket in (alice, dave):
        await socket.say(subscribe("configmaps.v1"))
        await until(socket, "snapshot")
    try:
        harbour.kubectl("-n", "default", "create", "configmap", "made-for-dave")
        frame = await until(dave, "delta")
        assert [row["name"] for row in frame["put"]] == ["made-for-dave"]
        with pytest.raises(TimeoutError):
            await until(alice, "delta", "snapshot", timeout_s=1)
    finally:
        harbour.kubectl("-n", "default", "delete", "configmap", "made-for-dave")
    await dave.close()


@everywhere
async def test_a_right_that_is_taken_away_is_gone_everywhere_and_comes_back(
    harbour: Cluster, people: dict[str, Visitor], bound: None
) -> None:
    socket = await opened(people["dave"])
    await socket.say(subscribe("configmaps.v1"))
    shown = await until(socket, "snapshot")
    assert "seen-by-dave" in {row["name"] for row in shown["rows"]}
    await socket.say({"type": "window", "id": "t", "offset": 0, "after": 1})
    await until(socket, "snapshot")
    address = f"/c/{NAME}/configmaps.v1"
    assert (await people["dave"].get(address, format="json")).status_code == 200

    unbind(harbour)
    gone_at = time.monotonic()
    denied = await until(socket, "denied", timeout_s=REVOKED_WITHIN_S)
    assert "rows" not in denied
    while (await people["dave"].get(address, format="json")).status_code != 403:
        assert time.monotonic() - gone_at < REVOKED_WITHIN_S
        await asyncio.sleep(0.1)

    bind(harbour)
    back = await until(socket, "snapshot", timeout_s=10)
    assert len(back["rows"]) == 1, "the window is where the client left it"
    assert back["total"] == shown["total"]
    assert back["seq"] > denied["seq"]
    await socket.close()


async def test_a_right_that_shrinks_leaves_what_is_left(
    harbour: Cluster, people: dict[str, Visitor], bound: None
) -> None:
    rights = ("--role=reads-here", "--user=alice")
    harbour.kubectl("-n", "default", "create", "rolebinding", "reads-here-too", *rights)
    try:
        alice = await opened(people["alice"])
        await alice.say(subscribe("configmaps.v1"))
        wide = await until(alice, "snapshot", timeout_s=10)
        while {row["namespace"] for row in wide["rows"]} != {"default", "payments"}:
            wide = await until(alice, "snapshot", timeout_s=10)
    finally:
        harbour.kubectl("-n", "default", "delete", "rolebinding", "reads-here-too")
    narrow = await until(alice, "snapshot", timeout_s=REVOKED_WITHIN_S)
    assert {row["namespace"] for row in narrow["rows"]} == {"payments"}
    await alice.close()


async def test_somebody_who_signs_out_is_out_on_their_open_socket(
    people: dict[str, Visitor],
) -> None:
    socket = await opened(people["erin"])
    await socket.say(subscribe("pods.v1"))
    await until(socket, "snapshot")

    await people["erin"].client.post("/-/sign-out")
    await socket.say(subscribe("nodes.v1"))

    assert await socket.closed(5) == 4401


@everywhere
@pytest.mark.parametrize("user", ["alice", "dave", "admin"])
async def test_secrets_are_listed_with_the_viewers_own_token(
    harbour: Cluster, site: tuple[dict[str, Visitor], Recorder], user: str
) -> None:
    people, recorder = site
    before = len(recorder.requests)
    answer = await people[user].get(f"/c/{NAME}/secrets.v1", format="json", limit="0")

    asked = zip(recorder.requests[before:], recorder.headers[before:], strict=True)
    for (_, path), headers in asked:
        if "/secrets" in path:
            assert headers["Authorization"] == f"Bearer {harbour.tokens[user]}"
    if user == "admin":
        assert answer.status_code == 200
        assert json.loads(await text_of(answer))["state"] == "stale"
    else:
        assert answer.status_code == 403


@everywhere
async def test_a_bearer_header_sees_what_a_cookie_sees(
    harbour: Cluster, people: dict[str, Visitor]
) -> None:
    client = Visitor().client
    bearer = {"Authorization": f"Bearer {harbour.tokens['alice']}"}
    address = f"/c/{NAME}/pods.v1?format=json&limit=0"

    by_header = json.loads(await text_of(await client.get(address, headers=bearer)))
    by_cookie = json.loads(await text_of(await people["alice"].get(address)))

    assert [row["name"] for row in by_header["rows"]] == [row["name"] for row in by_cookie["rows"]]


async def test_nobody_without_a_token_gets_anywhere(people: dict[str, Visitor]) -> None:
    stranger = Visitor()
    for probe in PROBES:
        answer = await stranger.get(probe.address)
        assert answer.status_code == 401
        # Their own words, said back to them for after the sign-in, tell them nothing.
        echoes = rf'(/c/|/-/trace/|%2Fc%2F|cluster(=|%3D)|value="){NAME}'
        assert NAME not in re.sub(echoes, "", await text_of(answer)), probe.address
    assert await stranger.socket().connect() == 4401


async def test_a_portal_with_narrow_rights_shows_what_both_may_see(
    harbour: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The portal is alice: it may neither ask about others, nor watch RBAC, nor list elsewhere."""
    tokens = harbour.tokens
    async with (
        relay(harbour.server, tmp_path, name=NAME, token=tokens["alice"]) as (kubeconfig, recorder),
        receiving(
            kubeconfig, {"admin": tokens["admin"], "bob": tokens["bob"]}, monkeypatch
        ) as both,
    ):
        whole = await both["admin"].data(f"/c/{NAME}/pods.v1", ns="payments,search", limit="0")
        others = await both["bob"].get(f"/c/{NAME}/pods.v1", ns="payments", format="json")
        hidden = await both["bob"].get(f"/c/{NAME}/pods.v1", ns="checkout", format="json")
        spaces = {row["namespace"] for row in whole["rows"]}

    assert spaces == {"payments"}
    assert others.status_code == hidden.status_code == 403
    asked = [path for method, path in recorder.requests if method == "POST"]
    assert Review.SELF_SUBJECT_ACCESS.value in asked


async def test_a_portal_that_may_not_ask_an_old_server_who_somebody_is_lets_nobody_in(
    old_cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says for want of which right, which is the portal's own."""
    tokens = old_cluster.tokens
    async with (
        relay(old_cluster.server, tmp_path, name=NAME, token=tokens["alice"]) as (kubeconfig, seen),
        receiving(kubeconfig, {}, monkeypatch),
    ):
        answer = await Visitor().sign_in(tokens["admin"])

    assert answer.status_code == 401
    assert "post /apis/authentication.k8s.io/v1/tokenreviews" in await text_of(answer)
    assert ("POST", Review.SELF_SUBJECT.value) not in seen.requests
