"""Free loopback ports that two clusters starting at once do not both take."""

from __future__ import annotations

import random
import socket
from collections.abc import Collection, Sequence

LOWEST, HIGHEST = 20000, 31999
"""Below Linux's ephemeral range, so no outgoing connection takes a port between choice and use."""


def choose(names: Sequence[str], before: dict[str, int], taken: Collection[int]) -> dict[str, int]:
    """Return a free port for each name: the one it had `before` where that is still free.

    The caller holds a lock that makes `taken` and the choice atomic.
    """
    chosen: dict[str, int] = {}
    for name in names:
        candidate = before.get(name, 0)
        while not _is_free(candidate, {*taken, *chosen.values()}):
            candidate = random.randint(LOWEST, HIGHEST)
        chosen[name] = candidate
    return chosen


def _is_free(port: int, taken: Collection[int]) -> bool:
    if not LOWEST <= port <= HIGHEST or port in taken:
        return False
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
