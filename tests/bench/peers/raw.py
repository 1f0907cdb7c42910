"""The floor: the same protobuf stream read to its end, and nothing made of it before it has ended."""

import http.client
import json
import ssl
import sys
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from dashboard.wire.fields import OBJECT
from dashboard.wire.protobuf import message, unwrapped
from tests.bench.peers.meter import Meter, Pod, command

QUERY = (
    "watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true"
)
ACCEPT = "application/vnd.kubernetes.protobuf;stream=watch"
END = b"k8s.io/initial-events-end"


def main(path: str) -> None:
    """Obey until the input ends."""
    config = json.loads(Path(path).read_bytes())
    cluster, user = config["clusters"][0]["cluster"], config["users"][0]["user"]
    authority = cluster.get("certificate-authority-data")
    context = ssl.create_default_context(
        cafile=cluster.get("certificate-authority"),
        cadata=b64decode(authority).decode() if authority else None,
    )
    connection = http.client.HTTPSConnection(urlsplit(cluster["server"]).netloc, context=context)
    print("ready", flush=True)
    response: http.client.HTTPResponse | None = None
    while said := command():
        word, number = said
        meter = Meter()
        chunks: list[bytes] = []
        if response is None:
            headers = {"Authorization": f"Bearer {user['token']}", "Accept": ACCEPT}
            connection.request("GET", f"/api/v1/pods?{QUERY}", headers=headers)
            response = connection.getresponse()
        if word == "sync":
            tail = b""
            while END not in tail:
                chunk = response.read1(1 << 20)
                chunks.append(chunk)
                tail = tail[-64:] + chunk
        else:
            seen, tail = 0, b""
            while seen < number:
                chunk = response.read1(1 << 20)
                seen += (tail + chunk).count(b"MODIFIED")
                tail = chunk[1 - len(b"MODIFIED") :]
        meter.report(_pods(chunks) if word == "sync" else ())


def _pods(chunks: list[bytes]) -> Iterator[Pod]:
    """Yield the pods of whole frames; nothing is joined or decoded before the first is asked for."""
    stream = b"".join(chunks)
    event, whole = message("meta.WatchEvent"), message(OBJECT)
    at = 0
    while at + 4 <= len(stream):
        end = at + 4 + int.from_bytes(stream[at : at + 4])
        found = event.FromString(stream[at + 4 : end])
        at = end
        if found.type == "ADDED":
            metadata = whole.FromString(unwrapped(found.object.raw).raw).metadata
            yield metadata.namespace, metadata.name, metadata.resourceVersion


if __name__ == "__main__":
    main(sys.argv[1])
