"""lightkube: a list in pages, then its watch, kept in a dict."""

import sys
from collections.abc import Iterator
from typing import Any

from lightkube import Client, KubeConfig  # type: ignore[import-not-found]  # of another environment
from lightkube.resources.core_v1 import Pod  # type: ignore[import-not-found]

from tests.bench.peers.meter import Meter, command

client = Client(config=KubeConfig.from_file(sys.argv[1]))
held: dict[tuple[str, str], Any] = {}
events: Iterator[tuple[str, Any]] = iter(())
print("ready", flush=True)
while said := command():
    word, number = said
    meter = Meter()
    if word == "sync":
        pods = client.list(Pod, namespace="*", chunk_size=500)
        held = {(pod.metadata.namespace, pod.metadata.name): pod for pod in pods}
        events = client.watch(Pod, namespace="*", resource_version=pods.resourceVersion)
    else:
        for _ in range(number):
            _kind, pod = next(events)
            held[pod.metadata.namespace, pod.metadata.name] = pod
    metas = [pod.metadata for pod in held.values()]
    meter.report((m.namespace, m.name, m.resourceVersion) for m in metas)
