"""Names and versions of a collection, without the objects.

Go: k8s.io/apimachinery/pkg/apis/meta/v1#PartialObjectMetadataList.
"""

import msgspec

from dashboard.wire.table import ListMeta, PartialObject

ACCEPT = "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io"


class PartialObjectList(msgspec.Struct, frozen=True):
    """A page of them; `items` is None in an empty list."""

    metadata: ListMeta
    items: list[PartialObject] | None = None


list_decoder = msgspec.json.Decoder(PartialObjectList)
