"""The one door to protobuf: message classes made at import from the field table, without protoc.

Unknown fields are kept by the parser and written out again, so a message that was parsed with a
part of its fields still serialises to the whole object.
"""

from collections.abc import Callable
from typing import Any, Final, TypeAlias

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.internal import api_implementation
from google.protobuf.message import DecodeError

from dashboard.errors import SlowProtobuf
from dashboard.wire.fields import (
    DROPPED,
    ENVELOPES,
    LIST,
    MESSAGES,
    OPAQUE,
    SCALARS,
    Field,
    Message,
)
from dashboard.wire.utf8 import mend

__all__ = ["MAGIC", "DecodeError", "MessageClass", "decoder", "mended", "message", "unwrapped"]

MessageClass: TypeAlias = Any
"""A class that upb made: nothing of it is known to a type checker."""

MAGIC: Final = b"k8s\0"
"""What an Unknown begins with.

Go: k8s.io/apimachinery/pkg/runtime/serializer/protobuf#protoEncodingPrefix.
"""

PACKAGE: Final = "portolan"
ENTRY: Final = "ENTRY"
"""One entry of a map that was left undecoded."""

_Proto = descriptor_pb2.FieldDescriptorProto
_TYPES: Final = {
    "string": _Proto.TYPE_STRING,
    "int32": _Proto.TYPE_INT32,
    "int64": _Proto.TYPE_INT64,
    "bool": _Proto.TYPE_BOOL,
    "bytes": _Proto.TYPE_BYTES,
    OPAQUE: _Proto.TYPE_BYTES,
}


def message(name: str) -> MessageClass:
    """Return the class of a message of the field table, or of LIST or ENTRY.

    It refuses text that is no UTF-8.
    """
    return _STRICT[name]


def decoder(name: str) -> Callable[[bytes], Any]:
    """Return what decodes messages called `name`; it raises DecodeError."""
    strict = message(name).FromString

    def decode(raw: bytes) -> Any:  # noqa: ANN401
        try:
            return strict(raw)
        except DecodeError:
            return mended(name, raw)

    return decode


def mended(name: str, raw: bytes) -> Any:  # noqa: ANN401
    """Return the message in `raw` with text made of what is none. Raises DecodeError."""
    found = _LENIENT[name].FromString(raw)
    mend(found)
    return message(name).FromString(found.SerializeToString())


def unwrapped(body: bytes) -> Any:  # noqa: ANN401
    """Return the Unknown in `body`, with `typeMeta` and `raw` undecoded. Raises DecodeError."""
    if not body.startswith(MAGIC):
        raise DecodeError("no envelope")
    return _unknown(body[len(MAGIC) :])


def check_implementation(found: str) -> None:
    """Raise SlowProtobuf unless `found` is the C implementation.

    The Python one is some fifty times slower and is taken silently where the other cannot be loaded.
    """
    if found != "upb":
        raise SlowProtobuf(found=found)


def _classes(messages: dict[str, Message], **dialect: Any) -> dict[str, MessageClass]:  # noqa: ANN401
    file = descriptor_pb2.FileDescriptorProto(name="portolan.proto", package=PACKAGE, **dialect)
    for name, fields in messages.items():
        made = file.message_type.add(name=_plain(name))
        for field_name, field in (fields | DROPPED.get(name, {})).items():
            _add(made, field_name, field)
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return {
        name: message_factory.GetMessageClass(
            pool.FindMessageTypeByName(f"{PACKAGE}.{_plain(name)}")
        )
        for name in messages
    }


def _add(made: descriptor_pb2.DescriptorProto, name: str, field: Field) -> None:
    is_many = field.is_repeated or field.is_map
    label = _Proto.LABEL_REPEATED if is_many else _Proto.LABEL_OPTIONAL
    added = made.field.add(name=name, number=field.number, label=label)
    if field.is_map or field.is_lazy:
        added.type = _Proto.TYPE_BYTES
    elif field.type in SCALARS:
        added.type = _TYPES[field.type]
    else:
        added.type = _Proto.TYPE_MESSAGE
        added.type_name = f".{PACKAGE}.{_plain(field.type)}"


def _plain(name: str) -> str:
    return name.replace(".", "_")


check_implementation(api_implementation.Type())
_MESSAGES: Final = (
    MESSAGES | ENVELOPES | {"LIST": LIST, ENTRY: {"key": Field(1), "value": Field(2)}}
)
_STRICT: Final = _classes(_MESSAGES, syntax="editions", edition=descriptor_pb2.EDITION_2023)
_LENIENT: Final = _classes(_MESSAGES, syntax="proto2")
_unknown: Final = message("runtime.Unknown").FromString
