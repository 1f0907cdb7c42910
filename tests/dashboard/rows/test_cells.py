"""What rows of hot kinds say in states that no living cluster is sure to have."""

from typing import Any

import pytest

from dashboard.api.gvr import GVR
from dashboard.api.table import Cell, TimeCell, TimeForm
from dashboard.rows.printer import PRINTERS
from dashboard.wire.fields import KINDS
from tests.support.partial import both

CREATED = "2026-01-01T00:00:00Z"
CREATED_MS = 1_767_225_600_000
HOUR_MS = 3_600_000
LATER = "2026-01-01T01:00:00Z"
LATEST = "2026-01-01T02:00:00.987654Z"

Json = dict[str, Any]


def gvr(resource: str) -> GVR:
    group, _, name = resource.rpartition("/")
    return next(each for each in PRINTERS if (each.group, each.resource) == (group, name))


def row(resource: str, document: Json) -> dict[str, Cell]:
    """Return the cells by column, the same from both forms of the wire."""
    metadata = {"name": "a", "creationTimestamp": CREATED, **document.get("metadata", {})}
    printer = PRINTERS[gvr(resource)]
    whole = {**document, "metadata": metadata}
    from_protobuf, from_json = (printer.cells(each) for each in both(gvr(resource), whole))
    assert from_protobuf == from_json
    return dict(zip(printer.columns, from_protobuf, strict=True))


def test_every_hot_kind_has_rows() -> None:
    assert set(PRINTERS) == set(KINDS)


@pytest.mark.parametrize("gvr", PRINTERS, ids=str)
def test_an_object_that_says_nothing_has_a_row(gvr: GVR) -> None:
    printer = PRINTERS[gvr]
    rows = {printer.cells(each) for each in both(gvr, {})}

    assert len(rows) == 1
    assert len(rows.pop()) == len(printer.columns)


@pytest.mark.parametrize(
    ("spec", "status", "external"),
    [
        ({"type": "ClusterIP"}, {}, "<none>"),
        ({"type": "NodePort", "externalIPs": ["1.2.3.4", "5.6.7.8"]}, {}, "1.2.3.4,5.6.7.8"),
        ({"type": "LoadBalancer"}, {}, "<pending>"),
        (
            {"type": "LoadBalancer", "externalIPs": ["9.9.9.9"]},
            {"loadBalancer": {"ingress": [{"hostname": "z"}, {"ip": "1.1.1.1"}, {"ip": ""}]}},
            "1.1.1.1,z,9.9.9.9",
        ),
        ({"type": "LoadBalancer", "externalIPs": ["9.9.9.9"]}, {}, "9.9.9.9"),
        ({"type": "ExternalName", "externalName": "example.com"}, {}, "example.com"),
        ({"type": "Another"}, {}, "<unknown>"),
    ],
)
def test_what_reaches_a_service_from_outside(spec: Json, status: Json, external: str) -> None:
    assert row("services", {"spec": spec, "status": status})["External-IP"] == external


def test_ports_and_addresses_of_a_service() -> None:
    ports = [
        {"port": 80, "protocol": "TCP", "nodePort": 30080},
        {"port": 53, "protocol": "UDP"},
    ]
    found = row(
        "services",
        {"spec": {"ports": ports, "clusterIPs": ["10.0.0.1", "fd00::1"], "selector": {"b": "2", "a": "1"}}},
    )  # fmt: skip
    bare = row("services", {"spec": {}})

    assert (found["Port(s)"], found["Cluster-IP"]) == ("80:30080/TCP,53/UDP", "10.0.0.1")
    assert found["Selector"] == "a=1,b=2"
    assert {bare["Port(s)"], bare["Cluster-IP"], bare["Selector"]} == {"<none>"}


@pytest.mark.parametrize(
    ("ports", "text"),
    [
        (None, "<unset>"),
        ([{"port": 80}], "80"),
        ([{"name": "http"}], "http"),
        ([{}], "*"),
        ([{"port": each} for each in range(1, 4)], "1,2,3"),
        ([{"port": each} for each in range(1, 7)], "1,2,3 + 3 more..."),
    ],
)
def test_ports_of_an_endpoint_slice(ports: list[Json] | None, text: str) -> None:
    document = {"ports": ports, "endpoints": None, "addressType": "IPv4"}

    found = row("discovery.k8s.io/endpointslices", document)

    assert (found["Ports"], found["Endpoints"]) == (text, "<unset>")


def test_endpoints_of_a_slice_are_the_first_three() -> None:
    endpoints = [{"addresses": ["1", "2"]}, {"addresses": None}, {"addresses": ["3", "4"]}]

    found = row("discovery.k8s.io/endpointslices", {"endpoints": endpoints})

    assert found["Endpoints"] == "1,2,3 + 1 more..."


@pytest.mark.parametrize(
    ("labels", "roles"),
    [
        ({}, "<none>"),
        ({"node-role.kubernetes.io/": "x"}, "<none>"),
        ({"kubernetes.io/role": ""}, "<none>"),
        ({"node-role.kubernetes.io/worker": "", "kubernetes.io/role": "edge"}, "edge,worker"),
        ({"node-role.kubernetes.io/a": "true", "kubernetes.io/role": "a"}, "a"),
    ],
)
def test_roles_of_a_node_are_its_labels(labels: dict[str, str], roles: str) -> None:
    assert row("nodes", {"metadata": {"labels": labels}})["Roles"] == roles


@pytest.mark.parametrize(
    ("conditions", "unschedulable", "status"),
    [
        ([], False, "Unknown"),
        ([], True, "Unknown,SchedulingDisabled"),
        ([("Ready", "True")], True, "Ready,SchedulingDisabled"),
        ([("Ready", "Unknown")], False, "NotReady"),
        ([("Ready", "True"), ("Ready", "False")], False, "NotReady"),
        ([("DiskPressure", "True")], False, "Unknown"),
    ],
)
def test_status_of_a_node(
    conditions: list[tuple[str, str]], unschedulable: bool, status: str
) -> None:
    said = [{"type": type_, "status": status} for type_, status in conditions]
    document = {"spec": {"unschedulable": unschedulable}, "status": {"conditions": said}}

    assert row("nodes", document)["Status"] == status


def test_what_a_node_does_not_say_is_unknown() -> None:
    found = row("nodes", {"status": {"nodeInfo": {"architecture": "arm64"}}})

    assert (found["OS-Image"], found["Container-Runtime"]) == ("<unknown>", "<unknown>")
    assert found["Kernel-Version"] == "<unknown> (arm64)"
    assert (found["Internal-IP"], found["External-IP"], found["Version"]) == (
        "<none>",
        "<none>",
        "",
    )


@pytest.mark.parametrize(
    ("conditions", "is_deleted", "status"),
    [
        ([("Failed", "True"), ("Complete", "True")], False, "Complete"),
        ([("Failed", "True")], True, "Failed"),
        ([("Complete", "False"), ("Complete", "True")], False, "Running"),
        ([("Suspended", "True")], True, "Terminating"),
        ([("Suspended", "True")], False, "Suspended"),
        ([("FailureTarget", "True"), ("SuccessCriteriaMet", "True")], False, "FailureTarget"),
        ([("SuccessCriteriaMet", "True")], False, "SuccessCriteriaMet"),
        ([], False, "Running"),
    ],
)
def test_status_of_a_job(conditions: list[tuple[str, str]], is_deleted: bool, status: str) -> None:
    document = {
        "metadata": {"deletionTimestamp": LATER if is_deleted else None},
        "status": {"conditions": [{"type": each, "status": said} for each, said in conditions]},
    }

    assert row("batch/jobs", document)["Status"] == status


@pytest.mark.parametrize(
    ("spec", "completions"),
    [
        ({"completions": 5, "parallelism": 2}, "1/5"),
        ({"completions": 0}, "1/0"),
        ({"parallelism": 3}, "1/1 of 3"),
        ({"parallelism": 1}, "1/1"),
        ({}, "1/1"),
    ],
)
def test_completions_of_a_job(spec: Json, completions: str) -> None:
    document = {"spec": spec, "status": {"succeeded": 1}}

    assert row("batch/jobs", document)["Completions"] == completions


@pytest.mark.parametrize(
    ("times", "duration"),
    [
        ({}, ""),
        ({"startTime": CREATED}, TimeCell(CREATED_MS, TimeForm.DURATION)),
        ({"startTime": CREATED, "completionTime": LATER}, "60m"),
        ({"completionTime": LATER}, ""),
    ],
)
def test_a_job_that_runs_ticks_and_one_that_is_complete_stands_still(
    times: Json, duration: Cell
) -> None:
    assert row("batch/jobs", {"status": times})["Duration"] == duration


@pytest.mark.parametrize(
    ("document", "last", "first", "count"),
    [
        ({}, "<unknown>", "<unknown>", 1),
        ({"firstTimestamp": CREATED}, TimeCell(CREATED_MS), TimeCell(CREATED_MS), 1),
        (
            {"firstTimestamp": CREATED, "lastTimestamp": LATER, "count": 7},
            TimeCell(CREATED_MS + HOUR_MS), TimeCell(CREATED_MS), 7,
        ),
        ({"eventTime": LATEST}, TimeCell(CREATED_MS + 2 * HOUR_MS + 987),
         TimeCell(CREATED_MS + 2 * HOUR_MS + 987), 1),
        (
            {"eventTime": CREATED, "count": 3, "series": {"count": 9, "lastObservedTime": LATEST}},
            TimeCell(CREATED_MS + 2 * HOUR_MS + 987), TimeCell(CREATED_MS), 9,
        ),
        ({"lastTimestamp": LATER, "series": {"count": 0}}, "<unknown>", "<unknown>", 0),
    ],
)  # fmt: skip
def test_when_an_event_was_seen_and_how_often(
    document: Json, last: Cell, first: Cell, count: int
) -> None:
    names = {
        "firstTimestamp": "deprecatedFirstTimestamp",
        "lastTimestamp": "deprecatedLastTimestamp",
        "count": "deprecatedCount",
    }
    other = {names.get(name, name): value for name, value in document.items()}

    for found in (row("events", document), row("events.k8s.io/events", other)):
        assert (found["Last Seen"], found["First Seen"], found["Count"]) == (last, first, count)


@pytest.mark.parametrize(
    ("source", "controller", "instance", "text"),
    [
        ({}, "", "", ""),
        ({"component": "kubelet", "host": "node-1"}, "c", "i", "kubelet, node-1"),
        ({"component": "kubelet"}, "c", "", "kubelet"),
        ({}, "scheduler", "pod-1", "scheduler, pod-1"),
        ({"host": "node-1"}, "scheduler", "pod-1", "scheduler, node-1"),
    ],
)
def test_who_reported_an_event(source: Json, controller: str, instance: str, text: str) -> None:
    core = {"source": source, "reportingComponent": controller, "reportingInstance": instance}
    other = {
        "deprecatedSource": source,
        "reportingController": controller,
        "reportingInstance": instance,
    }

    assert row("events", core)["Source"] == text
    assert row("events.k8s.io/events", other)["Source"] == text


def test_what_an_event_is_about_and_says() -> None:
    about = {"kind": "ReplicaSet", "name": "web", "fieldPath": "spec"}
    core = row("events", {"involvedObject": about, "message": "\u2028 it is\x1c\n"})
    other = row("events.k8s.io/events", {"regarding": {"kind": "Node"}, "note": " so "})

    assert (core["Object"], core["Subobject"], core["Message"]) == (
        "replicaset/web",
        "spec",
        "it is\x1c",
    )
    assert (other["Object"], other["Message"]) == ("node", "so")


EXPRESSIONS = [
    {"key": "c", "operator": "In", "values": ["y", "x"]},
    {"key": "b", "operator": "NotIn", "values": ["z"]},
    {"key": "d", "operator": "Exists"},
    {"key": "e", "operator": "DoesNotExist"},
]


@pytest.mark.parametrize(
    ("selector", "text", "of_a_deployment"),
    [
        (None, "<none>", ""),
        ({}, "<none>", ""),
        ({"matchLabels": {"z": "1", "a": "2"}}, "a=2,z=1", "a=2,z=1"),
        (
            {"matchLabels": {"a": "1"}, "matchExpressions": EXPRESSIONS},
            "a=1,b notin (z),c in (x,y),d,!e", "a=1,b notin (z),c in (x,y),d,!e",
        ),
        ({"matchExpressions": [{"key": "a", "operator": "Near"}]}, "<error>", "<invalid>"),
        ({"matchExpressions": [{"key": "a", "operator": "In"}]}, "<error>", "<invalid>"),
        (
            {"matchExpressions": [{"key": "a", "operator": "Exists", "values": ["1"]}]},
            "<error>", "<invalid>",
        ),
    ],
)  # fmt: skip
def test_selectors(selector: Json | None, text: str, of_a_deployment: str) -> None:
    document = {"spec": {"selector": selector}}

    for resource in ("apps/replicasets", "apps/daemonsets", "batch/jobs"):
        assert row(resource, document)["Selector"] == text
    assert row("apps/deployments", document)["Selector"] == of_a_deployment


def test_containers_of_a_template() -> None:
    containers = [{"name": "a", "image": "x:1"}, {"name": "b", "image": "y:2"}]
    template = {"spec": {"containers": containers, "nodeSelector": {"os": "linux"}}}
    workloads = (
        "apps/deployments",
        "apps/replicasets",
        "apps/statefulsets",
        "apps/daemonsets",
        "batch/jobs",
    )

    for resource in workloads:
        found = row(resource, {"spec": {"template": template}})
        assert (found["Containers"], found["Images"]) == ("a,b", "x:1,y:2")
    assert row("apps/daemonsets", {"spec": {"template": template}})["Node Selector"] == "os=linux"


def test_numbers_of_workloads_stay_numbers() -> None:
    replicas = row("apps/replicasets", {"spec": {"replicas": 0}, "status": {"replicas": 2}})
    deployment = row(
        "apps/deployments",
        {"spec": {"replicas": 3}, "status": {"readyReplicas": 1, "updatedReplicas": 2}},
    )

    assert (replicas["Desired"], replicas["Current"], replicas["Ready"]) == (0, 2, 0)
    assert (deployment["Ready"], deployment["Up-to-date"], deployment["Available"]) == ("1/3", 2, 0)


def test_a_lease_that_nobody_holds() -> None:
    assert row("coordination.k8s.io/leases", {"spec": {}})["Holder"] == ""
    assert row("coordination.k8s.io/leases", {"spec": {"holderIdentity": "b"}})["Holder"] == "b"
