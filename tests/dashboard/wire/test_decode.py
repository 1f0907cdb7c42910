"""What a server may send becomes values, or an error that quotes nothing of it."""

import contextlib

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.api.status import Status
from dashboard.errors import MalformedEvent
from dashboard.wire import table
from dashboard.wire.decode import decode
from dashboard.wire.status import decode_status


@given(st.binary(max_size=200))
def test_any_bytes_are_a_table_or_a_malformed_event(body: bytes) -> None:
    with contextlib.suppress(MalformedEvent):
        assert decode(table.table_decoder, body, of="pods.v1").kind


def test_an_error_names_the_field_and_never_the_content() -> None:
    body = b'{"kind":"Table","metadata":{"resourceVersion":"canary-secret","remainingItemCount":"canary"}}'

    with pytest.raises(MalformedEvent) as caught:
        decode(table.table_decoder, body, of="pods.v1")

    assert "remainingItemCount" in str(caught.value)
    assert "canary" not in str(caught.value)


def test_managed_fields_and_annotations_are_gone_after_decoding() -> None:
    body = msgspec.json.encode(
        {
            "kind": "Table",
            "metadata": {"resourceVersion": "1"},
            "rows": [
                {
                    "cells": ["a"],
                    "object": {
                        "metadata": {
                            "name": "a",
                            "uid": "u",
                            "annotations": {
                                "kubectl.kubernetes.io/last-applied-configuration": "canary"
                            },
                            "managedFields": [{"manager": "canary"}],
                        }
                    },
                }
            ],
        }
    )

    assert "canary" not in repr(decode(table.table_decoder, body, of="x"))


def test_the_end_marker_is_read_from_the_bogus_row_of_a_bookmark() -> None:
    body = (
        b'{"kind":"Table","metadata":{"resourceVersion":"7"},"rows":[{"cells":["","0/0"],'
        b'"object":{"metadata":{"annotations":{"k8s.io/initial-events-end":"true"}}}}]}'
    )

    mark = decode(table.bookmark_decoder, body, of="x")

    assert (mark.metadata.resourceVersion, mark.is_initial_events_end) == ("7", True)


def test_an_empty_list_has_null_rows() -> None:
    page = decode(table.table_decoder, b'{"kind":"Table","metadata":{},"rows":null}', of="x")

    assert page.rows is None


def test_plain_text_from_a_broken_aggregated_api_is_a_status_too() -> None:
    assert decode_status(b"service unavailable", code=503) == Status(
        503, message="service unavailable"
    )


def test_a_status_carries_its_causes_and_the_pause_it_asks_for() -> None:
    body = (
        b'{"kind":"Status","code":429,"reason":"TooManyRequests","message":"later",'
        b'"details":{"retryAfterSeconds":3,"causes":[{"reason":"ResourceVersionTooLarge"}]}}'
    )

    status = decode_status(body, code=0)

    assert (status.code, status.retry_after_s) == (429, 3)
    assert status.causes[0].type == "ResourceVersionTooLarge"
