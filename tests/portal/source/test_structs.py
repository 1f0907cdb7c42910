"""JSON paths lead to Go fields, through embedded structs, pointers, lists, maps and other packages."""

import pytest

from portal.source.structs import Named, Place, locate
from portal.source.tree import Tree

CORE = "k8s.io/api/core/v1"
META = "k8s.io/apimachinery/pkg/apis/meta/v1"


@pytest.mark.parametrize(
    ("root", "path", "place"),
    [
        ("Pod", ("kind",), Place(META, "TypeMeta.Kind")),
        ("Pod", ("metadata",), Place(CORE, "Pod.ObjectMeta")),
        ("Pod", ("metadata", "name"), Place(META, "ObjectMeta.Name")),
        ("Pod", ("metadata", "labels"), Place(META, "ObjectMeta.Labels")),
        ("Pod", ("metadata", "ownerReferences", 0, "uid"), Place(META, "OwnerReference.UID")),
        ("Pod", ("spec", "containers", 0, "image"), Place(CORE, "Container.Image")),
        (
            "Pod",
            ("spec", "containers", 3, "resources", "limits"),
            Place(CORE, "ResourceRequirements.Limits"),
        ),
        (
            "Pod",
            ("spec", "volumes", 0, "configMap", "name"),
            Place(CORE, "LocalObjectReference.Name"),
        ),
        (
            "Pod",
            ("spec", "containers", 0, "livenessProbe", "httpGet", "path"),
            Place(CORE, "HTTPGetAction.Path"),
        ),
        (
            "Pod",
            ("status", "containerStatuses", 0, "state", "running", "startedAt"),
            Place(CORE, "ContainerStateRunning.StartedAt"),
        ),
        (
            "Node",
            ("status", "nodeInfo", "kubeletVersion"),
            Place(CORE, "NodeSystemInfo.KubeletVersion"),
        ),
    ],
)
def test_a_path_leads_to_its_field(
    real: Tree, root: str, path: tuple[str | int, ...], place: Place
) -> None:
    assert locate(real, Named(CORE, root), [path])[path] == place


def test_keys_of_maps_and_items_of_lists_are_no_fields(real: Tree) -> None:
    found = locate(
        real, Named(CORE, "Pod"), [("metadata", "labels", "app"), ("spec", "containers", 0)]
    )

    assert set(found) == {("metadata",), ("metadata", "labels"), ("spec",), ("spec", "containers")}


@pytest.mark.parametrize(
    "root", [Named(CORE, "NoSuchType"), Named("net/http", "Request"), Named(CORE, "PodPhase")]
)
def test_what_no_type_explains_is_absent(real: Tree, root: Named) -> None:
    assert locate(real, root, [("spec", "x")]) == {}


def test_a_field_in_another_module_is_found(real: Tree) -> None:
    path = ("spec", "template", "spec", "nodeName")

    assert locate(real, Named("k8s.io/api/apps/v1", "Deployment"), [path])[path] == Place(
        CORE, "PodSpec.NodeName"
    )
