"""What can be asked of a form in which hot kinds are sent; and protobuf, the first of the two.

managedFields and the last-applied annotation are gone before anything is handed on (fact M9).
Go: k8s.io/apimachinery/pkg/runtime/serializer/protobuf#Serializer.
"""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple, Protocol

import msgspec

from dashboard.api.gvr import GVR
from dashboard.api.resourceversion import ResourceVersion
from dashboard.api.status import Status
from dashboard.api.watchevent import INITIAL_EVENTS_END, EventType
from dashboard.errors import MalformedEvent
from dashboard.wire.fields import KINDS, OBJECT
from dashboard.wire.frame import LengthSplitter, Splitter
from dashboard.wire.object import LAST_APPLIED
from dashboard.wire.partial import Partial, labels
from dashboard.wire.protobuf import ENTRY, MAGIC, DecodeError, decoder, mended, message, unwrapped
from dashboard.wire.status import decode_status

PROTOBUF: Final = "application/vnd.kubernetes.protobuf"
JSON: Final = "application/json"

Raw = bytes | msgspec.Raw


class Listed(NamedTuple):
    """A page of a LIST whose `items` are not decoded yet; `remaining` None where nobody said."""

    resource_version: ResourceVersion
    continue_token: str
    remaining: int | None
    items: Sequence[Raw]


class Mark(NamedTuple):
    """A bookmark."""

    resource_version: ResourceVersion
    is_initial_events_end: bool


class Codec(Protocol):
    """Decodes one kind. Every method raises MalformedEvent, which quotes nothing, and no other."""

    gvr: GVR

    def splitter(self) -> Splitter:
        """Return what cuts one watch stream."""
        ...

    def listing(self, body: bytes) -> Listed:
        """Return a page of a LIST."""
        ...

    def frame(self, frame: bytes) -> tuple[EventType, Raw]:
        """Return what happened, and the undecoded object of it."""
        ...

    def read(self, raw: Raw) -> tuple[Partial, bytes]:
        """Return an object and, where it can be had, the bytes of the whole of it, masked."""
        ...

    def metadata(self, raw: Raw) -> Partial:
        """Return the metadata alone of an object the rest of which may be broken."""
        ...

    def mark(self, raw: Raw) -> Mark:
        """Return a bookmark."""
        ...

    def status(self, raw: Raw) -> Status:
        """Return what an ERROR event says."""
        ...


class ProtobufCodec:
    """Protobuf: each object within an Unknown, in a watch within a WatchEvent too."""

    def __init__(self, gvr: GVR) -> None:
        """Decode the hot kind `gvr`."""
        self.gvr = gvr
        self._name = KINDS[gvr]
        self._decode = message(self._name).FromString
        self._kind = KINDS[gvr].rpartition(".")[2]
        self._types = [_type_meta(gvr, self._kind), _type_meta(gvr, f"{self._kind}List")]
        own = self._types[0]
        self._prefix = MAGIC + _FIRST + bytes((len(own),)) + own + _SECOND
        """What an Unknown of this kind begins with, up to the length of the object."""

    def splitter(self) -> Splitter:
        """See Codec."""
        return LengthSplitter(self.gvr)

    def listing(self, body: bytes) -> Listed:
        """See Codec."""
        try:
            wrapped = unwrapped(body)
            found = _list(wrapped.raw)
            metadata = found.metadata
            has_remaining = metadata.HasField("remainingItemCount")
            listed = Listed(
                ResourceVersion(metadata.resourceVersion),
                getattr(metadata, "continue"),
                metadata.remainingItemCount if has_remaining else None,
                found.items,
            )
        except DecodeError as error:
            raise self._malformed("not a list in protobuf") from error
        if wrapped.typeMeta != self._types[1]:
            raise self._malformed(f"not a {self._kind}List")
        return listed

    def frame(self, frame: bytes) -> tuple[EventType, bytes]:
        """See Codec."""
        # As Go writes it, type and then object, it is cut where it lies: parsing it would copy the
        # object twice.
        try:
            if frame[:1] == _FIRST and len(frame) > 1:
                end = 2 + frame[1]
                type_ = _EVENTS.get(frame[2:end])
                if type_ is not None and (at := _object_at(frame, end)):
                    return type_, frame[at:]
            event = _watch_event(frame)
            return _EVENT_TYPES[event.type], event.object.raw
        except (DecodeError, KeyError) as error:
            raise self._malformed("not a WatchEvent in protobuf") from error

    def read(self, raw: Raw) -> tuple[Partial, bytes]:
        """See Codec; of a watch, `raw` still has its Unknown around it."""
        data = raw if isinstance(raw, bytes) else bytes(raw)
        try:
            if data.startswith(MAGIC):
                data = self._unwrapped(data)
            try:
                found = self._decode(data)
            except DecodeError:
                found = mended(self._name, data)
            metadata = found.metadata
            metadata.ClearField("managedFields")
            if metadata.annotations:
                _mask(metadata.annotations)
            # Cutting the metadata out where they lie and writing them alone was measured: it is dearer.
            return found, found.SerializeToString()
        except DecodeError as error:
            raise self._malformed("not an object in protobuf") from error

    def _unwrapped(self, data: bytes) -> bytes:
        """Return what an Unknown of this kind holds. Raises DecodeError."""
        if data.startswith(self._prefix):
            length, start = _varint(data, len(self._prefix))
            if data[start + length :] in _TAILS and start + length <= len(data):
                return data[start : start + length]
        wrapped = unwrapped(data)
        if wrapped.typeMeta != self._types[0]:
            raise self._malformed(f"not a {self._kind}")
        inner: bytes = wrapped.raw
        return inner

    def metadata(self, raw: Raw) -> Partial:
        """See Codec."""
        try:
            return _metadata(unwrapped(raw).raw if raw[:4] == MAGIC else raw).metadata
        except DecodeError as error:
            raise self._malformed("an object without metadata") from error

    def mark(self, raw: Raw) -> Mark:
        """See Codec."""
        metadata = self.metadata(raw)
        is_end = _INITIAL_EVENTS_END in labels(metadata.annotations)
        return Mark(ResourceVersion(metadata.resourceVersion), is_end)

    def status(self, raw: Raw) -> Status:
        """See Codec."""
        return decode_status(bytes(raw), code=0)

    def _malformed(self, detail: str) -> MalformedEvent:
        return MalformedEvent(gvr=self.gvr, detail=detail)


_list: Final = message("LIST").FromString
_metadata: Final = decoder(OBJECT)
_watch_event: Final = message("meta.WatchEvent").FromString
_entry: Final = decoder(ENTRY)
_LAST_APPLIED: Final = LAST_APPLIED.encode()
_INITIAL_EVENTS_END: Final = f"{INITIAL_EVENTS_END}=true"
_EVENT_TYPES: Final = {kind.value: kind for kind in EventType}
_EVENTS: Final = {kind.value.encode(): kind for kind in EventType}

_FIRST: Final = b"\x0a"
_SECOND: Final = b"\x12"
"""Tags of fields 1 and 2 where they hold bytes."""

_TAILS: Final = frozenset({b"", b"\x1a\x00\x22\x00"})
"""What follows the object in an Unknown: nothing, or two empty texts."""


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """Return the number that begins at `at`, and where it ends. Raises DecodeError."""
    value = shift = 0
    while at < len(data) and shift < 64:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7
    raise DecodeError("a length without end")


def _object_at(frame: bytes, end: int) -> int:
    """Return where the object of a WatchEvent begins, whose type is over at `end`.

    0 if it does not lie as Go writes it, down to the last byte: then upb judges it.
    """
    size = len(frame)
    for tag in (_SECOND, _FIRST):
        if frame[end : end + 1] != tag:
            return 0
        length, end = _varint(frame, end + 1)
        if end + length != size:
            return 0
    return end if frame.startswith(MAGIC, end) else 0


def _mask(annotations: Any) -> None:  # noqa: ANN401  (entries of a map, undecoded)
    """Take the last-applied annotation out. Raises DecodeError for an entry that only may be it."""
    if _LAST_APPLIED not in b"".join(annotations):
        return
    for place in range(len(annotations) - 1, -1, -1):
        each = annotations[place]
        if _LAST_APPLIED in each and _entry(each).key == LAST_APPLIED:
            del annotations[place]


def _type_meta(gvr: GVR, kind: str) -> bytes:
    """Return the bytes by which an Unknown says what it holds."""
    found: bytes = message("runtime.TypeMeta")(
        apiVersion=gvr.group_version, kind=kind
    ).SerializeToString()
    return found
