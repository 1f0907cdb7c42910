"""A whole demo in this process: world, API server, and the kubeconfig that leads to it."""

import asyncio
import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from dashboard.demo.apiserver import Apiserver
from dashboard.demo.policy import DEMO
from dashboard.demo.recording import load
from dashboard.demo.review import TOKEN
from dashboard.demo.world import PODS, SEED, Clock, World


class Demo:
    """Runs between `start` and `aclose`, on the loop that started it."""

    def __init__(self, apiserver: Apiserver, life: asyncio.Task[None], path: Path) -> None:
        """Keep what `start` made."""
        self.apiserver = apiserver
        self.kubeconfig = path
        self._life = life

    @classmethod
    async def start(
        cls, folder: Path, clock: Clock, *, pods: int = PODS, seed: int = SEED
    ) -> "Demo":
        """Serve a world of `pods` pods, and write its kubeconfig into `folder` for this user alone."""
        world = await asyncio.to_thread(lambda: World(load(), clock, pods=pods, seed=seed))
        apiserver = Apiserver(world)
        await apiserver.start()
        # Each has its own: two processes may share a folder.
        path = folder / f"{urlsplit(apiserver.server).port}.kubeconfig"
        await asyncio.to_thread(_write, path, apiserver.server)
        return cls(apiserver, asyncio.create_task(world.run(), name="demo"), path)

    async def aclose(self) -> None:
        """End the world and its API server, and remove the kubeconfig."""
        self._life.cancel()
        await asyncio.gather(self._life, return_exceptions=True)
        await self.apiserver.aclose()
        await asyncio.to_thread(self.kubeconfig.unlink, missing_ok=True)


def _write(path: Path, server: str) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    path.write_text(json.dumps(kubeconfig(server), indent=1) + "\n", encoding="utf-8")


def kubeconfig(server: str) -> dict[str, Any]:
    """Return the kubeconfig of the demo's user, whose one context is `demo`."""
    name = DEMO.user
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": name,
        "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
        "clusters": [{"name": name, "cluster": {"server": server}}],
        "users": [{"name": name, "user": {"token": TOKEN}}],
    }
