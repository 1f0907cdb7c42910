"""Pods. Go: k8s.io/kubernetes/pkg/printers/internalversion#printPod."""

from functools import lru_cache
from sys import intern
from typing import Final

from dashboard.api.table import Cell, MixedCell, TimeForm
from dashboard.rows.age import age
from dashboard.rows.selector import NONE
from dashboard.wire.partial import Partial, instant_ms, may_mention, parts

COLUMNS: Final = (
    "Name",
    "Ready",
    "Status",
    "Restarts",
    "Age",
    "IP",
    "Node",
    "Nominated Node",
    "Readiness Gates",
)

NODE_LOST: Final = "NodeLost"
"""Go: k8s.io/kubernetes/pkg/util/node#NodeUnreachablePodReason."""

CONDITION: Final = "core.PodCondition"
SCHEDULING_GATED: Final = "SchedulingGated"
TERMINAL: Final = frozenset({"Failed", "Succeeded"})


Progress = tuple[str, int, int, int]
"""The pod's status so far, containers that are ready, restarts, and when one ended last, 0 if none.

Plain tuples: this is the hottest function of the house.
"""


def cells(pod: Partial) -> tuple[Cell, ...]:
    """Return the cells of COLUMNS."""
    metadata, spec, status = pod.metadata, pod.spec, pod.status
    node = spec.nodeName
    word = status.reason or status.phase
    # A pod that has a node has passed its gates: the others alone are worth looking through.
    if not node and _is_gated(status.conditions):
        word = SCHEDULING_GATED
    total = len(spec.containers or ())
    initial = spec.initContainers
    if initial or status.initContainerStatuses:
        sidecars = _sidecars(initial)
        total += len(sidecars)
        progress = _with_initial(status, word, sidecars, len(initial or ()))
    else:
        progress = _running(status, (word, 0, 0, 0))
    word, ready, restarts, last_ms = progress
    if metadata.HasField("deletionTimestamp"):
        word = _deleted(status, word)
    count = intern(str(restarts)) if restarts else "0"
    return (
        metadata.name,
        _of(ready, total),
        intern(word),
        MixedCell(count, last_ms, TimeForm.AGO) if restarts and last_ms else count,
        age(metadata.creationTimestamp),
        status.podIP or NONE,
        intern(node) or NONE,
        intern(status.nominatedNodeName) or NONE,
        gates(named, status) if (named := spec.readinessGates) else NONE,
    )


@lru_cache(maxsize=1_024)
def _of(some: int, all_: int) -> str:
    """Return how many of how many, as text that rows share."""
    return intern(f"{some}/{all_}")


def _is_gated(conditions: Partial) -> bool:
    return may_mention(conditions, b"SchedulingGated") and any(
        each.reason == SCHEDULING_GATED and each.type == "PodScheduled"
        for each in parts(CONDITION, conditions)
    )


def _sidecars(initial: Partial) -> set[str]:
    """Return the names of init containers that go on running; no two containers share one.

    Go: k8s.io/kubernetes/pkg/api/pod#IsRestartableInitContainer.
    """
    return {
        each.name
        for each in parts("core.Container", initial)
        if each.HasField("restartPolicy") and each.restartPolicy == "Always"
    }


def _with_initial(status: Partial, word: str, sidecars: set[str], initial: int) -> Progress:
    """Return what all containers of a pod that has `initial` init containers say."""
    ready = restarts = last_ms = 0
    of_sidecars = last_of_sidecars_ms = 0
    for number, container in enumerate(status.initContainerStatuses or ()):
        is_sidecar = container.name in sidecars
        ended_ms = last_ended_ms(container)
        restarts += container.restartCount
        last_ms = max(last_ms, ended_ms)
        if is_sidecar:
            of_sidecars += container.restartCount
            last_of_sidecars_ms = max(last_of_sidecars_ms, ended_ms)
        state = container.state
        if state.HasField("terminated") and state.terminated.exitCode == 0:
            continue
        if is_sidecar and container.HasField("started") and container.started:
            ready += container.ready
            continue
        word = f"Init:{held_up(state) or f'{number}/{initial}'}"
        if not _is_first_true("Initialized", status.conditions):
            return word, ready, restarts, last_ms
        break
    so_far = word, ready, of_sidecars, last_of_sidecars_ms
    return _running(status, so_far)


def held_up(state: Partial) -> str:
    """Return why an init container is not done, "" for no particular reason."""
    if state.HasField("terminated"):
        return ended(state.terminated)
    reason: str = state.waiting.reason if state.HasField("waiting") else ""
    return "" if reason == "PodInitializing" else reason


def _running(status: Partial, so_far: Progress) -> Progress:
    """Return what the containers proper say after those that initialize; the first of them wins."""
    word, ready, restarts, last_ms = so_far
    # A slice is a list, which upb makes once: asked one by one it makes each container anew.
    statuses = (status.containerStatuses or ())[::-1]
    failure = ""
    has_running = False
    for container in statuses:
        restarts += container.restartCount
        state = container.state
        if state.HasField("waiting") and (reason := state.waiting.reason):
            word = reason
        elif state.HasField("terminated"):
            word = ended(state.terminated)
            if state.terminated.exitCode:
                failure = word
        elif container.ready and state.HasField("running"):
            has_running = True
            ready += 1
    if restarts:
        last_ms = max(last_ms, *map(last_ended_ms, statuses), 0)
    if word == "Completed":
        if has_running and is_ready(status.conditions):
            word = "Running"
        elif failure:
            word = failure
        elif has_running:
            word = "NotReady"
    return word, ready, restarts, last_ms


def last_ended_ms(container: Partial) -> int:
    """Return when a container ended the last time, 0 if it never did."""
    last = container.lastState
    return (instant_ms(last.terminated.finishedAt) or 0) if last.HasField("terminated") else 0


def ended(terminated: Partial) -> str:
    """Return why a container ended."""
    if reason := terminated.reason:
        return str(reason)
    if signal := terminated.signal:
        return f"Signal:{signal}"
    return f"ExitCode:{terminated.exitCode}"


def _deleted(status: Partial, word: str) -> str:
    """Return the word for a pod that somebody deleted and that is still there."""
    if status.reason == NODE_LOST:
        return "Unknown"
    return word if status.phase in TERMINAL else "Terminating"


def is_ready(conditions: Partial) -> bool:
    """Whether a condition of a pod says that it is ready."""
    return any(
        each.type == "Ready" and each.status == "True" for each in parts(CONDITION, conditions)
    )


def _is_first_true(type_: str, conditions: Partial) -> bool:
    """Whether the first condition of this type is true."""
    found = (each.status for each in parts(CONDITION, conditions) if each.type == type_)
    return next(found, "") == "True"


def gates(named: Partial, status: Partial) -> str:
    """Return how many readiness gates are passed, of how many."""
    if not named:
        return NONE
    asked = parts("core.PodReadinessGate", named)
    conditions = status.conditions
    passed = sum(_is_first_true(gate.conditionType, conditions) for gate in asked)
    return _of(passed, len(asked))
