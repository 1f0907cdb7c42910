"""The server's Table, over LIST and over WATCH: columns, cells, and just enough of each object.

managedFields and annotations are not named here, so they are gone before anything is stored
(fact M9: the last-applied annotation of a Secret holds its values).
Go: k8s.io/apimachinery/pkg/apis/meta/v1#Table.
"""

from datetime import datetime
from typing import Any

import msgspec

from dashboard.api.watchevent import INITIAL_EVENTS_END, EventType

ACCEPT = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"


class ObjectMeta(msgspec.Struct, gc=False, frozen=True):
    """What a row keeps of its object."""

    name: str = ""
    namespace: str = ""
    uid: str = ""
    resourceVersion: str = ""  # noqa: N815  (the server's spelling, here and below)
    creationTimestamp: datetime | None = None  # noqa: N815
    labels: dict[str, str] | None = None


class PartialObject(msgspec.Struct, gc=False, frozen=True):
    """PartialObjectMetadata, which includeObject=Metadata asks for."""

    metadata: ObjectMeta


class TableRow(msgspec.Struct, gc=False, frozen=True):
    """One object: its cells in the order of the columns, as the server printed them."""

    cells: list[Any]
    object: PartialObject


class ColumnDefinition(msgspec.Struct, gc=False, frozen=True):
    """One column, as the server describes it."""

    name: str
    type: str
    format: str = ""
    priority: int = 0
    description: str = ""


class ListMeta(msgspec.Struct, frozen=True, rename={"continue_": "continue"}):
    """Of a page: where a watch begins, how to go on, and how many objects are left."""

    resourceVersion: str = ""  # noqa: N815
    continue_: str = ""
    remainingItemCount: int | None = None  # noqa: N815


class Table(msgspec.Struct, frozen=True):
    """A page of a LIST, or one event of a WATCH.

    `columnDefinitions` is None in every event but the first of a stream (fact M15); `rows` is None
    in an empty list.
    """

    kind: str
    metadata: ListMeta
    columnDefinitions: list[ColumnDefinition] | None = None  # noqa: N815
    rows: list[TableRow] | None = None


class _Annotated(msgspec.Struct, frozen=True):
    annotations: dict[str, str] = {}


class _AnnotatedObject(msgspec.Struct, frozen=True):
    metadata: _Annotated = _Annotated()


class _BookmarkRow(msgspec.Struct, frozen=True):
    object: _AnnotatedObject = _AnnotatedObject()


class Bookmark(msgspec.Struct, frozen=True):
    """A bookmark is a Table with one bogus row, whose object carries the end marker (fact M16)."""

    metadata: ListMeta
    columnDefinitions: list[ColumnDefinition] | None = None  # noqa: N815
    rows: list[_BookmarkRow] | None = None

    @property
    def is_initial_events_end(self) -> bool:
        """Whether a streaming list is complete with this bookmark."""
        return any(
            row.object.metadata.annotations.get(INITIAL_EVENTS_END) == "true"
            for row in self.rows or ()
        )


class Frame(msgspec.Struct, frozen=True):
    """One frame of a watch; `object` is decoded only when its type is known."""

    type: EventType
    object: msgspec.Raw


frame_decoder = msgspec.json.Decoder(Frame)
table_decoder = msgspec.json.Decoder(Table)
bookmark_decoder = msgspec.json.Decoder(Bookmark)
