"""Roads and types are found by conventions, and each exception to them is held to the source."""

import json
import re

import pytest

from dashboard.api.gvr import GVR, format_kind
from portal.crosslinks.gotype import ELSEWHERE, go_type
from portal.crosslinks.road import (
    KUBERNETES,
    SAME_STORAGE,
    kind_of,
    road,
    subresource,
)
from portal.source.glance import below, glance
from portal.source.package import Packages
from portal.source.structs import Named, locate
from portal.source.tree import Tree
from portal.walkthrough.stock import Where
from tests.cluster.fixtures import Cluster

KEY = "kubernetes@v1.36.3"
SAMPLE = (
    "k8s.io/api/apps/v1",
    f"{KUBERNETES}/pkg/printers/internalversion",
    f"{KUBERNETES}/pkg/registry/core/pod",
    f"{KUBERNETES}/pkg/controller/nodelifecycle",
)
UNUSUAL = {
    ("Binding", "Registry"),
    ("ComponentStatus", "Defaults and checks"),
}
"""What has no such stop, being no object that is stored."""

Kinds = list[tuple[GVR, str, bool]]


@pytest.fixture
def kinds(cluster: Cluster) -> Kinds:
    """Every kind of Kubernetes' own that the server names, and whether it is listed and watched."""
    groups = json.loads(cluster.kubectl("get", "--raw", "/apis"))["groups"]
    paths = [("", "v1", "/api/v1")] + [
        (group["name"], version["version"], f"/apis/{version['groupVersion']}")
        for group in groups
        for version in group["versions"]
        if group["name"] != "metrics.k8s.io" and not group["name"].endswith(".example")
    ]
    return [
        (GVR(group, version, item["name"]), item["kind"], {"list", "watch"} <= set(item["verbs"]))
        for group, version, path in paths
        for item in json.loads(cluster.kubectl("get", "--raw", path))["resources"]
        if "/" not in item["name"]
    ]


@pytest.mark.cluster
def test_every_kind_of_kubernetes_own_has_a_road(where: Where, real: Tree, kinds: Kinds) -> None:
    assert len(kinds) > 60
    for gvr, kind, is_watched in kinds:
        found = road(where, KEY, gvr, kind)
        stages = {stage.what for stage in found}
        wanted = {"Type", "Registry"} | ({"Informer and lister"} if is_watched else set())

        missing = {(kind, stage) for stage in wanted - stages} - UNUSUAL
        assert not missing, format_kind(gvr)
        for stage in found:
            assert len(stage.stops) == len(set(stage.stops)), (gvr, stage)
            for stop in stage.stops:
                assert stop.place.name in glance(real, stop.place.importpath).names


@pytest.mark.cluster
def test_the_source_names_each_kind_as_the_server_does(where: Where, kinds: Kinds) -> None:
    for gvr, kind, _is_watched in kinds:
        assert kind_of(where, KEY, gvr) == kind, gvr


def test_a_glance_agrees_with_a_parse(real: Tree) -> None:
    packages = Packages()
    for importpath in SAMPLE:
        for name in glance(real, importpath).names:
            assert packages.get(real, importpath).symbol(name), (importpath, name)


def test_each_group_of_the_api_has_its_folder_by_convention_or_by_exception(real: Tree) -> None:
    folder = real.folder_of("k8s.io/api")
    found = 0
    for importpath in below(real, "k8s.io/api"):
        try:
            text = real.read(f"{folder}{importpath.removeprefix('k8s.io/api')}/register.go")
        except Exception:  # noqa: BLE001  (a folder that registers nothing)
            continue
        group = re.search(r'GroupName += "([^"]*)"', text.decode())
        if group is None or group[1] == "apidiscovery.k8s.io":
            continue
        found += 1
        version = importpath.rpartition("/")[2]
        assert go_type(GVR(group[1], version, "x"), "X") == Named(importpath, "X")
    assert found > 40


@pytest.mark.parametrize("group", sorted(ELSEWHERE))
def test_no_exception_of_a_folder_is_superfluous(real: Tree, group: str) -> None:
    is_usual = group.removesuffix(".k8s.io").isalpha()
    assert not is_usual or ELSEWHERE[group] != f"k8s.io/api/{group.partition('.')[0]}"
    assert below(real, ELSEWHERE[group])


@pytest.mark.parametrize(("group", "kind"), sorted(SAME_STORAGE))
def test_no_exception_of_a_registry_is_superfluous(real: Tree, group: str, kind: str) -> None:
    folder, name = SAME_STORAGE[group, kind]
    usual = f"{KUBERNETES}/pkg/registry/{group.partition('.')[0] or 'core'}/{kind.lower()}"

    assert not glance(real, usual).names
    assert "REST" in glance(real, f"{KUBERNETES}/pkg/registry/{folder}/{name}/storage").names


@pytest.mark.parametrize(
    "gvr",
    [
        GVR("gateway.networking.k8s.io", "v1", "gateways"),
        GVR("apps.example.com", "v1", "deployments"),
        GVR("apps.x-k8s.io", "v1", "deployments"),
    ],
)
def test_a_namesake_of_a_group_is_not_kubernetes_own(where: Where, gvr: GVR) -> None:
    assert go_type(gvr, "Deployment") is None
    assert road(where, KEY, gvr, "Deployment") == ()
    assert subresource(where, KEY, gvr, "Deployment", "scale") is None


@pytest.mark.cluster
@pytest.mark.parametrize(
    "gvr",
    [
        GVR("", "v1", "pods"),
        GVR("", "v1", "nodes"),
        GVR("", "v1", "services"),
        GVR("", "v1", "events"),
        GVR("", "v1", "configmaps"),
        GVR("", "v1", "endpoints"),
        GVR("", "v1", "persistentvolumeclaims"),
        GVR("apps", "v1", "deployments"),
        GVR("apps", "v1", "replicasets"),
        GVR("apps", "v1", "statefulsets"),
        GVR("apps", "v1", "daemonsets"),
        GVR("batch", "v1", "jobs"),
        GVR("batch", "v1", "cronjobs"),
        GVR("discovery.k8s.io", "v1", "endpointslices"),
        GVR("rbac.authorization.k8s.io", "v1", "clusterroles"),
        GVR("autoscaling", "v2", "horizontalpodautoscalers"),
        GVR("networking.k8s.io", "v1", "ingresses"),
        GVR("flowcontrol.apiserver.k8s.io", "v1", "flowschemas"),
        GVR("apiregistration.k8s.io", "v1", "apiservices"),
        GVR("apiextensions.k8s.io", "v1", "customresourcedefinitions"),
    ],
    ids=format_kind,
)
def test_every_field_of_a_real_object_leads_to_its_go_field(
    cluster: Cluster, where: Where, real: Tree, gvr: GVR
) -> None:
    root = f"/apis/{gvr.group}/{gvr.version}" if gvr.group else f"/api/{gvr.version}"
    answer = json.loads(cluster.kubectl("get", "--raw", f"{root}/{gvr.resource}?limit=200"))
    kind = kind_of(where, KEY, gvr)
    paths = {path for item in answer["items"] for path in shapes(item)}
    assert paths, "the world has one of each"

    named = go_type(gvr, kind)
    assert named is not None
    found = locate(real, named, paths)

    # What has a name in Go; keys of maps and items of lists have none, nor has what is below a map.
    lost = {path for path in paths if path not in found and not is_data(path)}
    assert len(lost) <= len(paths) / 100, sorted(map(str, lost))[:10]


MAPS = frozenset(
    [
        "labels",
        "annotations",
        "matchLabels",
        "data",
        "binaryData",
        "limits",
        "requests",
        "capacity",
        "allocatable",
        "used",
        "hard",
        "nodeSelector",
        "fieldsV1",
        "selector",
        "deprecatedTopology",
        "allocatedResources",
        "extra",
        "minAvailable",
        "properties",
        "patternProperties",
        "defs",
        "definitions",
        "dependencies",
    ]
)
"""Fields that hold maps: what is directly below is a key."""


def is_data(path: tuple[str | int, ...]) -> bool:
    """Whether a path names an item of a list, or lies at or below a key of a map."""
    return isinstance(path[-1], int) or any(part in MAPS for part in path[:-1])


def shapes(value: object, path: tuple[str | int, ...] = ()) -> set[tuple[str | int, ...]]:
    """Return the paths of everything in `value`, items of one list as one."""
    found: set[tuple[str | int, ...]] = {path} if path else set()
    if isinstance(value, dict):
        for key, below_it in value.items():
            found |= shapes(below_it, (*path, key))
    elif isinstance(value, list):
        for item in value:
            found |= shapes(item, (*path, 0))
    return found
