"""Frames are cut as the server wrote them, and what is called spoiled cannot be read."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.faults import frame as frames
from tests.faults import message, refusal
from tests.faults.frame import Frame, Splitter
from tests.faults.message import Head
from tests.faults.mischief import ACTS, End, act, sliced
from tests.faults.weather import LAYERS, ONCE, Fault, Layer, Weather, route

BINARY = f"{frames.PROTOBUF};stream=watch"
WATCH = route("GET", "/api/v1/namespaces/a/pods?watch=true&resourceVersion=7&timeoutSeconds=300")
LIST = route("GET", "/apis/apps/v1/deployments?limit=500")


def json_event(name: str, version: int) -> bytes:
    """Return an event as a watch of Tables says it."""
    meta = {"name": name, "uid": f"u-{name}", "resourceVersion": str(version)}
    row = {"cells": [name, '{"quo[ted'], "object": {"metadata": meta}}
    table = {"kind": "Table", "metadata": {}, "rows": [row]}
    return json.dumps({"type": "ADDED", "object": table}).encode() + b"\n"


def proto_event(name: str, version: int) -> bytes:
    """Return an event in protobuf, as the server frames it."""
    field = frames._field
    meta = field(1, name.encode()) + field(5, b"uid") + field(6, str(version).encode())
    unknown = field(1, field(1, b"v1") + field(2, b"Pod")) + field(2, field(1, meta))
    event = field(1, b"ADDED") + field(2, field(1, frames.MAGIC + unknown))
    return frames.framed(event, is_binary=True)


@pytest.mark.parametrize(
    ("content_type", "event"), [("application/json", json_event), (BINARY, proto_event)]
)
def test_where_chunks_end_makes_no_difference(
    content_type: str, event: Callable[[str, int], bytes]
) -> None:
    stream = b"".join(event(f"n{n}", n) for n in range(1, 20))
    random_ = random.Random(3)
    splitter = Splitter(content_type)

    found = [each for part in sliced(stream, 200, random_) for each in splitter.feed(part)]

    assert [(each.type, each.version) for each in found] == [
        ("ADDED", str(n)) for n in range(1, 20)
    ]
    assert b"".join(each.data for each in found) == stream


@pytest.mark.parametrize("name", ["cut_newline", "flip", "flip_always", "duplicate_chunk"])
@pytest.mark.parametrize(
    ("is_binary", "data"), [(False, json_event("n", 7)), (True, proto_event("n", 7))]
)
def test_spoiled_frame_cannot_be_read(name: str, is_binary: bool, data: bytes) -> None:
    whole = Frame(data, "ADDED", "7", is_binary)
    assert frames.is_readable(data, is_binary=is_binary)

    for seed in range(200):
        (piece,) = act(name, whole, (), random.Random(seed)).pieces

        assert piece.how == "corrupt"
        assert not frames.is_readable(piece.data, is_binary=is_binary)


def test_frame_that_is_cut_is_never_whole() -> None:
    whole = Frame(json_event("n", 7), "ADDED", "7")
    for seed in range(50):
        done = act("reset_mid", whole, (), random.Random(seed))

        assert done.end is End.RESET
        assert whole.data.startswith(done.pieces[0].data)
        assert 0 < len(done.pieces[0].data) < len(whole.data)


def test_frames_of_another_form_do_not_come_again() -> None:
    older = [
        Frame(proto_event("n", 5), "ADDED", "5", is_binary=True),
        Frame(json_event("n", 6), "ADDED", "6"),
    ]
    whole = Frame(json_event("n", 7), "ADDED", "7")

    said = {
        piece.frame.version
        for seed in range(50)
        for piece in act("replay", whole, older, random.Random(seed)).pieces
    }

    assert said == {"6", "7"}


def test_every_fault_of_a_frame_does_something() -> None:
    of_frames = {name for name, (_, layer) in LAYERS.items() if layer is Layer.FRAME}

    assert of_frames == {*ACTS, "replay"}


@pytest.mark.parametrize("accept", ["application/json", "application/vnd.kubernetes.protobuf,*/*"])
@pytest.mark.parametrize("name", [n for n, (_, layer) in LAYERS.items() if layer is Layer.REFUSAL])
def test_every_refusal_is_an_answer(name: str, accept: str) -> None:
    answer = refusal.answer(name, replace(WATCH, accept=accept))

    assert bool(answer.data) == (name != "outage")
    assert answer.data.startswith(b"HTTP/1.1 %d" % answer.status if answer.data else b"")


def test_error_of_a_stream_has_the_form_of_the_stream() -> None:
    for is_binary in (False, True):
        error = refusal.frame("expired", is_binary=is_binary)
        (found,) = Splitter(BINARY if is_binary else "application/json").feed(error.data)

        assert (found.type, found.version) == ("ERROR", "")
        assert b"Expired" in found.data


def test_fault_strikes_what_it_is_about_and_some_once() -> None:
    weather = Weather()
    flip, gone, other = Fault("flip", "pods"), Fault("gone_page"), Fault("drip", "secrets")
    for fault in (flip, gone, other):
        weather.begin(fault)

    assert weather.take(Layer.REFUSAL, WATCH) is None
    assert weather.take(Layer.REFUSAL, route("GET", "/api/v1/pods?continue=x")) is gone
    assert weather.take(Layer.FRAME, LIST) is None
    assert weather.take(Layer.FRAME, WATCH) is flip
    assert weather.take(Layer.FRAME, WATCH) is None
    assert {"flip", "gone_page"} <= ONCE


def test_route_says_what_is_asked_for() -> None:
    assert (WATCH.verb, WATCH.kind, WATCH.namespace) == ("watch", "pods", "a")
    assert (LIST.verb, LIST.kind, LIST.namespace) == ("list", "deployments", "")
    assert route("GET", "/api/v1/namespaces/a").verb == "other"
    assert route("GET", "/api/v1/namespaces").kind == "namespaces"
    assert route("POST", "/api/v1/pods").verb == "other"
    assert WATCH.asking(timeoutSeconds="4") == "watch=true&resourceVersion=7&timeoutSeconds=4"


async def test_bodies_are_read_to_their_end_and_no_further() -> None:
    reader = asyncio.StreamReader()
    reader.feed_data(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    reader.feed_data(message.chunk(b"one") + message.chunk(b"two") + message.LAST_CHUNK)
    reader.feed_data(b"HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nnoHTTP/1.1 200 OK\r\n")
    reader.feed_data(b"Content-Length: 9\r\n\r\ncut")
    reader.feed_eof()

    async def one() -> tuple[Head | None, bytes]:
        head = await message.read_head(reader)
        assert head is not None
        return head, b"".join([piece async for piece in message.body(reader, head)])

    assert [(await one())[1], (await one())[1]] == [b"onetwo", b"no"]
    with pytest.raises(OSError, match="cut"):
        await one()
    assert await message.read_head(reader) is None
