"""Versions as JSON: whole objects, metadata alone, or rows of a Table."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from dashboard.api.watchevent import INITIAL_EVENTS_END
from dashboard.demo.recording import Object
from dashboard.demo.request import Form
from dashboard.demo.storage import Version

PARTIAL: Final = '{"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/v1","metadata":'
PARTIAL_LIST: Final = (
    '{"kind":"PartialObjectMetadataList","apiVersion":"meta.k8s.io/v1","metadata":'
)
TABLE: Final = '{"kind":"Table","apiVersion":"meta.k8s.io/v1","metadata":'
TAIL: Final = "]}\n"


def compact(document: Any) -> str:  # noqa: ANN401  (any JSON)
    """Return `document` as the server writes it."""
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Press:
    """How one kind is printed in one form. `include` is includeObject, which Tables alone heed.

    What cannot be watched has no resourceVersion either.
    """

    kind: str
    api_version: str
    object_kind: str
    is_watchable: bool
    columns: Sequence[Object]
    bookmark: tuple[Object, Sequence[Any]] | None
    form: Form
    include: str
    is_repeating: bool = False
    """Whether every frame of a stream names the columns; most kinds name them once (fact M15)."""

    def head(self, metadata: Mapping[str, Any]) -> str:
        """Return the beginning of a LIST, up to its first item; TAIL is its end."""
        meta = compact(metadata)
        if self.form is Form.TABLE:
            return f'{TABLE}{meta},"columnDefinitions":{compact(self.columns)},"rows":['
        if self.form is Form.METADATA:
            return f'{PARTIAL_LIST}{meta},"items":['
        kind = f'"kind":"{self.object_kind}List","apiVersion":"{self.api_version}"'
        return f'{{{kind},"metadata":{meta},"items":['

    def item(self, version: Version, now_ms: int) -> str:
        """Return one item of a LIST."""
        if self.form is Form.TABLE:
            return self._row(version, now_ms)
        if self.form is Form.METADATA:
            return f"{PARTIAL}{version.metadata()}}}"
        text = version.object()
        # Items of built-in kinds have no type, for that of the list says it; custom resources have theirs.
        return "{" + text.removeprefix(self._type) if text.startswith(self._type) else text

    def one(self, version: Version, now_ms: int, *, has_columns: bool = True) -> str:
        """Return one object: the answer to a GET, or the object of an event."""
        if self.form is Form.TABLE:
            meta = compact({"resourceVersion": str(version.resource_version)})
            columns = compact(self.columns) if has_columns else "null"
            row = self._row(version, now_ms)
            return f'{TABLE}{meta},"columnDefinitions":{columns},"rows":[{row}]}}'
        if self.form is Form.METADATA:
            return f"{PARTIAL}{version.metadata()}}}"
        return version.object()

    def mark(self, resource_version: int, *, is_end: bool, has_columns: bool) -> str:
        """Return the object of a bookmark; `is_end` marks the end of the initial events."""
        document, cells = self.bookmark or ({"metadata": {}}, [])
        meta: Object = {"resourceVersion": str(resource_version)}
        if is_end:
            meta["annotations"] = {INITIAL_EVENTS_END: "true"}
        document = {**document, "metadata": meta}
        partial = f"{PARTIAL}{compact(meta)}}}"
        if self.form is Form.TABLE:
            told = {"Object": compact(document), "Metadata": partial}.get(self.include, "null")
            columns = compact(self.columns) if has_columns else "null"
            listed = compact({"resourceVersion": str(resource_version)})
            row = f'{{"cells":{compact(cells)},"object":{told}}}'
            return f'{TABLE}{listed},"columnDefinitions":{columns},"rows":[{row}]}}'
        return partial if self.form is Form.METADATA else compact(document)

    @property
    def _type(self) -> str:
        return f'{{"kind":"{self.object_kind}","apiVersion":"{self.api_version}",'

    def _row(self, version: Version, now_ms: int) -> str:
        told = "null"
        if self.include == "Object":
            told = version.object()
        elif self.include == "Metadata":
            told = f"{PARTIAL}{version.metadata()}}}"
        return f'{{"cells":{version.cells(now_ms)},"object":{told}}}'
