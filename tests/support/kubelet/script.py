"""What becomes of a pod, one function per fate.

A script yields steps; the pod keeper writes each step's status and events and waits until the
next is due. A script that ends leaves the pod as it is.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from tests.support.kubelet.status import Body, Object, State, running, terminated, waiting

RESTARTS = "world.portolan.example/restarts"
"""Annotation: how often the sick container had restarted before the world was seen."""
LONGEST_BACKOFF_S = 300


@dataclass(frozen=True, slots=True)
class Occurrence:
    """An event that the kubelet reports about a pod."""

    reason: str
    message: str
    warning: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """A status to write now, what to report with it, and when the script goes on."""

    status: Object | None
    then_s: float = 0.0
    events: tuple[Occurrence, ...] = ()


Script = Callable[[Body, random.Random], Iterator[Step]]


def healthy(body: Body, chance: random.Random) -> Iterator[Step]:
    """Created, pulled, started, ready; a pod of a Job ends well instead."""
    yield from _come_up(body, chance)
    if body.restart_policy == "Always":
        yield Step(body.compose("Running", _all(body, running())), events=_started(body))
    else:
        yield from completes(body, chance)


def seasoned(body: Body, chance: random.Random) -> Iterator[Step]:
    """Well now, with restarts and an out-of-memory kill in its past: a look-alike of the sick."""
    sick = body.names[0]
    body.restarts[sick] = _restarts(body, 14)
    body.last[sick] = terminated(137, "OOMKilled", ran_s=86000, ago_s=7200)
    yield Step(body.compose("Running", _all(body, running(7200))))


def settled(body: Body, chance: random.Random) -> Iterator[Step]:
    """Well from the first write, without a word: one of a crowd."""
    yield Step(body.compose("Running", _all(body, running())))


def completes(body: Body, chance: random.Random) -> Iterator[Step]:
    """Runs for a few seconds and ends with exit code 0."""
    yield Step(body.compose("Running", _all(body, running())), 1 + chance.random(), _started(body))
    yield Step(
        body.compose("Succeeded", _all(body, terminated(0, "Completed", ran_s=2)), ready=False)
    )


def busy(body: Body, chance: random.Random) -> Iterator[Step]:
    """Runs without an end, whatever its restart policy."""
    yield Step(body.compose("Running", _all(body, running())), events=_started(body))


def fails(body: Body, chance: random.Random) -> Iterator[Step]:
    """Runs for a moment and ends with exit code 1, not to be restarted: Error."""
    yield Step(body.compose("Running", _all(body, running())), 1.0, _started(body))
    yield Step(body.compose("Failed", _all(body, terminated(1, "Error", ran_s=1)), ready=False))


def oomkilled(body: Body, chance: random.Random) -> Iterator[Step]:
    """Killed for its memory, not to be restarted: OOMKilled."""
    yield Step(body.compose("Running", _all(body, running())), 1.0, _started(body))
    yield Step(body.compose("Failed", _all(body, terminated(137, "OOMKilled")), ready=False))


def crashloop(body: Body, chance: random.Random) -> Iterator[Step]:
    """The first container exits with 1, again and again."""
    return _crash(body, chance, 1, "Error")


def oomloop(body: Body, chance: random.Random) -> Iterator[Step]:
    """The first container is killed for its memory, again and again."""
    return _crash(body, chance, 137, "OOMKilled")


def imagepull(body: Body, chance: random.Random) -> Iterator[Step]:
    """The image of the first container is not there: mostly ImagePullBackOff, at times ErrImagePull."""
    sick = body.names[0]
    image = body.images[sick]
    others = _all(body, running())
    refused = (
        Occurrence("Pulling", f'Pulling image "{image}"'),
        Occurrence("Failed", f'Failed to pull image "{image}": not found', warning=True),
        Occurrence("Failed", "Error: ErrImagePull", warning=True),
    )
    backoff = (
        Occurrence("BackOff", f'Back-off pulling image "{image}"', warning=True),
        Occurrence("Failed", "Error: ImagePullBackOff", warning=True),
    )
    while True:
        pulling = waiting("ErrImagePull", f"{image}: not found")
        yield Step(body.compose("Pending", {**others, sick: pulling}), 1.0, refused)
        back = waiting("ImagePullBackOff", f'Back-off pulling image "{image}"')
        yield Step(
            body.compose("Pending", {**others, sick: back}), chance.uniform(60, 120), backoff
        )


def badimage(body: Body, chance: random.Random) -> Iterator[Step]:
    """The image reference cannot be read: InvalidImageName."""
    state = waiting(
        "InvalidImageName", f'couldn\'t parse image name "{body.images[body.names[0]]}"'
    )
    event = Occurrence("InspectFailed", "Failed to apply default image tag", warning=True)
    yield Step(
        body.compose("Pending", {**_all(body, running()), body.names[0]: state}), 0, (event,)
    )


def badconfig(body: Body, chance: random.Random) -> Iterator[Step]:
    """A ConfigMap that the container names does not exist: CreateContainerConfigError."""
    missing = (
        f'configmap "{body.annotations.get("world.portolan.example/missing", "missing")}" not found'
    )
    state = waiting("CreateContainerConfigError", missing)
    event = Occurrence("Failed", f"Error: {missing}", warning=True)
    while True:
        yield Step(
            body.compose("Pending", {**_all(body, running()), body.names[0]: state}), 45.0, (event,)
        )


def creating(body: Body, chance: random.Random) -> Iterator[Step]:
    """Its volume cannot be mounted, so it stays at ContainerCreating."""
    event = Occurrence(
        "FailedMount", 'MountVolume.SetUp failed for volume "tls": not found', warning=True
    )
    while True:
        yield Step(body.compose("Pending", _creating(body)), 60.0, (event,))


def initializing(body: Body, chance: random.Random) -> Iterator[Step]:
    """The last init container does not end: Init:0/1 where there is one, Init:1/2 of two."""
    body_init = list(body.init_images)
    pending = _all(body, waiting("PodInitializing"))
    yield Step(body.compose("Pending", pending, init={body_init[-1]: running()}))


def initcrash(body: Body, chance: random.Random) -> Iterator[Step]:
    """The first init container fails again and again: Init:CrashLoopBackOff."""
    sick, *later = body.init_images
    pending = _all(body, waiting("PodInitializing"))
    rest = dict.fromkeys(later, waiting("PodInitializing"))
    body.restarts[sick] = _restarts(body, 5)
    while True:
        body.last[sick] = terminated(2, "Error", ran_s=1)
        state, event = _back_off(body, sick)
        yield Step(
            body.compose("Pending", pending, init={**rest, sick: state}),
            chance.uniform(50, 90),
            (event,),
        )
        body.restarts[sick] += 1
        yield Step(body.compose("Pending", pending, init={**rest, sick: running()}), 2.0)


def initerror(body: Body, chance: random.Random) -> Iterator[Step]:
    """The first init container failed, not to be restarted: Init:Error."""
    sick, *later = body.init_images
    rest = dict.fromkeys(later, waiting("PodInitializing"))
    pending = _all(body, waiting("PodInitializing"))
    yield Step(
        body.compose("Failed", pending, init={**rest, sick: terminated(1, "Error")}, ready=False)
    )


def unready(body: Body, chance: random.Random) -> Iterator[Step]:
    """Runs and answers 503 to its readiness probe: Running, and not ready."""
    yield from _come_up(body, chance)
    event = Occurrence(
        "Unhealthy", "Readiness probe failed: HTTP probe failed with statuscode: 503", warning=True
    )
    status = body.compose("Running", _all(body, running()), ready=False)
    yield Step(status, 10.0, (*_started(body), event))
    while True:
        yield Step(None, chance.uniform(20, 40), (event,))


def evicted(body: Body, chance: random.Random) -> Iterator[Step]:
    """Pushed off a node that ran low on memory: Failed with the reason Evicted."""
    message = "The node was low on resource: memory. Threshold quantity: 100Mi, available: 61208Ki."
    states = _all(body, terminated(137, "Error", ran_s=9))
    status = body.compose("Failed", states, ready=False, reason="Evicted", message=message)
    # Without container statuses: kubectl prefers a container's reason to the pod's.
    status["containerStatuses"] = []
    yield Step(status, 0, (Occurrence("Evicted", message, warning=True),))


def rebooted(body: Body, chance: random.Random) -> Iterator[Step]:
    """Its node came back without the container: Unknown, as containerd says after a reboot."""
    states = _all(body, terminated(255, "Unknown", ran_s=3600))
    yield Step(body.compose("Failed", states, ready=False))


def vanished(body: Body, chance: random.Random) -> Iterator[Step]:
    """The kubelet found no trace of its container: ContainerStatusUnknown."""
    states = _all(body, terminated(137, "ContainerStatusUnknown", ran_s=60))
    yield Step(body.compose("Failed", states, ready=False))


def lost(body: Body, chance: random.Random) -> Iterator[Step]:
    """Runs on a node that is about to go silent; kubectl says Unknown once it is being deleted."""
    message = "Node which was running this pod is unresponsive"
    status = body.compose("Running", _all(body, running()), reason="NodeLost", message=message)
    yield Step(status, 0, _started(body))


def lingers(body: Body, chance: random.Random) -> Iterator[Step]:
    """Well, until it is deleted: then it never ends. The pod keeper knows it by its name."""
    yield Step(body.compose("Running", _all(body, running())), events=_started(body))


SCRIPTS: dict[str, Script] = {
    script.__name__: script
    for script in (
        healthy,
        seasoned,
        settled,
        completes,
        busy,
        fails,
        oomkilled,
        crashloop,
        oomloop,
        imagepull,
        badimage,
        badconfig,
        creating,
        initializing,
        initcrash,
        initerror,
        unready,
        evicted,
        rebooted,
        vanished,
        lost,
        lingers,
    )
}


def _crash(body: Body, chance: random.Random, code: int, reason: str) -> Iterator[Step]:
    sick = body.names[0]
    others = _all(body, running())
    body.restarts[sick] = _restarts(body, 4)
    body.last[sick] = terminated(code, reason, ran_s=7, ago_s=30)
    pulled = Occurrence(
        "Pulled", f'Container image "{body.images[sick]}" already present on machine'
    )
    while True:
        state, event = _back_off(body, sick)
        yield Step(
            body.compose("Running", {**others, sick: state}), chance.uniform(40, 110), (event,)
        )
        body.restarts[sick] += 1
        yield Step(
            body.compose("Running", {**others, sick: running()}),
            2 + 3 * chance.random(),
            (pulled, *_started(body)),
        )
        ended = terminated(code, reason, ran_s=4)
        yield Step(body.compose("Running", {**others, sick: ended}), 2 + 6 * chance.random())
        body.last[sick] = ended


def _come_up(body: Body, chance: random.Random) -> Iterator[Step]:
    if body.pod.get("status", {}).get("phase") == "Running":
        # It was up before this kubelet was.
        return
    yield Step(body.compose("Pending", _creating(body)), 0.2 + 0.8 * chance.random())
    if body.init_images:
        pending = _all(body, waiting("PodInitializing"))
        first = next(iter(body.init_images))
        yield Step(body.compose("Pending", pending, init={first: running()}), 0.5)


def _creating(body: Body) -> dict[str, State]:
    reason = "PodInitializing" if body.init_images else "ContainerCreating"
    return _all(body, waiting(reason))


def _back_off(body: Body, name: str) -> tuple[State, Occurrence]:
    """Return the state and the event of a container that waits for its next start."""
    seconds = min(10 * 2 ** min(body.restarts[name], 10), LONGEST_BACKOFF_S)
    length = f"{seconds // 60}m{seconds % 60}s" if seconds >= 60 else f"{seconds}s"
    meta = body.pod["metadata"]
    where = f"{name} pod={meta['name']}_{meta['namespace']}({body.uid})"
    message = f"back-off {length} restarting failed container={where}"
    return waiting("CrashLoopBackOff", message), Occurrence(
        "BackOff", f"B{message[1:]}", warning=True
    )


def _started(body: Body) -> tuple[Occurrence, ...]:
    name = body.names[0]
    return (
        Occurrence("Created", f"Created container: {name}"),
        Occurrence("Started", f"Started container {name}"),
    )


def _all(body: Body, state: State) -> dict[str, State]:
    return dict.fromkeys(body.names, state)


def _restarts(body: Body, otherwise: int) -> int:
    """Return the restarts to begin with: what the status says already, the annotation, or a default."""
    known: list[dict[str, Any]] = body.pod.get("status", {}).get("containerStatuses", [])
    before = max((status["restartCount"] for status in known), default=0)
    return before or int(body.annotations.get(RESTARTS, otherwise))
