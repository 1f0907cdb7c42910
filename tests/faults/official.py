"""The official client's own informer on trial, in a thread: kubernetes.informer.SharedInformer.

It says nothing of its state, its age or its epoch; those promises are not asked of it.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.faults.eventlog import EventLog
from tests.faults.plan import Target
from tests.faults.subject import Held, until
from tests.faults.workload import STAMP

TYPED = {"configmaps": "config_map", "pods": "pod"}
"""Kinds that it can watch, as its functions spell them."""


class Official:
    """The informers of one kubeconfig; see subject.Subject."""

    def __init__(self, kubeconfig: Path, targets: Sequence[Target], log: EventLog) -> None:
        """Make no request yet."""
        import kubernetes

        # Its own words on every error go nowhere: the log of the proxy tells what happened.
        logging.getLogger("kubernetes").setLevel(logging.CRITICAL)
        self._client = kubernetes.config.new_client_from_config(str(kubeconfig))
        self._listeners = {target: _Listener(target, self._client, log) for target in targets}

    async def start(self) -> None:
        """Return once every target has been listed."""
        for listener in self._listeners.values():
            listener.informer.start()
        await until(lambda: all(listener.version for listener in self._listeners.values()))

    def sample(self, *, is_last: bool = False) -> None:
        """Write down everything that is held, when nothing moves any more: a thread is mid-step else."""
        if is_last:
            for listener in self._listeners.values():
                listener.sample()

    def version(self, target: Target) -> int:
        """Return the version it would resume from."""
        return self._listeners[target].version

    def held(self, target: Target) -> Held:
        """Return uid and version of every object that is held."""
        metas = [item.metadata for item in self._listeners[target].informer.cache.list()]
        return {(m.namespace, m.name): (m.uid, m.resource_version) for m in metas}

    def is_live(self, target: Target) -> bool:
        """It does not say; whoever asks has to take it for live."""
        return True

    async def aclose(self) -> None:
        """Ask the threads to end, which they do once the proxy cuts what they read."""
        for listener in self._listeners.values():
            # Its own `stop` waits for a thread that waits for the next event.
            listener.informer._stop_event.set()


class _Listener:
    """Writes down what one informer says, in its own thread."""

    def __init__(self, target: Target, client: Any, log: EventLog) -> None:
        import kubernetes

        self._target = str(target)
        self._log = log
        core = kubernetes.client.CoreV1Api(client)
        word = TYPED[target.kind]
        scope = f"namespaced_{word}" if target.namespace else f"{word}_for_all_namespaces"
        function = getattr(core, f"list_{scope}")
        self.informer = kubernetes.informer.SharedInformer(
            function, namespace=target.namespace or None
        )
        for event in ("ADDED", "MODIFIED", "DELETED"):
            self.informer.add_event_handler(event, self._heard(event))

    @property
    def version(self) -> int:
        """Where it would resume."""
        return int(self.informer._resource_version or 0)

    def sample(self) -> None:
        """Write down all objects."""
        rows = [
            [item.metadata.namespace, item.metadata.name, *_said(item)]
            for item in self.informer.cache.list()
        ]
        self._log.add("sample", target=self._target, rows=rows, **self._itself())

    def _heard(self, event: str) -> Any:
        def hear(item: Any) -> None:
            change = {
                "namespace": item.metadata.namespace,
                "name": item.metadata.name,
                "old": _said(item) if event == "DELETED" else None,
                "new": None if event == "DELETED" else _said(item),
                "old_known": False,
            }
            self._log.add("deltas", target=self._target, changes=[change], **self._itself())

        return hear

    def _itself(self) -> dict[str, Any]:
        # None while it lists, so nothing is claimed of the collection before all handlers were called.
        return {
            "state": "n/a",
            "trouble": "",
            "epoch": 0,
            "version": str(self.informer._resource_version or ""),
            "observed_ms": 0,
            "wall_ms": time.time_ns() // 1_000_000,
        }


def _said(item: Any) -> list[str]:
    meta = item.metadata
    return [meta.uid, meta.resource_version, (meta.labels or {}).get(STAMP, ""), ""]
