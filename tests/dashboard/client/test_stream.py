"""A stream says what an answer is, piece by piece, and whether it came to its end."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest
from yarl import URL

from dashboard.client import stream as stream_module
from dashboard.client.stream import Stream

ROOM = memoryview(bytearray(4096))
"""One for all, as a pool has it."""

CHUNKED = b"HTTP/1.1 200 OK\r\nContent-Type: a/b\r\nTransfer-Encoding: chunked\r\n\r\n"


@asynccontextmanager
async def answering(
    *pieces: bytes, then_silent: bool = False, every_s: float = 0
) -> AsyncIterator[tuple[URL, list[bytes]]]:
    """Serve one GET after another with `pieces`, each sent by itself; yield where, and what was asked."""
    asked: list[bytes] = []
    over = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readuntil(b"\r\n\r\n"))
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(every_s)
        if then_silent:
            await over.wait()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        port = server.sockets[0].getsockname()[1]
        yield URL(f"http://127.0.0.1:{port}/api?watch=true"), asked
    finally:
        over.set()
        server.close()


async def opened(
    url: URL, *, headers: dict[str, str] | None = None, limit_bytes: int = 1024
) -> Stream:
    return await Stream.open(
        url,
        headers or {},
        context=None,
        server_hostname="",
        room=ROOM,
        limit_bytes=limit_bytes,
        connect_s=5,
        silence_s=0.3,
    )


async def whole(stream: Stream) -> bytes:
    try:
        return b"".join([piece async for pieces in stream.pieces() for piece in pieces])
    finally:
        stream.close()


async def test_chunks_are_read_wherever_they_are_cut() -> None:
    body = CHUNKED + b"3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n"
    for cut in range(1, len(body)):
        async with answering(body[:cut], body[cut:]) as (url, _asked):
            stream = await opened(url)
            assert (stream.status, stream.headers["content-type"]) == (200, "a/b")
            assert await whole(stream) == b"abcdefg"


async def test_streams_that_are_read_in_turn_by_way_of_one_room_do_not_mix() -> None:
    bodies = [letter * 20_000 for letter in (b"a", b"b", b"c")]
    async with AsyncExitStack() as stack:
        streams = []
        for body in bodies:
            half = len(body) // 2
            pieces = (
                CHUNKED,
                *(b"%x\r\n%b\r\n" % (half, body[:half]) for _ in range(2)),
                b"0\r\n\r\n",
            )
            url, _asked = await stack.enter_async_context(answering(*pieces))
            streams.append(await opened(url))
        assert await asyncio.gather(*map(whole, streams)) == bodies


async def test_a_request_says_where_and_what_and_its_headers() -> None:
    async with answering(CHUNKED, b"0\r\n\r\n") as (url, asked):
        await whole(await opened(url, headers={"Accept": "x"}))

    host = f"{url.host}:{url.port}".encode()
    assert asked == [b"GET /api?watch=true HTTP/1.1\r\nHost: " + host + b"\r\nAccept: x\r\n\r\n"]


async def test_a_header_cannot_be_two() -> None:
    async with answering() as (url, asked):
        with pytest.raises(ValueError, match="within a header"):
            await opened(url, headers={"Authorization": "a\r\nImpersonate-User: b"})

    assert asked == []


async def test_what_is_said_before_the_answer_is_not_the_answer() -> None:
    early = b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
    async with answering(early, CHUNKED, b"1\r\na\r\n0\r\n\r\n") as (url, _asked):
        stream = await opened(url)
        assert (stream.status, "link" in stream.headers) == (200, False)
        assert await whole(stream) == b"a"


@pytest.mark.parametrize("head", [b"HTTP/1.0 200 OK\r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\n"])
async def test_a_body_without_a_length_ends_with_the_connection(head: bytes) -> None:
    async with answering(head, b"abc") as (url, _asked):
        assert await whole(await opened(url)) == b"abc"


@pytest.mark.parametrize(
    "pieces",
    [
        (CHUNKED, b"3\r\nab"),
        (CHUNKED, b"2\r\nab\r\n"),
        (CHUNKED, b"2\r\nab\r\nno number\r\n"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab",),
    ],
)
async def test_a_body_that_is_cut_gives_what_came_and_an_error(pieces: tuple[bytes, ...]) -> None:
    async with answering(*pieces) as (url, _asked):
        stream = await opened(url)
        body = stream.pieces()
        found = b""
        while len(found) < 2:
            found += b"".join(await anext(body))
        with pytest.raises(OSError):  # noqa: PT011  (of which kind depends on who saw it first)
            await anext(body)
        stream.close()

    assert found == b"ab"


@pytest.mark.parametrize(
    "answer",
    [b"", b"SSH-2.0-OpenSSH\r\n", b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 20_000],
    ids=["nothing", "no HTTP", "headers without an end"],
)
async def test_what_is_no_answer_is_an_error(answer: bytes) -> None:
    async with answering(answer, then_silent=bool(answer)) as (url, _asked):
        with pytest.raises(ConnectionError):
            await opened(url)


async def test_silence_is_a_timeout_before_the_headers_and_after() -> None:
    async with answering(then_silent=True) as (url, _asked):
        with pytest.raises(TimeoutError):
            await opened(url)
    async with answering(CHUNKED, b"1\r\na\r\n", then_silent=True) as (url, _asked):
        stream = await opened(url)
        body = stream.pieces()
        assert await anext(body) == [b"a"]
        with pytest.raises(TimeoutError):
            await anext(body)
        stream.close()


async def test_silence_begins_anew_with_each_piece() -> None:
    letters = [b"1\r\na\r\n"] * 40
    async with answering(CHUNKED, *letters, then_silent=True, every_s=0.02) as (url, _asked):
        stream = await opened(url)
        heard: list[bytes] = []

        async def hear() -> None:
            async for pieces in stream.pieces():
                heard.extend(pieces)

        with pytest.raises(TimeoutError):
            await hear()
        stream.close()

    assert len(heard) == len(letters)  # which took longer than one silence may last


async def test_whoever_reads_slowly_holds_the_server_up_and_loses_nothing() -> None:
    body = b"x" * 65_536
    many = 400
    chunk = b"%x\r\n%b\r\n" % (len(body), body)
    async with answering(CHUNKED, *[chunk] * many, b"0\r\n\r\n") as (url, _asked):
        stream = await opened(url, limit_bytes=len(body))
        most = got = 0
        async for pieces in stream.pieces():
            size = sum(map(len, pieces))
            most, got = max(most, size), got + size
            for _ in range(20):
                await asyncio.sleep(0)
        stream.close()

    assert got == many * len(body)
    assert most <= len(body) + 2 * 256 * 1024  # a read of the socket or two beyond the limit


async def test_what_has_come_can_be_read_after_the_end() -> None:
    body = b"x" * 65_536
    chunk = b"%x\r\n%b\r\n" % (len(body), body)
    async with answering(CHUNKED, *[chunk] * 40, then_silent=True) as (url, _asked):
        stream = await opened(url, limit_bytes=1024)
        coming = stream.pieces()
        first = await anext(coming)
        while sum(map(len, first)) < len(body):  # reading is paused by now
            first += await anext(coming)
        stream.close()
        with pytest.raises(OSError, match="closed"):
            [pieces async for pieces in coming]


async def test_of_a_refusal_no_more_is_read_than_a_status_needs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(stream_module, "BODY_LIMIT_BYTES", 8)
    head = b"HTTP/1.1 500 No\r\nContent-Length: 64\r\n\r\n"
    async with answering(head, b"a" * 32, then_silent=True) as (url, _asked):
        stream = await opened(url)
        assert stream.status == 500
        assert (await stream.read()).startswith(b"a" * 9)
        stream.close()
