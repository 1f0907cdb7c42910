"""Masked where it is decoded: whoever holds an ApiObject holds nothing that may not be shown."""

import base64
import json

import pytest

from dashboard.errors import MalformedEvent
from dashboard.wire.object import LAST_APPLIED, decode_object

CANARY = "canary-value"
SECRET = {
    "apiVersion": "v1",
    "kind": "Secret",
    "metadata": {
        "name": "s",
        "uid": "u",
        "resourceVersion": "7",
        "managedFields": [{"manager": "kubectl"}],
        "annotations": {LAST_APPLIED: CANARY, "kept": "yes"},
    },
    "type": "Opaque",
    "immutable": True,
    "data": {"password": base64.b64encode(CANARY.encode()).decode(), "empty": ""},
    "stringData": {"other": CANARY},
    "aFieldOfTheFuture": CANARY,
}


def test_a_secret_has_sizes_and_no_values() -> None:
    found = decode_object(json.dumps(SECRET).encode(), of="secrets.v1")

    assert found.secret_bytes == {"password": len(CANARY), "empty": 0}
    assert CANARY not in repr(found)
    assert base64.b64encode(CANARY.encode()).decode() not in repr(found)
    assert found.body == {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {
            "name": "s",
            "uid": "u",
            "resourceVersion": "7",
            "annotations": {"kept": "yes"},
        },
        "type": "Opaque",
        "immutable": True,
    }
    assert found.managed_fields == ({"manager": "kubectl"},)


@pytest.mark.parametrize("value", [5, None, {"a": CANARY}, [CANARY]])
def test_a_value_that_is_no_text_is_no_reason_to_show_it(value: object) -> None:
    odd = SECRET | {"data": {"a": value}}

    assert CANARY not in repr(decode_object(json.dumps(odd).encode(), of="secrets.v1"))


def test_another_kind_is_whole_but_for_last_applied_and_managed_fields() -> None:
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "p", "annotations": {LAST_APPLIED: CANARY}},
        "spec": {"containers": [{"name": "c"}]},
        "data": {"stays": "as it is"},
    }

    found = decode_object(json.dumps(pod).encode(), of="pods.v1")

    assert found.body == pod | {"metadata": {"name": "p"}}
    assert found.managed_fields == ()
    assert found.secret_bytes is None


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"no JSON", b'{"apiVersion":"v1","kind":"Secret","metadata":5}']
)
def test_what_is_no_object_is_an_error_that_quotes_nothing(body: bytes) -> None:
    with pytest.raises(MalformedEvent):
        decode_object(body, of="secrets.v1")


@pytest.mark.parametrize("metadata", [5, None, {"annotations": 5, "managedFields": None}])
def test_a_strange_object_is_shown_as_it_is(metadata: object) -> None:
    odd = {"apiVersion": "x/v1", "kind": "Odd", "metadata": metadata}

    assert decode_object(json.dumps(odd).encode(), of="odds.v1.x").body["kind"] == "Odd"
