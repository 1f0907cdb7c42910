"""Bytes to rows: what cannot be read is marked, what differs from the server's own print is refused."""

import contextlib
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.api.gvr import GVR
from dashboard.api.table import Cell, Column, MixedCell, TimeCell, TimeForm
from dashboard.api.watchevent import EventType
from dashboard.errors import ClusterError, Expired, MalformedEvent, PrintedOtherwise
from dashboard.rows.printer import PRINTERS, Press
from dashboard.rows.reader import Reader
from dashboard.rows.sample import Sample, is_same
from dashboard.wire.codec import ProtobufCodec
from dashboard.wire.jsoncodec import JsonCodec
from dashboard.wire.table import TableRow, table_decoder
from tests.support.partial import encode, kind
from tests.support.protowire import field, frame, unknown, watch_event

PODS = GVR("", "v1", "pods")
LEASES = GVR("coordination.k8s.io", "v1", "leases")
NOW_MS = 1_767_225_600_000
CREATED = "2026-01-01T00:00:00Z"

Json = dict[str, Any]


def metadata(name: str = "a", version: str = "5") -> Json:
    return {
        "name": name,
        "namespace": "shop",
        "uid": f"u-{name}",
        "resourceVersion": version,
        "creationTimestamp": CREATED,
    }


def press(gvr: GVR, *columns: str) -> Press:
    found = PRINTERS[gvr].under(columns or PRINTERS[gvr].columns)
    assert found is not None
    return found


def event(gvr: GVR, type_: str, raw: bytes) -> bytes:
    return frame(watch_event(type_, unknown(raw, gvr.group_version, kind(gvr))))


def lease(name: str = "a", holder: str = "h", version: str = "5") -> bytes:
    document = {"metadata": metadata(name, version), "spec": {"holderIdentity": holder}}
    return encode("coordination.Lease", document)


def printed(*rows: tuple[str, str, list[Any]]) -> list[TableRow]:
    """Return rows of a Table: name, version, cells."""
    table = {
        "kind": "Table",
        "metadata": {},
        "rows": [
            {"cells": cells, "object": {"metadata": metadata(name, version)}}
            for name, version, cells in rows
        ],
    }
    return table_decoder.decode(msgspec.json.encode(table)).rows or []


def sample(*rows: tuple[str, str, list[Any]]) -> Sample:
    columns = tuple(map(Column, PRINTERS[LEASES].columns))
    return Sample(columns, printed(*rows), printed_at_ms=NOW_MS)


def test_columns_of_the_server_pick_the_cells_in_its_order() -> None:
    raw = lease()

    for columns, cells in [
        (("Age", "Name"), (TimeCell(NOW_MS), "a")),
        (("Holder",), ("h",)),
        (("Name", "Holder", "Age"), ("a", "h", TimeCell(NOW_MS))),
    ]:
        reader = Reader(LEASES, ProtobufCodec(LEASES), press(LEASES, *columns))
        assert reader.row(raw)[0].cells == cells


@pytest.mark.parametrize("columns", [("Name", "Holder", "Term"), ()])
def test_a_column_that_is_not_known_is_for_the_server_to_print(columns: tuple[str, ...]) -> None:
    assert PRINTERS[LEASES].under(columns) is None


def test_an_event_has_the_row_the_version_and_the_whole_object() -> None:
    reader = Reader(LEASES, ProtobufCodec(LEASES), press(LEASES))

    found = reader.event(event(LEASES, "MODIFIED", lease(version="77")))

    assert found.type is EventType.MODIFIED
    assert found.resource_version == "77"
    assert found.object is not None
    assert (found.object.namespace, found.object.uid) == ("shop", "u-a")
    assert ProtobufCodec(LEASES).read(found.body)[0].spec.holderIdentity == "h"


def test_an_error_event_is_raised() -> None:
    status = encode("meta.Status", {"reason": "Expired", "code": 410})
    reader = Reader(LEASES, ProtobufCodec(LEASES), press(LEASES))

    with pytest.raises(Expired):
        reader.event(frame(watch_event("ERROR", unknown(status, "v1", "Status"))))


BROKEN_SPECS = {
    "a number where a message belongs": field(2, 7) + field(2, b"\x0a\xff"),
    "a message that ends too early": field(2, b"\x0a\x7f"),
}


@pytest.mark.parametrize("spec", BROKEN_SPECS.values(), ids=BROKEN_SPECS)
def test_an_object_that_cannot_be_read_is_a_row_with_a_name(spec: bytes) -> None:
    raw = field(1, encode("meta.ObjectMeta", metadata())) + spec
    reader = Reader(LEASES, ProtobufCodec(LEASES), press(LEASES))

    row, body = reader.row(raw)
    after = reader.event(event(LEASES, "ADDED", lease("b")))

    assert (row.namespace, row.name, row.uid, row.resource_version) == ("shop", "a", "u-a", "5")
    assert row.cells == ("a", None, None)
    assert body == b""
    assert reader.unreadable == 1
    assert after.object is not None
    assert after.object.cells[0] == "b"


def test_the_same_in_json() -> None:
    text = {"metadata": metadata(), "spec": {"holderIdentity": 7}}
    reader = Reader(LEASES, JsonCodec(LEASES), press(LEASES))

    row, _body = reader.row(msgspec.Raw(msgspec.json.encode(text)))

    assert row.cells == ("a", None, None)
    assert reader.unreadable == 1


@pytest.mark.parametrize(
    "raw",
    [b"", b"\xff", field(1, b"\xff"), field(1, field(1, b"a")), field(1, field(1, b"\xff"))],
)
def test_an_object_without_name_or_uid_is_no_row(raw: bytes) -> None:
    reader = Reader(LEASES, ProtobufCodec(LEASES), press(LEASES))

    with pytest.raises(MalformedEvent):
        reader.row(raw)


def test_a_row_that_the_server_prints_otherwise_is_refused_by_its_column() -> None:
    held = sample(("a", "5", ["a", "h", "0s"]), ("b", "5", ["b", "somebody", "0s"]))
    reader = Reader(LEASES, ProtobufCodec(LEASES), press(LEASES), held)

    assert reader.row(lease("a"))[0].name == "a"
    assert held.compared == 1
    with pytest.raises(PrintedOtherwise) as caught:
        reader.row(lease("b", holder="canary"))

    assert caught.value.params["column"] == "Holder"
    assert "canary" not in str(caught.value)
    assert "somebody" not in str(caught.value)


def test_another_version_of_an_object_says_nothing() -> None:
    held = sample(("a", "5", ["a", "h", "0s"]))
    reader = Reader(LEASES, ProtobufCodec(LEASES), press(LEASES), held)

    reader.row(lease("a", holder="another", version="6"))

    assert held.compared == 0


@pytest.mark.parametrize(
    ("cell", "text", "is_equal"),
    [
        ("a", "a", True),
        ("1", 1, False),
        (1, 1, True),
        (1, True, False),
        (None, None, True),
        (TimeCell(NOW_MS - 90_000), "90s", True),
        (TimeCell(NOW_MS - 90_000), "4m", False),
        (TimeCell(NOW_MS - 26 * 3_600_000), "26h", True),
        (TimeCell(NOW_MS - 26 * 3_600_000), "28h", False),
        (TimeCell(NOW_MS - 90_000), "<unknown>", False),
        (TimeCell(NOW_MS + 90_000), "<invalid>", True),
        (TimeCell(NOW_MS - 90_000), "<invalid>", False),
        (TimeCell(NOW_MS - 90_000, TimeForm.DURATION), "90s", True),
        (MixedCell("3", NOW_MS - 300_000), "3 (5m ago)", True),
        (MixedCell("3", NOW_MS - 300_000), "4 (5m ago)", False),
        (MixedCell("3", NOW_MS - 300_000), "3 (8m ago)", False),
        (MixedCell("3", NOW_MS - 300_000), "3", False),
        ("3", "3 (5m ago)", False),
    ],
)  # fmt: skip
def test_a_time_is_the_same_if_it_could_be_printed_so(
    cell: Cell, text: Any, is_equal: bool
) -> None:
    assert is_same(cell, text, printed_at_ms=NOW_MS) is is_equal


READERS = [
    Reader(gvr, codec, press(gvr))
    for gvr in PRINTERS
    for codec in (ProtobufCodec(gvr), JsonCodec(gvr))
]
WHOLE = encode(
    "core.Pod",
    {
        "metadata": metadata(),
        "spec": {"containers": [{"name": "c", "image": "i"}], "nodeName": "n"},
        "status": {
            "phase": "Running",
            "conditions": [{"type": "Ready", "status": "True"}],
            "initContainerStatuses": [{"name": "c", "state": {"terminated": {"exitCode": 1}}}],
            "containerStatuses": [{"name": "c", "state": {"running": {}}, "ready": True}],
        },
    },
)
changed = st.builds(
    lambda at, byte: WHOLE[:at] + bytes([byte]) + WHOLE[at + 1 :],
    st.integers(0, len(WHOLE) - 1),
    st.integers(0, 255),
)


@given(st.binary(max_size=60) | changed, st.sampled_from(READERS))
def test_any_bytes_are_an_event_or_a_typed_error(body: bytes, reader: Reader) -> None:
    with contextlib.suppress(ClusterError):
        reader.row(body)
    for sent in (body, event(PODS, "ADDED", body)):
        with contextlib.suppress(ClusterError):
            assert reader.event(sent).type


@given(changed)
def test_one_wrong_byte_costs_one_pod_at_most(body: bytes) -> None:
    reader = Reader(PODS, ProtobufCodec(PODS), press(PODS))

    with contextlib.suppress(MalformedEvent):
        assert len(reader.row(body)[0].cells) == len(PRINTERS[PODS].columns)
    assert reader.row(WHOLE)[0].name == "a"


@pytest.mark.parametrize(
    ("cut", "text"),
    [
        (b"\xe4\xb8", "\ufffd\ufffd"),
        (b"ok \xff\xfeA\xe4", "ok \ufffd\ufffdA\ufffd"),
        ("é".encode(), "é"),
        (b"\xed\xa0\x80", "\ufffd\ufffd\ufffd"),
    ],
)
def test_text_that_is_no_utf8_is_told_as_the_servers_json_tells_it(cut: bytes, text: str) -> None:
    reader = Reader(LEASES, ProtobufCodec(LEASES), press(LEASES))
    spec = field(2, field(1, cut) + field(99, b"\xff unknown"))

    row, body = reader.row(field(1, encode("meta.ObjectMeta", metadata())) + spec)

    assert row.cells[1] == text
    assert b"\xff unknown" in body
    assert reader.unreadable == 0


def test_text_that_is_no_utf8_is_mended_wherever_it_is() -> None:
    reader = Reader(PODS, ProtobufCodec(PODS), press(PODS))
    labels = encode("meta.ObjectMeta", metadata()) + field(11, field(1, b"a") + field(2, b"\xff"))
    waiting = field(1, field(1, b"Why\xff"))
    condition = field(1, b"Ready") + field(2, b"True") + field(5, b"\xff")
    status = field(2, condition) + field(8, field(1, b"c") + field(2, waiting))
    spec = field(7, field(1, b"k") + field(2, b"\xff")) + field(10, b"n\xff")

    row, _body = reader.row(field(1, labels) + field(2, spec) + field(3, status))

    assert row.cells[2] == "Why\ufffd"
    assert row.cells[6] == "n\ufffd"
    assert row.labels == ("a=\ufffd",)
    assert reader.unreadable == 0
