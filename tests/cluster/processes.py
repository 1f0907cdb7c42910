"""A process that outlives its starter and can still be told from a stranger with its pid."""

from __future__ import annotations

import contextlib
import functools
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

RUN_MARK = "PORTOLAN_CLUSTER_RUN"
"""Environment variable that every started process carries; its value names one run of one instance."""

POLL_S = 0.02


@dataclass(frozen=True, slots=True)
class Process:
    """One started process, as it is remembered in state.json."""

    name: str
    pid: int
    birth: str
    """What tells this process from a later one with the same pid: see `birth_of`."""
    command: tuple[str, ...]
    log: str
    environment: dict[str, str]
    """What was set beyond the starter's own environment."""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Process:
        return cls(**{**data, "command": tuple(data["command"])})

    def is_alive(self) -> bool:
        """True while the very process that was started runs; a zombie and a recycled pid are dead."""
        _reap(self.pid)
        return birth_of(self.pid) == self.birth


def birth_of(pid: int) -> str | None:
    """Return the boot and the start time of a living process, or None.

    On Linux the boot id and field 22 of /proc/PID/stat, in clock ticks since boot (proc_pid_stat(5));
    elsewhere what `ps` prints as its start, in seconds.
    """
    if Path("/proc/self/stat").exists():
        try:
            stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
            threads = len(list(Path(f"/proc/{pid}/task").iterdir()))
        except (FileNotFoundError, ProcessLookupError):
            return None
        # The command name may hold spaces and parentheses, so fields count from its last one.
        fields = stat.rpartition(")")[2].split()
        # Of a killed process the first thread may be a zombie while others still hold its ports.
        if fields[0] == "X" or (fields[0] == "Z" and threads <= 1):
            return None
        return f"{_boot()}:{fields[19]}"
    answer = subprocess.run(
        ["ps", "-o", "state=,lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    state, _, started = answer.stdout.strip().partition(" ")
    return started.strip() if started and not state.startswith("Z") else None


def spawn(name: str, command: Sequence[str], log: Path, environment: Mapping[str, str]) -> Process:
    """Start `command` in a session of its own, its output appended to `log`.

    posix_spawn and not Popen: nothing here waits for it, and a Popen that is dropped while its
    child runs is a ResourceWarning.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    append = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    pid = os.posix_spawn(
        command[0],
        list(command),
        {**os.environ, **environment},
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, str(log), append, 0o600),
            (os.POSIX_SPAWN_DUP2, 1, 2),
        ],
        setsid=True,
        setsigmask=[],
        setsigdef=[signal.SIGPIPE],
    )
    birth = birth_of(pid) or "gone"
    return Process(name, pid, birth, tuple(command), str(log), dict(environment))


def send(process: Process, number: signal.Signals) -> bool:
    """Signal the process and its group; return False if it had already ended."""
    if not process.is_alive():
        return False
    # Each process leads a session, so its pid is its group; the check above ties the pid to it.
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, number)
    return True


def end(processes: Sequence[Process], patience_s: float) -> None:
    """Return when none of `processes` runs: asked first, killed after `patience_s`."""
    for process in processes:
        send(process, signal.SIGTERM)
    deadline = time.monotonic() + patience_s
    waiting = [p for p in processes if p.is_alive()]
    while waiting and time.monotonic() < deadline:
        time.sleep(POLL_S)
        waiting = [p for p in waiting if p.is_alive()]
    for process in waiting:
        send(process, signal.SIGKILL)
    while any(p.is_alive() for p in waiting):
        time.sleep(POLL_S)


def marked(run: str) -> list[Process]:
    """Return every living process that carries the mark of `run`, recorded or not.

    Finds what a start that was killed between a spawn and its record left behind, and children.
    Empty where /proc is absent.
    """
    wanted = f"{RUN_MARK}={run}".encode()
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if wanted not in (entry / "environ").read_bytes().split(b"\0"):
                continue
        except OSError:
            continue
        pid = int(entry.name)
        birth = birth_of(pid)
        if birth is not None and pid != os.getpid():
            found.append(Process(f"leftover-{pid}", pid, birth, (), os.devnull, {}))
    return found


def end_marked(run: str) -> None:
    """Kill every process that carries the mark of `run`."""
    while leftovers := marked(run):
        for process in leftovers:
            if process.is_alive():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process.pid, signal.SIGKILL)
        time.sleep(POLL_S)


@functools.cache
def _boot() -> str:
    return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()


def _reap(pid: int) -> None:
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)
