"""One box for both halves: what is found where, and what is said of what is not searched."""

import asyncio
from typing import Any

import pytest

from portal.crosslinks.search.found import marked
from portal.crosslinks.search.page import PACE, QUERY_LIMIT
from portal.walkthrough.roster import ROSTER
from tests.cluster.fixtures import Cluster
from tests.support.visitor import Visitor, visiting

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def slug(cluster: Cluster) -> str:
    return cluster.kubectl("config", "current-context").strip()


def groups(answer: Any) -> dict[str, Any]:
    return {group["name"]: group for group in answer["groups"]}


def first(answer: Any) -> str:
    return str(next(hit["url"] for group in answer["groups"] for hit in group["hits"]))


@pytest.mark.cluster
async def test_a_command_leads_where_kubectl_would(
    cluster: Cluster, slug: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pod = (
        cluster.kubectl("-n", "payments", "get", "pods", "-o", "name").split()[0].partition("/")[2]
    )
    table, one = f"/c/{slug}/pods.v1", f"/c/{slug}/pods.v1/payments/{pod}"
    expected = {
        "po": table,
        ":po": table,
        "Pod": table,
        "deploy": f"/c/{slug}/deployments.v1.apps",
        "pods -n payments": f"{table}?ns=payments",
        ":po payments": f"{table}?ns=payments",
        "po paym": f"{table}?ns=payments",
        "kubectl get po -n payments -o wide": f"{table}?ns=payments",
        "ns checkout": f"/c/{slug}/namespaces.v1/-/checkout",
        f"po/payments/{pod}": one,
        f"kubectl describe pod {pod} -n payments": one,
        f"payments/{pod}": one,
        pod: one,
        f"http://elsewhere.example{one}": one,
    }
    async with visiting(cluster.kubeconfig, monkeypatch) as visitor:
        found = {q: first(await visitor.data("/search", q=q)) for q in expected}

    assert found == expected


@pytest.mark.cluster
async def test_every_group_says_what_was_and_was_not_searched(
    cluster: Cluster, slug: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with visiting(cluster.kubeconfig, monkeypatch) as visitor:
        whole = groups(await visitor.data("/search", q="nothing-is-called-so"))
        secret = groups(await visitor.data("/search", q="secret web"))
        absent = groups(await visitor.data("/search", q="po/payments/nothing-is-called-so"))
        page = (await visitor.get("/search", q="nothing-is-called-so")).content.decode()
        unknown = groups(await visitor.data("/search", q="e", cluster="nowhere"))

    assert set(whole) == {"kinds", "objects", "chapters"}
    assert "Looked through, of what you may list: Namespaces" in whole["objects"]["note"]
    assert "Looked through 2 chapters." in whole["chapters"]["note"]
    assert "never kept in memory: Secrets" in secret["objects"]["note"]
    assert "no such thing" in absent["go"]["note"]
    assert "Nothing of that name was found here." in page
    assert unknown["objects"]["hits"], "an unknown cluster is not asked: the connected one is"


@pytest.mark.cluster
async def test_without_the_right_nothing_is_found_and_that_is_said(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with visiting(cluster.user("dave"), monkeypatch) as dave:
        found = groups(await dave.data("/search", q="ledger"))
        named = groups(await dave.data("/search", q="po/payments/ledger-writer"))

    assert found["objects"]["hits"] == []
    assert found["objects"]["total"] == 0
    assert "you may not list them: " in found["objects"]["note"]
    assert "Pods" in found["objects"]["note"]
    assert named["go"]["hits"] == []
    assert "You have no access" in named["go"]["note"]


@pytest.mark.cluster
@pytest.mark.source
async def test_symbols_are_read_while_one_searches_and_found_then(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with visiting(cluster.kubeconfig, monkeypatch) as visitor:
        async with asyncio.timeout(100):
            while (found := groups(await visitor.data("/search", q="RLW"))["symbols"])["partial"]:
                assert "still being read" in found["note"]
                await visitor.get("/search", q="RLW")  # a page waits for a second
        named = groups(await visitor.data("/search", q="k8s.io/client-go/util/flowcontrol#Backoff"))
        nowhere = groups(await visitor.data("/search", q="k8s.io/client-go/no/such#Backoff"))
        at_1_20 = await visitor.data(
            "/search", q="k8s.io/client-go/tools/cache#Reflector", at="v1.20.2"
        )
    await ROSTER.stop()

    assert found["hits"][0] == {
        "label": "Reflector.ListAndWatch",
        "sub": "k8s.io/client-go/tools/cache",
        "url": "/symbol/k8s.io/client-go/tools/cache/Reflector.ListAndWatch",
        "kind": "symbol",
        "icon": "f",
    }
    assert "packages at kubernetes@v1.36.3" in found["note"]
    assert "still being read" not in found["note"]
    assert named["symbols"]["hits"][0]["label"] == "Backoff"
    assert nowhere["symbols"]["hits"] == []
    assert "Not searched: k8s.io/client-go/no/such (" in nowhere["symbols"]["note"]
    assert "at kubernetes@v1.20.2" in groups(at_1_20)["symbols"]["note"]


@pytest.mark.parametrize("language", ["", "/zh-hans"])
async def test_chapters_are_found_by_title_heading_and_word(language: str) -> None:
    visitor = Visitor()
    await visitor.enter()

    title = groups(await visitor.data(f"{language}/search", q="kube-apiserver"))["chapters"]
    word = groups(await visitor.data(f"{language}/search", q="bookmark"))["chapters"]

    assert title["hits"][0]["url"].startswith(f"{language}/learn/")
    assert word["hits"][0]["url"].startswith(f"{language}/learn/client-go/list-and-watch")
    assert "bookmark" in word["hits"][0]["excerpt"].lower()


async def test_without_a_cluster_books_are_searched_and_that_is_said() -> None:
    visitor = Visitor()
    await visitor.enter()

    found = groups(await visitor.data("/search", q="ledger"))
    page = await visitor.get("/search", q="ledger")
    empty = (await visitor.get("/search")).content.decode()

    assert found["objects"]["note"] == "Not searched: no cluster is connected."
    assert page.status_code == 200
    assert 'value="ledger"' in page.content.decode()
    assert "What you can type" in empty


async def test_a_question_is_text_whatever_it_holds() -> None:
    visitor = Visitor()
    await visitor.enter()
    for q in (
        "<script>alert(1)</script>",
        '"><img>',
        "%s %(q)s",
        "(" * 40,
        "\\",
        "名",
        "a" * QUERY_LIMIT,
    ):
        answer = await visitor.get("/search", q=q)
        assert answer.status_code == 200
        assert "<script>alert" not in answer.content.decode()
        assert "<img>" not in answer.content.decode()


async def test_a_question_that_is_too_long_is_refused_as_page_and_as_data() -> None:
    visitor = Visitor()
    await visitor.enter()

    page = await visitor.get("/search", q="a" * (QUERY_LIMIT + 1))
    data = await visitor.get("/search", q="a" * (QUERY_LIMIT + 1), format="json")

    assert (page.status_code, data.status_code) == (400, 400)
    assert data.json()["groups"] == []
    assert "at most 300" in data.json()["error"]["message"]


async def test_who_asks_too_often_is_asked_to_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    visitor = Visitor()
    await visitor.enter()
    monkeypatch.setattr(PACE, "admits", lambda _visitor: False)

    answer = await visitor.get("/search", q="a", format="json")

    assert (answer.status_code, answer["Retry-After"]) == (429, "1")
    assert answer.json()["groups"] == []


def test_what_was_asked_for_is_marked_and_the_text_is_whole() -> None:
    found = marked("ledger-writer", ["WRITER".lower(), "led", "le"])

    assert [(piece.text, piece.is_marked) for piece in found] == [
        ("led", True),
        ("ger-", False),
        ("writer", True),
    ]
    assert "".join(piece.text for piece in marked("a.b(c", ["b("])) == "a.b(c"
    assert [piece.is_marked for piece in marked("abc", [])] == [False]
