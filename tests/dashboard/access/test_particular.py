"""One object through the gate, on a real cluster: exact, masked, and silent about what is hidden."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import pytest

from dashboard.access.particular import Particular, events_of, particular
from dashboard.access.question import Wanted, select
from dashboard.api.credential import BearerToken, Credential, TokenCredential
from dashboard.api.gvr import GVR
from dashboard.api.names import Namespace, ObjectName
from dashboard.errors import (
    Denied,
    InvalidName,
    NotFound,
    OnDemand,
    SignInNeeded,
    TokenRefused,
    UnknownKind,
)
from tests.cluster.fixtures import Cluster
from tests.support.visitor import running

pytestmark = pytest.mark.cluster

PODS = GVR("", "v1", "pods")
SECRETS = GVR("", "v1", "secrets")
CANARY = "canary"


@pytest.fixture(autouse=True)
async def site(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    async with running(cluster.kubeconfig, monkeypatch):
        yield


@pytest.fixture
def slug(cluster: Cluster) -> str:
    return cluster.kubectl("config", "current-context").strip()


@pytest.fixture
def pod(cluster: Cluster) -> tuple[Namespace, ObjectName]:
    """A pod that stays where it is, in alice's namespace."""
    items = json.loads(cluster.kubectl("-n", "payments", "get", "pods", "-o", "json"))["items"]
    return Namespace("payments"), ObjectName(items[0]["metadata"]["name"])


def bearer(cluster: Cluster, slug: str, user: str) -> Credential:
    return TokenCredential({slug: BearerToken(cluster.tokens[user])})


async def test_an_object_is_the_servers_own_but_for_what_is_masked(
    cluster: Cluster, slug: str, pod: tuple[Namespace, ObjectName]
) -> None:
    found = await particular(slug, PODS, *pod, bearer(cluster, slug, "alice"))

    text = cluster.kubectl(
        "-n", pod[0], "get", "pod", pod[1], "-o", "json", "--show-managed-fields=true"
    )
    theirs = json.loads(text)
    managed = theirs["metadata"].pop("managedFields")
    theirs["metadata"].get("annotations", {}).pop(
        "kubectl.kubernetes.io/last-applied-configuration", None
    )
    assert dict(found.body) == theirs
    assert list(found.managed_fields) == managed
    assert found.uid == theirs["metadata"]["uid"]
    assert found.resource_version == theirs["metadata"]["resourceVersion"]
    assert found.observed_at_ms > 0


async def test_without_the_right_a_name_that_exists_and_one_that_does_not_are_alike(
    cluster: Cluster, slug: str, pod: tuple[Namespace, ObjectName]
) -> None:
    told = []
    for name in (pod[1], ObjectName("there-is-no-such-pod")):
        with pytest.raises(Denied) as raised:
            await particular(slug, PODS, pod[0], name, bearer(cluster, slug, "dave"))
        told.append(str(raised.value))

    assert told[0] == told[1]


async def test_with_the_right_a_name_that_does_not_exist_is_not_found(
    cluster: Cluster, slug: str
) -> None:
    alice = bearer(cluster, slug, "alice")
    with pytest.raises(NotFound):
        await particular(slug, PODS, Namespace("payments"), ObjectName("no-such-pod"), alice)


async def test_a_right_to_one_name_is_one_to_that_name(cluster: Cluster, slug: str) -> None:
    carol, maps = bearer(cluster, slug, "carol"), GVR("", "v1", "configmaps")
    payments = Namespace("payments")

    found = await particular(slug, maps, payments, ObjectName("ledger-config"), carol)
    assert found.name == "ledger-config"
    with pytest.raises(Denied):
        await particular(slug, maps, payments, ObjectName("kube-root-ca.crt"), carol)


async def test_a_secret_has_keys_and_sizes_and_no_value(cluster: Cluster, slug: str) -> None:
    grace = bearer(cluster, slug, "grace")
    listed = json.loads(cluster.kubectl("-n", "team-secrets", "get", "secrets", "-o", "json"))
    whole = listed["items"][0]
    name = ObjectName(whole["metadata"]["name"])

    found = await particular(slug, SECRETS, Namespace("team-secrets"), name, grace)

    assert found.secret_bytes is not None
    assert set(found.secret_bytes) == set(whole["data"])
    shown = repr(found)
    assert not any(value and value in shown for value in whole["data"].values())
    assert CANARY not in shown.lower()
    with pytest.raises(Denied):
        await particular(
            slug, SECRETS, Namespace("team-secrets"), name, bearer(cluster, slug, "alice")
        )


async def test_events_are_those_about_the_object(
    cluster: Cluster, slug: str, pod: tuple[Namespace, ObjectName]
) -> None:
    alice = bearer(cluster, slug, "alice")
    found = await particular(slug, PODS, *pod, alice)
    wanted = f"involvedObject.uid={found.uid}"
    theirs = json.loads(
        cluster.kubectl("-n", pod[0], "get", "events", "-o", "json", f"--field-selector={wanted}")
    )

    async with events_of(slug, found, alice) as events:
        names = {key.name for key in events.keys(0, events.total)}
        assert names == {item["metadata"]["name"] for item in theirs["items"]}
        assert isinstance(events.trouble, OnDemand)


async def test_events_need_the_right_to_events(
    cluster: Cluster, slug: str, pod: tuple[Namespace, ObjectName]
) -> None:
    found: Particular = await particular(slug, PODS, *pod, bearer(cluster, slug, "alice"))

    with pytest.raises(Denied):
        async with events_of(slug, found, bearer(cluster, slug, "dave")):
            pass


@pytest.mark.parametrize(
    ("gvr", "namespace", "error"),
    [
        (GVR("", "v1", "nonsense"), "payments", UnknownKind),
        (PODS, "", InvalidName),
        (GVR("", "v1", "nodes"), "payments", InvalidName),
    ],
)
async def test_an_address_that_cannot_be_is_told_so(
    cluster: Cluster, slug: str, gvr: GVR, namespace: str, error: type[Exception]
) -> None:
    admin = bearer(cluster, slug, "admin")
    with pytest.raises(error):
        await particular(slug, gvr, Namespace(namespace), ObjectName("x"), admin)


async def test_a_token_is_for_one_cluster(cluster: Cluster, slug: str) -> None:
    elsewhere = TokenCredential({"another": BearerToken(cluster.tokens["admin"])})
    with pytest.raises(SignInNeeded):
        await particular(slug, PODS, Namespace("payments"), ObjectName("x"), elsewhere)

    wrong = TokenCredential({slug: BearerToken("wrong")})
    with pytest.raises(TokenRefused):
        await particular(slug, PODS, Namespace("payments"), ObjectName("x"), wrong)


DEFINITION = """
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: buoys.harbour.example}
spec:
  group: harbour.example
  scope: Namespaced
  names: {plural: buoys, singular: buoy, kind: Buoy}
  versions:
  - {name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}
"""


@pytest.fixture
def buoys(cluster: Cluster) -> Iterator[str]:
    yield DEFINITION
    cluster.kubectl("delete", "crd", "buoys.harbour.example", "--ignore-not-found")


async def test_a_kind_that_is_defined_while_connected_is_served_and_one_that_goes_is_not(
    cluster: Cluster, slug: str, buoys: str
) -> None:
    admin = bearer(cluster, slug, "admin")
    wanted = Wanted(slug, "buoys.v1.harbour.example")
    with pytest.raises(UnknownKind):
        async with select(wanted, admin):
            pass

    cluster.kubectl("apply", "-f", "-", text=buoys)
    await within(20, lambda: is_served(wanted, admin))
    cluster.kubectl("delete", "crd", "buoys.harbour.example")
    await within(20, lambda: is_gone(wanted, admin))


async def within(seconds: float, fact: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(seconds):
        while not await fact():  # noqa: ASYNC110  (a real server's fact, which nothing announces)
            await asyncio.sleep(0.2)


async def is_served(wanted: Wanted, credential: Credential) -> bool:
    try:
        async with select(wanted, credential) as found:
            return found.total == 0
    except UnknownKind:
        return False


async def is_gone(wanted: Wanted, credential: Credential) -> bool:
    return not await is_served(wanted, credential)
