"""One object as JSON, whole but for what nobody may be shown.

Masked here, before anything else sees it (CVE-2023-40029, CVE-2026-42880): the values of Secrets,
and the last-applied annotation of every kind, which holds them once more (fact M9).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from dashboard.wire.decode import decode

LAST_APPLIED: Final = "kubectl.kubernetes.io/last-applied-configuration"
VALUES: Final = ("data", "stringData")


class _Secret(msgspec.Struct, frozen=True):
    """What is decoded of a Secret: no value is, and no field that this version does not know."""

    metadata: dict[str, Any]
    apiVersion: str = "v1"  # noqa: N815  (the server's spelling)
    kind: str = "Secret"
    type: str = ""
    immutable: bool | None = None
    data: dict[str, msgspec.Raw] | None = None
    stringData: dict[str, msgspec.Raw] | None = None  # noqa: N815


class _Kind(msgspec.Struct, frozen=True):
    apiVersion: str = ""  # noqa: N815
    kind: str = ""


_kind_decoder = msgspec.json.Decoder(_Kind)
_secret_decoder = msgspec.json.Decoder(_Secret)
_object_decoder = msgspec.json.Decoder(dict[str, Any])


@dataclass(frozen=True, slots=True)
class ApiObject:
    """An object in the server's own words.

    `body` is its JSON without managedFields, last-applied and, for a Secret, data.
    `secret_bytes` is the size of each value of a Secret by its key; None for other kinds.
    """

    body: Mapping[str, Any]
    managed_fields: tuple[Mapping[str, Any], ...]
    secret_bytes: Mapping[str, int] | None = None


def decode_object(body: bytes, *, of: object) -> ApiObject:
    """Return the object in `body`, masked. Raises MalformedEvent, which quotes nothing of it."""
    kind = decode(_kind_decoder, body, of=of)
    secret_bytes: dict[str, int] | None = None
    if (kind.apiVersion, kind.kind) == ("v1", "Secret"):
        secret = decode(_secret_decoder, body, of=of)
        secret_bytes = {
            key: _decoded_bytes(bytes(value)) for key, value in (secret.data or {}).items()
        }
        whole: dict[str, Any] = {
            "apiVersion": secret.apiVersion,
            "kind": secret.kind,
            "metadata": secret.metadata,
            "type": secret.type,
        }
        if secret.immutable is not None:
            whole["immutable"] = secret.immutable
    else:
        whole = decode(_object_decoder, body, of=of)
    metadata = whole.get("metadata")
    managed: list[Mapping[str, Any]] = []
    if isinstance(metadata, dict):
        managed = metadata.pop("managedFields", None) or []
        annotations = metadata.get("annotations")
        if isinstance(annotations, dict) and LAST_APPLIED in annotations:
            del annotations[LAST_APPLIED]
            if not annotations:
                del metadata["annotations"]
    return ApiObject(whole, tuple(managed), secret_bytes)


def _decoded_bytes(raw: bytes) -> int:
    """Return how many bytes a JSON string of base64 stands for, without decoding it."""
    text = raw.strip().strip(b'"').rstrip(b"=")
    return len(text) * 3 // 4
