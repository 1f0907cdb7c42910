"""HTTP/1.1 as a proxy needs it: heads, bodies by length or in chunks (RFC 9112)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

PIECE = 64 * 1024
LAST_CHUNK = b"0\r\n\r\n"


@dataclass(slots=True)
class Head:
    """A start line and the headers under it, in order."""

    start: str
    headers: list[tuple[str, str]] = field(default_factory=list)

    def get(self, name: str) -> str:
        """Return the value of a header, "" where there is none."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), "")

    @property
    def status(self) -> int:
        """Return the status of an answer."""
        return int(self.start.split(" ")[1])

    def __bytes__(self) -> bytes:
        lines = [self.start, *(f"{key}: {value}" for key, value in self.headers)]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")

    @property
    def is_chunked(self) -> bool:
        """Whether the body comes in chunks."""
        return self.get("Transfer-Encoding").lower() == "chunked"


async def read_head(reader: asyncio.StreamReader) -> Head | None:
    """Return the next head, None where the peer is done. Raises OSError for one that is cut."""
    try:
        raw = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError as error:
        if error.partial:
            raise ConnectionResetError("the head was cut") from error
        return None
    start, *lines = raw.decode("latin-1").rstrip("\r\n").split("\r\n")
    pairs = (line.partition(":") for line in lines)
    return Head(start, [(key.strip(), value.strip()) for key, _, value in pairs])


async def body(reader: asyncio.StreamReader, head: Head) -> AsyncIterator[bytes]:
    """Yield the body under `head` in pieces. Raises OSError where it is cut."""
    try:
        if head.is_chunked:
            async for piece in _chunks(reader):
                yield piece
            return
        left = int(head.get("Content-Length") or 0)
        while left:
            piece = await reader.read(min(left, PIECE))
            if not piece:
                raise ConnectionResetError("the body was cut")
            left -= len(piece)
            yield piece
    except asyncio.IncompleteReadError as error:
        raise ConnectionResetError("a chunk was cut") from error


def chunk(data: bytes) -> bytes:
    """Return `data` as one chunk."""
    return b"%x\r\n%b\r\n" % (len(data), data)


async def _chunks(reader: asyncio.StreamReader) -> AsyncIterator[bytes]:
    while size := int((await reader.readuntil(b"\r\n")).partition(b";")[0], 16):
        yield await reader.readexactly(size)
        await reader.readexactly(2)
    await reader.readuntil(b"\r\n")
