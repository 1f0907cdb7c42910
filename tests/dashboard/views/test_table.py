"""The table of a real cluster: what kubectl shows, as a page and as data, for whoever looks."""

import json
from collections.abc import AsyncIterator

import pytest

from tests.cluster.fixtures import Cluster
from tests.support.visitor import Visitor, visiting

pytestmark = [pytest.mark.cluster, pytest.mark.django_db(transaction=True)]

CANARY = "canary"


@pytest.fixture
async def visitor(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Visitor]:
    """Yield the administrator of the cluster, on a laptop."""
    async with visiting(cluster.kubeconfig, monkeypatch) as found:
        yield found


def slug(cluster: Cluster) -> str:
    return cluster.kubectl("config", "current-context").strip()


@pytest.mark.parametrize(
    "kind",
    [
        "pods.v1",
        "deployments.v1.apps",
        "nodes.v1",
        "events.v1",
        "jobs.v1.batch",
        "shipments.v1.logistics.harbour.example",
        "customresourcedefinitions.v1.apiextensions.k8s.io",
    ],
)
async def test_data_holds_every_object_that_kubectl_lists(
    visitor: Visitor, cluster: Cluster, kind: str
) -> None:
    data = await visitor.data(f"/c/{slug(cluster)}/{kind}", limit="0")

    name = kind.removesuffix(".v1")
    listed = json.loads(cluster.kubectl("get", name, "-A", "-o", "json"))
    wanted = {
        (item["metadata"].get("namespace", ""), item["metadata"]["name"])
        for item in listed["items"]
    }
    found = {(row["namespace"], row["name"]) for row in data["rows"]}
    # Events and pods of the world come and go between the two questions.
    assert len(found ^ wanted) <= 8
    assert data["state"] == "live"
    assert data["total"] == len(data["rows"])
    assert all(len(row["cells"]) == len(data["columns"]) for row in data["rows"])


async def test_columns_are_the_servers_own_at_all_priorities(
    visitor: Visitor, cluster: Cluster
) -> None:
    data = await visitor.data(f"/c/{slug(cluster)}/pods.v1", limit="1")

    wide = cluster.kubectl("get", "pods", "-A", "-o", "wide").splitlines()[0].split("  ")
    printed = [head.strip() for head in wide if head.strip()]
    assert [column["name"].upper() for column in data["columns"]] == printed[1:]
    assert (
        data["columns"][0] == {"name": "Name", "type": "string", "priority": 0} | data["columns"][0]
    )


async def test_an_age_is_a_value_and_restarts_may_carry_one(
    visitor: Visitor, cluster: Cluster
) -> None:
    data = await visitor.data(f"/c/{slug(cluster)}/pods.v1", limit="0")
    names = [column["name"] for column in data["columns"]]

    ages = [row["cells"][names.index("Age")] for row in data["rows"]]
    restarts = [row["cells"][names.index("Restarts")] for row in data["rows"]]
    assert all(set(age) == {"t", "form"} and age["form"] == "age" for age in ages)
    assert any(
        isinstance(cell, dict) and cell["form"] == "ago" and cell["v"].isdigit()
        for cell in restarts
    )


async def test_a_short_name_redirects_to_the_kind_and_keeps_the_query(
    visitor: Visitor, cluster: Cluster
) -> None:
    answer = await visitor.get(f"/zh-hans/c/{slug(cluster)}/deploy", ns="payments", sort="-age")

    assert answer.status_code == 302
    assert (
        answer["Location"]
        == f"/zh-hans/c/{slug(cluster)}/deployments.v1.apps?ns=payments&sort=-age"
    )


async def test_a_look_alike_of_a_built_in_kind_stays_itself(
    visitor: Visitor, cluster: Cluster
) -> None:
    built_in = await visitor.get(f"/c/{slug(cluster)}/pods")
    alike = await visitor.data(f"/c/{slug(cluster)}/pods.v1.fleet.harbour.example", limit="0")

    assert built_in["Location"].endswith("/pods.v1")
    assert alike["kind"] == "pods.v1.fleet.harbour.example"
    assert "Ready" not in [column["name"] for column in alike["columns"]]


async def test_the_page_filters_sorts_and_pages_without_a_script(
    visitor: Visitor, cluster: Cluster
) -> None:
    page = (
        await visitor.get(f"/c/{slug(cluster)}/pods.v1", sort="-restarts", limit="5")
    ).content.decode()
    crashing = await visitor.data(f"/c/{slug(cluster)}/pods.v1", q="CrashLoopBackOff", limit="0")

    assert page.count('<tr role="row"') == 6
    assert 'aria-sort="descending"' in page
    assert 'rel="next"' in page
    assert 0 < crashing["total"] < 40
    assert all("CrashLoopBackOff" in json.dumps(row["cells"]) for row in crashing["rows"])


async def test_namespaces_narrow_the_table(visitor: Visitor, cluster: Cluster) -> None:
    data = await visitor.data(f"/c/{slug(cluster)}/pods.v1", ns="payments,search", limit="0")

    assert {row["namespace"] for row in data["rows"]} == {"payments", "search"}


async def test_a_kind_that_cannot_be_watched_is_listed(visitor: Visitor, cluster: Cluster) -> None:
    data = await visitor.data(f"/c/{slug(cluster)}/componentstatuses.v1")

    assert data["state"] == "live"
    assert {"etcd-0", "scheduler"} <= {row["name"] for row in data["rows"]}


async def test_namespaces_do_not_narrow_a_kind_that_has_none(
    visitor: Visitor, cluster: Cluster
) -> None:
    data = await visitor.data(f"/c/{slug(cluster)}/nodes.v1", ns="payments", limit="0")

    assert data["total"] > 3


@pytest.mark.parametrize(
    ("path", "query", "status", "words"),
    [
        ("nonsense.v9.example.com", {}, 404, "kubectl api-resources"),
        ("pods.v1", {"sort": "-nonsense"}, 400, "columns are"),
        ("pods.v1", {"ns": "UPPER"}, 400, "not the name of a namespace"),
        ("pods.v1", {"offset": "-1"}, 400, "whole number"),
        ("pods.v1", {"q": "!"}, 400, "a word must follow"),
    ],
)
async def test_bad_input_gets_a_page_that_says_what_to_do(
    visitor: Visitor, cluster: Cluster, path: str, query: dict[str, str], status: int, words: str
) -> None:
    for prefix in ("", "/zh-hans"):
        answer = await visitor.get(f"{prefix}/c/{slug(cluster)}/{path}", **query)
        assert answer.status_code == status
        assert words in answer.content.decode() or prefix
    data = await visitor.data(f"/c/{slug(cluster)}/{path}", **query)
    assert data["error"]["message"]


async def test_an_unknown_cluster_is_not_found(visitor: Visitor) -> None:
    answer = await visitor.get("/c/nowhere/pods.v1")

    assert answer.status_code == 404
    assert "home page" in answer.content.decode()


async def test_secrets_are_listed_on_demand_without_values_and_are_not_live(
    visitor: Visitor, cluster: Cluster
) -> None:
    data = await visitor.data(f"/c/{slug(cluster)}/secrets.v1", limit="0")
    page = (await visitor.get(f"/c/{slug(cluster)}/secrets.v1")).content.decode()

    wanted = json.loads(cluster.kubectl("get", "secrets", "-A", "-o", "json"))["items"]
    names = {(item["metadata"]["namespace"], item["metadata"]["name"]) for item in wanted}
    assert {(row["namespace"], row["name"]) for row in data["rows"]} == names
    assert [column["name"] for column in data["columns"]] == ["Name", "Type", "Data", "Age"]
    assert data["state"] == "stale"
    assert " data-live data-cluster" not in page
    assert "not live" in page
    assert CANARY not in (json.dumps(data) + page).lower()


async def test_no_table_carries_managed_fields_or_the_last_applied_annotation(
    visitor: Visitor, cluster: Cluster
) -> None:
    for kind in ("configmaps.v1", "events.v1", "pods.v1", "serviceaccounts.v1"):
        data = await visitor.get(f"/c/{slug(cluster)}/{kind}", limit="0", format="json")
        body = b"".join([chunk async for chunk in data.streaming_content])
        assert b"managedFields" not in body
        assert b"last-applied" not in body


async def test_a_narrow_viewer_sees_their_namespace_and_no_other(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    allowed = json.loads(cluster.kubectl("get", "pods", "-n", "payments", "-o", "json"))["items"]
    async with visiting(cluster.user("alice"), monkeypatch) as alice:
        context = cluster.kubectl("config", "current-context", user="alice").strip()
        everywhere = await alice.get(f"/c/{context}/pods.v1", format="json")
        own = await alice.data(f"/c/{context}/pods.v1", ns="payments", limit="0")
        both = await alice.data(f"/c/{context}/pods.v1", ns="payments,search", limit="0")
        other = await alice.get(f"/c/{context}/pods.v1", ns="search", format="json")

    assert everywhere.status_code == other.status_code == 403
    assert "rows" not in json.loads(other.content)
    assert {row["name"] for row in own["rows"]} == {item["metadata"]["name"] for item in allowed}
    assert {row["namespace"] for row in both["rows"]} == {"payments"}


async def test_a_viewer_without_rights_is_told_so_on_every_page(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with visiting(cluster.user("dave"), monkeypatch) as dave:
        context = cluster.kubectl("config", "current-context", user="dave").strip()
        overview = await dave.get(f"/c/{context}/")
        table = await dave.get(f"/c/{context}/pods.v1")

    assert overview.status_code == 200
    assert table.status_code == 403
    # But for the example of what the palette takes.
    assert "payments" not in overview.content.decode().replace("po -n payments", "")
    assert "kubectl auth can-i list pods -A" in table.content.decode()
