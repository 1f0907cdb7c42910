"""The process in which pages are parsed, highlighted and rendered, so that the loop never waits.

One owner of one pool. Jobs are pure functions of picklable values. A job that computes longer than
its limit fails alone; a process that dies takes its jobs with it and is replaced.
Source: performance.md G5 (no pause above 25 ms); py-tree-sitter #111 (processes, never threads).
"""

import asyncio
import multiprocessing
import os
import signal
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from types import FrameType
from typing import ParamSpec, TypeVar, cast

CPU_LIMIT_S = 20.0
"""What one job may compute. The largest package of kubernetes takes about 5 s the first time."""
KEPT_RESULTS = 1024
"""Two long chapters in two languages at two versions are some 430 panes and claims, 3 MB in all."""

P = ParamSpec("P")
T = TypeVar("T")


class TooSlow(Exception):
    """A job computed longer than CPU_LIMIT_S and was stopped."""


class Press:
    """Runs jobs in one other process, started with the first job."""

    def __init__(self) -> None:
        """Start nothing yet."""
        self._pool: ProcessPoolExecutor | None = None
        self._results: OrderedDict[Hashable, object] = OrderedDict()

    async def run(self, job: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return what `job` returns, computed elsewhere; what it raises is raised here.

        Tries once more when the process died, as it does when the machine ran out of memory.
        """
        loop = asyncio.get_running_loop()
        for attempt in (1, 2):
            pool = self._open()
            try:
                return await loop.run_in_executor(pool, _limited, job, args, kwargs)
            except BrokenProcessPool:
                self.close()
                if attempt == 2:
                    raise
        raise AssertionError("unreachable")

    async def keep(self, job: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return what `job` returns, computed once for equal arguments while it is kept.

        For jobs whose result depends on their arguments alone: a text is its own content hash.
        Failures are not kept.
        """
        key = (job, args, tuple(sorted(kwargs.items())))
        if key in self._results:
            self._results.move_to_end(key)
            return cast("T", self._results[key])
        result = await self.run(job, *args, **kwargs)
        self._results[key] = result
        if len(self._results) > KEPT_RESULTS:
            self._results.popitem(last=False)
        return result

    def close(self) -> None:
        """End the process; the next job starts another."""
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(wait=False, cancel_futures=True)

    def _open(self) -> ProcessPoolExecutor:
        if self._pool is None:
            # Spawned, not forked: a fork would copy the loop, its sockets and every cache.
            self._pool = ProcessPoolExecutor(
                max_workers=1,
                mp_context=multiprocessing.get_context("spawn"),
                initializer=_prepare,
            )
        return self._pool


PRESS = Press()
"""The press of this server process."""


def _prepare() -> None:
    """Leave Ctrl-C to the server, stand back behind it for the processor, and end when it does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(5)
    threading.Thread(target=_end_with_server, name="end-with-server", daemon=True).start()


def _end_with_server() -> None:
    """End this process as soon as the server is gone: one that was killed could not ask for it."""
    server = multiprocessing.parent_process()
    if server is not None:
        server.join()
        os._exit(1)


def _limited(job: Callable[..., T], args: tuple[object, ...], kwargs: dict[str, object]) -> T:
    """Run a job under the limit of computing time (user and system, as ITIMER_PROF counts)."""
    signal.signal(signal.SIGPROF, _stop)
    signal.setitimer(signal.ITIMER_PROF, CPU_LIMIT_S)
    try:
        return job(*args, **kwargs)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise TooSlow(f"stopped after {CPU_LIMIT_S:.0f} s of computing")
