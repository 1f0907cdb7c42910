"""Frames are exactly those of portolan.v1, both ways."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.api.names import Namespace, ObjectKey, ObjectName, Uid
from dashboard.api.resourceversion import ResourceVersion
from dashboard.api.state import State
from dashboard.api.table import Column, Row, TimeCell
from dashboard.errors import InvalidFrame, InvalidName
from dashboard.live import frames

KEY = ObjectKey(Namespace("a"), ObjectName("b"))
ROW = Row(Uid("u"), KEY.namespace, KEY.name, ResourceVersion("7"), ("b", TimeCell(5)))
ENVELOPE: dict[str, Any] = {
    "id": "t1",
    "epoch": "e",
    "seq": 3,
    "resource_version": "9",
    "observed_at_ms": 1000,
    "state": State.LIVE,
}
SENT = {**ENVELOPE, "state": "live", "v": 1}

VIEW = {"cluster": "demo", "kind": "pods.v1"}


def decode(frame: object) -> frames.ClientFrame:
    return frames.decode(json.dumps(frame))


def test_a_subscription_says_what_to_show_and_where() -> None:
    frame = decode(
        {
            "type": "subscribe",
            "id": "t1",
            "view": {**VIEW, "ns": ["a", "b"], "q": "app=web", "sort": ["-restarts", "name"]},
            "window": {"anchor": ["a", "b"], "before": 10, "after": 50},
        }
    )

    assert isinstance(frame, frames.Subscribe)
    assert frame.id == "t1"
    assert frame.view.namespaces == {"a", "b"}
    assert frame.view.sort_terms == ("-restarts", "name")
    assert frame.window == frames.Window(KEY, 10, 50)


def test_a_view_may_be_written_as_in_its_address() -> None:
    frame = decode(
        {
            "type": "subscribe",
            "id": 1,
            "view": {**VIEW, "ns": "a,b", "sort": "-restarts, name", "columns": "Name,Age"},
        }
    )

    assert isinstance(frame, frames.Subscribe)
    assert frame.id == 1
    assert frame.view.namespaces == {"a", "b"}
    assert frame.view.sort_terms == ("-restarts", "name")
    assert frame.view.column_names == ("Name", "Age")


@pytest.mark.parametrize("nothing", [None, "", [], ","])
def test_nothing_asked_for_means_the_default(nothing: object) -> None:
    view = {**VIEW, "ns": nothing, "sort": nothing, "columns": nothing}
    frame = decode({"type": "subscribe", "id": "t", "view": view})

    assert isinstance(frame, frames.Subscribe)
    assert frame.view.namespaces == frozenset()
    assert frame.view.sort_terms == frame.view.column_names == ()


def test_a_namespace_that_cannot_exist_is_refused_by_the_view() -> None:
    frame = decode({"type": "subscribe", "id": "t", "view": {**VIEW, "ns": ["../x"]}})

    assert isinstance(frame, frames.Subscribe)
    with pytest.raises(InvalidName):
        _ = frame.view.namespaces


def test_a_window_moves_to_an_anchor_or_jumps_to_an_offset() -> None:
    moved = decode({"type": "window", "id": "t", "anchor": ["a", "b"], "before": 1, "after": 2})
    jumped = decode({"type": "window", "id": "t", "anchor": None, "offset": 500})

    assert isinstance(moved, frames.MoveWindow)
    assert moved.window == frames.Window(KEY, 1, 2)
    assert isinstance(jumped, frames.MoveWindow)
    assert jumped.window == frames.Window(offset=500)


def test_an_unsubscription_needs_an_id_only() -> None:
    assert decode({"type": "unsubscribe", "id": "t"}) == frames.Unsubscribe("t")


@pytest.mark.parametrize(
    "frame",
    [
        {},
        [],
        None,
        {"id": "t"},
        {"type": "unsubscribe"},
        {"type": "snapshot", "id": "t"},
        {"type": "unsubscribe", "id": ""},
        {"type": "unsubscribe", "id": "x" * 65},
        {"type": "unsubscribe", "id": -1},
        {"type": "unsubscribe", "id": True},
        {"type": "unsubscribe", "id": None},
        {"type": "unsubscribe", "id": 2**53},
        {"type": "unsubscribe", "id": "t", "more": 1},
        {"type": "subscribe", "id": "t"},
        {"type": "subscribe", "id": "t", "view": {"cluster": "demo"}},
        {"type": "subscribe", "id": "t", "view": {**VIEW, "more": 1}},
        {"type": "subscribe", "id": "t", "view": {**VIEW, "q": 1}},
        {"type": "subscribe", "id": "t", "view": {**VIEW, "q": "x" * 2001}},
        {"type": "subscribe", "id": "t", "view": {**VIEW, "ns": [1]}},
        {"type": "subscribe", "id": "t", "view": {**VIEW, "ns": ["a"] * 401}},
        {"type": "window", "id": "t", "before": -1},
        {"type": "window", "id": "t", "after": 501},
        {"type": "window", "id": "t", "after": 1.5},
        {"type": "window", "id": "t", "after": "5"},
        {"type": "window", "id": "t", "anchor": "a/b"},
        {"type": "window", "id": "t", "anchor": ["a"]},
        {"type": "window", "id": "t", "anchor": ["a", "b", "c"]},
        {"type": "window", "id": "t", "anchor": ["a", "b"], "offset": 1},
    ],
    ids=str,
)
def test_what_is_no_frame_is_refused(frame: object) -> None:
    with pytest.raises(InvalidFrame):
        decode(frame)


@pytest.mark.parametrize(
    "text",
    ["", "{", "nul", "\ud800", "[" * 60_000, '{"type":"unsubscribe","id":' + "[" * 60_000],
    ids=["empty", "cut", "cut null", "half a character", "deep", "deep inside"],
)
def test_what_is_no_json_is_refused(text: str) -> None:
    with pytest.raises(InvalidFrame):
        frames.decode(text)


@pytest.mark.parametrize("letter", ["a", "é"])
def test_a_frame_past_the_limit_is_refused_by_its_bytes(letter: str) -> None:
    frame = json.dumps({"type": "unsubscribe", "id": "t"})
    padding = frames.INBOUND_LIMIT_BYTES - len(frame)

    assert frames.decode(frame + " " * padding) == frames.Unsubscribe("t")
    with pytest.raises(InvalidFrame, match="more than 65536 bytes"):
        frames.decode(frame + letter * (padding + 1))
    with pytest.raises(InvalidFrame, match="more than 65536 bytes"):
        frames.decode(frame + "é" * (padding - 10))


def test_a_refusal_names_the_field_and_not_what_was_in_it() -> None:
    with pytest.raises(InvalidFrame) as caught:
        decode({"type": "window", "id": "t", "after": "a canary"})

    assert "$.after" in caught.value.message
    with pytest.raises(InvalidFrame) as caught:
        decode({"type": "a canary", "id": "t"})
    assert "canary" not in str(caught.value)


@given(st.text() | st.recursive(st.none() | st.integers() | st.text(), st.lists).map(json.dumps))
def test_any_text_is_a_frame_or_refused(text: str) -> None:
    with pytest.raises(InvalidFrame):
        frames.decode(text)


ids = st.text(min_size=1, max_size=64) | st.integers(min_value=0, max_value=2**53 - 1)
reaches = st.integers(min_value=0, max_value=frames.WINDOW_LIMIT)
anchors = st.none() | st.builds(ObjectKey, st.text(max_size=20), st.text(max_size=20))
client_frames = (
    st.builds(frames.Unsubscribe, ids)
    | st.builds(frames.MoveWindow, ids, anchors, reaches, reaches)
    | st.builds(
        frames.Subscribe,
        ids,
        st.builds(frames.View, st.text(max_size=20), st.text(max_size=20), q=st.text(max_size=20)),
        st.builds(frames.Window, anchors, reaches, reaches),
    )
)


@given(client_frames)
def test_client_frames_round_trip(frame: frames.ClientFrame) -> None:
    assert frames.decode(msgspec.json.encode(frame).decode()) == frame


def test_a_snapshot_holds_the_whole_window() -> None:
    frame = frames.SnapshotFrame(
        **ENVELOPE,
        total=20,
        offset=4,
        columns=[Column("Name").to_json()],
        rows=[frames.encode_row(ROW)],
        unchecked=("c",),
    )

    assert json.loads(frames.encode(frame)) == {
        **SENT,
        "type": "snapshot",
        "total": 20,
        "unfiltered_total": 0,
        "offset": 4,
        "columns": [{"name": "Name", "type": "string", "priority": 0}],
        "rows": [ROW.to_json()],
        "unchecked": ["c"],
    }


def test_a_delta_holds_an_order_only_where_it_changed() -> None:
    same = frames.DeltaFrame(**ENVELOPE, put=[], removed=[], total=20)
    moved = frames.DeltaFrame(
        **ENVELOPE, put=[frames.encode_row(ROW)], removed=[KEY], order=[KEY], total=19, above=-1
    )

    assert json.loads(frames.encode(same)) == {
        **SENT,
        "type": "delta",
        "put": [],
        "removed": [],
        "total": 20,
        "unfiltered_total": 0,
        "above": 0,
    }
    assert json.loads(frames.encode(moved)) == {
        **SENT,
        "type": "delta",
        "put": [ROW.to_json()],
        "removed": [["a", "b"]],
        "order": [["a", "b"]],
        "total": 19,
        "unfiltered_total": 0,
        "above": -1,
    }


def test_the_other_frames_say_why() -> None:
    why: dict[str, Any] = {"code": "c", "message": "m"}
    stale = frames.StateFrame(**{**ENVELOPE, "state": State.STALE}, since_ms=900, **why)
    denied = frames.DeniedFrame(**{**ENVELOPE, "state": State.DENIED}, **why)
    error = frames.ErrorFrame(**{**ENVELOPE, "id": None}, **why, retry="never", position=4)

    assert json.loads(frames.encode(stale)) == {
        **SENT,
        **why,
        "type": "state",
        "state": "stale",
        "since_ms": 900,
    }
    assert json.loads(frames.encode(denied)) == {
        **SENT,
        **why,
        "type": "denied",
        "state": "denied",
    }
    assert json.loads(frames.encode(error)) == {
        **SENT,
        **why,
        "type": "error",
        "id": None,
        "retry": "never",
        "retry_after_s": None,
        "position": 4,
    }


def test_a_row_is_encoded_once_and_its_bytes_are_shared() -> None:
    shared = frames.encode_row(ROW)

    one = frames.DeltaFrame(**ENVELOPE, put=[shared], removed=[], total=1)
    other = frames.DeltaFrame(**{**ENVELOPE, "id": 2}, put=[shared], removed=[], total=1)

    assert bytes(shared).decode() in frames.encode(one)
    assert bytes(shared).decode() in frames.encode(other)


def test_the_states_are_those_of_the_address_contract() -> None:
    assert [state.value for state in State] == [
        "live",
        "syncing",
        "resyncing",
        "stale",
        "denied",
        "unknown",
    ]
