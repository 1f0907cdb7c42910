"""One watch on its way through the proxy, frame by frame."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from tests.faults import message, refusal
from tests.faults.frame import Frame, Splitter
from tests.faults.message import LAST_CHUNK, Head, chunk
from tests.faults.mischief import End, act, sliced
from tests.faults.weather import Fault, Layer, Route

if TYPE_CHECKING:
    from tests.faults.client import Client
    from tests.faults.proxy import Proxy

END_OF_INITIAL_EVENTS = b"k8s.io/initial-events-end"

SHOWN = 2000
"""Bytes of a spoiled frame that are written down."""


class Ended(Exception):
    """The stream is over; the argument says how."""


class Stream:
    """Hands frames on until one side ends, or a fault does."""

    def __init__(
        self, number: int, asked: Route, proxy: Proxy, client: Client, memory: deque[Frame]
    ) -> None:
        """`memory` holds earlier frames of the kind, and gets these."""
        self._number = number
        self._asked = asked
        self._proxy = proxy
        self._client = client
        self._memory = memory
        self._coming: asyncio.Queue[Frame | Fault | str] = asyncio.Queue()
        self._is_listing = asked.is_initial
        """Among initial events, which have no order: an older one among them would be believed."""
        self._gathered: list[Frame] = []
        self.initial: list[Frame] = []
        """The initial events as the server sent them, once they are whole."""

    async def run(
        self, reader: asyncio.StreamReader, said: Head, before: Sequence[Frame] = ()
    ) -> None:
        """Return once the stream is over; `before` comes first."""
        for frame in before:
            self._coming.put_nowait(frame)
        weather = self._proxy.weather
        splitter = Splitter(said.get("Content-Type"))
        weather.on_begin.append(self._struck)
        pumps = [
            asyncio.create_task(self._pump(reader, said, splitter)),
            asyncio.create_task(self._listen()),
        ]
        how = "cancelled"
        try:
            while not isinstance(coming := await self._coming.get(), str):
                if isinstance(coming, Fault):
                    await self._strike(coming, is_binary=splitter.is_binary)
                else:
                    await self._hand_on(coming)
            how = await self._end(coming)
        except Ended as ended:
            how = await self._end(str(ended))
        except OSError:
            how = "client"
        finally:
            weather.on_begin.remove(self._struck)
            self._proxy.log.add("end", id=self._number, how=how)
            for pump in pumps:
                pump.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)

    async def _end(self, how: str) -> str:
        """Leave the client as `how` says."""
        if how in {"eof", "error"}:
            with suppress(OSError):
                await self._client.send(LAST_CHUNK)
            self._client.writer.close()
        else:
            self._client.reset()
        return how

    def _struck(self, fault: Fault) -> None:
        if fault.layer is Layer.STREAM and fault.concerns(self._asked):
            self._coming.put_nowait(fault)
        elif fault.name == "outage":
            self._coming.put_nowait("reset")

    async def _pump(self, reader: asyncio.StreamReader, said: Head, splitter: Splitter) -> None:
        try:
            async for data in message.body(reader, said):
                for frame in splitter.feed(data):
                    self._coming.put_nowait(frame)
            self._coming.put_nowait("eof")
        except OSError:
            self._coming.put_nowait("reset")

    async def _listen(self) -> None:
        """Notice when the client leaves."""
        await self._client.gone()
        self._proxy.log.add("left", id=self._number)
        self._coming.put_nowait("client")

    async def _strike(self, fault: Fault, *, is_binary: bool) -> None:
        fault.struck += 1
        match fault.name:
            case "reset" | "eof":
                raise Ended(fault.name)
            case "expired" | "internal":
                frame = refusal.frame(fault.name, is_binary=is_binary)
                await self._client.send(chunk(frame.data))
                self._note(frame, "whole")
                raise Ended("error")
            case "blackhole":
                with suppress(TimeoutError):
                    await asyncio.wait_for(fault.over.wait(), fault.lasts_s)
                if self._proxy.random.random() < 0.7:
                    raise Ended("reset")

    async def _hand_on(self, frame: Frame) -> None:
        weather, random_ = self._proxy.weather, self._proxy.random
        fault = weather.take(Layer.FRAME, self._asked)
        name = fault.name if fault else None
        done = act(name, frame, [] if self._is_listing else self._memory, random_)
        for piece in done.pieces:
            if piece.pause_s:
                await asyncio.sleep(piece.pause_s)
            # Noted first: what the subject does with it must come after it in the log.
            self._note(piece.frame, piece.how, name, is_dripping=bool(done.slices))
            if piece.how == "corrupt":
                self._proxy.log.add("spoiled", id=self._number, hex=piece.data[:SHOWN].hex())
            data = chunk(piece.data)
            if done.slices and fault is not None:
                parts = sliced(data, done.slices, random_)
                await self._client.send_slowly(parts, done.slice_pause_s, fault.over)
                self._proxy.log.add("sent", id=self._number)
            else:
                await self._client.send(data)
        if self._is_listing:
            self._gathered.append(frame)
        if END_OF_INITIAL_EVENTS in frame.data:
            self._is_listing = False
            self.initial = self._gathered
        self._memory.append(frame)
        if done.end is not End.NOT:
            raise Ended(done.end.value)

    def _note(
        self, frame: Frame, how: str, fault: str | None = None, *, is_dripping: bool = False
    ) -> None:
        extra: dict[str, Any] = {"fault": fault} if fault else {}
        if is_dripping:
            extra["dripping"] = True
        self._proxy.log.add(
            "frame",
            id=self._number,
            type=frame.type,
            version=frame.version,
            how=how,
            **extra,
        )
