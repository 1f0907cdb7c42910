"""What a proxy answers in the server's place, in the form that was asked for."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from typing import Any

from tests.faults.frame import PROTOBUF, Frame, envelope, error_frame, failure
from tests.faults.message import LAST_CHUNK, Head, chunk
from tests.faults.mischief import flipped_json
from tests.faults.weather import Route

EXPIRED = failure(410, "Expired", "too old resource version: 1 (2)")
NO_PROGRESS = failure(
    500,
    "InternalError",
    "an error on the server has prevented the request from succeeding: the required storage "
    "feature RequestWatchProgress is disabled",
)
INTERNAL = failure(500, "InternalError", "etcdserver: no leader")

STATUSES: dict[str, dict[str, Any]] = {
    "gone": EXPIRED,
    "gone_page": failure(410, "Expired", "The provided continue parameter is too old"),
    "too_large": failure(
        504, "Timeout", "Too large resource version: 9, current: 8", cause="ResourceVersionTooLarge"
    ),
    "busy": failure(429, "TooManyRequests", "too many requests, please try again later"),
    "unprocessable": failure(422, "Invalid", "sendInitialEvents: Forbidden: not enabled"),
    "unauthorized": failure(401, "Unauthorized", "Unauthorized"),
    "forbidden": failure(403, "Forbidden", "forbidden by the rig"),
    "forbidden_watch": failure(403, "Forbidden", "watch is forbidden by the rig"),
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """A whole answer; status 0 is none at all."""

    status: int
    data: bytes = b""


def answer(fault: str, asked: Route) -> Refusal:
    """Return the answer that the fault of this name gives to a request."""
    if fault == "outage":
        return Refusal(0)
    if fault == "unavailable":  # an aggregated API that is down says so in plain text (fact M18)
        return _refusal(503, "text/plain; charset=utf-8", b"service unavailable\n")
    is_binary = asked.accept.startswith(PROTOBUF)
    if fault == "no_progress":
        content_type = f"{PROTOBUF};stream=watch" if is_binary else "application/json"
        headers = [("Content-Type", content_type), ("Transfer-Encoding", "chunked")]
        frame = error_frame(NO_PROGRESS, is_binary=is_binary)
        return Refusal(200, bytes(Head("HTTP/1.1 200 OK", headers)) + chunk(frame) + LAST_CHUNK)
    status = STATUSES[fault]
    extra = [("Retry-After", "1")] if fault in {"busy", "too_large"} else []
    if is_binary:
        return _refusal(status["code"], PROTOBUF, envelope(status), extra)
    return _refusal(status["code"], "application/json", json.dumps(status).encode(), extra)


def spoiled(body: bytes, random_: random.Random) -> bytes:
    """Return the body of a LIST with a bit flipped so that it cannot be read."""
    return flipped_json(body, random_)[: len(body)]


def frame(fault: str, *, is_binary: bool) -> Frame:
    """Return the ERROR event of `expired` or `internal`."""
    data = error_frame(EXPIRED if fault == "expired" else INTERNAL, is_binary=is_binary)
    return Frame(data, "ERROR", "", is_binary)


def _refusal(
    code: int, content_type: str, body: bytes, extra: list[tuple[str, str]] | None = None
) -> Refusal:
    headers = [("Content-Type", content_type), ("Content-Length", str(len(body))), *(extra or ())]
    return Refusal(code, bytes(Head(f"HTTP/1.1 {code} Refused", headers)) + body)
