"""The kubelet's events: one object per (pod, reason, message), counted up when it happens again."""

from __future__ import annotations

import hashlib
from collections import OrderedDict

from tests.support.kubelet.apiserver import Apiserver, Object, Refused, path_of
from tests.support.kubelet.script import Occurrence
from tests.support.kubelet.status import now

REMEMBERED = 4096
"""Events whose count is kept; the oldest is forgotten and begins at one again.

As client-go's EventCorrelator does.
"""


class Recorder:
    """Writes events about pods and nodes as the kubelet of their node."""

    def __init__(self, apiserver: Apiserver) -> None:
        self._apiserver = apiserver
        self._known: OrderedDict[str, tuple[str, int]] = OrderedDict()

    async def record(self, subject: Object, node: str, event: Occurrence) -> None:
        """Report one occurrence about `subject`, an ObjectReference. A refusal is not an error."""
        namespace = subject.get("namespace", "default")
        key = hashlib.sha256(
            f"{subject.get('uid')}\0{event.reason}\0{event.message}".encode()
        ).hexdigest()[:16]
        name, count = self._known.pop(key, (f"{subject['name']}.{key}", 0))
        self._known[key] = (name, count + 1)
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        try:
            if count == 0:
                await self._apiserver.post(
                    path_of("v1", "events", namespace),
                    _event(subject, node, event, namespace, name),
                )
            else:
                again = {"count": count + 1, "lastTimestamp": now()}
                await self._apiserver.patch(path_of("v1", "events", namespace, name), again)
        except Refused:
            self._known.pop(key, None)


def _event(subject: Object, node: str, event: Occurrence, namespace: str, name: str) -> Object:
    moment = now()
    return {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"name": name, "namespace": namespace},
        "involvedObject": subject,
        "reason": event.reason,
        "message": event.message,
        "type": "Warning" if event.warning else "Normal",
        "source": {"component": "kubelet", "host": node},
        "reportingComponent": "kubelet",
        "reportingInstance": node,
        "firstTimestamp": moment,
        "lastTimestamp": moment,
        "count": 1,
    }
