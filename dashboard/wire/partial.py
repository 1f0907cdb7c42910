"""Objects of hot kinds with only the fields of the field table, out of JSON; and reading either form.

A Struct here has the attributes of the protobuf message of the same name, so that one function reads
both. Where the two differ, that function
- asks `x.HasField("f")` before it reads a field that is a pointer in Go;
- reads a list as `x.f or ()`, for JSON may say null, and a lazy one through `parts`;
- reads a time through `instant_ms` and a map of strings through `labels`.
"""

import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeAlias, cast

import msgspec

from dashboard.errors import MalformedEvent
from dashboard.wire.fields import MESSAGES, OPAQUE, TIMES, Field, Message
from dashboard.wire.protobuf import ENTRY, DecodeError, decoder, message

Partial: TypeAlias = Any
"""A partial object, or a part of one: a Struct of this module or a protobuf message."""

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND: Final = timedelta(milliseconds=1)

TIME: Final = message("meta.Time")

KNOWN_LABELS: Final = 65_536
"""How many different labels are remembered before all are forgotten: a bound, not a wish."""


class PartialObject(msgspec.Struct, frozen=True, gc=False):
    """What a Struct of the field table can do beyond holding its fields."""

    def HasField(self, name: str) -> bool:  # noqa: N802  (protobuf's own name)
        """Whether the field of this name, a pointer in Go, is set."""
        return getattr(self, name) is not None


def instant_ms(time: Partial) -> int | None:
    """Return a Time or MicroTime in milliseconds since the Unix epoch; None for Go's zero time."""
    if type(time) is TIME:  # whole seconds, as Go reads it
        seconds: int = time.seconds
        return seconds * 1000 if seconds or time.HasField("seconds") else None
    if time is None:
        return None
    if type(time) is datetime:
        after: timedelta = time - EPOCH
        return after // MILLISECOND
    # A message without fields is Go's zero time; 1970 has its zeros written out.
    if time.HasField("seconds"):
        millis: int = time.seconds * 1000 + time.nanos // 1_000_000
        return millis
    return None


def parts(name: str, found: Partial) -> Sequence[Partial]:
    """Return the messages called `name` of a lazy list. Raises MalformedEvent."""
    if not found:
        return ()
    if type(found[0]) is not bytes:
        return found  # type: ignore[no-any-return]
    decode = _DECODERS[name]
    try:
        return [decode(each) for each in found[:]]
    except DecodeError as error:
        raise MalformedEvent(detail=f"not a {name} in protobuf") from error


def may_mention(found: Partial, text: bytes) -> bool:
    """Whether a message of a lazy list may hold `text`; False is certain, and cheap in protobuf."""
    if not found:
        return False
    return type(found[0]) is not bytes or text in b"".join(found[:])


def labels(found: Partial) -> tuple[str, ...]:
    """Return a map of strings as `key=value`, in the server's order, which is by key.

    Raises MalformedEvent.
    """
    if not found:
        return ()
    if type(found) is dict:
        return tuple([sys.intern(f"{key}={value}") for key, value in found.items()])
    entries = tuple(found[:])  # a slice costs upb a third of what its iterator does
    known = _KNOWN_TOGETHER.get(entries)
    if known is None:
        if len(_KNOWN_TOGETHER) >= KNOWN_TOGETHER:
            _KNOWN_TOGETHER.clear()
        known = _KNOWN_TOGETHER[entries] = tuple([_known(entry) for entry in entries])
    return known


KNOWN_TOGETHER: Final = 4_096
"""How many different sets of them are remembered: the pods of one owner share theirs."""

_KNOWN_TOGETHER: dict[tuple[bytes, ...], tuple[str, ...]] = {}

_KNOWN: dict[bytes, str] = {}
"""Labels by their bytes on the wire: few differ, so few are ever decoded."""

_entry = decoder(ENTRY)
_DECODERS: Final = {name: decoder(name) for name in MESSAGES}


def _known(entry: bytes) -> str:
    label = _KNOWN.get(entry)
    if label is None:
        if len(_KNOWN) >= KNOWN_LABELS:
            _KNOWN.clear()
        try:
            pair = _entry(entry)
        except DecodeError as error:
            raise MalformedEvent(detail="not a label in protobuf") from error
        label = _KNOWN[entry] = sys.intern(f"{pair.key}={pair.value}")
    return label


def _structs() -> dict[str, type[PartialObject]]:
    made: dict[str, type[PartialObject]] = {}

    def make(name: str) -> type[PartialObject]:
        if name not in made:
            made[name] = _struct(name, MESSAGES[name])
        return made[name]

    def _struct(name: str, fields: Message) -> type[PartialObject]:
        declared = [(field_name, *_typed(field)) for field_name, field in fields.items()]
        found = msgspec.defstruct(
            name.replace(".", "_"), declared, bases=(PartialObject,), frozen=True, gc=False
        )
        return cast("type[PartialObject]", found)

    def _typed(field: Field) -> tuple[Any, Any]:
        """Return the type of a field and its value where JSON is silent."""
        if field.type in TIMES:
            return datetime | None, None
        if field.type == OPAQUE:
            type_: Any = msgspec.Raw
        else:
            type_ = _SCALARS.get(field.type) or make(field.type)
        if field.is_map:
            return dict[str, type_] | None, None
        if field.is_repeated:
            return tuple[type_, ...] | None, None
        if field.is_pointer:
            return type_ | None, None
        return type_, type_()

    for name in MESSAGES:
        if name not in TIMES:
            make(name)
    return made


_SCALARS: Final[dict[str, type]] = {
    "string": str,
    "int32": int,
    "int64": int,
    "bool": bool,
    "bytes": bytes,
}

STRUCTS: Final = _structs()
"""The Struct of each message of the field table but the times."""
