"""The API server's Status, decoded; an aggregated API that is down sends plain text instead.

Whoever asked for protobuf is refused in protobuf.
"""

from typing import Any

import msgspec

from dashboard.api.status import Status, StatusCause
from dashboard.wire.protobuf import MAGIC, DecodeError, decoder, unwrapped


class _Cause(msgspec.Struct, gc=False):
    reason: str = ""
    message: str = ""


class _Details(msgspec.Struct, gc=False):
    causes: list[_Cause] | None = None
    retryAfterSeconds: float | None = None  # noqa: N815  (the server's spelling)


class _Status(msgspec.Struct, gc=False):
    kind: str = ""
    code: int = 0
    reason: str = ""
    message: str = ""
    details: _Details | None = None


_decoder = msgspec.json.Decoder(_Status)
_message = decoder("meta.Status")


def decode_status(body: bytes, *, code: int, retry_after: str | None = None) -> Status:
    """Return the Status in `body`; text that is none becomes its message. Never raises.

    `code` is the HTTP status, or 0 for an ERROR event, whose own code then counts. `retry_after` is
    the header of that name; only its form in seconds is understood.
    """
    seconds = float(retry_after) if retry_after and retry_after.isdigit() else None
    try:
        status = _wrapped(body) if body.startswith(MAGIC) else _decoder.decode(body)
    except (msgspec.MsgspecError, DecodeError):
        return Status(code, message=body[:1024].decode(errors="replace"), retry_after_s=seconds)
    if status.kind != "Status":
        return Status(code, message=body[:1024].decode(errors="replace"), retry_after_s=seconds)
    details = status.details or _Details()
    return Status(
        code=code or status.code,
        reason=status.reason,
        message=status.message,
        causes=tuple(StatusCause(cause.reason, cause.message) for cause in details.causes or ()),
        retry_after_s=details.retryAfterSeconds or seconds,
    )


def _wrapped(body: bytes) -> _Status:
    """Return the Status in an Unknown. Raises DecodeError."""
    unknown = unwrapped(body)
    found: Any = _message(unknown.raw)
    kind: str = _type_meta(unknown.typeMeta).kind
    causes = [_Cause(cause.reason, cause.message) for cause in found.details.causes]
    details = _Details(causes, found.details.retryAfterSeconds)
    return _Status(kind, found.code, found.reason, found.message, details)


_type_meta = decoder("runtime.TypeMeta")
