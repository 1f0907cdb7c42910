"""Recorded pods, multiplied: one pod of a real API server in every form, and as many like it as asked.

What makes a pod itself (namespace, name, uid, node, address, version) stands in fields of fixed width,
so that a copy is the recorded bytes with those replaced, of the same length in every encoding.
"""

import datetime as dt
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import aiohttp

from dashboard.api.age import human_duration
from dashboard.api.watchevent import INITIAL_EVENTS_END
from dashboard.wire.fields import OBJECT
from dashboard.wire.protobuf import ENTRY, MAGIC, message, unwrapped
from tests.bench.peers.meter import Pod, checksum
from tests.support.protowire import METADATA, field, fields

PROTOBUF = "application/vnd.kubernetes.protobuf"
TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"
DISCOVERY = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json"

EMPTY_ENDING = b"\x1a\x00\x22\x00"
"""contentEncoding and contentType of an Unknown, which Go writes empty."""

NAMESPACE, NAME, NODE, ADDRESS = "bench-00", "app-000-000000", "node-000", "10.100.100.100"
BASE_VERSION = 100_000_000
RESOURCE_VERSION = (METADATA, 6)
"""Where it lies in an object."""
VERSION = str(BASE_VERSION + 900_000_000 - 1)
"""Of the templates: of nine digits, as every copy's is."""


@dataclass(frozen=True, slots=True)
class Template:
    """One state of the one recorded pod: as it is watched in both encodings, and as a row of a Table."""

    uid: str
    version: str
    frames: dict[tuple[str, str], bytes]
    """By type and encoding (ADDED or MODIFIED, protobuf or json): a whole frame."""
    row: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Recording:
    """Two states of the pod, and what a client asks before it asks for pods."""

    before: Template
    after: Template
    columns: list[dict[str, Any]]
    created_ms: int
    answers: dict[str, bytes]
    """Bodies by path: discovery and version."""

    @property
    def pod_bytes(self) -> int:
        """How long the pod is as JSON."""
        return len(self.before.frames["ADDED", "json"]) - len(b'{"type":"ADDED","object":}\n')


class Corpus:
    """`pods` copies of the recorded pod, all before, and `events` changes of them, one after another."""

    def __init__(self, recording: Recording, pods: int, events: int) -> None:
        self.recording = recording
        self.pods = pods
        self.events = events

    @property
    def version(self) -> str:
        """The collection's version before any event."""
        return str(BASE_VERSION + self.pods)

    def initial(self, encoding: str) -> Iterator[bytes]:
        """Yield an ADDED frame for each pod."""
        for number in range(self.pods):
            yield _copy(self.recording.before, "ADDED", encoding, number, BASE_VERSION + number)

    def changes(self, encoding: str) -> Iterator[bytes]:
        """Yield the MODIFIED frames."""
        for turn in range(self.events):
            template = self.recording.after if turn // self.pods % 2 == 0 else self.recording.before
            version = BASE_VERSION + self.pods + 1 + turn
            yield _copy(template, "MODIFIED", encoding, turn % self.pods, version)

    def end_mark(self, encoding: str) -> bytes:
        """Return the bookmark that ends the initial events."""
        if encoding == "json":
            meta = {"resourceVersion": self.version, "annotations": {INITIAL_EVENTS_END: "true"}}
            mark = {"kind": "Pod", "apiVersion": "v1", "metadata": meta}
            return json.dumps({"type": "BOOKMARK", "object": mark}).encode() + b"\n"
        found = message(OBJECT)()
        found.metadata.resourceVersion = self.version
        mark = message(ENTRY)(key=INITIAL_EVENTS_END, value="true")
        found.metadata.annotations.append(mark.SerializeToString())
        return _event("BOOKMARK", "Pod", found.SerializeToString())

    def gone(self, encoding: str) -> bytes:
        """Return the ERROR that ends a watch from a version that is forgotten."""
        status = {"code": 410, "reason": "Expired", "message": "too old resource version"}
        if encoding == "json":
            whole = {"kind": "Status", "apiVersion": "v1", "status": "Failure", **status}
            return json.dumps({"type": "ERROR", "object": whole}).encode() + b"\n"
        return _event("ERROR", "Status", message("meta.Status")(**status).SerializeToString())

    def table(self, limit: int, now_ms: int) -> bytes:
        """Return the first rows of the server's Table, printed now."""
        age = human_duration(now_ms - self.recording.created_ms)
        at = [column["name"] for column in self.recording.columns].index("Age")
        row = json.loads(json.dumps(self.recording.before.row))
        row["cells"][at] = age
        text = json.dumps(row).encode()
        rows = b",".join(
            _replaced(text, self.recording.before, number, BASE_VERSION + number)
            for number in range(min(limit or self.pods, self.pods))
        )
        head = json.dumps(
            {
                "kind": "Table",
                "apiVersion": "meta.k8s.io/v1",
                "metadata": {"resourceVersion": self.version},
                "columnDefinitions": self.recording.columns,
            }
        ).encode()
        return head[:-1] + b', "rows": [' + rows + b"]}"

    def listing(self) -> bytes:
        """Return a LIST of all pods as JSON."""
        head = b'{"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":"%s"},"items":['
        start, end = len(b'{"type":"ADDED","object":'), len(b"}\n")
        items = b",".join(frame[start:-end] for frame in self.initial("json"))
        return head % self.version.encode() + items + b"]}"

    def truth(self, *, is_changed: bool) -> tuple[int, str]:
        """Return how many pods there are and their checksum, before or after all events."""
        versions = {number: BASE_VERSION + number for number in range(self.pods)}
        if is_changed:
            for turn in range(self.events):
                versions[turn % self.pods] = BASE_VERSION + self.pods + 1 + turn
        pods: list[Pod] = [
            (names["namespace"], names["name"], str(version))
            for number, version in versions.items()
            if (names := _names(number))
        ]
        return len(pods), checksum(pods)


def _names(number: int) -> dict[str, str]:
    return {
        "namespace": f"bench-{number % 80:02}",
        "name": f"app-{number % 800:03}-{number:06}",
        "app": f"app-{number % 800:03}",
        "node": f"node-{number % 200:03}",
        "address": f"10.{100 + number % 150}.{100 + number // 150 % 150}.{100 + number // 22500 % 150}",
        "uid": f"{number:08x}-0000-4000-8000-{number * 2654435761 % 2**48:012x}",
    }


def _copy(template: Template, type_: str, encoding: str, number: int, version: int) -> bytes:
    return _replaced(template.frames[type_, encoding], template, number, version)


def _replaced(text: bytes, template: Template, number: int, version: int) -> bytes:
    names = _names(number)
    for old, new in (
        (NAME, names["name"]),
        (NAMESPACE, names["namespace"]),
        (NAME[:7], names["app"]),
        (NODE, names["node"]),
        (ADDRESS, names["address"]),
        (template.uid, names["uid"]),
        (template.version, str(version)),
    ):
        text = text.replace(old.encode(), new.encode())
    return text


def _with(frame: bytes, *, type_: str, version: str) -> bytes:
    """Return a protobuf frame with another event type and a version of nine digits."""
    event = message("meta.WatchEvent").FromString(frame[4:])
    raw = unwrapped(event.object.raw).raw
    return _event(type_, "Pod", _with_field(raw, RESOURCE_VERSION, version.encode()))


def _with_field(data: bytes, path: Sequence[int], value: bytes) -> bytes:
    """Return a message with `value` in the field at `path`, all else as Go wrote it, in its order."""
    return b"".join(
        field(
            number,
            held
            if number != path[0]
            else (_with_field(held, path[1:], value) if path[1:] else value),
        )
        for number, _wire, held in fields(data)
    )


def _event(type_: str, kind: str, raw: bytes) -> bytes:
    type_meta = message("runtime.TypeMeta")(apiVersion="v1", kind=kind).SerializeToString()
    unknown = message("runtime.Unknown")(typeMeta=type_meta, raw=raw).SerializeToString()
    wrapped = message("runtime.RawExtension")(raw=MAGIC + unknown + EMPTY_ENDING)
    body: bytes = message("meta.WatchEvent")(type=type_, object=wrapped).SerializeToString()
    return len(body).to_bytes(4) + body


async def record(session: aiohttp.ClientSession, change: Any) -> Recording:
    """Record the pod NAME of a real API server, before and after `change()` is awaited."""
    before = await _template(session)
    columns = (await _table(session))["columnDefinitions"]
    await change()
    after = await _template(session)
    answers = {}
    for path, accept in (
        ("/api", DISCOVERY),
        ("/apis", DISCOVERY),
        ("/version", "application/json"),
    ):
        async with session.get(path, headers={"Accept": accept}) as answer:
            answers[path] = await answer.read()
    created = before.row["object"]["metadata"]["creationTimestamp"]
    created_ms = int(dt.datetime.fromisoformat(created).timestamp() * 1000)
    return Recording(before, after, columns, created_ms, answers)


async def _template(session: aiohttp.ClientSession) -> Template:
    query = {
        "watch": "true",
        "fieldSelector": f"metadata.name={NAME}",
        "sendInitialEvents": "true",
        "resourceVersionMatch": "NotOlderThan",
        "timeoutSeconds": "2",
    }
    path = f"/api/v1/namespaces/{NAMESPACE}/pods"
    recorded = {}
    accepts = {"protobuf": f"{PROTOBUF};stream=watch", "json": "application/json"}
    for encoding, accept in accepts.items():
        async with session.get(path, params=query, headers={"Accept": accept}) as answer:
            recorded[encoding] = await answer.read()
    line = recorded["json"].partition(b"\n")[0] + b"\n"
    frame = recorded["protobuf"][: 4 + int.from_bytes(recorded["protobuf"][:4])]
    pod = json.loads(line)["object"]["metadata"]
    old, new = (
        f'"resourceVersion":"{each}"'.encode() for each in (pod["resourceVersion"], VERSION)
    )
    line = line.replace(old, new)
    frames = {}
    for type_ in ("ADDED", "MODIFIED"):
        frames[type_, "json"] = line.replace(b'"type":"ADDED"', f'"type":"{type_}"'.encode(), 1)
        frames[type_, "protobuf"] = _with(frame, type_=type_, version=VERSION)
    row = (await _table(session))["rows"][0]
    row["object"]["metadata"]["resourceVersion"] = VERSION
    return Template(pod["uid"], VERSION, frames, row)


async def _table(session: aiohttp.ClientSession) -> dict[str, Any]:
    path = f"/api/v1/namespaces/{NAMESPACE}/pods"
    query = {"includeObject": "Metadata", "fieldSelector": f"metadata.name={NAME}"}
    async with session.get(path, params=query, headers={"Accept": TABLE}) as answer:
        found: dict[str, Any] = json.loads(await answer.read())
        return found
