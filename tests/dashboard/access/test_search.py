"""Objects by name: what fits how well, what is looked through, and what is said of the rest."""

from collections.abc import AsyncIterator

import pytest

from dashboard.access import directory
from dashboard.access.search import ROWS_LIMIT, Outcome, Sought, Words, rank_of, seek
from dashboard.api.credential import OwnCredential
from dashboard.api.gvr import GVR
from dashboard.api.names import Namespace, ObjectKey, ObjectName
from dashboard.errors import UnknownCluster
from tests.cluster.fixtures import Cluster
from tests.support.visitor import running

PODS = GVR("", "v1", "pods")
SECRETS = GVR("", "v1", "secrets")


def rank(name: str, *parts: str, namespace: str = "payments") -> int | None:
    return rank_of(ObjectKey(Namespace(namespace), ObjectName(name)), Words(parts))


def test_the_whole_name_is_better_than_a_beginning_than_a_part_than_letters() -> None:
    ranks = [rank(name, "led") for name in ("led", "ledger", "x-led", "xled")]
    assert ranks == [0, 1, 2, 3]


def test_every_word_must_be_there_and_one_of_them_in_the_name() -> None:
    assert rank("ledger-0", "pay", "led") == 1
    assert rank("ledger-0", "led", "absent") is None
    assert rank("ledger-0", "payments") is None
    assert rank("ledger-0") is None


def test_a_name_in_full_fits_itself_alone() -> None:
    key = ObjectKey(Namespace("a"), ObjectName("web"))
    assert rank_of(key, Words((), name="web")) == 0
    assert rank_of(key, Words((), name="we")) is None


@pytest.fixture
async def slug(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[str]:
    """The real cluster's slug, while the portal runs on it."""
    async with running(cluster.kubeconfig, monkeypatch):
        yield next(one.slug for one in directory.found().clusters)


async def sought(slug: str, words: Words, *, only: GVR | None = None, limit: int = 500) -> Sought:
    return await seek(slug, words, OwnCredential(), limit=limit, only=only)


@pytest.mark.cluster
async def test_what_is_found_is_what_the_cluster_holds(cluster: Cluster, slug: str) -> None:
    found = await sought(slug, Words(("ledger",)), only=PODS)

    listed = cluster.kubectl("get", "pods", "-A", "-o", "name").split()
    assert {f"pod/{hit.name}" for hit in found.hits} == {n for n in listed if "ledger" in n}
    assert found.total == len(found.hits) > 0
    assert [(one.kind, one.outcome) for one in found.looked] == [("pods.v1", Outcome.SEARCHED)]


@pytest.mark.cluster
async def test_few_are_the_first_of_many(slug: str) -> None:
    many = await sought(slug, Words(("ledger",)), only=PODS)
    few = await sought(slug, Words(("ledger",)), only=PODS, limit=2)

    assert few.hits == many.hits[:2]
    assert few.total == many.total > 2


@pytest.mark.cluster
async def test_one_namespace_holds_what_it_holds(slug: str) -> None:
    found = await sought(slug, Words(("-",), namespace="payments"), only=PODS)

    assert {hit.namespace for hit in found.hits} == {"payments"}


@pytest.mark.cluster
async def test_without_a_kind_what_the_overview_holds_is_looked_through(slug: str) -> None:
    found = await sought(slug, Words(("payments",)))

    assert {one.outcome for one in found.looked} == {Outcome.SEARCHED}
    assert {"Namespaces", "Pods", "Deployments"} <= {one.label for one in found.looked}
    assert (found.hits[0].kind, found.hits[0].name) == ("namespaces.v1", "payments")


@pytest.mark.cluster
async def test_secrets_are_not_looked_through(slug: str) -> None:
    found = await sought(slug, Words(("e",)), only=SECRETS)

    assert found.hits == ()
    assert [one.outcome for one in found.looked] == [Outcome.NEVER]


@pytest.mark.cluster
async def test_names_beyond_the_limit_are_told_not_to_be_searched(
    slug: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dashboard.access.search.ROWS_LIMIT", 3)
    monkeypatch.setattr("dashboard.access.search.SLICE", 2)

    found = await sought(slug, Words(("e",)), only=PODS)

    assert [one.outcome for one in found.looked] == [Outcome.PARTLY]
    assert ROWS_LIMIT > 50_000, "more than the largest cluster that Portolan promises"


@pytest.mark.cluster
async def test_a_cluster_that_is_unknown_is_an_error(slug: str) -> None:
    with pytest.raises(UnknownCluster):
        await sought(f"not-{slug}", Words(("e",)))
