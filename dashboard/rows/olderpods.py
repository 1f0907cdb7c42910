"""Pods as servers up to 1.24 print them, under the same columns as later ones.

Without gates and sidecars, which they do not know. A deleted pod is always terminating, one that is
done is never in error, and a restart is told even where none was counted.
Go: k8s.io/kubernetes/pkg/printers/internalversion#printPod as of v1.24.17.
"""

from sys import intern

from dashboard.api.table import Cell, MixedCell, TimeForm
from dashboard.rows.age import age
from dashboard.rows.pods import NODE_LOST, ended, gates, held_up, is_ready, last_ended_ms
from dashboard.rows.selector import NONE
from dashboard.wire.partial import Partial


def cells(pod: Partial) -> tuple[Cell, ...]:
    """Return the cells of `pods.COLUMNS`."""
    metadata, spec, status = pod.metadata, pod.spec, pod.status
    initial = status.initContainerStatuses or ()
    last_ms = 0
    word, ready, restarts = "", 0, 0
    for number, container in enumerate(initial):
        restarts += container.restartCount
        last_ms = max(last_ms, last_ended_ms(container))
        state = container.state
        if state.HasField("terminated") and state.terminated.exitCode == 0:
            continue
        word = f"Init:{held_up(state) or f'{number}/{len(spec.initContainers or ())}'}"
        break
    if not word:
        statuses = status.containerStatuses or ()
        last_ms = max(last_ms, *map(last_ended_ms, statuses), 0)
        restarts = sum(container.restartCount for container in statuses)
        word, ready = _running(status, statuses)
    if metadata.HasField("deletionTimestamp"):
        word = "Unknown" if status.reason == NODE_LOST else "Terminating"
    count = intern(str(restarts))
    return (
        metadata.name,
        intern(f"{ready}/{len(spec.containers or ())}"),
        intern(word),
        MixedCell(count, last_ms, TimeForm.AGO) if last_ms else count,
        age(metadata.creationTimestamp),
        status.podIP or NONE,
        intern(spec.nodeName) or NONE,
        intern(status.nominatedNodeName) or NONE,
        gates(spec.readinessGates, status),
    )


def _running(status: Partial, statuses: Partial) -> tuple[str, int]:
    """Return what the containers proper say, and how many are ready; the first of them wins."""
    word = status.reason or status.phase
    ready = 0
    for container in reversed(statuses):
        state = container.state
        if state.HasField("waiting") and (reason := state.waiting.reason):
            word = reason
        elif state.HasField("terminated"):
            word = ended(state.terminated)
        elif container.ready and state.HasField("running"):
            ready += 1
    if word == "Completed" and ready:
        word = "Running" if is_ready(status.conditions) else "NotReady"
    return word, ready
