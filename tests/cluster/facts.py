"""Waiting for a fact, and facts about processes that only the operating system knows."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from pathlib import Path

POLL_S = 0.1
LISTEN = "0A"
"""State of a listening socket in /proc/net/tcp (Linux: include/net/tcp_states.h)."""


def eventually(fact: Callable[[], bool], what: str, limit_s: float = 30.0) -> None:
    """Return once `fact` holds; fails with `what` was awaited."""
    deadline = time.monotonic() + limit_s
    while not fact():
        assert time.monotonic() < deadline, f"never came true in {limit_s:.0f} s: {what}"
        time.sleep(POLL_S)


def listening_addresses(pids: Iterable[int]) -> set[str]:
    """Return the hexadecimal addresses on which these processes accept TCP (proc_net(5))."""
    sockets = set()
    for pid in pids:
        for link in Path(f"/proc/{pid}/fd").iterdir():
            target = str(link.readlink()) if link.is_symlink() else ""
            if target.startswith("socket:["):
                sockets.add(target.removeprefix("socket:[").removesuffix("]"))
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text(encoding="ascii").splitlines()[1:]:
            fields = line.split()
            if fields[3] == LISTEN and fields[9] in sockets:
                found.add(fields[1].partition(":")[0])
    return found
