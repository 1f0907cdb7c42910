"""The front page of a real cluster counts what its tables show."""

import re
from collections.abc import AsyncIterator

import pytest

from tests.cluster.fixtures import Cluster
from tests.support.visitor import Visitor, visiting

pytestmark = [pytest.mark.cluster, pytest.mark.django_db(transaction=True)]


@pytest.fixture
async def visitor(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Visitor]:
    async with visiting(cluster.kubeconfig, monkeypatch) as found:
        yield found


@pytest.fixture
def path(cluster: Cluster) -> str:
    return f"/c/{cluster.kubectl('config', 'current-context').strip()}/"


async def test_it_names_sick_pods_in_the_words_of_the_cluster(visitor: Visitor, path: str) -> None:
    page = (await visitor.get(path)).content.decode()

    assert "CrashLoopBackOff" in page
    assert re.search(r"\d+ pods ask for attention", page)
    assert page.count('class="problem"') == 12


async def test_its_counts_are_those_of_the_tables(visitor: Visitor, path: str) -> None:
    page = (await visitor.get(path)).content.decode()
    for kind, label in (("nodes.v1", "Nodes"), ("daemonsets.v1.apps", "DaemonSets")):
        counted = re.search(rf">{label}</a></th>(.*?)</tr>", page, re.DOTALL)
        assert counted
        numbers = [int(number) for number in re.findall(r">(\d+)</td>", counted[1])]
        assert sum(numbers) == (await visitor.data(f"{path}{kind}"))["total"]


async def test_every_namespace_that_may_be_listed_is_on_the_coast_or_counted(
    visitor: Visitor, path: str, cluster: Cluster
) -> None:
    page = (await visitor.get(path)).content.decode()
    listed = cluster.kubectl("get", "namespaces", "--no-headers").splitlines()

    drawn = len(re.findall(r'<a href="[^"]*\?ns=[^"]*" class="[^"]*"><title>', page))
    more = re.search(r"and (\d+) more", page)
    assert drawn + (int(more[1]) if more else 0) == len(listed)


async def test_every_served_kind_is_linked_or_named(
    visitor: Visitor, path: str, cluster: Cluster
) -> None:
    page = (await visitor.get(path)).content.decode()
    served = cluster.kubectl("api-resources", "--verbs=list,watch", "-o", "name").split()

    for name in served:
        resource, _, group = name.partition(".")
        assert re.search(rf'href="{path}{resource}\.v[^"]*{re.escape(group)}"', page), name


async def test_the_home_page_with_one_cluster_is_its_overview(visitor: Visitor, path: str) -> None:
    home = (await visitor.get("/")).content.decode()

    assert "pods ask for attention" in home
    assert f'href="{path}pods.v1"' in home
