"""Every word that a pod's row can say. Go: k8s.io/kubernetes/pkg/printers/internalversion#TestPrintPod."""

from collections.abc import Callable
from typing import Any

import pytest

from dashboard.api.gvr import GVR
from dashboard.api.table import Cell, MixedCell, TimeCell, TimeForm
from dashboard.rows import olderpods, pods
from dashboard.rows.pods import COLUMNS
from tests.support.partial import both

PODS = GVR("", "v1", "pods")
CREATED = "2026-01-01T00:00:00Z"
CREATED_MS = 1_767_225_600_000
EARLIER, LATER = "2026-01-02T00:00:00Z", "2026-01-03T00:00:00Z"
LATER_MS = CREATED_MS + 2 * 86_400_000

Json = dict[str, Any]


def row(document: Json, cells: Callable[[Any], tuple[Cell, ...]] = pods.cells) -> dict[str, Cell]:
    """Return the cells by column, the same from both forms of the wire."""
    metadata = {"name": "web-0", "creationTimestamp": CREATED, **document.get("metadata", {})}
    whole = {"spec": {}, "status": {}, **document, "metadata": metadata}
    from_protobuf, from_json = (cells(each) for each in both(PODS, whole))
    assert from_protobuf == from_json
    return dict(zip(COLUMNS, from_protobuf, strict=True))


def containers(count: int) -> list[Json]:
    return [{"name": f"c{number}", "image": "i"} for number in range(count)]


def pod(
    *statuses: Json,
    initial: tuple[Json, ...] = (),
    init_containers: tuple[Json, ...] = (),
    phase: str = "Running",
    conditions: tuple[tuple[str, str], ...] = (),
    **more: Any,
) -> Json:
    named = [{"name": f"c{number}", **each} for number, each in enumerate(statuses)]
    return {
        "spec": {
            "containers": containers(max(1, len(statuses))),
            "initContainers": list(init_containers),
        },
        "status": {
            "phase": phase,
            "conditions": [{"type": type_, "status": status} for type_, status in conditions],
            "containerStatuses": named,
            "initContainerStatuses": list(initial),
            **more,
        },
    }


def waiting(reason: str = "") -> Json:
    return {"state": {"waiting": {"reason": reason}}}


def running(*, ready: bool = True, restarts: int = 0, **more: Any) -> Json:
    return {"state": {"running": {}}, "ready": ready, "restartCount": restarts, **more}


def ended(code: int, reason: str = "", signal: int = 0) -> Json:
    return {"state": {"terminated": {"exitCode": code, "reason": reason, "signal": signal}}}


def last_ended(at: str | None, restarts: int) -> Json:
    return {
        "lastState": {"terminated": {"exitCode": 1, "finishedAt": at}},
        "restartCount": restarts,
    }


READY = (("Ready", "True"),)
INITIALIZED = (("Initialized", "True"),)
SIDECAR = {"name": "mesh", "image": "i", "restartPolicy": "Always"}
SETUP = {"name": "setup", "image": "i"}


def init(name: str, status: Json) -> Json:
    return {"name": name, **status}


@pytest.mark.parametrize(
    ("document", "status", "ready"),
    [
        pytest.param(pod(phase="Pending"), "Pending", "0/1", id="nothing said yet"),
        pytest.param(pod(phase="Failed", reason="Evicted"), "Evicted", "0/1", id="evicted"),
        pytest.param(pod(running()), "Running", "1/1", id="running"),
        pytest.param(pod(running(ready=False)), "Running", "0/1", id="running, not ready"),
        pytest.param(pod(waiting("CrashLoopBackOff")), "CrashLoopBackOff", "0/1", id="waiting"),
        pytest.param(pod(waiting(), phase="Pending"), "Pending", "0/1", id="waiting for no reason"),
        pytest.param(pod(ended(1, "OOMKilled")), "OOMKilled", "0/1", id="ended for a reason"),
        pytest.param(pod(ended(1, signal=9)), "Signal:9", "0/1", id="ended by a signal"),
        pytest.param(pod(ended(3)), "ExitCode:3", "0/1", id="ended with a code"),
        pytest.param(pod(ended(-1)), "ExitCode:-1", "0/1", id="ended with a code below zero"),
        pytest.param(pod(ended(0)), "ExitCode:0", "0/1", id="ended well, no reason"),
        pytest.param(pod(waiting("A"), ended(1, "B")), "A", "0/2", id="the first container wins"),
        pytest.param(
            pod(ended(0, "Completed"), running(), conditions=READY),
            "Running", "1/2", id="one done, one running, pod ready",
        ),
        pytest.param(
            pod(ended(0, "Completed"), running()), "NotReady", "1/2", id="one done, pod not ready"
        ),
        pytest.param(
            pod(ended(0, "Completed"), ended(2)), "ExitCode:2", "0/2", id="one done, one failed"
        ),
        pytest.param(
            pod(ended(0, "Completed"), phase="Succeeded"), "Completed", "0/1", id="all done"
        ),
        pytest.param(
            pod(
                phase="Pending",
                conditions=(("PodScheduled", "False"),),
            ) | {"status": {
                "phase": "Pending",
                "conditions": [
                    {"type": "PodScheduled", "status": "False", "reason": "SchedulingGated"}
                ],
            }},
            "SchedulingGated", "0/1", id="gated",
        ),
        pytest.param(
            {"status": {
                "phase": "Pending",
                "conditions": [{"type": "Other", "status": "False", "reason": "SchedulingGated"}],
            }},
            "Pending", "0/0", id="another condition's reason is nothing",
        ),
    ],
)  # fmt: skip
def test_containers_say_what_a_pod_does(document: Json, status: str, ready: str) -> None:
    found = row(document)

    assert (found["Status"], found["Ready"]) == (status, ready)


@pytest.mark.parametrize(
    ("initial", "init_containers", "conditions", "status", "ready"),
    [
        pytest.param((init("setup", running()),), (SETUP,), (), "Init:0/1", "0/1", id="under way"),
        pytest.param(
            (init("setup", ended(0)), init("more", waiting("PodInitializing"))),
            (SETUP, {"name": "more"}), (), "Init:1/2", "0/1", id="the second one's turn",
        ),
        pytest.param(
            (init("setup", waiting("ImagePullBackOff")),), (SETUP,), (),
            "Init:ImagePullBackOff", "0/1", id="waiting for a reason",
        ),
        pytest.param((init("setup", ended(1, "Error")),), (SETUP,), (), "Init:Error", "0/1", id="error"),
        pytest.param(
            (init("setup", ended(1, signal=9)),), (SETUP,), (), "Init:Signal:9", "0/1", id="signal"
        ),
        pytest.param((init("setup", ended(7)),), (SETUP,), (), "Init:ExitCode:7", "0/1", id="code"),
        pytest.param((init("setup", ended(0)),), (SETUP,), (), "Running", "1/1", id="done"),
        pytest.param(
            (init("setup", ended(1, "Error")),), (SETUP,), INITIALIZED, "Init:Error", "1/1",
            id="failed after the pod was initialized",
        ),
        pytest.param(
            (init("mesh", running(started=True)),), (SIDECAR,), (), "Running", "2/2", id="sidecar"
        ),
        pytest.param(
            (init("mesh", running(started=True, ready=False)),), (SIDECAR,), (),
            "Running", "1/2", id="sidecar that is not ready",
        ),
        pytest.param(
            (init("mesh", running(started=False)),), (SIDECAR,), (),
            "Init:0/1", "0/2", id="sidecar that has not started",
        ),
        pytest.param(
            (init("mesh", running(started=True)), init("setup", waiting())), (SIDECAR, SETUP), (),
            "Init:1/2", "1/2", id="sidecar, then one that is not done",
        ),
    ],
)  # fmt: skip
def test_init_containers_come_first(
    initial: tuple[Json, ...],
    init_containers: tuple[Json, ...],
    conditions: tuple[tuple[str, str], ...],
    status: str,
    ready: str,
) -> None:
    document = pod(
        running(), initial=initial, init_containers=init_containers, conditions=conditions
    )

    found = row(document)

    assert (found["Status"], found["Ready"]) == (status, ready)


@pytest.mark.parametrize(
    ("phase", "reason", "status"),
    [
        ("Running", "", "Terminating"),
        ("Pending", "", "Terminating"),
        ("Running", "NodeLost", "Unknown"),
        ("Succeeded", "", "Completed"),
        ("Failed", "NodeLost", "Unknown"),
    ],
)
def test_a_deleted_pod_is_terminating_unless_it_has_ended(
    phase: str, reason: str, status: str
) -> None:
    document = pod(ended(0, "Completed"), phase=phase, reason=reason)
    document["metadata"] = {"deletionTimestamp": LATER}

    assert row(document)["Status"] == status


@pytest.mark.parametrize(
    ("document", "restarts"),
    [
        (pod(running()), "0"),
        (pod(running(restarts=3)), "3"),
        (pod(running(**last_ended(None, 2))), "2"),
        (
            pod({**running(), **last_ended(LATER, 2)}, {**running(), **last_ended(EARLIER, 1)}),
            MixedCell("3", LATER_MS, TimeForm.AGO),
        ),
        # Ended once, and nobody counted it.
        (pod({**running(), **last_ended(LATER, 0)}), "0"),
        (
            pod(running(), initial=(init("setup", {**ended(0), **last_ended(LATER, 4)}),),
                init_containers=(SETUP,)),
            "0",
        ),
        (
            pod(running(), initial=(init("setup", {**waiting(), **last_ended(LATER, 4)}),),
                init_containers=(SETUP,)),
            MixedCell("4", LATER_MS, TimeForm.AGO),
        ),
        (
            pod(
                running(restarts=1),
                initial=(init("mesh", {**running(started=True), **last_ended(LATER, 4)}),),
                init_containers=(SIDECAR,),
            ),
            MixedCell("5", LATER_MS, TimeForm.AGO),
        ),
    ],
)  # fmt: skip
def test_restarts_are_those_of_what_still_runs_and_when_it_ended_last(
    document: Json, restarts: Cell
) -> None:
    for status in document["status"]["containerStatuses"]:
        status.setdefault("restartCount", 0)

    assert row(document)["Restarts"] == restarts


def test_where_a_pod_is() -> None:
    document = {
        "spec": {"nodeName": "node-1"},
        "status": {"podIP": "10.0.0.1", "nominatedNodeName": "node-2"},
    }

    found, nowhere = row(document), row({})

    assert [found[each] for each in ("IP", "Node", "Nominated Node")] == [
        "10.0.0.1", "node-1", "node-2",
    ]  # fmt: skip
    assert {nowhere[each] for each in COLUMNS[5:]} == {"<none>"}
    assert found["Age"] == TimeCell(CREATED_MS)
    assert row({"metadata": {"creationTimestamp": None}})["Age"] == "<unknown>"


def test_readiness_gates_count_the_first_condition_of_each() -> None:
    document = pod(running(), conditions=(("a", "True"), ("b", "False"), ("b", "True")))
    document["spec"]["readinessGates"] = [{"conditionType": each} for each in "abc"]

    assert row(document)["Readiness Gates"] == "1/3"


def test_short_words_that_repeat_are_one_string() -> None:
    first, second = row(pod(running())), row(pod(running()))

    for column in ("Ready", "Status", "Restarts", "Node"):
        assert first[column] is second[column]


DONE_AND_DELETED = pod(ended(0, "Completed"), phase="Succeeded") | {
    "metadata": {"deletionTimestamp": LATER}
}


@pytest.mark.parametrize(
    ("document", "column", "older", "newer"),
    [
        (pod(ended(0, "Completed"), ended(2)), "Status", "Completed", "ExitCode:2"),
        (DONE_AND_DELETED, "Status", "Terminating", "Completed"),
        (
            pod({**running(), **last_ended(LATER, 0)}),
            "Restarts", MixedCell("0", LATER_MS, TimeForm.AGO), "0",
        ),
        (
            pod(
                running(),
                initial=(init("setup", {**ended(0), **last_ended(LATER, 4)}),),
                init_containers=(SETUP,),
            ),
            "Restarts", MixedCell("0", LATER_MS, TimeForm.AGO), "0",
        ),
        (
            pod(
                running(),
                initial=(init("setup", ended(7)),),
                init_containers=(SETUP,),
                conditions=INITIALIZED,
            ),
            "Ready", "0/1", "1/1",
        ),
    ],
)  # fmt: skip
def test_older_servers_say_some_things_otherwise(
    document: Json, column: str, older: Cell, newer: Cell
) -> None:
    assert row(document, olderpods.cells)[column] == older
    assert row(document)[column] == newer


@pytest.mark.parametrize(
    "document",
    [
        pod(phase="Pending"),
        pod(running(), conditions=READY),
        pod(waiting("A"), ended(1, "B")),
        pod(ended(0, "Completed"), running(), conditions=READY),
        pod(ended(0, "Completed"), running()),
        pod(running(), initial=(init("setup", waiting("Why")),), init_containers=(SETUP,)),
        pod(running(), initial=(init("setup", waiting()),), init_containers=(SETUP,)),
        pod({**running(), **last_ended(LATER, 2)}),
        pod(running()) | {"metadata": {"deletionTimestamp": LATER}},
    ],
)
def test_older_servers_say_most_things_alike(document: Json) -> None:
    assert row(document, olderpods.cells) == row(document)
