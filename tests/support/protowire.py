"""Protobuf without a schema: for tests that must not believe the code they test."""

from collections.abc import Iterator
from typing import Any

METADATA, ANNOTATIONS, MANAGED_FIELDS = 1, 12, 17
LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"

Canonical = tuple[Any, ...]


def fields(message: bytes) -> Iterator[tuple[int, int, Any]]:
    """Yield number, wire type and value of each field. Raises ValueError for what is no message."""
    at = 0
    while at < len(message):
        tag, at = varint(message, at)
        number, wire = tag >> 3, tag & 7
        value: Any
        if number == 0:
            raise ValueError("field 0")
        if wire == 0:
            value, at = varint(message, at)
        elif wire == 2:
            length, at = varint(message, at)
            value, at = message[at : at + length], at + length
        elif wire in {1, 5}:
            length = 8 if wire == 1 else 4
            value, at = message[at : at + length], at + length
        else:
            raise ValueError(f"wire type {wire}")
        if at > len(message):
            raise ValueError("the end is missing")
        yield number, wire, value


def varint(message: bytes, at: int) -> tuple[int, int]:
    """Return a number and where it ends."""
    found = shift = 0
    while True:
        if at >= len(message) or shift > 63:
            raise ValueError("no number")
        byte = message[at]
        found |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if not byte & 0x80:
            return found, at


def canonical(message: bytes) -> Canonical:
    """Return a message such that two are equal if only the order of different fields differs.

    What is a string and reads as a message is taken for one, on both sides alike. Raises ValueError.
    """
    found: dict[int, list[Any]] = {}
    for number, wire, value in fields(message):
        found.setdefault(number, []).append((wire, _value(value)))
    return tuple(sorted((number, tuple(values)) for number, values in found.items()))


def _value(value: Any) -> Any:
    if not isinstance(value, bytes):
        return value
    try:
        return canonical(value)
    except ValueError:
        return value


def masked(whole: bytes) -> Canonical:
    """Return an object without managedFields and the last-applied annotation."""
    kept = []
    for number, values in canonical(whole):
        if number == METADATA:
            ((wire, metadata),) = values
            kept.append((number, ((wire, tuple(filter(None, map(_masked, metadata)))),)))
        else:
            kept.append((number, values))
    return tuple(kept)


def metadata_fields(whole: bytes) -> set[int]:
    """Return the numbers of the fields that an object's metadata has."""
    ((_wire, metadata),) = dict(canonical(whole))[METADATA]
    return {number for number, _values in metadata}


def _masked(field: Any) -> Any:
    number, values = field
    if number == MANAGED_FIELDS:
        return None
    if number == ANNOTATIONS:
        # The entries of a map have no order.
        kept = sorted((each for each in values if LAST_APPLIED not in repr(each)), key=repr)
        return (number, tuple(kept)) if kept else None
    return field


def field(number: int, value: bytes | int) -> bytes:
    """Return one field as it lies on the wire."""
    if isinstance(value, int):
        return _varint(number << 3) + _varint(value)
    return _varint(number << 3 | 2) + _varint(len(value)) + value


def unknown(raw: bytes, api_version: str, kind: str) -> bytes:
    """Return an object in its envelope, which says what it is."""
    type_meta = field(1, api_version.encode()) + field(2, kind.encode())
    return b"k8s\0" + field(1, type_meta) + field(2, raw) + field(3, b"") + field(4, b"")


def watch_event(type_: str, wrapped: bytes) -> bytes:
    """Return an event of a watch, to be framed."""
    return field(1, type_.encode()) + field(2, field(1, wrapped))


def frame(event: bytes) -> bytes:
    """Return `event` behind its length."""
    return len(event).to_bytes(4, "big") + event


def _varint(number: int) -> bytes:
    found = bytearray()
    while number > 0x7F:
        found.append(number & 0x7F | 0x80)
        number >>= 7
    found.append(number)
    return bytes(found)
