"""The status of a pod, composed from the states of its containers as a kubelet composes it."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from typing import Any

Object = dict[str, Any]
State = Object
"""A ContainerState: waiting, running or terminated, with the fields of core/v1."""


def now() -> str:
    """Return this second as the API writes it."""
    return at(0.0)


def at(ago_s: float) -> str:
    """Return the time `ago_s` seconds ago as the API writes it, in whole seconds."""
    moment = dt.datetime.now(dt.UTC) - dt.timedelta(seconds=ago_s)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def waiting(reason: str, message: str = "") -> State:
    return {"waiting": {"reason": reason, **({"message": message} if message else {})}}


def running(ago_s: float = 0.0) -> State:
    return {"running": {"startedAt": at(ago_s)}}


def terminated(code: int, reason: str, ran_s: float = 1.0, ago_s: float = 0.0) -> State:
    """Return the state of a container that ended `ago_s` seconds ago after running `ran_s`."""
    ended: Object = {"exitCode": code, "reason": reason}
    return {"terminated": {**ended, "startedAt": at(ago_s + ran_s), "finishedAt": at(ago_s)}}


class Body:
    """One pod as its script sees it: the containers it has and what became of them so far."""

    def __init__(self, pod: Object, address: str, host_address: str) -> None:
        spec = pod["spec"]
        self.pod = pod
        self.uid: str = pod["metadata"]["uid"]
        self.annotations: Mapping[str, str] = pod["metadata"].get("annotations", {})
        self.images: dict[str, str] = {c["name"]: c["image"] for c in spec["containers"]}
        self.init_images: dict[str, str] = {
            c["name"]: c["image"] for c in spec.get("initContainers", ())
        }
        self.names = list(self.images)
        self.restart_policy: str = spec.get("restartPolicy", "Always")
        self.restarts = dict.fromkeys((*self.images, *self.init_images), 0)
        self.last: dict[str, State] = {}
        self._address = address
        self._host_address = host_address

        self._started = now()
        self._conditions: dict[str, Object] = {
            c["type"]: c for c in pod.get("status", {}).get("conditions", ())
        }

    def compose(
        self,
        phase: str,
        states: Mapping[str, State],
        *,
        init: Mapping[str, State] | None = None,
        ready: bool = True,
        reason: str | None = None,
        message: str | None = None,
    ) -> Object:
        """Return the whole status; a container is ready if it runs and `ready` says so.

        An init container that `init` does not name has completed.
        Follows kubelet's generateAPIPodStatus and status.GeneratePodReadyCondition.
        """
        initial = {name: (init or {}).get(name, _completed()) for name in self.init_images}
        initialized = all(
            "terminated" in s and s["terminated"]["exitCode"] == 0 for s in initial.values()
        )
        containers = [
            self._container(name, states[name], self.images[name], ready=ready)
            for name in self.names
        ]
        all_ready = bool(containers) and all(c["ready"] for c in containers)
        sandbox = phase not in ("Succeeded", "Failed") and not all(
            "waiting" in s for s in (*states.values(), *initial.values())
        )
        why = "PodCompleted" if phase == "Succeeded" else "PodFailed" if phase == "Failed" else None
        self._condition("PodReadyToStartContainers", sandbox)
        self._condition(
            "Initialized", initialized, None if initialized else "ContainersNotInitialized"
        )
        self._condition(
            "ContainersReady", all_ready, why or (None if all_ready else "ContainersNotReady")
        )
        self._condition("Ready", all_ready, why or (None if all_ready else "ContainersNotReady"))
        status: Object = {
            "phase": phase,
            "reason": reason,
            "message": message,
            "startTime": self._started,
            "hostIP": self._host_address,
            "hostIPs": [{"ip": self._host_address}],
            "conditions": list(self._conditions.values()),
            "containerStatuses": containers,
        }
        if self._address and (sandbox or phase in ("Succeeded", "Failed", "Running")):
            status |= {"podIP": self._address, "podIPs": [{"ip": self._address}]}
        if self.init_images:
            status["initContainerStatuses"] = [
                self._container(name, state, self.init_images[name], ready=True)
                for name, state in initial.items()
            ]
        return status

    def _container(self, name: str, state: State, image: str, *, ready: bool) -> Object:
        digest = hashlib.sha256(image.encode()).hexdigest()
        runs = "running" in state
        completed = "terminated" in state and state["terminated"]["exitCode"] == 0
        known = runs or "terminated" in state or name in self.last
        identity = hashlib.sha256(f"{self.uid}/{name}/{self.restarts[name]}".encode()).hexdigest()
        return {
            "name": name,
            "image": image,
            "imageID": f"{image.rpartition(':')[0]}@sha256:{digest}" if known else "",
            "containerID": f"containerd://{identity}" if known else "",
            "state": state,
            "lastState": self.last.get(name, {}),
            "ready": (runs and ready) or (completed and name in self.init_images),
            "started": runs,
            "restartCount": self.restarts[name],
        }

    def _condition(self, kind: str, holds: bool, reason: str | None = None) -> None:
        value = "True" if holds else "False"
        known = self._conditions.get(kind)
        if known is not None and known["status"] == value and known.get("reason") == reason:
            return
        since = known["lastTransitionTime"] if known and known["status"] == value else now()
        condition = {"type": kind, "status": value, "lastTransitionTime": since}
        if reason is not None:
            condition["reason"] = reason
            condition["message"] = f"not so: {', '.join(self.names)}"
        self._conditions[kind] = condition


def _completed() -> State:
    return terminated(0, "Completed", ran_s=2.0, ago_s=1.0)
