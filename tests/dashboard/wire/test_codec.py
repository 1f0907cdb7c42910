"""Protobuf and JSON of hot kinds: what a server may send becomes values, masked, or a typed error."""

import contextlib
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dashboard.api.gvr import GVR
from dashboard.api.status import error_from_status
from dashboard.api.watchevent import EventType
from dashboard.errors import (
    Expired,
    FrameTooLarge,
    MalformedEvent,
    SlowProtobuf,
    UnprocessableWatchList,
)
from dashboard.wire import partial
from dashboard.wire.codec import Codec, ProtobufCodec
from dashboard.wire.fields import KINDS
from dashboard.wire.frame import LENGTH_BYTES
from dashboard.wire.jsoncodec import JsonCodec
from dashboard.wire.partial import instant_ms, labels
from dashboard.wire.protobuf import check_implementation, message, unwrapped
from dashboard.wire.status import decode_status
from tests.support.protowire import (
    MANAGED_FIELDS,
    canonical,
    field,
    frame,
    masked,
    metadata_fields,
    unknown,
    watch_event,
)

PODS = GVR("", "v1", "pods")
CANARY = b"canary-5b1e"
LAST_APPLIED = b"kubectl.kubernetes.io/last-applied-configuration"


def entry(key: bytes, value: bytes) -> bytes:
    return field(1, key) + field(2, value)


def metadata(*more: bytes, name: bytes = b"web-0") -> bytes:
    return b"".join((field(1, name), field(3, b"shop"), field(5, b"u-1"), field(6, b"41"), *more))


def pod(*more: bytes, status: bytes = b"") -> bytes:
    """Return a Pod with a field that no table knows, at every level."""
    spec = field(10, b"node-1") + field(99, CANARY)
    return b"".join(
        (field(1, metadata(field(98, b"unknown"), *more)), field(2, spec), field(3, status))
    )


HIDDEN = (
    field(12, entry(LAST_APPLIED, CANARY)),
    field(12, entry(b"note", b"kept")),
    field(MANAGED_FIELDS, field(1, b"kubectl") + field(7, CANARY)),
    field(MANAGED_FIELDS, field(1, b"kubelet")),
)


def test_what_is_masked_is_in_no_byte_that_is_kept() -> None:
    raw = pod(*HIDDEN).replace(field(99, CANARY), field(99, b"elsewhere"))
    assert raw.count(CANARY) == 2

    found, body = ProtobufCodec(PODS).read(unknown(raw, "v1", "Pod"))

    assert CANARY not in body
    assert CANARY not in found.SerializeToString()
    assert LAST_APPLIED not in body
    assert MANAGED_FIELDS not in metadata_fields(body)


def test_what_is_kept_is_all_the_rest_unknown_fields_too() -> None:
    raw = pod(*HIDDEN)

    _found, body = ProtobufCodec(PODS).read(raw)

    assert masked(body) == masked(raw)
    assert field(99, CANARY) in body
    assert field(98, b"unknown") in body
    assert b"kept" in body


def test_json_holds_nothing_that_is_masked() -> None:
    raw = msgspec.json.encode(
        {
            "metadata": {
                "name": "a",
                "annotations": {LAST_APPLIED.decode(): CANARY.decode()},
                "managedFields": [{"manager": CANARY.decode()}],
            },
            "spec": {},
        }
    )

    found, body = JsonCodec(PODS).read(msgspec.Raw(raw))

    assert CANARY.decode() not in repr(found)
    assert body == b""


def test_values_of_a_config_map_are_counted_and_not_looked_at() -> None:
    gvr = GVR("", "v1", "configmaps")
    broken = b"\xff\xfe"
    raw = field(1, metadata()) + field(2, entry(b"a", broken)) + field(3, entry(b"b", broken))
    text = b'{"metadata":{"name":"a"},"data":{"a":[1],"c":"\xff"},"binaryData":{"b":"no base64!"}}'

    binary, _body = ProtobufCodec(gvr).read(raw)
    json, _none = JsonCodec(gvr).read(msgspec.Raw(text))

    assert (len(binary.data), len(binary.binaryData)) == (1, 1)
    assert (len(json.data), len(json.binaryData)) == (2, 1)


def test_labels_read_the_same_in_both_forms() -> None:
    raw = field(1, metadata(field(11, entry(b"app", b"web")), field(11, entry(b"b", b""))))

    binary, _body = ProtobufCodec(PODS).read(raw)
    json, _none = JsonCodec(PODS).read(msgspec.Raw(b'{"metadata":{"labels":{"app":"web","b":""}}}'))

    assert labels(binary.metadata.labels) == labels(json.metadata.labels) == ("app=web", "b=")
    assert labels(binary.metadata.labels)[0] is labels(json.metadata.labels)[0]


def test_objects_with_the_same_labels_share_them_and_few_are_remembered() -> None:
    def read(name: bytes, value: bytes) -> tuple[str, ...]:
        raw = field(1, metadata(field(11, entry(b"shared", value)), name=name))
        return labels(ProtobufCodec(PODS).read(raw)[0].metadata.labels)

    assert read(b"a", b"x") is read(b"b", b"x")
    for number in range(partial.KNOWN_TOGETHER + 10):
        read(b"a", str(number).encode())
    assert read(b"a", b"x") == ("shared=x",)
    assert len(partial._KNOWN_TOGETHER) <= partial.KNOWN_TOGETHER


@pytest.mark.parametrize(
    ("seconds_and_nanos", "text", "expected"),
    [
        (b"", None, None),
        (field(1, 0) + field(2, 0), "1970-01-01T00:00:00Z", 0),
        (field(1, 1_700_000_000), "2023-11-14T22:13:20Z", 1_700_000_000_000),
        (field(1, (1 << 64) - 1), "1969-12-31T23:59:59Z", -1_000),
    ],
)  # fmt: skip
def test_times_read_the_same_in_both_forms(
    seconds_and_nanos: bytes, text: str | None, expected: int | None
) -> None:
    binary, _body = ProtobufCodec(PODS).read(field(1, field(8, seconds_and_nanos)))
    json, _none = JsonCodec(PODS).read(
        msgspec.Raw(msgspec.json.encode({"metadata": {"creationTimestamp": text}}))
    )

    assert instant_ms(binary.metadata.creationTimestamp) == expected
    assert instant_ms(json.metadata.creationTimestamp) == expected


def test_a_micro_time_is_cut_to_milliseconds_in_both_forms() -> None:
    gvr = GVR("", "v1", "events")
    raw = field(10, field(1, 1_700_000_000) + field(2, 1_999_000))
    text = b'{"metadata":{},"eventTime":"2023-11-14T22:13:20.001999Z"}'

    binary, _body = ProtobufCodec(gvr).read(raw)
    json, _none = JsonCodec(gvr).read(msgspec.Raw(text))

    assert instant_ms(binary.eventTime) == instant_ms(json.eventTime) == 1_700_000_000_001


def test_a_list_says_where_a_watch_begins_and_what_is_left() -> None:
    about = field(2, b"7") + field(3, b"more") + field(4, 12)
    body = unknown(field(1, about) + field(2, pod()) + field(2, b"\xff"), "v1", "PodList")

    listed = ProtobufCodec(PODS).listing(body)

    assert listed[:3] == ("7", "more", 12)
    assert list(listed.items) == [pod(), b"\xff"]


@pytest.mark.parametrize("kind", ["NodeList", "Pod", "Status", "Table"])
def test_another_kind_is_not_taken_for_an_empty_list(kind: str) -> None:
    with pytest.raises(MalformedEvent):
        ProtobufCodec(PODS).listing(unknown(b"", "v1", kind))
    with pytest.raises(MalformedEvent):
        JsonCodec(PODS).listing(b'{"kind":"%s","metadata":{}}' % kind.encode())


@pytest.mark.parametrize("value", [b"true", b"false"])
def test_a_bookmark_may_end_a_streaming_list(value: bytes) -> None:
    annotation = field(12, entry(b"k8s.io/initial-events-end", value))
    raw = unknown(field(1, field(6, b"77") + annotation), "v1", "Pod")
    text = b'{"metadata":{"resourceVersion":"77","annotations":{"k8s.io/initial-events-end":"%s"}}}'

    for mark in (
        ProtobufCodec(PODS).mark(raw),
        JsonCodec(PODS).mark(msgspec.Raw(text % value)),
    ):
        assert mark == ("77", value == b"true")


def test_an_error_event_says_what_the_server_means() -> None:
    gone = field(3, b"too old") + field(4, b"Expired") + field(6, 410)
    old_etcd = field(3, b"RequestWatchProgress is disabled") + field(6, 500)
    codec = ProtobufCodec(PODS)

    kinds = []
    for body in (gone, old_etcd):
        type_, raw = codec.frame(frame(watch_event("ERROR", unknown(body, "v1", "Status"))))
        assert type_ is EventType.ERROR
        kinds.append(type(error_from_status(codec.status(raw), is_watch_list=True)))

    assert kinds == [Expired, UnprocessableWatchList]


def test_a_refusal_in_protobuf_keeps_its_causes_and_its_patience() -> None:
    cause = field(1, b"ResourceVersionTooLarge") + field(2, b"wait")
    details = field(4, cause) + field(5, 3)
    body = unknown(field(3, b"later") + field(4, b"Timeout") + field(5, details), "v1", "Status")

    status = decode_status(body, code=504)

    assert (status.code, status.reason, status.retry_after_s) == (504, "Timeout", 3)
    assert [(cause.type, cause.message) for cause in status.causes] == [
        ("ResourceVersionTooLarge", "wait")
    ]


@given(st.binary(max_size=60), st.integers(100, 599))
def test_any_bytes_are_some_status(body: bytes, code: int) -> None:
    for sent in (body, b"k8s\0" + body, unknown(body, "v1", "Status")):
        assert decode_status(sent, code=code).code == code


def codecs() -> list[Codec]:
    return [made for gvr in KINDS for made in (ProtobufCodec(gvr), JsonCodec(gvr))]


CODECS = codecs()
bodies = st.one_of(
    st.binary(max_size=80),
    st.builds(unknown, st.binary(max_size=60), st.just("v1"), st.sampled_from(["Pod", "PodList"])),
    st.builds(pod, status=st.binary(max_size=30)),
    st.builds(
        lambda at, byte: bytes([*pod(*HIDDEN)[:at], byte, *pod(*HIDDEN)[at + 1 :]]),
        st.integers(0, len(pod(*HIDDEN)) - 1),
        st.integers(0, 255),
    ),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["metadata", "kind", "items", "type", "object", "name", "status"]),
            inner,
        ),
    ).map(msgspec.json.encode),
)  # fmt: skip


@pytest.mark.parametrize("type_", ["ADDED", "MODIFIED", "DELETED"])
@pytest.mark.parametrize("left_out", [0, 2, 4])
def test_a_frame_of_any_size_is_cut_where_its_object_lies(type_: str, left_out: int) -> None:
    """Go writes two empty fields after the object in its envelope; another writer may leave them out."""
    codec = ProtobufCodec(PODS)
    sizes = [*range(300), *range(16_250, 16_400), 2_097_000, 2_097_152]

    for size in sizes:
        raw = pod(field(97, b"x" * size))
        wrapped = unknown(raw, "v1", "Pod")
        found, cut_out = codec.frame(frame(watch_event(type_, wrapped[: len(wrapped) - left_out])))
        assert found is EventType(type_)
        assert codec.read(cut_out)[0].metadata.uid == "u-1"
        assert canonical(codec.read(cut_out)[1]) == canonical(raw)


WHOLE = frame(watch_event("ADDED", unknown(pod(), "v1", "Pod")))


@given(st.integers(0, WHOLE.index(pod()) - 1), st.integers(0, 255))
@example(31, 58)
@example(31, 64)
def test_a_frame_with_a_wrong_length_in_it_is_never_cut_by_it(at: int, byte: int) -> None:
    codec = ProtobufCodec(PODS)
    assert codec.frame(WHOLE)[1] == pod()
    spoiled = bytes([*WHOLE[:at], byte, *WHOLE[at + 1 :]])

    try:
        found, body = codec.read(codec.frame(spoiled)[1])
    except MalformedEvent:
        return
    # A wrong tag hides the object, which then is one without a name: whoever reads it refuses that.
    # A length may be wrong and yet end between two fields of the object, which nobody can tell.
    if found.metadata.uid:
        event = message("meta.WatchEvent").FromString(spoiled[LENGTH_BYTES:])
        assert body == codec.read(unwrapped(event.object.raw).raw)[1]


@given(bodies, st.sampled_from(CODECS))
def test_any_bytes_are_decoded_or_a_malformed_event_that_quotes_none(
    body: bytes, codec: Codec
) -> None:
    for ask in (codec.listing, codec.frame, codec.read, codec.metadata, codec.mark):
        with contextlib.suppress(MalformedEvent):
            ask(body)


@given(
    st.lists(st.binary(max_size=40), max_size=6),
    st.lists(st.integers(0, 300), max_size=8),
)
def test_where_pieces_end_makes_no_difference(events: list[bytes], cuts: Sequence[int]) -> None:
    splitter = ProtobufCodec(PODS).splitter()
    frames = [*map(frame, events)]

    assert list(cut(splitter, b"".join(frames), cuts)) == frames
    assert splitter.is_between_frames


def cut(splitter: Any, stream: bytes, cuts: Iterable[int]) -> Iterable[bytes]:
    places = sorted({min(place, len(stream)) for place in cuts})
    for start, stop in zip([0, *places], [*places, len(stream)], strict=True):
        yield from splitter.feed([stream[start:stop]])


def test_half_a_frame_is_noticed_at_the_end() -> None:
    splitter = ProtobufCodec(PODS).splitter()

    assert list(splitter.feed([frame(b"one") + frame(b"two")[:5]])) == [frame(b"one")]
    assert not splitter.is_between_frames
    assert list(splitter.feed([frame(b"two")[5:]])) == [frame(b"two")]
    assert splitter.is_between_frames


def test_a_frame_over_the_limit_is_refused_by_its_length_alone() -> None:
    splitter = ProtobufCodec(PODS).splitter()

    with pytest.raises(FrameTooLarge):
        list(splitter.feed([b"\x7f\xff\xff\xff"]))


def test_protobuf_without_its_c_extension_is_refused() -> None:
    check_implementation("upb")
    with pytest.raises(SlowProtobuf, match="python"):
        check_implementation("python")
