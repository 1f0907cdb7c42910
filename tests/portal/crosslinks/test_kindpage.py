"""The page about a KIND: discovery, the road through the source, and what the viewer may see."""

import re
from pathlib import Path

import pytest

from dashboard.api.gvr import GVR
from portal.crosslinks.road import road, subresource
from portal.source.package import Packages
from portal.source.tree import Tree
from portal.walkthrough.stock import Where
from tests.cluster.fixtures import Cluster
from tests.support.visitor import visiting

KEY = "kubernetes@v1.36.3"
DEPLOYMENTS = GVR("apps", "v1", "deployments")


@pytest.mark.parametrize(
    ("gvr", "kind", "stages"),
    [
        (DEPLOYMENTS, "Deployment", 6),
        (GVR("", "v1", "pods"), "Pod", 6),
        (GVR("coordination.k8s.io", "v1", "leases"), "Lease", 6),
        (GVR("rbac.authorization.k8s.io", "v1", "roles"), "Role", 4),
        (GVR("events.k8s.io", "v1", "events"), "Event", 5),
        (GVR("cert-manager.io", "v1", "certificates"), "Certificate", 0),
    ],
)
def test_every_stop_of_a_road_is_declared_in_the_source(
    where: Where, real: Tree, gvr: GVR, kind: str, stages: int
) -> None:
    packages = Packages()

    found = road(where, KEY, gvr, kind)

    assert len(found) == stages
    for stage in found:
        for stop in stage.stops:
            assert packages.get(real, stop.place.importpath).symbol(stop.place.name)


def test_who_takes_an_informer_is_found_in_the_source(where: Where) -> None:
    watched = next(s for s in road(where, KEY, DEPLOYMENTS, "Deployment") if s.what == "Watched by")

    names = [stop.place.name for stop in watched.stops]
    assert names[0] == "NewDeploymentController"
    assert "NewDisruptionController" in names
    assert "NewReplicaSetController" not in names


def test_a_subresource_leads_to_what_serves_it(where: Where) -> None:
    scale = subresource(where, KEY, DEPLOYMENTS, "Deployment", "scale")

    assert scale is not None
    assert scale.name == "ScaleREST"
    assert subresource(where, KEY, DEPLOYMENTS, "Deployment", "nothing") is None


@pytest.mark.cluster
@pytest.mark.source
@pytest.mark.django_db(transaction=True)
async def test_the_page_shows_what_the_viewer_may_see(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    slug = cluster.kubectl("config", "current-context").strip()
    async with visiting(cluster.kubeconfig, monkeypatch) as visitor:
        total = (await visitor.data(f"/c/{slug}/deployments.v1.apps"))["total"]
        answer = await visitor.get(f"/kinds/deployments.v1.apps?cluster={slug}")
        short = await visitor.get(f"/kinds/deploy?cluster={slug}")
        scale = await visitor.get(f"/kinds/deployments.v1.apps/scale?cluster={slug}")
        none = await visitor.get(f"/kinds/deployments.v1.apps/none?cluster={slug}")
        unknown = await visitor.get(f"/kinds/nosuch?cluster={slug}")
        every = (await visitor.get(f"/kinds/?cluster={slug}")).content.decode()
    page = answer.content.decode()

    assert f"All {total}" in page
    assert "NewDeploymentController" in page
    assert f"/kinds/deployments.v1.apps/scale?cluster={slug}" in page
    assert (short.status_code, short["Location"]) == (
        302,
        f"/kinds/deployments.v1.apps?cluster={slug}",
    )
    assert "ScaleREST" in scale.content.decode()
    assert none.status_code == unknown.status_code == 404
    assert len(re.findall(r'<td role="cell"><a href="/c/', every)) > 50


@pytest.mark.cluster
@pytest.mark.source
@pytest.mark.django_db(transaction=True)
async def test_every_kind_and_subresource_has_its_page(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    slug = cluster.kubectl("config", "current-context").strip()
    async with visiting(cluster.kubeconfig, monkeypatch) as visitor:
        every = (await visitor.get(f"/kinds/?cluster={slug}")).content.decode()
        pages = set(re.findall(r'href="(/kinds/[^"/?]+\?[^"]*)"', every))
        below: set[str] = set()
        for address in sorted(pages):
            answer = await visitor.get(address)
            page = answer.content.decode()
            assert answer.status_code == 200, address
            below |= set(re.findall(r'href="(/kinds/[^"/?]+/[^"/?]+\?[^"]*)"', page))
        for address in sorted(below):
            assert (await visitor.get(address)).status_code == 200, address

    assert len(pages) > 60
    assert len(below) > 40


@pytest.mark.cluster
@pytest.mark.source
@pytest.mark.django_db(transaction=True)
async def test_a_definition_is_told_to_those_alone_who_may_get_it(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = "shipments.v1.logistics.harbour.example"
    pages = {}
    for user in ("admin", "dave"):
        kubeconfig = cluster.kubeconfig if user == "admin" else cluster.user(user)
        async with visiting(kubeconfig, monkeypatch) as visitor:
            slug = cluster.kubectl("config", "current-context", user=user).strip()
            pages[user] = (await visitor.get(f"/kinds/{own}?cluster={slug}")).content.decode()

    assert "Defined versions" in pages["admin"]
    assert "stored" in pages["admin"]
    assert "Defined versions" not in pages["dave"]
    assert "What defines it is not shown to you" in pages["dave"]


@pytest.mark.source
@pytest.mark.django_db(transaction=True)
async def test_without_a_cluster_the_source_tells_what_a_kind_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty = tmp_path / "config"
    empty.write_text("apiVersion: v1\nkind: Config\n", encoding="utf-8")
    async with visiting(empty, monkeypatch) as visitor:
        page = (await visitor.get("/kinds/deployments.v1.apps")).content.decode()
        scale = (await visitor.get("/kinds/deployments.v1.apps/scale")).content.decode()
        short = await visitor.get("/kinds/deploy")
        unknown = (await visitor.get("/kinds/things.v1.example.com")).content.decode()

    assert "NewDeploymentController" in page
    assert "Live objects" not in page
    assert "ScaleREST" in scale
    assert short.status_code == 404
    assert "declares no such kind" in unknown


@pytest.mark.cluster
@pytest.mark.source
@pytest.mark.django_db(transaction=True)
async def test_without_the_right_nothing_is_counted(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with visiting(cluster.user("dave"), monkeypatch) as dave:
        slug = cluster.kubectl("config", "current-context", user="dave").strip()
        page = (await dave.get(f"/kinds/pods.v1?cluster={slug}")).content.decode()

    assert "You have no access" in page
    assert 'data-state="denied"' in page
    assert "resourceVersion" not in page
    assert "NewPodInformer" in page
