"""What goes wrong on each tape, and what is waited for: a script for each, by the name of the tape."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from dashboard.cache.trace import Step
from tests.faults.take import RATE, Take

QUICK = 40.0
"""Times as fast as the machine, where a silence is waited for."""

Script = Callable[[Take], Awaitable[None]]


async def streamed(take: Take) -> None:
    """Nothing is wrong."""
    await take.listed()
    await take.change("one", "two")


async def refused(take: Take) -> None:
    """The server is an old one, which refuses what it does not know."""
    take.strike("pages")
    await take.listed()
    await take.then(Step.WATCH)
    take.mark(after=Step.STREAM)
    await take.change("one")


async def no_progress(take: Take) -> None:
    """The server cannot ask its etcd how far it is, and says so in the stream."""
    take.strike("no_progress")
    await take.listed()
    await take.then(Step.WATCH)
    take.mark(after=Step.STREAM)
    await take.change("one")


async def no_end(take: Take) -> None:
    """The server is an old one that takes the question for a plain watch (fact M7).

    A current one cannot be brought to it: to a watch from the newest state it always adds the end.
    """
    take.strike("no_marker")
    await take.open()
    await take.then(Step.STREAM)
    take.hurry(QUICK / 2)
    await take.then(Step.FALLBACK)
    take.hurry(RATE)
    await take.then(Step.REPLACE, Step.WATCH)
    take.mark(after=Step.STREAM)
    await take.change("one")


async def bookmarked(take: Take) -> None:
    """The time of a watch is up; nothing of this namespace has changed, others have."""
    take.hurry(1.0)
    take.strike("short_watch")
    await take.listed()
    await take.ground.kube.ensure("/api/v1/namespaces", {"metadata": {"name": "tape-elsewhere"}})
    take.mark()
    await take.write("elsewhere", space="tape-elsewhere")
    await take.then(Step.BOOKMARK, Step.WATCH_ENDED, Step.WATCH)
    take.lift("short_watch")
    await take.change("one")


async def cut(take: Take) -> None:
    """The connection is cut."""
    await take.listed()
    await take.change("one")
    take.strike("reset")
    take.lift("reset")
    await take.write("two")
    await take.then(Step.BACKOFF, Step.WATCH)
    await take.change("three")


async def silent(take: Take) -> None:
    """The connection is open, and nothing comes any more."""
    await take.listed()
    await take.change("one")
    take.strike("blackhole")
    await take.write("two")
    take.hurry(QUICK)
    await take.then(Step.VERIFY)
    take.hurry(1.0)
    await take.then(Step.WATCH)
    take.lift("blackhole")
    await take.change("three")


async def garbled(take: Take) -> None:
    """One frame cannot be read."""
    await take.listed()
    take.strike("flip")
    await take.write("one")
    await take.then(Step.MALFORMED, Step.WATCH)
    await take.change("two")


async def garbled_again(take: Take) -> None:
    """The same frame cannot be read, however often it comes."""
    await take.listed()
    take.strike("flip_always")
    await take.write("one")
    await take.then(Step.MALFORMED, Step.MALFORMED)
    take.lift("flip_always")
    await take.then(Step.REPLACE)
    await take.change("two")


async def expired(take: Take) -> None:
    """The server has forgotten what came after our version, and says so in the stream."""
    await take.listed()
    await take.change("one")
    take.strike("expired")
    take.lift("expired")
    await take.then(Step.REPLACE)
    await take.change("two")


async def gone(take: Take) -> None:
    """A watch ended, and the next one is refused: its version is too old."""
    await take.listed()
    await take.change("one")
    take.strike("gone")
    take.strike("eof")
    take.lift("eof")
    await take.then(Step.WATCH_ENDED, Step.REPLACE)
    await take.change("two")


async def gone_page(take: Take) -> None:
    """The listing took so long that its next page cannot be had any more."""
    take.strike("pages")
    take.strike("gone_page")
    await take.listed()
    await take.then(Step.WATCH)
    take.mark(after=Step.LIST_PAGE)


async def busy(take: Take) -> None:
    """The server has too much to do, and names a pause."""
    await take.listed()
    await take.change("one")
    take.strike("busy")
    take.strike("eof")
    take.lift("eof")
    await take.then(Step.BACKOFF)
    take.lift("busy")
    await take.then(Step.WATCH)
    await take.change("two")


async def forbidden(take: Take) -> None:
    """The right to list and watch is taken away, and given back."""
    await take.listed()
    await take.change("one")
    take.strike("forbidden")
    take.strike("eof")
    take.lift("eof")
    await take.then(Step.DENIED, Step.BACKOFF)
    take.lift("forbidden")
    await take.then(Step.REPLACE)


async def restored(take: Take) -> None:
    """etcd goes back to an older state while nobody is listening; its versions begin anew below ours."""
    take.hurry(1.0)
    await take.listed()
    saved = await take.machine.save()
    await take.write("lost")
    for number in range(40):
        await take.write(f"lost-{number}")
    await take.then(Step.EVENTS)
    take.strike("blackhole")
    await take.machine.restore(saved)
    take.strike("reset")
    take.lift("reset")
    take.lift("blackhole")
    await take.then(Step.WATCH)
    take.hurry(QUICK)
    await take.then(Step.RELIST)
    take.hurry(1.0)
    await take.then(Step.REPLACE)


SCRIPTS: dict[str, Script] = {
    "stream": streamed,
    "stream-refused": refused,
    "stream-failed": no_progress,
    "stream-endless": no_end,
    "page-expired": gone_page,
    "bookmark": bookmarked,
    "connection-cut": cut,
    "too-many-requests": busy,
    "watch-expired": expired,
    "resume-expired": gone,
    "silence": silent,
    "etcd-restored": restored,
    "frame-unreadable": garbled,
    "frame-unreadable-twice": garbled_again,
    "right-withdrawn": forbidden,
}
"""What is recorded, by the name of the tape."""

OLD = frozenset({"stream-refused", "stream-endless", "page-expired"})
"""What no current server does, or not before it is refused a stream."""

ALONE = frozenset({"etcd-restored"})
"""What stops the processes of the cluster that others are recorded on."""
