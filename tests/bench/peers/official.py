"""The official client's own informer (kubernetes.informer.SharedInformer): typed models in a thread."""

import sys
import threading

import kubernetes
from kubernetes.informer import SharedInformer

from tests.bench.peers.meter import Meter, command

kubernetes.config.load_kube_config(sys.argv[1])
informer = SharedInformer(kubernetes.client.CoreV1Api().list_pod_for_all_namespaces)
seen = {"ADDED": 0, "MODIFIED": 0}
moved = threading.Condition()


def count(word: str) -> None:
    """Note one event."""
    with moved:
        seen[word] += 1
        moved.notify()


informer.add_event_handler("ADDED", lambda _pod: count("ADDED"))
informer.add_event_handler("MODIFIED", lambda _pod: count("MODIFIED"))
print("ready", flush=True)
while said := command():
    word, number = said
    meter = Meter()
    kind = "ADDED" if word == "sync" else "MODIFIED"
    if word == "sync":
        informer.start()
    with moved:
        while seen[kind] < number:
            moved.wait()
        seen[kind] -= number
    metas = [pod.metadata for pod in informer.cache.list()]
    meter.report((m.namespace, m.name, m.resource_version) for m in metas)
