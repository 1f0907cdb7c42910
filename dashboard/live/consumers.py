"""The one WebSocket of a tab: subscriptions in, frames out, one awaited send at a time."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from itertools import count
from typing import Any
from urllib.parse import parse_qs

from channels.generic.websocket import AsyncWebsocketConsumer
from django.utils.translation import activate, gettext

from dashboard.access import question as access
from dashboard.access.selection import keep_printed
from dashboard.api.state import State
from dashboard.errors import (
    ClusterError,
    Denied,
    GateError,
    InvalidFrame,
    Retry,
    SignInNeeded,
)
from dashboard.live.fanout import Fanout
from dashboard.live.frames import (
    SUBPROTOCOL,
    DeniedFrame,
    ErrorFrame,
    FrameId,
    MoveWindow,
    ServerFrame,
    Subscribe,
    Window,
    decode,
    encode,
    id_of,
)
from dashboard.live.subscription import Subscription

TICK_S = 0.05
"""Changes within this are one frame; a frame on an idle socket leaves at once."""

RETRY_S = 5.0
"""Pause before a view that cannot be shown is tried again, unless rights move before."""

HEARTBEAT_S = 5.0
"""How often at least a view is told its age: a browser gives up a socket after 35 s of silence."""

RECHECK_S = 1.0
"""How long the session's word on who the visitor is counts."""

CLOSE_UNAUTHENTICATED = 4401
"""The close code of a visitor who has left; also in portal.accounts.socket."""

SUBSCRIPTIONS_LIMIT = 20
"""Views that one socket may hold open."""

log = logging.getLogger(__name__)
fanout = Fanout()


class _Left(Exception):
    """The visitor signed out, and the socket was closed for it."""


class _View:
    """One subscription with the task that keeps its selection open and sends its frames.

    `window` is where the client is now, shown or not.
    """

    def __init__(self, task: asyncio.Task[None], window: Window) -> None:
        self.task = task
        self.window = window
        self.subscription: Subscription | None = None
        self.was_shown = False

    def move(self, window: Window) -> None:
        self.window = window
        if self.subscription is not None:
            self.subscription.move(window)


class TableConsumer(AsyncWebsocketConsumer):  # type: ignore[misc]  # channels is untyped
    """Owns a task for each view; all end with the socket."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401  (Channels' signature)
        """Hold no view yet."""
        super().__init__(*args, **kwargs)
        self._views: dict[FrameId, _View] = {}
        self._sending = asyncio.Lock()
        self._rechecked_at = float("-inf")
        self._has_left = False

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
        with contextlib.suppress(_Left):  # the socket is closed already
            await self._act(text_data or "")

    async def _act(self, text: str) -> None:
        try:
            frame = decode(text)
            if isinstance(frame, Subscribe):
                await self._subscribe(frame)
            elif isinstance(frame, MoveWindow):
                view = self._views.get(frame.id)
                if view is not None:
                    view.move(frame.window)
            else:
                await self._end(frame.id)
        except InvalidFrame as error:
            id_ = id_of(text)
            if id_ is not None:
                await self._end(id_)
            await self._say(_error(id_, 0, error))

    async def _subscribe(self, frame: Subscribe) -> None:
        await self._end(frame.id)
        await self._recheck(most_s=0)
        if len(self._views) >= SUBSCRIPTIONS_LIMIT:
            raise InvalidFrame(reason=f"more than {SUBSCRIPTIONS_LIMIT} views on one socket")
        task = asyncio.create_task(self._show_or_say(frame), name=f"view {frame.id}")
        task.add_done_callback(_report)
        self._views[frame.id] = _View(task, frame.window)

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
        except (OSError, _Left):
            return  # the client left in the middle of a frame, or signed out
        except Exception:
            await self._say(_error(frame.id, next(seq), ClusterError()))
            raise

    async def _show(self, frame: Subscribe, seq: Iterator[int]) -> None:
        """Send frames of one view until cancelled; open it anew whenever the rights move.

        Ends with the first error that only another request could mend; a right that returns brings
        the view back, with the window that the client has moved to.
        """
        view = self._views[frame.id]
        told: tuple[object, ...] = ()
        while True:
            try:
                await self._show_within(frame, seq)
                told = ()
            except ClusterError as error:
                view.subscription = None
                # One that was shown may come back: a kind that is gone, a token that expired.
                if view.was_shown or error.retry is not Retry.NEVER:
                    if told != (told := (error.code, *error.params.values())):
                        await self._say(_refusal(frame.id, next(seq), error))
                    await self._until_asked_again(frame, error)
                    continue
                await self._say(_refusal(frame.id, next(seq), error))
                return

    async def _until_asked_again(self, frame: Subscribe, error: ClusterError) -> None:
        """Return when another try may fare better; a hint that rights moved ends the wait."""
        doubted = asyncio.Event()
        stop: Callable[[], None] = _nothing
        if isinstance(error, GateError):
            stop = await access.on_doubt(frame.view.cluster, doubted.set)
        try:
            await _set_within(doubted, error.retry_after_s or RETRY_S)
        finally:
            stop()
        await self._recheck()

    async def _show_within(self, frame: Subscribe, seq: Iterator[int]) -> None:
        """Show the view within the rights of now; return when they have moved."""
        asked, view = frame.view, self._views[frame.id]
        wanted = access.Wanted(
            asked.cluster, asked.kind, asked.namespaces, asked.q, asked.sort_terms
        )
        async with AsyncExitStack() as stack:
            changed, doubted = asyncio.Event(), asyncio.Event()

            def doubt() -> None:
                doubted.set()
                changed.set()

            # Before anything is asked, so that no hint falls between question and frame.
            stack.callback(await access.on_doubt(asked.cluster, doubt))
            chosen = await stack.enter_async_context(
                access.select(wanted, self.scope["credential"], is_open=True)
            )
            subscription = Subscription(
                frame.id,
                chosen,
                view.window,
                fanout,
                wake=changed.set,
                next_seq=seq.__next__,
            )
            chosen.add_listener(subscription)
            stack.callback(chosen.remove_listener, subscription)
            printing = asyncio.create_task(keep_printed(chosen, lambda: subscription.shown))
            printing.add_done_callback(_report)
            stack.push_async_callback(_cancelled, printing)
            view.subscription, view.was_shown = subscription, True
            loop = asyncio.get_running_loop()
            asked_at = told_at = loop.time()
            while True:
                if not doubted.is_set():
                    changed.clear()
                    if (message := subscription.frame()) is not None:
                        await self._say(message)
                        await asyncio.sleep(TICK_S)
                    left_s = asked_at + await access.patience_s(asked.cluster, chosen) - loop.time()
                    if await _set_within(changed, left_s) and not doubted.is_set():
                        continue
                # However busy the view is, its rights are asked for again.
                doubted.clear()
                await self._recheck()
                if await access.moved(wanted, self.scope["credential"], chosen):
                    return
                asked_at = loop.time()
                if asked_at - told_at >= HEARTBEAT_S:
                    await self._say(subscription.heartbeat())
                    told_at = asked_at

    async def _recheck(self, *, most_s: float = RECHECK_S) -> None:
        """Take the credential that the visitor has now, or had up to `most_s` ago.

        Closes the socket of one who has left, and raises _Left.
        """
        now = asyncio.get_running_loop().time()
        if now - self._rechecked_at < most_s:
            return
        self._rechecked_at = now
        credential = await self.scope["recheck"]()
        if credential is None:
            async with self._sending:
                await self.close(CLOSE_UNAUTHENTICATED)
                self._has_left = True
            raise _Left
        self.scope["credential"] = credential

    async def _say(self, frame: ServerFrame) -> None:
        # Views share the socket; frames of one view stay in order because its task awaits each.
        async with self._sending:
            if self._has_left:
                raise _Left
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


async def _cancelled(task: asyncio.Task[None]) -> None:
    """End `task` and wait until it has ended."""
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def _nothing() -> None:
    """End nothing."""


def _refusal(id_: FrameId, seq: int, error: ClusterError) -> ServerFrame:
    return (_denied if isinstance(error, Denied | SignInNeeded) else _error)(id_, seq, error)


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
