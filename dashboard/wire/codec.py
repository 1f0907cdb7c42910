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
from dashboard.wire.frame import LENGTH_BYTES, LengthSplitter, Splitter
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
        """Return what happened, and the undecoded object of it; of a frame as `splitter` cuts it."""
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
        self._heads: dict[tuple[bytes, int], tuple[bytes, EventType] | None] = {}
        """What a frame of a size begins with up to its object, and the type of which it is then."""

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
        # As Go writes it, the size of a frame says every byte of it but the object's: then it is cut
        # where it lies. Parsing it would copy the object three times.
        known = frame[LENGTH_BYTES + 1 : LENGTH_BYTES + 2], len(frame)
        try:
            head = self._heads[known]
        except KeyError:
            head = self._learn(*known)
        if head is not None and frame.startswith(head[0]) and frame.endswith(_TAIL):
            return head[1], frame[len(head[0]) : -len(_TAIL)]
        try:
            event = _watch_event(frame[LENGTH_BYTES:])
            return _EVENT_TYPES[event.type], event.object.raw
        except (DecodeError, KeyError) as error:
            raise self._malformed("not a WatchEvent in protobuf") from error

    def _learn(self, marked: bytes, size: int) -> tuple[bytes, EventType] | None:
        """Remember and return how a frame of `size` begins whose type is as long as `marked` says."""
        if len(self._heads) >= KNOWN_HEADS:
            self._heads.clear()
        type_ = _BY_LENGTH.get(marked)
        head = _head(self._types[0], type_, size) if type_ else None
        self._heads[marked, size] = found = (head, type_) if head and type_ else None
        return found

    def read(self, raw: Raw) -> tuple[Partial, bytes]:
        """See Codec; of a watch, `raw` may still have its Unknown around it."""
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
            # Of most objects these are few and short, and the whole is long.
            if (entries := metadata.annotations[:]) and _LAST_APPLIED in b"".join(entries):
                _mask(metadata.annotations)
            # Cutting the metadata out where they lie and writing them alone was measured: it is dearer.
            return found, found.SerializeToString()
        except DecodeError as error:
            raise self._malformed("not an object in protobuf") from error

    def _unwrapped(self, data: bytes) -> bytes:
        """Return what an Unknown of this kind holds. Raises DecodeError."""
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
_BY_LENGTH: Final = {
    bytes((len(kind),)): kind for kind in (EventType.ADDED, EventType.MODIFIED, EventType.DELETED)
}
"""The types of events that bring objects: no two are as long as one another."""

_FIRST: Final = b"\x0a"
_SECOND: Final = b"\x12"
"""Tags of fields 1 and 2 where they hold bytes."""

_TAIL: Final = b"\x1a\x00\x22\x00"
"""What Go writes after the object in an Unknown: contentEncoding and contentType, both empty."""

KNOWN_HEADS: Final = 4_096
"""How many sizes of frames are remembered before all are forgotten; some 200 bytes each."""


def _head(type_meta: bytes, type_: EventType, size: int) -> bytes | None:
    """Return how Go begins a frame of `size`, up to its object; None if no frame is of that size."""
    name = type_.value.encode()
    left = size - LENGTH_BYTES
    head = left.to_bytes(LENGTH_BYTES)
    for piece, after in (
        (_FIRST + bytes((len(name),)) + name + _SECOND, 0),
        (_FIRST, 0),
        (MAGIC + _FIRST + bytes((len(type_meta),)) + type_meta + _SECOND, len(_TAIL)),
    ):
        left -= len(piece) + after
        # The length stands within what is left, and takes the more room the greater it is.
        lengths = (_varint(left - width) for width in range(1, 1 + min(4, left)))
        length = next((each for width, each in enumerate(lengths, 1) if len(each) == width), None)
        if length is None:
            return None
        left -= len(length)
        head += piece + length
    return head


def _varint(number: int) -> bytes:
    """Return a length as protobuf writes it."""
    found = bytearray()
    while number > 0x7F:
        found.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes((*found, number))


def _mask(annotations: Any) -> None:  # noqa: ANN401  (entries of a map, undecoded)
    """Take the last-applied annotation out. Raises DecodeError for an entry that only may be it."""
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
