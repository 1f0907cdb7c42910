"""One GET on a socket of its own, the answer to which is read as it comes.

An API server sends each event of a watch as an HTTP chunk. aiohttp takes some 2 us of Python to tell
where each of them ends, which nobody asks here: so watches are parsed by httptools (ADR 0018).
"""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Mapping
from typing import Final, cast

import aiohappyeyeballs
import httptools
from yarl import URL

HEAD_LIMIT_BYTES: Final = 64 * 1024
"""Longest beginning of an answer, up to its body."""

BODY_LIMIT_BYTES: Final = 1024 * 1024
"""Longest body that `read` returns: what is read whole is a Status."""

NEXT_ADDRESS_S: Final = 0.25
"""How long one address of a host may take before the next is tried too (RFC 8305)."""


class Stream(asyncio.BufferedProtocol):
    """An answer that has begun: `status`, `headers` by their names in lower case, and the body.

    Ask it from one task. Whoever opened it closes it.
    """

    def __init__(self, room: memoryview, limit_bytes: int, silence_s: float) -> None:
        """Read by way of `room`, and keep `limit_bytes` ahead of whoever asks, and what `room` adds.

        `silence_s` is how long is waited for the headers, and then for each piece of the body.
        """
        self._room = room
        self.status = 0
        self.headers: dict[str, str] = {}
        self._limit_bytes = limit_bytes
        self._silence_s = silence_s
        self._pieces: list[bytes] = []
        self.on_body = self._pieces.append  # called by the parser, without a frame of ours
        self._waiting_bytes = 0
        self._has_begun = False
        self._is_over = False
        self._error: Exception | None = None
        self._is_paused = False
        self._more: asyncio.Future[None] | None = None
        self._waits_since = 0.0
        self._watchdog: asyncio.TimerHandle | None = None
        self._transport: asyncio.Transport | None = None
        self._parser = httptools.HttpResponseParser(self)

    @classmethod
    async def open(  # noqa: PLR0913
        cls,
        url: URL,
        headers: Mapping[str, str],
        *,
        context: ssl.SSLContext | None,
        server_hostname: str,
        room: memoryview,
        limit_bytes: int,
        connect_s: float,
        silence_s: float,
    ) -> "Stream":
        """GET `url` and return the answer once its headers are there.

        `context` is None where the address is no https. `room` may be shared by all streams of one
        loop: what is read into it is parsed at once. Raises TimeoutError, ssl.SSLError or OSError.
        """
        head = _head(url, headers)
        stream = cls(room, limit_bytes, silence_s)
        try:
            async with asyncio.timeout(connect_s):
                await stream._connect(url, context, server_hostname)
            async with asyncio.timeout(silence_s):
                await stream._ask(head)
        except BaseException:
            stream.close()
            raise
        return stream

    async def pieces(self) -> AsyncIterator[list[bytes]]:
        """Yield the body as it comes, in the pieces in which it was sent: an event is mostly one.

        Raises TimeoutError after too much silence, and OSError.
        """
        while True:
            if self._pieces:
                yield self._take()
            elif self._is_over:
                if self._error is not None:
                    raise self._error
                return
            else:
                await self._wait_a_while()

    async def read(self) -> bytes:
        """Return the whole body, or its beginning where it is longer than BODY_LIMIT_BYTES."""
        found = b""
        async for pieces in self.pieces():
            found += b"".join(pieces)
            if len(found) > BODY_LIMIT_BYTES:
                break
        return found

    def close(self) -> None:
        """Close the socket at once: waiting for TLS to say goodbye could take long."""
        if self._watchdog is not None:
            self._watchdog.cancel()
        if self._transport is not None:
            self._transport.abort()

    async def _connect(
        self, url: URL, context: ssl.SSLContext | None, server_hostname: str
    ) -> None:
        loop = asyncio.get_running_loop()
        addresses = await loop.getaddrinfo(url.host, url.port, type=socket.SOCK_STREAM)
        connected = await aiohappyeyeballs.start_connection(
            addresses, happy_eyeballs_delay=NEXT_ADDRESS_S
        )
        try:
            connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            await loop.create_connection(
                lambda: self,
                sock=connected,
                ssl=context,
                server_hostname=server_hostname if context is not None else None,
            )
        except BaseException:
            connected.close()
            raise

    async def _ask(self, head: bytes) -> None:
        if self._transport is not None:
            self._transport.write(head)
        while not self._has_begun:
            if self._is_over:
                raise self._error or ConnectionResetError("closed without an answer")
            await self._wait()

    async def _wait_a_while(self) -> None:
        """Wait as `_wait` does. Raises TimeoutError after too much silence."""
        # Not a timer for each wait, of which a busy watch has hundreds a second: one timer looks, now
        # and then, how long the present wait has lasted.
        loop = asyncio.get_running_loop()
        self._waits_since = loop.time()
        if self._watchdog is None:
            self._watchdog = loop.call_later(self._silence_s, self._look, loop)
        await self._wait()

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        self._watchdog = None
        if self._more is None or self._more.done():
            return
        left_s = self._waits_since + self._silence_s - loop.time()
        if left_s > 0:
            self._watchdog = loop.call_later(left_s, self._look, loop)
        else:
            self._more.set_exception(TimeoutError())

    async def _wait(self) -> None:
        self._more = asyncio.get_running_loop().create_future()
        try:
            await self._more
        finally:
            self._more = None

    def _take(self) -> list[bytes]:
        found = self._pieces.copy()  # the parser goes on adding to this very list
        self._pieces.clear()
        self._waiting_bytes = 0
        if self._is_paused and self._transport is not None:
            self._is_paused = False
            if not self._transport.is_closing():
                self._transport.resume_reading()
        return found

    def _end(self, error: Exception | None) -> None:
        if not self._is_over:
            self._is_over, self._error = True, error
        self._wake()

    def _wake(self) -> None:
        if self._more is not None and not self._more.done():
            self._more.set_result(None)

    # --- what asyncio calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See asyncio.BufferedProtocol."""
        self._transport = cast("asyncio.Transport", transport)

    def get_buffer(self, sizehint: int) -> memoryview:  # noqa: ARG002
        """See asyncio.BufferedProtocol."""
        return self._room

    def buffer_updated(self, nbytes: int) -> None:
        """See asyncio.BufferedProtocol."""
        try:
            self._parser.feed_data(self._room[:nbytes])
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            self._end(ConnectionAbortedError(f"not an answer in HTTP: {error}"))
            self.close()
            return
        self._waiting_bytes += nbytes
        if not self._has_begun:
            if self._waiting_bytes > HEAD_LIMIT_BYTES:
                self._end(ConnectionAbortedError("the answer does not begin"))
                self.close()
        elif self._waiting_bytes > self._limit_bytes and not self._is_paused:
            self._is_paused = True
            cast("asyncio.Transport", self._transport).pause_reading()
        self._wake()

    def connection_lost(self, error: Exception | None) -> None:
        """See asyncio.BufferedProtocol; a body without a length ends where the connection does."""
        is_whole = self._has_begun and not self.headers.keys() & _WITH_AN_END
        cut = error if isinstance(error, OSError) else ConnectionResetError(str(error or "closed"))
        self._end(None if is_whole and error is None else cut)

    # --- what httptools calls

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take note of a header."""
        self.headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        """Take note that the headers are there; those of 1xx are not the answer's."""
        self.status = self._parser.get_status_code()
        if self.status < 200:
            self.headers.clear()
        else:
            self._has_begun = True

    def on_message_complete(self) -> None:
        """Take note that the body is whole."""
        if self._has_begun:
            self._end(None)


_WITH_AN_END: Final = frozenset({"content-length", "transfer-encoding"})


def _head(url: URL, headers: Mapping[str, str]) -> bytes:
    """Return a request as it is sent. Raises ValueError where a header would be several."""
    lines = [f"GET {url.raw_path_qs} HTTP/1.1", f"Host: {url.host_port_subcomponent}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    if any(set(line) & {"\r", "\n", "\0"} for line in lines):
        raise ValueError("a line's end within a header")
    return "\r\n".join([*lines, "", ""]).encode()
