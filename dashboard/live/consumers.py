"""The one WebSocket of a tab: subscriptions in, frames out, one awaited send at a time."""

import asyncio
import logging
from collections.abc import Iterator
from contextlib import AsyncExitStack
from itertools import count
from typing import Any
from urllib.parse import parse_qs

from channels.generic.websocket import AsyncWebsocketConsumer
from django.utils.translation import activate, gettext

from dashboard.access import selection as access
from dashboard.access.gate import OPEN_ANSWER_LIFE_S
from dashboard.api.scope import Scope
from dashboard.api.state import State
from dashboard.errors import ClusterError, Denied, InvalidFrame, Retry
from dashboard.live.fanout import Fanout
from dashboard.live.frames import (
    SUBPROTOCOL,
    DeniedFrame,
    ErrorFrame,
    FrameId,
    MoveWindow,
    ServerFrame,
    Subscribe,
    decode,
    encode,
    id_of,
)
from dashboard.live.subscription import Subscription

TICK_S = 0.05
"""Changes within this are one frame; a frame on an idle socket leaves at once."""

SUBSCRIPTIONS_LIMIT = 20
"""Views that one socket may hold open."""

log = logging.getLogger(__name__)
fanout = Fanout()


class _View:
    """One subscription with the task that keeps its selection open and sends its frames."""

    def __init__(self, task: asyncio.Task[None]) -> None:
        self.task = task
        self.subscription: Subscription | None = None


class TableConsumer(AsyncWebsocketConsumer):  # type: ignore[misc]  # channels is untyped
    """Owns a task for each view; all end with the socket."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401  (Channels' signature)
        """Hold no view yet."""
        super().__init__(*args, **kwargs)
        self._views: dict[FrameId, _View] = {}
        self._sending = asyncio.Lock()

    async def connect(self) -> None:
        """Accept a client that speaks portolan.v1; others are closed without a word."""
        if SUBPROTOCOL in self.scope.get("subprotocols", []):
            query = parse_qs(self.scope.get("query_string", b"").decode("latin-1"))
            # Tasks inherit the language from here: a socket has one, and its URL has no prefix.
            activate("zh-hans" if query.get("lang") == ["zh-hans"] else "en")
            await self.accept(subprotocol=SUBPROTOCOL)
        else:
            await self.close()

    async def disconnect(self, code: int) -> None:  # noqa: ARG002  (Channels' signature)
        """End every view and wait until each has let go of its informers."""
        tasks = [view.task for view in self._views.values()]
        self._views.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:  # noqa: ARG002
        """Act on one client frame; a frame that is none is answered with an error."""
        try:
            frame = decode(text_data or "")
            if isinstance(frame, Subscribe):
                await self._subscribe(frame)
            elif isinstance(frame, MoveWindow):
                view = self._views.get(frame.id)
                if view is not None and view.subscription is not None:
                    view.subscription.move(frame.window)
            else:
                await self._end(frame.id)
        except InvalidFrame as error:
            id_ = id_of(text_data or "")
            if id_ is not None:
                await self._end(id_)
            await self._say(_error(id_, 0, error))

    async def _subscribe(self, frame: Subscribe) -> None:
        await self._end(frame.id)
        if len(self._views) >= SUBSCRIPTIONS_LIMIT:
            raise InvalidFrame(reason=f"more than {SUBSCRIPTIONS_LIMIT} views on one socket")
        task = asyncio.create_task(self._show_or_say(frame), name=f"view {frame.id}")
        task.add_done_callback(_report)
        self._views[frame.id] = _View(task)

    async def _end(self, id_: FrameId) -> None:
        view = self._views.pop(id_, None)
        if view is not None:
            view.task.cancel()
            await asyncio.gather(view.task, return_exceptions=True)

    async def _show_or_say(self, frame: Subscribe) -> None:
        """Show a view; a mistake of ours takes its rows off the screen, where they would grow old."""
        seq = count()
        try:
            await self._show(frame, seq)
        except OSError:
            return  # the client left in the middle of a frame
        except Exception:
            await self._say(_error(frame.id, next(seq), ClusterError()))
            raise

    async def _show(self, frame: Subscribe, seq: Iterator[int]) -> None:
        """Send frames of one view until cancelled; open it anew whenever the rights move.

        Ends with the first error that only another request could mend.
        """
        while True:
            try:
                await self._show_within(frame, seq)
            except ClusterError as error:
                is_denied = isinstance(error, Denied)
                told = (_denied if is_denied else _error)(frame.id, next(seq), error)
                await self._say(told)
                if error.retry is Retry.NEVER:
                    return
                await asyncio.sleep(error.retry_after_s or OPEN_ANSWER_LIFE_S)

    async def _show_within(self, frame: Subscribe, seq: Iterator[int]) -> None:
        """Show the view within the rights of now; return when they have moved."""
        view = frame.view
        async with AsyncExitStack() as stack:
            wanted = access.Wanted(
                view.cluster, view.kind, view.namespaces, view.q, view.sort_terms
            )
            chosen = await stack.enter_async_context(
                access.select(wanted, self.scope["credential"], life_s=OPEN_ANSWER_LIFE_S)
            )
            changed = asyncio.Event()
            subscription = Subscription(
                frame.id,
                chosen,
                frame.window,
                fanout,
                wake=changed.set,
                next_seq=seq.__next__,
            )
            chosen.add_listener(subscription)
            stack.callback(chosen.remove_listener, subscription)
            self._views[frame.id].subscription = subscription
            loop = asyncio.get_running_loop()
            asked_at = loop.time()
            while True:
                changed.clear()
                if (message := subscription.frame()) is not None:
                    await self._say(message)
                    await asyncio.sleep(TICK_S)
                left_s = asked_at + OPEN_ANSWER_LIFE_S - loop.time()
                if await _set_within(changed, left_s):
                    continue
                # However busy the view is, its rights are asked for again.
                if await self._scope(view.cluster, view.kind, chosen) != chosen.scope:
                    return
                asked_at = loop.time()
                await self._say(subscription.heartbeat())

    async def _scope(self, cluster: str, kind: str, chosen: access.Selection) -> Scope:
        connection, resource = await access.resolve(cluster, kind)
        return await access.scope_of(
            connection,
            self.scope["credential"],
            resource,
            chosen.asked,
            life_s=OPEN_ANSWER_LIFE_S,
        )

    async def _say(self, frame: ServerFrame) -> None:
        # Views share the socket; frames of one view stay in order because its task awaits each.
        async with self._sending:
            await self.send(text_data=encode(frame))


async def _set_within(event: asyncio.Event, seconds: float) -> bool:
    """Return whether `event` was set before `seconds` were over; at once when none are left."""
    if seconds <= 0:
        return False
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return False
    return True


def _denied(id_: FrameId, seq: int, error: ClusterError) -> DeniedFrame:
    return DeniedFrame(
        id=id_,
        seq=seq,
        epoch="",
        resource_version="",
        observed_at_ms=0,
        state=State.DENIED,
        code=error.code,
        message=error.told(gettext),
    )


def _error(id_: FrameId | None, seq: int, error: ClusterError) -> ErrorFrame:
    return ErrorFrame(
        id=id_,
        seq=seq,
        epoch="",
        resource_version="",
        observed_at_ms=0,
        state=State.UNKNOWN,
        code=error.code,
        message=error.told(gettext),
        retry=error.retry,
        retry_after_s=error.retry_after_s,
        position=getattr(error, "position", None),
    )


def _report(task: asyncio.Task[None]) -> None:
    """Say in the log that a view ended by a mistake of ours."""
    if not task.cancelled() and (error := task.exception()) is not None:
        log.error("%s ended", task.get_name(), exc_info=error)
