"""Frames of a watch as a proxy sees them: newline JSON, and protobuf behind a 4-byte length.

Written anew for the rig: nothing of `dashboard.wire` is trusted here.
Go: k8s.io/apimachinery/pkg/runtime/serializer/protobuf, k8s.io/apimachinery/pkg/apis/meta/v1#WatchEvent.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

MAGIC = b"k8s\x00"
"""Go: k8s.io/apimachinery/pkg/runtime/serializer/protobuf#protoEncodingPrefix."""

WIDTHS = {1: 8, 5: 4}
"""Bytes of a number, by wire type."""

PROTOBUF = "application/vnd.kubernetes.protobuf"


@dataclass(frozen=True, slots=True)
class Frame:
    """One event, its newline or length included. `version` is where a watch resumes after it."""

    data: bytes
    type: str
    version: str
    is_binary: bool = False

    @property
    def payload(self) -> bytes:
        """The event alone."""
        return self.data[4:] if self.is_binary else self.data.removesuffix(b"\n")

    def framed(self, payload: bytes) -> bytes:
        """Return other bytes with a newline or length like this one's."""
        return framed(payload, is_binary=self.is_binary)


def framed(payload: bytes, *, is_binary: bool) -> bytes:
    """Return `payload` as a frame."""
    return struct.pack(">I", len(payload)) + payload if is_binary else payload + b"\n"


class Splitter:
    """Cuts a stream into frames; `content_type` says of which form."""

    def __init__(self, content_type: str) -> None:
        """Start with nothing waiting."""
        self.is_binary = content_type.startswith(PROTOBUF)
        self._waiting = bytearray()

    def feed(self, data: bytes) -> Iterator[Frame]:
        """Yield the frames that `data` completes."""
        self._waiting += data
        while (length := self._length()) is not None:
            whole = bytes(self._waiting[:length])
            del self._waiting[:length]
            yield _read(whole, is_binary=self.is_binary)

    def _length(self) -> int | None:
        if not self.is_binary:
            return self._waiting.find(b"\n") + 1 or None
        if len(self._waiting) < 4:
            return None
        length = 4 + int(struct.unpack(">I", self._waiting[:4])[0])
        return length if len(self._waiting) >= length else None


def failure(code: int, reason: str, message: str, *, cause: str = "") -> dict[str, Any]:
    """Return a Status that says no."""
    details = {"details": {"causes": [{"reason": cause, "message": message}]}} if cause else {}
    status = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure"}
    return status | {"message": message, "reason": reason, "code": code} | details


def error_frame(status: dict[str, Any], *, is_binary: bool) -> bytes:
    """Return an ERROR event with `status`, in the stream's own form."""
    if not is_binary:
        return framed(json.dumps({"type": "ERROR", "object": status}).encode(), is_binary=False)
    event = _field(1, b"ERROR") + _field(2, _field(1, envelope(status)))
    return framed(event, is_binary=True)


def envelope(status: dict[str, Any]) -> bytes:
    """Return a Status as protobuf in its envelope (Go: runtime#Unknown)."""
    kind = _field(1, b"v1") + _field(2, b"Status")
    details = b""
    for cause in status.get("details", {}).get("causes", ()):
        pair = _field(1, cause["reason"].encode()) + _field(2, cause["message"].encode())
        details += _field(5, _field(4, pair))
    body = _field(1, b"") + _field(2, b"Failure") + _field(3, status["message"].encode())
    body += _field(4, status["reason"].encode()) + details + b"\x30" + _varint(status["code"])
    return MAGIC + _field(1, kind) + _field(2, body)


def is_readable(frame: bytes, *, is_binary: bool) -> bool:
    """Whether a decoder could take these bytes for frames: then a fault in them cannot be seen."""
    try:
        if is_binary:
            # One event has a type, and an object in an envelope with a version in it.
            return bool(_read(frame, is_binary=True).version)
        return all(isinstance(json.loads(line), dict) for line in frame.splitlines())
    except (ValueError, IndexError, KeyError):
        return False


def _read(whole: bytes, *, is_binary: bool) -> Frame:
    if is_binary:
        event = dict(_fields(whole[4:]))
        raw = dict(_fields(event[2]))[1] if 2 in event else b""
        return Frame(whole, event[1].decode(), _version(raw), is_binary=True)
    event_ = json.loads(whole)
    body = event_["object"]
    rows = body.get("rows") or []
    if body.get("kind") == "Table" and event_["type"] != "BOOKMARK" and rows:
        body = rows[0]["object"]
    return Frame(whole, event_["type"], body.get("metadata", {}).get("resourceVersion", ""))


def _version(raw: bytes) -> str:
    """Return the resourceVersion of an object in its envelope: metadata is field 1, it is field 6."""
    if not raw.startswith(MAGIC):
        raise ValueError("no envelope")
    unknown = dict(_fields(raw[4:]))
    meta = dict(_fields(dict(_fields(unknown[2])).get(1, b"")))
    return meta.get(6, b"").decode()


def _fields(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the fields of a message; of repeated ones a dict keeps the last."""
    at = 0
    while at < len(data):
        tag, at = _number(data, at)
        if tag & 7 == 2:
            length, at = _number(data, at)
            if at + length > len(data):
                raise ValueError("a field is longer than its message")
            yield tag >> 3, data[at : at + length]
            at += length
        elif tag & 7 == 0:
            value, at = _number(data, at)
            yield tag >> 3, str(value).encode()
        elif tag & 7 in WIDTHS and at + WIDTHS[tag & 7] <= len(data):
            at += WIDTHS[tag & 7]  # a number that is of no interest, or a field that nobody knows
        else:
            raise ValueError("no field begins so")


def _number(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while data[at] & 0x80:
        value |= (data[at] & 0x7F) << shift
        at, shift = at + 1, shift + 7
    return value | data[at] << shift, at + 1


def _field(number: int, data: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(data)) + data


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])
