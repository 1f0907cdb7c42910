"""Evidence in a chapter is what the viewer's own rights show of the connected cluster."""

import re

import pytest

from tests.cluster.fixtures import Cluster
from tests.support.visitor import visiting

pytestmark = [pytest.mark.cluster, pytest.mark.source, pytest.mark.django_db(transaction=True)]

CHAPTER = "/learn/kube-apiserver/handler-chain"


def evidence(page: str) -> str:
    found = re.search(r'<div class="evid".*?</div>\s*<footer.*?</footer>', page, re.DOTALL)
    assert found, "the chapter has no evidence"
    return found[0]


async def test_a_number_is_that_of_the_table_with_its_own_age(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    slug = cluster.kubectl("config", "current-context").strip()
    kind = "flowschemas.v1.flowcontrol.apiserver.k8s.io"
    async with visiting(cluster.kubeconfig, monkeypatch) as visitor:
        total = (await visitor.data(f"/c/{slug}/{kind}"))["total"]
        block = evidence((await visitor.get(CHAPTER)).content.decode())

    assert total > 5
    assert f"<b data-total>{total}</b>" in block
    assert f'href="/c/{slug}/{kind}"' in block
    assert 'data-state="live"' in block


async def test_without_the_right_the_number_is_unknown_and_never_zero(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with visiting(cluster.user("dave"), monkeypatch) as dave:
        slug = cluster.kubectl("config", "current-context", user="dave").strip()
        await dave.get(f"/c/{slug}/")  # connects the cluster
        block = evidence((await dave.get(CHAPTER)).content.decode())

    assert '<b data-total class="dash">unknown</b>' in block
    assert "You have no access" in block
    assert 'data-state="denied"' in block


async def test_a_page_opens_at_the_version_of_the_connected_cluster(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    slug = cluster.kubectl("config", "current-context").strip()
    async with visiting(cluster.kubeconfig, monkeypatch) as visitor:
        await visitor.get(f"/c/{slug}/")
        page = (await visitor.get(CHAPTER)).content.decode()

    assert "your cluster" in page
    assert cluster.version in page
