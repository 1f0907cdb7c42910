"""Every line of an object's YAML knows who wrote it."""

from typing import Any

import pytest
import yaml

from dashboard.insight.authorship import Claims, Role, claims
from dashboard.insight.manifest import Line, lines, to_yaml

DEPLOYMENT: dict[str, Any] = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": "cart", "labels": {"a/b": "c: d"}, "finalizers": ["x", "y"]},
    "spec": {
        "replicas": 6,
        "template": {
            "containers": [
                {
                    "name": "main",
                    "image": "i:1",
                    "ports": [{"containerPort": 80, "protocol": "TCP"}],
                },
                {"name": "side", "image": "i:2", "command": ["sh", "-c", "echo\nhello\n"]},
            ]
        },
        "empty": {},
        "none": [],
    },
    "status": {"replicas": 4},
}
MANAGED: list[dict[str, Any]] = [
    {
        "manager": "kube-controller-manager",
        "operation": "Update",
        "subresource": "status",
        "time": "2026-01-02T00:00:00Z",
        "fieldsV1": {"f:status": {"f:replicas": {}}},
    },
    {
        "manager": "argocd",
        "operation": "Apply",
        "time": "2026-01-01T00:00:00Z",
        "fieldsV1": {
            "f:metadata": {
                "f:labels": {".": {}, "f:a/b": {}},
                "f:finalizers": {".": {}, 'v:"y"': {}},
            },
            "f:spec": {
                "f:replicas": {},
                "f:template": {
                    "f:containers": {
                        'k:{"name":"main"}': {
                            ".": {},
                            "f:image": {},
                            "f:ports": {'k:{"containerPort":80,"protocol":"TCP"}': {".": {}}},
                        }
                    }
                },
            },
        },
    },
    {
        "manager": "hpa",
        "operation": "Update",
        "subresource": "scale",
        "time": "2026-01-03T00:00:00Z",
        "fieldsV1": {"f:spec": {"f:replicas": {}}},
    },
    {"manager": "odd", "time": "2026-01-04T00:00:00Z", "fieldsV1": {}},
    {"manager": "broken", "fieldsV1": "?"},
]


def written() -> dict[tuple[str | int, ...], Line]:
    found: dict[tuple[str | int, ...], Line] = {}
    for line in lines(DEPLOYMENT, claims(MANAGED)):
        found.setdefault(line.path, line)
    return found


@pytest.mark.parametrize(
    ("path", "author", "role"),
    [
        (("metadata", "name"), "", Role.SERVER),
        (("metadata", "labels"), "argocd", Role.APPLIED),
        (("metadata", "labels", "a/b"), "argocd", Role.APPLIED),
        (("metadata", "finalizers", 0), "", Role.SERVER),
        (("metadata", "finalizers", 1), "argocd", Role.APPLIED),
        (("spec",), "", Role.SERVER),
        (("spec", "replicas"), "hpa", Role.SCALED),
        (("spec", "template", "containers", 0, "name"), "", Role.SERVER),
        (("spec", "template", "containers", 0, "image"), "argocd", Role.APPLIED),
        (("spec", "template", "containers", 1, "image"), "", Role.SERVER),
        (("status", "replicas"), "kube-controller-manager", Role.CONTROLLER),
    ],
)
def test_a_field_knows_its_last_writer(
    path: tuple[str | int, ...], author: str, role: Role
) -> None:
    line = written()[path]

    assert (line.author.name, line.author.role) == (author, role)


def test_the_lines_are_the_yaml_and_nothing_else() -> None:
    found = lines(DEPLOYMENT, Claims(()))

    text = "".join(
        f"{line.indent}{line.key}{':' if line.key else ''}"
        f"{' ' if line.key and line.value else ''}{line.value}\n"
        for line in found
    )
    assert text == to_yaml(DEPLOYMENT)
    assert yaml.safe_load(text) == DEPLOYMENT
    assert [line.number for line in found] == list(range(1, len(found) + 1))


def test_what_one_manager_wrote_at_once_is_all_its_own() -> None:
    whole = claims([{"manager": "m", "fieldsV1": {"f:data": {}}}])

    found = lines({"data": {"deep": {"er": [1]}}}, whole)

    assert {line.author.name for line in found} == {"m"}


def test_a_text_of_many_lines_belongs_to_its_field() -> None:
    found = lines({"data": {"script": "one\ntwo: x\n\nthree"}}, Claims(()))

    assert [line.path for line in found][1:] == [("data", "script")] * (len(found) - 1)
    assert [line.key for line in found] == ["data", "script", *[""] * (len(found) - 2)]
