"""JSON of hot kinds, where protobuf is refused.

Go: k8s.io/apimachinery/pkg/runtime/serializer/json#Serializer.
"""

from typing import Any

import msgspec

from dashboard.api.gvr import GVR
from dashboard.api.resourceversion import ResourceVersion
from dashboard.api.status import Status
from dashboard.api.watchevent import INITIAL_EVENTS_END, EventType
from dashboard.errors import MalformedEvent
from dashboard.wire.codec import Listed, Mark, Raw
from dashboard.wire.decode import decode
from dashboard.wire.fields import KINDS, OBJECT
from dashboard.wire.frame import LineSplitter, Splitter
from dashboard.wire.partial import STRUCTS, Partial, PartialObject
from dashboard.wire.status import decode_status
from dashboard.wire.table import ListMeta, frame_decoder


class JsonCodec:
    """A Codec of which what is masked is not decoded, and the whole is not kept."""

    def __init__(self, gvr: GVR) -> None:
        """Decode the hot kind `gvr`."""
        self.gvr = gvr
        self._kind = KINDS[gvr].rpartition(".")[2]
        self._decoder: msgspec.json.Decoder[PartialObject] = msgspec.json.Decoder(
            STRUCTS[KINDS[gvr]]
        )

    def splitter(self) -> Splitter:
        """See Codec."""
        return LineSplitter(self.gvr)

    def listing(self, body: bytes) -> Listed:
        """See Codec."""
        found = decode(_json_list, body, of=self.gvr)
        if found.kind != f"{self._kind}List":
            raise MalformedEvent(gvr=self.gvr, detail=f"not a {self._kind}List")
        return Listed(
            ResourceVersion(found.metadata.resourceVersion),
            found.metadata.continue_,
            found.metadata.remainingItemCount,
            found.items or (),
        )

    def frame(self, frame: bytes) -> tuple[EventType, msgspec.Raw]:
        """See Codec."""
        event = decode(frame_decoder, frame, of=self.gvr)
        return event.type, event.object

    def read(self, raw: Raw) -> tuple[Partial, bytes]:
        """See Codec."""
        return decode(self._decoder, raw, of=self.gvr), b""

    def metadata(self, raw: Raw) -> Partial:
        """See Codec."""
        return decode(_json_object, raw, of=self.gvr).metadata

    def mark(self, raw: Raw) -> Mark:
        """See Codec."""
        metadata = decode(_json_mark, raw, of=self.gvr).metadata
        is_end = metadata.annotations.get(INITIAL_EVENTS_END) == "true"
        return Mark(ResourceVersion(metadata.resourceVersion), is_end)

    def status(self, raw: Raw) -> Status:
        """See Codec."""
        return decode_status(bytes(raw), code=0)


class _JsonList(msgspec.Struct, frozen=True):
    kind: str
    metadata: ListMeta
    items: list[msgspec.Raw] | None = None


class _MarkMeta(msgspec.Struct, frozen=True):
    resourceVersion: str = ""  # noqa: N815  (the server's spelling)
    annotations: dict[str, str] = {}


class _JsonMark(msgspec.Struct, frozen=True):
    metadata: _MarkMeta


_json_list = msgspec.json.Decoder(_JsonList)
_json_object: msgspec.json.Decoder[Any] = msgspec.json.Decoder(STRUCTS[OBJECT])
_json_mark = msgspec.json.Decoder(_JsonMark)
