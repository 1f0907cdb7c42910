"""The side of a proxied connection where the subject is."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Sequence
from contextlib import suppress


class Client:
    """The side of a connection where the subject is."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Use what asyncio made of the connection."""
        self.reader = reader
        self.writer = writer

    async def send(self, data: bytes) -> None:
        """Send `data`. Raises OSError when the client is gone."""
        if self.writer.is_closing():
            raise ConnectionResetError("the client is gone")
        self.writer.write(data)
        await self.writer.drain()

    async def send_slowly(
        self, parts: Sequence[bytes], pause_s: float, over: asyncio.Event
    ) -> None:
        """Send `parts` one by one, and what is left at once as soon as the fault is over."""
        for number, part in enumerate(parts):
            if over.is_set():
                await self.send(b"".join(parts[number:]))
                return
            await self.send(part)
            await asyncio.sleep(pause_s)

    def reset(self) -> None:
        """Cut the connection with RST."""
        raw = self.writer.get_extra_info("socket")
        if raw is not None and not self.writer.is_closing():
            with suppress(OSError):
                raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()

    async def gone(self) -> None:
        """Return once the client has left."""
        with suppress(OSError):
            await self.reader.read(1)
