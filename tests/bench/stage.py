"""Where peers are measured: a real API server with a crowd of pods, or one that plays a corpus back."""

import asyncio
import json
import pickle
import sys
from asyncio.subprocess import PIPE, Process
from base64 import b64encode
from pathlib import Path
from typing import Self

from tests.bench.corpus import Corpus, Recording
from tests.cluster.instance import ROOT, Instance


class Playback:
    """A process that plays `pods` and `events` of a recording back. `async with` it.

    As a crowd: every peer finds it at the beginning, and `change` sends all events at once.
    """

    def __init__(
        self, recording: Recording, instance: Instance, pods: int, events: int, *, word: str = "go"
    ) -> None:
        """`word` is what `change` says: all at once, or at a pace."""
        self._word = word
        self.kubeconfig = instance.scratch / f"playback-{pods}.json"
        self._corpus = Corpus(recording, pods, events)
        self._instance = instance
        self._is_changed = False
        self._process: Process | None = None

    async def __aenter__(self) -> Self:
        instance, corpus = self._instance, self._corpus
        recorded = instance.scratch / "recording.pickle"
        recorded.write_bytes(pickle.dumps(corpus.recording))
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.bench.replay", str(recorded),
            f"--pki={instance.pki}", f"--pods={corpus.pods}", f"--events={corpus.events}",
            stdin=PIPE, stdout=PIPE, cwd=ROOT,
        )  # fmt: skip
        port = int((await self._out().readline()).decode())
        _write_kubeconfig(self.kubeconfig, port, instance.pki / "ca.crt")
        return self

    async def __aexit__(self, *_error: object) -> None:
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()
            try:
                await asyncio.wait_for(self._process.wait(), 10)
            except TimeoutError:
                self._process.kill()

    @property
    def pid(self) -> int:
        """The process that plays."""
        if self._process is None:
            raise RuntimeError("nothing plays")
        return self._process.pid

    async def truth(self) -> tuple[int, str]:
        """Return how many pods a peer must hold, and their checksum; after it the next peer's turn begins."""
        is_changed, self._is_changed = self._is_changed, False
        return self._corpus.truth(is_changed=is_changed)

    async def change(self, _count: int) -> None:
        """Send every event to every open watch."""
        self._is_changed = True
        await self.tell(self._word)

    async def tell(self, word: str) -> None:
        """Have it do what replay.py says of `word`."""
        if self._process is None or self._process.stdin is None:
            raise RuntimeError("nothing plays")
        self._process.stdin.write(f"{word}\n".encode())
        await self._process.stdin.drain()

    def _out(self) -> asyncio.StreamReader:
        if self._process is None or self._process.stdout is None:
            raise RuntimeError("nothing plays")
        return self._process.stdout


def _write_kubeconfig(path: Path, port: int, authority: Path) -> None:
    name = "playback"
    cluster = {
        "server": f"https://127.0.0.1:{port}",
        "certificate-authority-data": b64encode(authority.read_bytes()).decode(),
    }
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": name,
        "clusters": [{"name": name, "cluster": cluster}],
        "users": [{"name": name, "user": {"token": "played"}}],
        "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
    }
    path.write_text(json.dumps(config), encoding="utf-8")
    path.chmod(0o600)
