"""A TLS proxy in front of the real API server that misbehaves as its weather says.

HTTP/1.1 on both sides, one connection upstream for each connection from the client. It writes down
every request, with whose credential, and every frame, whole or not; the validator goes by that.
"""

from __future__ import annotations

import asyncio
import random
import ssl
from collections import deque
from collections.abc import AsyncIterator
from collections.abc import Set as AbstractSet
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any

from tests.faults import message, refusal
from tests.faults.client import Client
from tests.faults.eventlog import EventLog
from tests.faults.message import Head
from tests.faults.mischief import DRIP_S, DRIPS, sliced
from tests.faults.replica import Listing, Replica
from tests.faults.stream import Stream
from tests.faults.weather import Fault, Layer, Route, Weather, route

PAGE = "3"
"""Objects per page while the fault `pages` is on: a small world then has pages too."""

SHORT_S = "4"
"""What a watch is asked to end after while `short_watch` is on; 2 s before, a real bookmark comes."""

NAMES_ALONE = "as=PartialObjectMetadata"
"""What a check of names and versions accepts."""

REMEMBERED = 60
"""Frames of each kind that may come again."""


@dataclass(frozen=True, slots=True)
class Upstream:
    """The real API server, and the tokens that the subject may show."""

    host: str
    port: int
    tls: ssl.SSLContext
    tokens: AbstractSet[str]


class Proxy:
    """Serve with `proxying`; `weather` decides what goes wrong."""

    def __init__(self, upstream: Upstream, log: EventLog, random_: random.Random) -> None:
        """Listen to nobody yet."""
        self.weather = Weather()
        self.random = random_
        self.log = log
        self._upstream = upstream
        self._numbers = count(1)
        self._memory: dict[tuple[str, str], deque[Any]] = {}
        self._replica = Replica()
        self._connections: set[asyncio.Task[None]] = set()

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection of the client until either side is done."""
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        client = Client(reader, writer)
        number = 0
        above: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        try:
            while (head := await message.read_head(reader)) is not None:
                body = b"".join([piece async for piece in message.body(reader, head)])
                method, target, _ = head.start.split(" ", 2)
                asked = route(method, target, head.get("Accept"))
                number = next(self._numbers)
                self._note(number, asked, head, target)
                if (fault := self.weather.take(Layer.REFUSAL, asked)) is not None:
                    answer = refusal.answer(fault.name, asked)
                    self.log.add("answer", id=number, status=answer.status, fault=fault.name)
                    if answer.status == 0:
                        raise ConnectionResetError(fault.name)
                    await client.send(answer.data)
                    continue
                old = self._recalled(number, asked)
                if old is not None and asked.verb == "list":
                    self.log.add("answer", id=number, status=200)
                    await client.send(old.data)
                    self.log.add("whole", id=number, how="whole")
                    continue
                try:
                    above = above or await asyncio.open_connection(
                        self._upstream.host, self._upstream.port, ssl=self._upstream.tls
                    )
                    query = self._query(asked) if old is None else asked.resuming(old.version)
                    said = await self._ask(above, query, head, body)
                except OSError:
                    self.log.add("answer", id=number, status=0, fault="upstream")
                    raise
                self.log.add("answer", id=number, status=said.status)
                if not await self._answer(number, asked, client, above[0], said, old):
                    break
        except (OSError, EOFError, asyncio.IncompleteReadError):
            self.log.add("end", id=number, how="client")
            client.reset()
        finally:
            self._connections.discard(task)
            client.writer.transport.abort()
            if above is not None:
                above[1].transport.abort()

    async def aclose(self) -> None:
        """Cut every connection."""
        for task in list(self._connections):
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    async def _ask(
        self,
        above: tuple[asyncio.StreamReader, asyncio.StreamWriter],
        query: str | None,
        head: Head,
        body: bytes,
    ) -> Head:
        """Return the head of the server's answer, to another query unless it is None.

        Raises OSError where there is none.
        """
        reader, writer = above
        method, target, _ = head.start.split(" ", 2)
        path = target.partition("?")[0]
        start = f"{method} {path}?{query} HTTP/1.1" if query is not None else head.start
        headers = [(key, value) for key, value in head.headers if key.lower() != "host"]
        writer.write(bytes(Head(start, [("Host", self._upstream.host), *headers])) + body)
        await writer.drain()
        said = await message.read_head(reader)
        if said is None:
            raise ConnectionResetError("the server left")
        return said

    async def _answer(
        self,
        number: int,
        asked: Route,
        client: Client,
        reader: asyncio.StreamReader,
        said: Head,
        old: Listing | None,
    ) -> bool:
        """Hand on an answer; return whether the connection can be used again."""
        if asked.verb != "watch" or said.status != 200:
            return await self._whole(number, asked, client, reader, said)
        memory = self._memory.setdefault(
            (asked.kind, said.get("Content-Type")), deque(maxlen=REMEMBERED)
        )
        await client.send(bytes(said))
        stream = Stream(number, asked, self, client, memory)
        await stream.run(reader, said, old.frames if old else ())
        if old is None and stream.initial:
            self._replica.keep(asked, Listing(frames=stream.initial))
        return False

    def _recalled(self, number: int, asked: Route) -> Listing | None:
        """Return what a replica that lags says, if there is one and it knows."""
        old = self._replica.recall(asked, self.random)
        if old is None or self.weather.take(Layer.REPLICA, asked) is None:
            return None
        self.log.add("stale", id=number)
        return old

    def _note(self, number: int, asked: Route, head: Head, target: str) -> None:
        shown = head.get("Authorization")
        is_ours = shown.removeprefix("Bearer ") in self._upstream.tokens
        who = "portal" if is_ours else "other" if shown else ""
        self.log.add(
            "request",
            id=number,
            verb=asked.verb,
            kind=asked.kind,
            namespace=asked.namespace,
            version=asked.get("resourceVersion"),
            is_listing=asked.is_listing and NAMES_ALONE not in asked.accept,
            is_continued=bool(asked.get("continue")),
            path="" if asked.kind else target,
            who=who,
        )

    def _query(self, asked: Route) -> str | None:
        """Return another query than was asked, or None."""
        fault = self.weather.take(Layer.REWRITE, asked)
        match fault and fault.name:
            case "pages":
                return asked.asking(limit=PAGE)
            case "short_watch":
                return asked.asking(timeoutSeconds=SHORT_S)
            case "no_marker":
                return asked.asking(sendInitialEvents=None, resourceVersionMatch=None)
        return None

    async def _stall(self, number: int, client: Client, fault: Fault) -> None:
        """Say nothing until the fault is over or the client has left."""
        left = asyncio.create_task(client.gone())
        over = asyncio.create_task(fault.over.wait())
        try:
            await asyncio.wait(
                (left, over), timeout=fault.lasts_s, return_when=asyncio.FIRST_COMPLETED
            )
            if left.done():
                self.log.add("left", id=number)
        finally:
            left.cancel()
            over.cancel()
            await asyncio.gather(left, over, return_exceptions=True)

    async def _whole(
        self,
        number: int,
        asked: Route,
        client: Client,
        reader: asyncio.StreamReader,
        said: Head,
    ) -> bool:
        """Hand on an answer that ends; return whether the connection can be used again."""
        data = b"".join([piece async for piece in message.body(reader, said)])
        fault = self.weather.take(Layer.LIST, asked) if asked.verb == "list" else None
        is_json = "json" in said.get("Content-Type") and not said.get("Content-Encoding")
        name = fault.name if fault else ""
        if name == "list_flip" and is_json:
            data = refusal.spoiled(data, self.random)
        headers = [
            (key, value)
            for key, value in said.headers
            if key.lower() not in {"transfer-encoding", "content-length"}
        ]
        whole = bytes(Head(said.start, [*headers, ("Content-Length", str(len(data)))])) + data
        if asked.is_listing and said.status == 200 and name != "list_flip":
            self._replica.keep(asked, Listing(data=whole))
        if name in {"list_reset", "list_stall"} and fault is not None:
            await client.send(whole[: self.random.randrange(1, len(whole))])
            if name == "list_stall":
                await self._stall(number, client, fault)
            self.log.add("end", id=number, how="reset")
            client.reset()
            return False
        if name == "list_drip" and fault is not None:
            self.log.add("answer", id=number, status=200, dripping=True)
            await client.send_slowly(sliced(whole, DRIPS, self.random), DRIP_S, fault.over)
        else:
            await client.send(whole)
        self.log.add(
            "whole", id=number, how="corrupt" if name == "list_flip" and is_json else "whole"
        )
        return True


@asynccontextmanager
async def proxying(
    upstream: Upstream, log: EventLog, random_: random.Random, tls: ssl.SSLContext
) -> AsyncIterator[tuple[Proxy, int]]:
    """Yield a proxy that serves, and its port on loopback."""
    proxy = Proxy(upstream, log, random_)
    server = await asyncio.start_server(proxy.connected, "127.0.0.1", 0, ssl=tls)
    try:
        yield proxy, server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await proxy.aclose()
