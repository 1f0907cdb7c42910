"""The page of one object of a real cluster: exact, whole, masked, and harmless whatever it holds."""

import base64
import html
import json
import re
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from subprocess import CalledProcessError
from typing import Any
from urllib.parse import quote

import pytest
import yaml

from tests.cluster.fixtures import Cluster
from tests.support.visitor import Visitor, receiving, visiting

pytestmark = [pytest.mark.cluster, pytest.mark.django_db(transaction=True)]

CANARY = "portolan-secret-canary"
LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
HOSTILE = "<img src=x onerror=alert(1)>\"'&</script><script>alert(2)</script>"
"""Markup that would run wherever it is not escaped."""
VIEWS = ("", "/yaml", "/events")

Json = dict[str, Any]


@pytest.fixture
async def visitor(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Visitor]:
    """Yield the administrator of the cluster, on a laptop."""
    async with visiting(cluster.kubeconfig, monkeypatch) as found:
        yield found


@pytest.fixture
def slug(cluster: Cluster) -> str:
    return cluster.kubectl("config", "current-context").strip()


def listed(cluster: Cluster, *arguments: str) -> list[Json]:
    found: list[Json] = json.loads(cluster.kubectl("get", *arguments, "-o", "json"))["items"]
    return found


def pod_of(cluster: Cluster, owner: str = "ReplicaSet") -> Json:
    """Return a pod that stays, which such an owner made."""
    return next(
        pod
        for pod in listed(cluster, "pods", "-n", "payments")
        if pod["status"].get("phase") == "Running"
        and owner in {each["kind"] for each in pod["metadata"].get("ownerReferences", ())}
    )


def at(slug: str, kind: str, meta: Json) -> str:
    return f"/c/{slug}/{kind}/{meta.get('namespace', '-')}/{quote(meta['name'], safe='')}"


async def text_of(visitor: Visitor, address: str, **query: str) -> str:
    answer = await visitor.get(address, **query)
    assert answer.status_code == 200, f"{address}: {answer.status_code}"
    return str(answer.content.decode())


async def test_data_equals_kubectl(visitor: Visitor, cluster: Cluster, slug: str) -> None:
    pod = pod_of(cluster)["metadata"]
    address = at(slug, "pods.v1", pod)
    for managed in (False, True):
        query = {"managed": "1"} if managed else {}
        theirs = json.loads(
            cluster.kubectl(
                "-n", pod["namespace"], "get", "pod", pod["name"], "-o", "json",
                f"--show-managed-fields={str(managed).lower()}",
            )
        )  # fmt: skip
        theirs["metadata"].get("annotations", {}).pop(LAST_APPLIED, None)

        as_json = json.loads(await text_of(visitor, address, format="json", **query))
        as_yaml = yaml.safe_load(await text_of(visitor, address, format="yaml", **query))

        assert as_json == theirs
        assert json.loads(json.dumps(as_yaml, default=str)) == theirs
        assert ("managedFields" in theirs["metadata"]) is managed


async def test_the_yaml_on_the_page_is_the_yaml_of_the_data(
    visitor: Visitor, cluster: Cluster, slug: str
) -> None:
    address = at(slug, "pods.v1", pod_of(cluster)["metadata"])
    page = await text_of(visitor, f"{address}/yaml")
    data = await text_of(visitor, f"{address}/yaml", format="yaml")

    words = set(re.findall(r"[A-Za-z][\w./-]{3,}", data))
    shown = html.unescape(re.sub(r"<[^>]+>", " ", page))
    assert {word for word in words if word not in shown} == set()


async def test_every_kind_of_the_world_has_pages(
    visitor: Visitor, cluster: Cluster, slug: str
) -> None:
    lines = cluster.kubectl("api-resources", "--verbs=list,get", "--no-headers", "-o", "name")
    seen = 0
    for resource in lines.split():
        plural, _, group = resource.partition(".")
        try:
            items = listed(cluster, resource, "-A")
        except CalledProcessError:
            continue  # an aggregated API whose server is away
        if not items:
            continue
        version = items[0]["apiVersion"].rpartition("/")[2]
        kind = ".".join(part for part in (plural, version, group) if part)
        address = at(slug, kind, items[0]["metadata"])
        for view in VIEWS:
            page = await text_of(visitor, address + view)
            assert html.escape(items[0]["metadata"]["name"]) in page, address
        seen += 1
    assert seen > 35


async def test_owners_are_followed_to_the_deployment(
    visitor: Visitor, cluster: Cluster, slug: str
) -> None:
    pod = pod_of(cluster)["metadata"]
    replicas = pod["ownerReferences"][0]["name"]
    found = json.loads(cluster.kubectl("-n", "payments", "get", "rs", replicas, "-o", "json"))
    deployment = found["metadata"]["ownerReferences"][0]["name"]

    page = await text_of(visitor, at(slug, "pods.v1", pod))

    links = [
        f"/c/{slug}/deployments.v1.apps/payments/{deployment}",
        f"/c/{slug}/replicasets.v1.apps/payments/{replicas}",
    ]
    places = [page.index(f'href="{link}"') for link in links]
    assert places == sorted(places), "the outermost comes first"


@pytest.fixture
def eventful(cluster: Cluster) -> Iterator[str]:
    """Make a config map that something happened to three times, the last with markup in it."""
    name = "portolan-eventful"
    cluster.kubectl("-n", "payments", "create", "configmap", name)
    made = json.loads(cluster.kubectl("-n", "payments", "get", "configmap", name, "-o", "json"))
    for minute, reason in ((10, "Oldest"), (30, "Newest"), (20, "Middle")):
        moment = f"{datetime.now(UTC) - timedelta(minutes=60 - minute):%Y-%m-%dT%H:%M:%SZ}"
        event = {
            "apiVersion": "v1",
            "kind": "Event",
            "metadata": {"name": f"{name}.{minute}", "namespace": "payments"},
            "involvedObject": {
                "apiVersion": "v1", "kind": "ConfigMap", "namespace": "payments", "name": name,
                "uid": made["metadata"]["uid"],
            },
            "type": "Warning", "reason": reason, "message": HOSTILE, "count": 2,
            "source": {"component": "portolan-test"},
            "firstTimestamp": moment, "lastTimestamp": moment,
        }  # fmt: skip
        cluster.kubectl("create", "-f", "-", text=json.dumps(event))
    yield name
    cluster.kubectl("-n", "payments", "delete", "configmap", name)
    for minute in (10, 20, 30):
        cluster.kubectl("-n", "payments", "delete", "event", f"{name}.{minute}")


async def test_events_are_the_newest_first_and_their_words_are_only_words(
    visitor: Visitor, slug: str, eventful: str
) -> None:
    page = await text_of(visitor, f"/c/{slug}/configmaps.v1/payments/{eventful}/events")

    places = [page.index(reason) for reason in ("Newest", "Middle", "Oldest")]
    assert places == sorted(places)
    assert html.escape(HOSTILE) in page
    assert_harmless(page)


def assert_harmless(page: str) -> None:
    assert "<img src=x" not in page
    assert "<script>alert" not in page
    assert "onerror=alert(1)>" not in page


@pytest.fixture
def hostile(cluster: Cluster) -> Iterator[str]:
    """Make a cluster role whose name is markup (RBAC allows it), as are its annotations."""
    name = "<img src=x onerror=alert(1)>\"?# system:it's"
    role = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRole",
        "metadata": {"name": name, "annotations": {"harbour.example/words": HOSTILE}},
        "rules": [{"apiGroups": [""], "resources": [HOSTILE], "verbs": ["get"]}],
    }
    cluster.kubectl("create", "-f", "-", text=json.dumps(role))
    yield name
    cluster.kubectl("delete", "clusterrole", name)


async def test_markup_in_an_object_is_only_words(visitor: Visitor, slug: str, hostile: str) -> None:
    kind = "clusterroles.v1.rbac.authorization.k8s.io"
    address = f"/c/{slug}/{kind}/-/{quote(hostile, safe='')}"
    for prefix in ("", "/zh-hans"):
        for view in VIEWS:
            page = await text_of(visitor, f"{prefix}{address}{view}")
            assert html.escape(hostile) in page
            assert_harmless(page)
    data = json.loads(await text_of(visitor, address, format="json"))
    assert data["metadata"]["name"] == hostile

    table = await text_of(visitor, f"/c/{slug}/{kind}", q="onerror")
    assert_harmless(table)
    linked = re.search(rf'href="(/c/{slug}/{kind}/-/[^"]*onerror[^"]*)"', table)
    assert linked, "the table leads to it"
    again = await visitor.get(html.unescape(linked[1]))
    assert again.status_code == 200


@pytest.mark.parametrize("name", ["system:node", "system:kube-scheduler", "cluster-admin"])
async def test_a_name_with_a_colon_is_a_name(visitor: Visitor, slug: str, name: str) -> None:
    page = await text_of(visitor, f"/c/{slug}/clusterroles.v1.rbac.authorization.k8s.io/-/{name}")

    assert f"<h1>{name}</h1>" in page


@pytest.fixture
def applied(cluster: Cluster) -> Iterator[tuple[str, list[str]]]:
    """Apply a Secret, which leaves its values in the last-applied annotation too."""
    plain = [f"{CANARY}-applied-one", f"{CANARY}-applied-two"]
    data = {f"key-{at}": base64.b64encode(each.encode()).decode() for at, each in enumerate(plain)}
    secret = {
        "apiVersion": "v1", "kind": "Secret",
        "metadata": {"name": "portolan-applied", "namespace": "payments"},
        "data": {"key-0": data["key-0"]}, "stringData": {"key-1": plain[1]},
    }  # fmt: skip
    cluster.kubectl("apply", "-f", "-", text=json.dumps(secret))
    yield "portolan-applied", [*plain, *data.values()]
    cluster.kubectl("-n", "payments", "delete", "secret", "portolan-applied")


async def test_a_secret_shows_keys_and_sizes_and_no_value_anywhere(
    visitor: Visitor, cluster: Cluster, slug: str, applied: tuple[str, list[str]]
) -> None:
    name, values = applied
    kept = cluster.kubectl("-n", "payments", "get", "secret", name, "-o", "json")
    assert LAST_APPLIED in kept
    assert values[0] not in kept
    assert values[2] in kept
    address = f"/c/{slug}/secrets.v1/payments/{name}"
    answers = [
        await text_of(visitor, f"{prefix}{address}{view}", **query)
        for prefix in ("", "/zh-hans")
        for view in VIEWS
        for query in (
            {},
            {"managed": "1"},
            {"format": "json", "managed": "1"},
            {"format": "yaml", "managed": "1"},
        )
    ]
    for answer in answers:
        assert not any(value in answer for value in [*values, CANARY])
    assert f"{LAST_APPLIED}:" not in answers[0], "but for the field's name in managedFields"
    page = answers[0]
    for key, size in (("key-0", len(values[0])), ("key-1", len(values[1]))):
        row = re.search(rf"<tr[^>]*>(?:(?!</tr>).)*<code>{key}</code>.*?</tr>", page, re.DOTALL)
        assert row
        assert f">{size}<" in row[0]
    assert "<div data-object>" in page, "a Secret is never watched"


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("pods.v1/payments/no-such-pod", 404, "no-such-pod"),
        ("pods.v1/-/no-such-pod", 400, "this kind has namespaces"),
        ("nodes.v1/payments/no-such-node", 400, "write - in its place"),
        ("pods.v1/UPPER/no-such-pod", 400, "UPPER"),
        ("nonsense.v9.example.com/-/x", 404, "kubectl api-resources"),
        ("clusterroles.v1.rbac.authorization.k8s.io/-/..", 400, ".."),
        ("clusterroles.v1.rbac.authorization.k8s.io/-/50%25", 400, "50%"),
    ],
)
async def test_an_address_that_is_wrong_says_what_to_do(
    visitor: Visitor, slug: str, path: str, status: int, words: str
) -> None:
    for view in VIEWS:
        for prefix in ("", "/zh-hans"):
            answer = await visitor.get(f"{prefix}/c/{slug}/{path}{view}")
            assert answer.status_code == status
            page = answer.content.decode()
            assert words in page or prefix
            assert f'lang="{"zh-Hans" if prefix else "en"}"' in page
        data = await visitor.get(f"/c/{slug}/{path}{view}", format="json")
        assert data.status_code == status
        assert json.loads(data.content)["error"]["message"]


async def test_without_the_right_what_exists_and_what_does_not_are_one_page(
    cluster: Cluster, slug: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = pod_of(cluster)["metadata"]["name"]
    tokens = {"dave": cluster.tokens["dave"], "alice": cluster.tokens["alice"]}
    async with receiving(cluster.kubeconfig, tokens, monkeypatch) as people:
        for view in VIEWS:
            for query in ({}, {"format": "json"}):
                pages = []
                for asked in (name, "x" * len(name)):
                    address = f"/c/{slug}/pods.v1/payments/{asked}{view}"
                    answer = await people["dave"].get(address, **query)
                    assert answer.status_code == 403
                    pages.append(answer.content.decode().replace(asked, "NAME"))
                without = [re.sub(r'(nonce|value)="[^"]*"', "", page) for page in pages]
                assert without[0] == without[1]
        missing = await people["alice"].get(f"/c/{slug}/pods.v1/payments/no-such-pod")
        assert missing.status_code == 404


async def test_a_short_kind_redirects_to_the_full_one_and_keeps_view_and_query(
    visitor: Visitor, slug: str
) -> None:
    answer = await visitor.get(f"/zh-hans/c/{slug}/po/payments/some/yaml", managed="1")

    assert answer.status_code == 302
    assert answer["Location"] == f"/zh-hans/c/{slug}/pods.v1/payments/some/yaml?managed=1"
