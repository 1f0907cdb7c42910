"""What no real server sends, for the tests of those who must survive it."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from enum import Enum

from aiohttp import web

from dashboard.demo.response import JSON, headers_of


class End(Enum):
    """How a faulty answer ends."""

    CLEAN = "clean"
    """As if the server were done."""
    CUT = "cut"
    """The connection is gone in the middle."""
    SILENT = "silent"
    """Nothing more is said, and the connection stays open."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One answer to the next `verb` (list or watch) on `kind`: so many true frames, then these bytes.

    `after` counts frames of a watch; a faulty list has none. `status` is the HTTP status.
    """

    kind: str
    verb: str = "watch"
    after: int = 0
    chunks: Sequence[bytes] = ()
    end: End = End.CLEAN
    status: int = 200


class Faults:
    """Faults to come, each played once, in order."""

    def __init__(self) -> None:
        """Have none."""
        self._coming: deque[Fault] = deque()

    def add(self, *faults: Fault) -> None:
        """Play these next."""
        self._coming.extend(faults)

    def waiting(self, kind: str, verb: str) -> bool:
        """Whether a fault for such a request is still to come."""
        return any((fault.kind, fault.verb) == (kind, verb) for fault in self._coming)

    def take(self, kind: str, verb: str) -> Fault | None:
        """Return the fault that is due for this request, and forget it."""
        for fault in self._coming:
            if (fault.kind, fault.verb) == (kind, verb):
                self._coming.remove(fault)
                return fault
        return None


async def first(frames: AsyncIterator[str], count: int) -> AsyncIterator[str]:
    """Yield the first `count` frames."""
    if count:
        async for frame in frames:
            yield frame
            count -= 1
            if not count:
                return


async def misbehave(request: web.BaseRequest, fault: Fault) -> web.StreamResponse:
    """Answer with nothing but the fault."""
    response = web.StreamResponse(status=fault.status, headers=headers_of(JSON))
    response.enable_chunked_encoding()
    await response.prepare(request)
    await end(request, response, fault)
    return response


async def end(request: web.BaseRequest, response: web.StreamResponse, fault: Fault) -> None:
    """Send what the fault sends, and end as it does."""
    for chunk in fault.chunks:
        await response.write(chunk)
    match fault.end:
        case End.CLEAN:
            await response.write_eof()
        case End.CUT:
            if request.transport is not None:
                request.transport.abort()
        case End.SILENT:
            await asyncio.get_running_loop().create_future()  # until the client leaves
