"""The import that runs beside the site: another process fetches, this one knows how far it is.

The loop and the press wait for nothing of it. Its progress is one JSON line a module on its standard
output; what goes wrong is kept to be told on pages, and the next start tries again.
"""

import asyncio
import contextlib
import json
import logging
import sys
from asyncio.subprocess import DEVNULL, PIPE
from dataclasses import dataclass, replace
from typing import cast

from django.conf import settings
from django.utils.translation import gettext as _

from portal.source.exact import checker
from portal.source.proxy import proxies
from portal.walkthrough import shelfmark
from portal.walkthrough.needs import needed
from portal.walkthrough.stock import stock

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the import is; all zero: it has not begun, or nothing lacked."""

    done: int = 0
    total: int = 0
    """Modules while they are fetched and taken in, then Go files."""
    phase: str = ""
    """fetch, text, code or exact."""
    key: str = ""
    """The version that is imported whole; "" while what chapters need is fetched."""
    failed: str = ""
    """Why it stopped; empty: it did not."""
    is_running: bool = False


class Importer:
    """One import at a time. Belongs to the event loop."""

    def __init__(self) -> None:
        """Start nothing yet."""
        self.progress = Progress()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to import what chapters need, if this machine lacks any of it; returns at once."""
        store = stock(shelfmark.where())
        if proxies() and store.cache.absent(needed(shelfmark.library(), store.shelf)):
            self._begin("")

    def take(self, key: str) -> bool:
        """Begin to import the version PROJECT@VERSION whole; False while another import runs."""
        if self._task is not None and not self._task.done():
            return False
        self._begin(key)
        return True

    def _begin(self, key: str) -> None:
        self.progress = Progress(key=key, is_running=True)
        self._task = asyncio.create_task(self._run(key), name="source-import")

    async def stop(self) -> None:
        """End the import; what was fetched whole stays."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _run(self, key: str) -> None:
        action = ("add", key) if key else ("fetch",)
        command = (sys.executable, "-m", "portal", "source", *action, "--json")
        process = await asyncio.create_subprocess_exec(
            *command, stdin=DEVNULL, stdout=PIPE, stderr=PIPE
        )
        try:
            async for line in cast("asyncio.StreamReader", process.stdout):
                said = json.loads(line)
                self.progress = Progress(
                    said["done"],
                    said["total"],
                    said["phase"],
                    key,
                    said["failed"],
                    is_running=True,
                )
            told = await cast("asyncio.StreamReader", process.stderr).read()
            if await process.wait() and not self.progress.failed:
                last = told.decode("utf-8", "replace").strip().rpartition("\n")[2]
                self.progress = replace(self.progress, failed=last or _("it ended without a word"))
            if key and not self.progress.failed and settings.ENVIRONMENT.exact:
                await self._check(key)
        finally:
            await _end(process)
            self.progress = replace(self.progress, is_running=False)
        if self.progress.failed:
            log.warning("source import: %s", self.progress.failed)

    async def _check(self, key: str) -> None:
        """Have Go judge what was imported, if this machine can; a version is whole without it too."""
        if not await asyncio.to_thread(checker.is_apt):
            return
        self.progress = Progress(phase="exact", key=key, is_running=True)
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "portal", "source", "exact", key,
            stdin=DEVNULL, stdout=DEVNULL, stderr=PIPE,
        )  # fmt: skip
        try:
            told = await cast("asyncio.StreamReader", process.stderr).read()
            if await process.wait():
                log.warning("source exact: %s", told.decode("utf-8", "replace").strip())
        finally:
            await _end(process)


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.kill()
        await process.wait()


IMPORTER = Importer()
"""The importer of this server process."""
