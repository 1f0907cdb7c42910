"""The one WebSocket, through the whole application, on a real cluster."""

import asyncio
import subprocess
from collections.abc import AsyncIterator, Iterator

import pytest

from tests.cluster.facts import eventually
from tests.cluster.fixtures import Cluster, StartCluster
from tests.support.visitor import ORIGIN, Socket, Visitor, visiting

pytestmark = [pytest.mark.cluster, pytest.mark.django_db(transaction=True)]


@pytest.fixture
async def visitor(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Visitor]:
    async with visiting(cluster.kubeconfig, monkeypatch) as found:
        yield found


@pytest.fixture
def namespace(cluster: Cluster) -> Iterator[str]:
    """Yield a namespace that a test may write in; what it is known to write is gone afterwards.

    No namespace is made: while an aggregated API is down, none can be deleted.
    """
    yield "default"
    for thing in (
        "configmap/from-kubectl",
        "configmap/seen",
        "rolebinding/reads-live",
        "role/reads-live",
    ):
        cluster.kubectl("-n", "default", "delete", thing, "--ignore-not-found")


@pytest.fixture
async def socket(visitor: Visitor) -> AsyncIterator[Socket]:
    made = visitor.socket()
    assert await made.connect() is None
    yield made
    await made.close()


def slug(cluster: Cluster, user: str | None = None) -> str:
    return cluster.kubectl("config", "current-context", user=user).strip()


def subscribe(cluster: str, kind: str, **view: object) -> dict[str, object]:
    return {"type": "subscribe", "id": "t", "view": {"cluster": cluster, "kind": kind, **view}}


def is_ready(cluster: Cluster) -> bool:
    try:
        return cluster.kubectl("get", "--raw", "/readyz") == "ok"
    except subprocess.CalledProcessError:
        return False


async def until(socket: Socket, kind: str, timeout_s: float = 20) -> dict[str, object]:
    """Return the next frame of this type; others before it are passed over."""
    for _ in range(50):
        frame = await socket.hear(timeout_s)
        if frame["type"] == kind:
            return dict(frame)
    raise AssertionError(f"no {kind} frame came")


async def test_a_created_object_arrives_and_a_deleted_one_leaves(
    socket: Socket, cluster: Cluster, namespace: str
) -> None:
    await socket.say(subscribe(slug(cluster), "configmaps.v1", ns=namespace))
    snapshot = await until(socket, "snapshot")
    assert snapshot["seq"] == 0
    assert snapshot["state"] == "live"

    cluster.kubectl("-n", namespace, "create", "configmap", "from-kubectl", "--from-literal=a=b")
    frame = await until(socket, "delta")
    while not any(row["name"] == "from-kubectl" for row in frame["put"]):  # type: ignore[attr-defined]
        frame = await until(socket, "delta")

    cluster.kubectl("-n", namespace, "delete", "configmap", "from-kubectl")
    frame = await until(socket, "delta")
    while [namespace, "from-kubectl"] not in frame["removed"]:  # type: ignore[operator]
        frame = await until(socket, "delta")


async def test_the_window_moves_and_the_numbers_go_on(socket: Socket, cluster: Cluster) -> None:
    view = subscribe(slug(cluster), "namespaces.v1") | {"window": {"after": 2}}
    await socket.say(view)
    first = await until(socket, "snapshot")
    await socket.say({"type": "window", "id": "t", "offset": 2, "after": 2})
    second = await until(socket, "snapshot")

    assert [row["name"] for row in first["rows"]] != [row["name"] for row in second["rows"]]  # type: ignore[attr-defined]
    assert (len(second["rows"]), second["offset"]) == (2, 2)  # type: ignore[arg-type]
    assert second["total"] == first["total"]


@pytest.mark.parametrize(
    ("view", "code"),
    [
        ({"cluster": "nowhere", "kind": "pods.v1"}, "unknown_cluster"),
        ({"kind": "nonsense"}, "unknown_kind"),
        ({"kind": "pods.v1", "sort": "nonsense"}, "invalid_query"),
        ({"kind": "pods.v1", "ns": "UPPER"}, "invalid_name"),
    ],
)
async def test_a_view_that_cannot_be_gets_an_error_frame(
    socket: Socket, cluster: Cluster, view: dict[str, str], code: str
) -> None:
    await socket.say({"type": "subscribe", "id": 7, "view": {"cluster": slug(cluster), **view}})

    frame = await until(socket, "error")

    assert (frame["id"], frame["code"]) == (7, code)
    assert frame["message"]


@pytest.mark.parametrize(
    "text", ["", "{", '{"type":"write"}', '{"type":"subscribe","id":1}', "[" * 60_000]
)
async def test_what_is_no_frame_is_refused_and_the_socket_lives(
    socket: Socket, cluster: Cluster, text: str
) -> None:
    await socket.say(text)
    assert (await until(socket, "error"))["code"] == "invalid_frame"

    await socket.say(subscribe(slug(cluster), "namespaces.v1"))
    await until(socket, "snapshot")


async def test_a_secret_is_denied_over_the_socket_too(socket: Socket, cluster: Cluster) -> None:
    await socket.say(subscribe(slug(cluster), "secrets.v1"))

    assert (await until(socket, "denied"))["state"] == "denied"


async def test_a_right_that_is_taken_away_closes_the_view(
    cluster: Cluster, namespace: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster.kubectl("-n", namespace, "create", "configmap", "seen")
    rights = ("--verb=get,list,watch", "--resource=configmaps")
    cluster.kubectl("-n", namespace, "create", "role", "reads-live", *rights)
    bound = ("--role=reads-live", "--user=dave")
    cluster.kubectl("-n", namespace, "create", "rolebinding", "reads-live", *bound)
    async with visiting(cluster.user("dave"), monkeypatch) as dave:
        socket = dave.socket()
        assert await socket.connect() is None
        await socket.say(subscribe(slug(cluster, "dave"), "configmaps.v1", ns=namespace))
        shown = await until(socket, "snapshot")
        assert "seen" in [row["name"] for row in shown["rows"]]  # type: ignore[attr-defined]

        cluster.kubectl("-n", namespace, "delete", "rolebinding", "reads-live")

        # dave may not watch RBAC, and neither may the portal: nothing hints that the right is gone.
        denied = await until(socket, "denied", timeout_s=5)
        assert "rows" not in denied
        await socket.close()


async def test_the_door_of_the_socket(visitor: Visitor) -> None:
    assert await visitor.socket(ORIGIN, with_cookie=False).connect() == 4401
    assert await visitor.socket("http://evil.example").connect() is not None
    assert await visitor.socket("null").connect() is not None


async def test_an_api_server_that_dies_and_comes_back_is_survived_and_told(
    start_cluster: StartCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster = await asyncio.to_thread(start_cluster)
    async with visiting(cluster.kubeconfig, monkeypatch) as visitor:
        socket = visitor.socket()
        assert await socket.connect() is None
        await socket.say(subscribe(slug(cluster), "namespaces.v1"))
        assert (await until(socket, "snapshot"))["state"] == "live"

        await asyncio.to_thread(cluster.restart, "apiserver")
        await asyncio.to_thread(eventually, lambda: is_ready(cluster), "the API server is ready")
        cluster.kubectl("create", "namespace", "while-away")

        states: list[str] = []
        names: set[str] = set()
        while "while-away" not in names or states[-1] != "live":
            frame = await socket.hear(30)
            states.append(frame["state"])
            names |= {row["name"] for row in frame.get("put", frame.get("rows", []))}
        assert "stale" in states
        await socket.close()
