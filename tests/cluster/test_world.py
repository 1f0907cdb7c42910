"""The world as kubectl and the API server show it."""

from __future__ import annotations

import base64
import json
import subprocess
from collections import Counter
from typing import Any

import pytest

from tests.cluster.facts import eventually
from tests.cluster.fixtures import FIXTURE_PODS, Cluster, StartCluster
from tests.support.world import access, config, sick, town
from tests.support.world.plan import World

pytestmark = pytest.mark.cluster


def items(cluster: Cluster, *arguments: str, user: str | None = None) -> list[dict[str, Any]]:
    listed = json.loads(cluster.kubectl("get", *arguments, "-o", "json", user=user))
    found: list[dict[str, Any]] = listed["items"]
    return found


def condition(manifest: dict[str, Any], kind: str) -> dict[str, Any]:
    return next(c for c in manifest["status"]["conditions"] if c["type"] == kind)


def column(cluster: Cluster, *arguments: str, position: int) -> Counter[str]:
    lines = cluster.kubectl("get", *arguments, "--no-headers").splitlines()
    return Counter(line.split()[position] for line in lines)


def refused(cluster: Cluster, *arguments: str, user: str) -> str:
    with pytest.raises(subprocess.CalledProcessError) as failure:
        cluster.kubectl(*arguments, user=user)
    return str(failure.value.stderr)


@pytest.mark.parametrize("word", sick.EXPECTED_STATUSES)
def test_get_pods_shows(any_cluster: Cluster, word: str) -> None:
    # Between two crashes a pod is Running for some seconds, so a word may be away for a moment.
    eventually(
        lambda: column(any_cluster, "pods", "-A", position=3)[word] > 0, f"a pod shows {word}"
    )


def test_pods_that_run_are_not_all_ready(any_cluster: Cluster) -> None:
    lines = any_cluster.kubectl("get", "pods", "-n", "ledger", "--no-headers").splitlines()

    ready, state = next(line.split()[1:3] for line in lines if line.startswith("statement-api"))

    assert (ready, state) == ("0/1", "Running")


def test_twenty_lookalikes_are_healthy(any_cluster: Cluster) -> None:
    named = {(space, name) for space, names in sick.LOOKALIKES.items() for name in names}

    def healthy() -> set[tuple[str, str]]:
        return {
            (d["metadata"]["namespace"], d["metadata"]["name"])
            for d in items(any_cluster, "deployments", "-A")
            if d["status"].get("readyReplicas") == d["spec"]["replicas"]
        }

    assert len(named) >= 20
    eventually(lambda: named <= healthy(), "every look-alike is healthy", limit_s=120)


def test_one_rollout_is_stuck_and_its_old_pods_serve(any_cluster: Cluster) -> None:
    namespace, name = sick.STUCK
    stuck = json.loads(
        any_cluster.kubectl("get", "deployment", name, "-n", namespace, "-o", "json")
    )

    assert condition(stuck, "Progressing")["reason"] == "ProgressDeadlineExceeded"
    assert condition(stuck, "Available")["status"] == "True"


def test_another_rollout_keeps_rolling(any_cluster: Cluster) -> None:
    namespace, name = sick.ROLLS
    sets = items(
        any_cluster, "replicasets", "-n", namespace, "-l", f"app.kubernetes.io/name={name}"
    )

    assert len(sets) >= 2


def test_jobs_are_complete_failed_running_and_suspended(cluster: Cluster) -> None:
    """In the words of a column that an old server does not print."""
    states = column(cluster, "jobs", "-A", position=2)

    assert {"Complete", "Failed", "Running", "Suspended"} <= set(states)


def test_claims_and_volumes_are_in_every_phase(any_cluster: Cluster) -> None:
    claims = {claim["status"]["phase"] for claim in items(any_cluster, "pvc", "-A")}
    volumes = {volume["status"]["phase"] for volume in items(any_cluster, "pv")}

    assert claims == {"Bound", "Pending", "Lost"}
    assert volumes == {"Bound", "Available", "Released"}


def test_services_have_endpoint_slices_and_one_has_none_ready(any_cluster: Cluster) -> None:
    slices = items(any_cluster, "endpointslices", "-A")
    addresses = {
        s["metadata"]["labels"]["kubernetes.io/service-name"]: sum(
            bool(e["conditions"]["ready"]) for e in s.get("endpoints") or ()
        )
        for s in slices
        if "kubernetes.io/service-name" in s["metadata"]["labels"]
    }

    assert addresses["cart-api"] >= 6
    assert addresses["statement-api"] == 0
    assert addresses["reports-api"] == 0


@pytest.mark.parametrize(
    "kind",
    [
        "statefulsets", "daemonsets", "cronjobs", "ingresses", "networkpolicies", "configmaps",
        "secrets", "resourcequotas", "limitranges", "poddisruptionbudgets",
        "horizontalpodautoscalers", "storageclasses", "validatingwebhookconfigurations", "roles",
        "rolebindings", "shipments.logistics.harbour.example", "pods.fleet.harbour.example",
        "leases", "replicasets", "priorityclasses",
    ],
)  # fmt: skip
def test_world_holds(any_cluster: Cluster, kind: str) -> None:
    assert items(any_cluster, kind, "-A")


@pytest.mark.parametrize(
    "kind", ["validatingadmissionpolicies", "validatingadmissionpolicybindings"]
)
def test_world_holds_what_an_old_server_does_not_serve(cluster: Cluster, kind: str) -> None:
    assert items(cluster, kind, "-A")


def test_custom_columns_have_every_type(any_cluster: Cluster) -> None:
    head, first, *_ = any_cluster.kubectl(
        "get", "shipments", "-n", "shipping", "-o", "wide"
    ).splitlines()

    assert head.split() == [
        "NAME",
        "CARRIER",
        "PARCELS",
        "WEIGHT",
        "INSURED",
        "SHIPPED",
        "NOTE",
        "AGE",
    ]
    assert first.split()[4] in ("true", "false")


def test_custom_resource_is_served_in_every_version(any_cluster: Cluster) -> None:
    for version in ("v1alpha1", "v1beta1", "v1"):
        assert items(any_cluster, f"shipments.{version}.logistics.harbour.example", "-A")


def test_plural_that_looks_built_in_is_another_kind(any_cluster: Cluster) -> None:
    fleet = items(any_cluster, "pods.v1.fleet.harbour.example", "-A")

    assert {pod["apiVersion"] for pod in fleet} == {"fleet.harbour.example/v1"}


def test_aggregated_api_is_down(any_cluster: Cluster) -> None:
    service = json.loads(
        any_cluster.kubectl("get", "apiservice", "v1beta1.metrics.k8s.io", "-o", "json")
    )

    assert condition(service, "Available")["status"] == "False"


def test_webhook_that_is_down_fails_open(any_cluster: Cluster) -> None:
    answer = any_cluster.kubectl(
        "run", "probe", "--image=x", "-n", "identity", "--dry-run=server", "-o", "name"
    )

    assert answer == "pod/probe\n"


def test_admission_policy_is_in_force(cluster: Cluster) -> None:
    done = cluster.kubectl(
        "create", "deployment", "nameless", "--image=x", "-n", "flags", "--dry-run=server"
    )

    assert "created" in done


def test_lost_node_is_not_ready(any_cluster: Cluster) -> None:
    def lost() -> bool:
        node = json.loads(any_cluster.kubectl("get", "node", town.LOST_NODE, "-o", "json"))
        return bool(condition(node, "Ready")["status"] == "Unknown")

    eventually(lost, "the node's Ready condition is Unknown", limit_s=90)


def test_namespace_that_is_deleted_stays(any_cluster: Cluster) -> None:
    phase = any_cluster.kubectl("get", "namespace", town.CLOSED, "-o", "jsonpath={.status.phase}")

    assert phase == "Terminating"


def test_logs_answer_through_the_api_server(any_cluster: Cluster) -> None:
    log = any_cluster.kubectl("logs", "-n", "payments", "deployment/gateway-api", "--tail=5")

    assert len(log.splitlines()) == 5
    assert "level=" in log


def test_log_can_be_followed_stamped_and_cut(any_cluster: Cluster) -> None:
    log = any_cluster.kubectl(
        "logs", "-n", "payments", "deployment/gateway-api", "--follow", "--timestamps",
        "--tail=1", "--limit-bytes=200",
    )  # fmt: skip

    assert len(log) == 200
    assert log[:2] == "20"


def test_previous_log_of_a_crashing_container_ends_in_its_error(any_cluster: Cluster) -> None:
    log = any_cluster.kubectl("logs", "-n", "payments", "deployment/ledger-writer", "--previous")

    assert "fatal" in log.splitlines()[-1]


def test_previous_log_of_a_container_that_never_restarted_is_refused(any_cluster: Cluster) -> None:
    said = refused(any_cluster, "logs", "-n", "flags", "deployment/flag-api", "-p", user="admin")

    assert "not found" in said


def test_pod_that_is_deleted_goes_and_another_comes(any_cluster: Cluster) -> None:
    selected = ("pods", "-n", "flags", "-l", "app.kubernetes.io/name=flag-api")
    before = {pod["metadata"]["name"] for pod in items(any_cluster, *selected)}
    victim = min(before)

    any_cluster.kubectl("delete", "pod", "-n", "flags", victim, "--wait=false")

    def replaced() -> bool:
        now = {pod["metadata"]["name"] for pod in items(any_cluster, *selected)}
        return victim not in now and len(now) == len(before)

    eventually(replaced, "another pod stands in for the deleted one")


def test_events_keep_coming(any_cluster: Cluster) -> None:
    def counted() -> int:
        return sum(event.get("count") or 1 for event in items(any_cluster, "events", "-A"))

    before = counted()

    eventually(lambda: counted() > before, "something happened again")


def test_secrets_hold_canaries(any_cluster: Cluster) -> None:
    secret = json.loads(
        any_cluster.kubectl("get", "secret", "database", "-n", "payments", "-o", "json")
    )

    value = base64.b64decode(secret["data"]["password"]).decode()
    assert value == config.canary("payments", "database", "password")
    assert config.CANARY in secret["metadata"]["annotations"][config.LAST_APPLIED]


@pytest.mark.parametrize("user", ["portal", "erin", "alice", "bob", "carol", "dave"])
def test_secrets_are_forbidden_to(any_cluster: Cluster, user: str) -> None:
    for namespace in ("payments", "checkout"):
        assert "forbidden" in refused(any_cluster, "get", "secrets", "-n", namespace, user=user)


def test_no_canary_is_in_anything_that_the_portal_may_read(cluster: Cluster) -> None:
    kinds = [
        f"{kind}.{group}" if group else kind
        for group, kinds in access.READABLE.items()
        for kind in kinds
    ]

    everything = cluster.kubectl("get", ",".join(kinds), "-A", "-o", "json", user="portal")

    assert len(json.loads(everything)["items"]) > 500
    assert config.CANARY not in everything
    assert base64.b64encode(config.CANARY.encode()).decode()[:24] not in everything


def test_portal_may_ask_about_rights_and_change_nothing(any_cluster: Cluster) -> None:
    can = any_cluster.kubectl("auth", "can-i", "--list", "-n", "payments", user="portal")
    writing = {"create", "update", "patch", "delete", "deletecollection", "impersonate", "*"}
    granted = {
        line.split()[0]
        for line in can.splitlines()[1:]
        if writing & set(line.rpartition("[")[2].rstrip("]").split())
    }

    assert granted == {
        "subjectaccessreviews.authorization.k8s.io",
        "selfsubjectaccessreviews.authorization.k8s.io",
        "selfsubjectrulesreviews.authorization.k8s.io",
        "tokenreviews.authentication.k8s.io",
        "selfsubjectreviews.authentication.k8s.io",
    }


@pytest.mark.parametrize(
    ("user", "arguments"),
    [
        ("alice", ("pods", "-n", "payments")),
        ("bob", ("deployments", "-n", "checkout")),
        ("bob", ("pods", "-n", "catalogue")),
        ("carol", ("deployment", "ledger-writer", "-n", "payments")),
        ("carol", ("deployments", "-n", "payments", "--field-selector=metadata.name=gateway-api")),
        ("erin", ("pods", "-A")),
        ("frank", ("secrets", "-n", "search")),
        ("grace", ("nodes",)),
    ],
)
def test_narrow_user_may_read(any_cluster: Cluster, user: str, arguments: tuple[str, ...]) -> None:
    assert any_cluster.kubectl("get", *arguments, user=user) or arguments[0] == "secrets"


@pytest.mark.parametrize(
    ("user", "arguments"),
    [
        ("alice", ("pods", "-A")),
        ("alice", ("pods", "-n", "checkout")),
        ("bob", ("pods", "-n", "payments")),
        ("carol", ("deployments", "-n", "payments")),
        ("carol", ("deployment", "payouts", "-n", "payments")),
        ("dave", ("namespaces",)),
        ("dave", ("pods", "-n", "payments")),
        ("grace", ("pods", "-A")),
    ],
)
def test_narrow_user_may_not_read(
    any_cluster: Cluster, user: str, arguments: tuple[str, ...]
) -> None:
    assert "forbidden" in refused(any_cluster, "get", *arguments, user=user)


def test_two_runs_give_one_world(cluster: Cluster, start_cluster: StartCluster) -> None:
    """The same names, labels, images and replicas; what is generated by the server differs."""
    kinds = (
        "deployments,statefulsets,daemonsets,jobs,services,configmaps,secrets,pvc,pv,"
        "networkpolicies,shipments,roles,clusterroles,nodes"
    )

    def planned(which: Cluster) -> list[tuple[Any, ...]]:
        return sorted(
            (
                i["kind"],
                i["metadata"].get("namespace", ""),
                i["metadata"]["name"],
                json.dumps(i["metadata"].get("labels", {}), sort_keys=True),
                str(i.get("spec", {}).get("replicas")),
                str([c["image"].rpartition(":")[0] for c in _containers(i)]),
            )
            for i in items(which, kinds, "-A")
            # The CronJob's Jobs are named for the minute.
            if not i["metadata"].get("ownerReferences")
        )

    other = start_cluster(pods=FIXTURE_PODS)

    assert planned(other) == planned(cluster)


def test_world_is_as_large_as_it_was_asked_to_be(cluster: Cluster) -> None:
    pods = items(cluster, "pods", "-A")

    assert len(pods) >= World(pods=FIXTURE_PODS).expected_pods


def _containers(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (
        manifest.get("spec", {}).get("template", {}).get("spec", {}).get("containers", [])
    )
    return found
