"""One peer as a process: started, told what to do, and held to what it reports."""

import asyncio
import json
import os
import resource
import subprocess
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from tests.bench.peers.meter import checksum
from tests.cluster.instance import ROOT

LINE_LIMIT = 64 * 1024 * 1024
LIMIT_S = 300.0


@dataclass(frozen=True, slots=True)
class Cost:
    """What one step cost one peer."""

    rows: int
    checksum: str
    seconds: float
    cpu: float
    rss: int
    base: int = 0
    """Before it began; 0 where the peer does not say, as `peak`."""
    peak: int = 0


class Contestant(Protocol):
    """A peer in one round."""

    name: str

    async def start(self) -> None:
        """Have the peer ready, its imports done, nothing asked for yet."""

    async def sync(self, rows: int) -> Cost:
        """Have it hold all pods."""

    async def watch(self, events: int, changes: asyncio.Task[None]) -> Cost | None:
        """Have it follow the changes that are being made; None: it follows none."""

    async def stop(self) -> None:
        """End it."""


class Peer:
    """A peer that speaks the protocol of peers/meter.py."""

    def __init__(self, name: str, command: Sequence[str]) -> None:
        self.name = name
        self._command = command
        self._process: Process | None = None

    async def start(self) -> None:
        """Return once it says that it is ready."""
        self._process = await asyncio.create_subprocess_exec(
            *self._command,
            stdin=PIPE,
            stdout=PIPE,
            limit=LINE_LIMIT,
            cwd=ROOT,
        )
        said = await self._line()
        if said != b"ready\n":
            raise RuntimeError(f"{self.name} said {said!r}")

    async def sync(self, rows: int) -> Cost:
        """Return what it cost to hold all pods."""
        return await self._ask(f"sync {rows}")

    async def watch(self, events: int, changes: asyncio.Task[None]) -> Cost:
        """Return what it cost to follow the changes."""
        cost = await self._ask(f"watch {events}")
        await changes
        return cost

    async def stop(self) -> None:
        """Close its input, which ends it; kill what does not end."""
        if self._process is None or self._process.stdin is None:
            return
        self._process.stdin.close()
        try:
            await asyncio.wait_for(self._process.wait(), 10)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()

    async def _ask(self, word: str) -> Cost:
        if self._process is None or self._process.stdin is None:
            raise RuntimeError(f"{self.name} was not started")
        self._process.stdin.write(f"{word}\n".encode())
        line = await self._line()
        return Cost(**json.loads(line))

    async def _line(self) -> bytes:
        if self._process is None or self._process.stdout is None:
            raise RuntimeError(f"{self.name} was not started")
        line = await asyncio.wait_for(self._process.stdout.readline(), LIMIT_S)
        if not line:
            raise RuntimeError(f"{self.name} ended: exit {await self._process.wait()}")
        return line


class Kubectl:
    """`kubectl get pods -A -o json`, which follows no changes."""

    name = "kubectl"

    def __init__(self, tool: Path, kubeconfig: Path, scratch: Path) -> None:
        self._base = (str(tool), f"--kubeconfig={kubeconfig}", f"--cache-dir={scratch}/kube")
        self._out = scratch / "pods.json"

    async def start(self) -> None:
        """Nothing runs between kubectl's commands."""

    async def sync(self, _rows: int) -> Cost:
        """Return what one whole command cost."""
        seconds, usage = await asyncio.to_thread(self._get)
        metas = [item["metadata"] for item in json.loads(self._out.read_bytes())["items"]]
        pods = [(m["namespace"], m["name"], m["resourceVersion"]) for m in metas]
        self._out.unlink()
        spent = usage.ru_utime + usage.ru_stime
        return Cost(len(pods), checksum(pods), seconds, spent, usage.ru_maxrss * 1024)

    async def watch(self, _events: int, changes: asyncio.Task[None]) -> None:
        """Let them be made."""
        await changes

    async def stop(self) -> None:
        """Nothing runs."""

    def _get(self) -> tuple[float, resource.struct_rusage]:
        begun = time.perf_counter()
        with self._out.open("wb") as out:
            command = [*self._base, "get", "pods", "-A", "-o", "json"]
            process = subprocess.Popen(command, stdout=out)
            _pid, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise RuntimeError(f"kubectl: exit {process.returncode}")
        return time.perf_counter() - begun, usage


def cpu_of(pid: int) -> float:
    """Return the CPU seconds that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
