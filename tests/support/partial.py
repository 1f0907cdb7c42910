"""Objects of hot kinds as a test writes them, in both forms that the wire has."""

from datetime import datetime
from typing import Any

import msgspec

from dashboard.api.gvr import GVR
from dashboard.wire.codec import ProtobufCodec
from dashboard.wire.fields import ENVELOPES, KINDS, LIST, MESSAGES, OPAQUE, TIMES, Field
from dashboard.wire.jsoncodec import JsonCodec
from dashboard.wire.partial import Partial
from tests.support.protowire import field, unknown

Json = dict[str, Any]

_KNOWN = MESSAGES | ENVELOPES


def both(gvr: GVR, document: Json) -> tuple[Partial, Partial]:
    """Return `document`, decoded from protobuf and from JSON."""
    binary, _body = ProtobufCodec(gvr).read(encode(KINDS[gvr], document))
    text, _none = JsonCodec(gvr).read(msgspec.Raw(msgspec.json.encode(document)))
    return binary, text


def listing(gvr: GVR, version: str, *items: bytes, more: str = "") -> bytes:
    """Return a LIST in protobuf; `items` are encoded already."""
    metadata = encode("meta.ListMeta", {"resourceVersion": version, "continue": more})
    raw = field(LIST["metadata"].number, metadata)
    raw += b"".join(field(LIST["items"].number, item) for item in items)
    return unknown(raw, gvr.group_version, f"{kind(gvr)}List")


def kind(gvr: GVR) -> str:
    """Return what its objects call themselves."""
    return KINDS[gvr].rpartition(".")[2]


def encode(message: str, document: Json) -> bytes:
    """Return `document` as protobuf. It has no field that the field table lacks."""
    fields = _KNOWN[message]
    return b"".join(_encoded(fields[name], value) for name, value in document.items())


def _encoded(about: Field, value: Any) -> bytes:
    if value is None:
        return b""
    if about.is_map:
        entries = (field(1, key.encode()) + field(2, each.encode()) for key, each in value.items())
        return b"".join(field(about.number, entry) for entry in entries)
    if about.is_repeated:
        return b"".join(field(about.number, _value(about.type, each)) for each in value)
    return field(about.number, _value(about.type, value))


def _value(type_: str, value: Any) -> bytes | int:
    if type_ in TIMES:
        return _time(value)
    if isinstance(value, bool | int):
        return int(value) % (1 << 64)
    if isinstance(value, str):
        return value.encode()
    assert type_ != OPAQUE
    return encode(type_, value)


def _time(text: str) -> bytes:
    found = datetime.fromisoformat(text)
    return field(1, int(found.timestamp())) + field(2, found.microsecond * 1000)
