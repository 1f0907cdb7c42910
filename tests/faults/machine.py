"""The processes and the data of a cluster of the rig's own: stopped, killed, compacted, restored."""

from __future__ import annotations

import asyncio
import json
import shutil
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

from tests.cluster import processes
from tests.cluster.certificates import write_private
from tests.cluster.instance import Instance
from tests.faults.ground import Kube

READY_LIMIT_S = 60.0
POLL_S = 0.1


class Machine:
    """Does to etcd and the API server what operators and accidents do."""

    def __init__(self, instance: Instance, kube: Kube) -> None:
        """Do nothing yet."""
        self._instance = instance
        self._kube = kube

    async def pause(self, name: str, for_s: float) -> None:
        """Stop a process and let it go on after `for_s`."""
        process = self._instance.process(name)
        processes.send(process, signal.SIGSTOP)
        try:
            await asyncio.sleep(for_s)
        finally:
            processes.send(process, signal.SIGCONT)

    async def kill(self, name: str) -> None:
        """Kill a process, start it again, and return once the API server is ready."""
        processes.send(self._instance.process(name), signal.SIGKILL)
        await self.restart(name)

    async def restart(self, name: str) -> None:
        """End a process in its own time, start it again, and return once the API server is ready."""
        await asyncio.to_thread(self._instance.restart, name)
        await self.ready()

    async def replace_token(self, user: str, token: str) -> None:
        """Have the API server take `token` for `user` and refuse the one before: it is killed for that."""
        path = self._instance.user(user)
        old = json.loads(path.read_bytes())["users"][0]["user"]["token"]
        for file in (path, self._instance.pki / "tokens.csv"):
            write_private(file, file.read_bytes().replace(old.encode(), token.encode()))
        await self.kill("apiserver")

    async def compact(self) -> None:
        """Let etcd forget every version but the newest, and the API server what it had in memory.

        Compaction alone is not felt while the API server is warm (fact M6).
        """
        revision = (await self._etcd("kv/range", {"key": "AA=="}))["header"]["revision"]
        await self._etcd("kv/compaction", {"revision": revision, "physical": True})
        await self.kill("apiserver")

    async def save(self) -> Path:
        """Keep a copy of etcd's data, taken while it is down; return where."""
        saved = self._instance.folder / "saved"
        await asyncio.to_thread(shutil.rmtree, saved, ignore_errors=True)
        async with self._down("etcd") as data:
            await asyncio.to_thread(shutil.copytree, data, saved)
        await self.ready()
        return saved

    async def restore(self, saved: Path) -> None:
        """Put a copy in the place of etcd's data: versions go back, and are given once more."""
        processes.send(self._instance.process("apiserver"), signal.SIGKILL)
        async with self._down("etcd") as data:
            await asyncio.to_thread(shutil.rmtree, data)
            await asyncio.to_thread(shutil.copytree, saved, data)
        await self.restart("apiserver")

    async def ready(self) -> None:
        """Return once the API server says that it is."""
        async with asyncio.timeout(READY_LIMIT_S):
            while True:
                try:
                    # Through etcd and back: /readyz is a word that a list can contradict.
                    await self._kube.ask("GET", "/api/v1/namespaces?limit=1")
                except (aiohttp.ClientError, OSError, TimeoutError, RuntimeError):
                    await asyncio.sleep(POLL_S)
                else:
                    return

    @asynccontextmanager
    async def _down(self, name: str) -> AsyncIterator[Path]:
        process = self._instance.process(name)
        await asyncio.to_thread(processes.end, [process], 5.0)
        yield self._instance.data / "etcd"
        self._instance.spawn(name, list(process.command), **process.environment)

    async def _etcd(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        port = self._instance.state()["ports"]["etcd"]
        async with (
            aiohttp.ClientSession() as session,
            session.post(f"http://127.0.0.1:{port}/v3/{path}", json=body) as answer,
        ):
            answer.raise_for_status()
            found: dict[str, Any] = await answer.json(content_type=None)
            return found
