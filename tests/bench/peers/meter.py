"""What every peer does alike: obey two words on standard input and report what they cost.

    sync N     hold every pod of the cluster, of which there are N; report
    watch N    go on until N updates were seen since the last report; report

A report is one JSON line: rows, checksum, seconds, cpu (of this process, in seconds); rss, and
where it is known base before and peak meanwhile (bytes).
This module imports nothing but the standard library: peers run in environments of their own.
"""

import hashlib
import json
import resource
import sys
import time
from collections.abc import Iterable
from pathlib import Path

Pod = tuple[str, str, str]
"""(namespace, name, resourceVersion)."""


def checksum(pods: Iterable[Pod]) -> str:
    """Return the sha256 over the sorted pods: equal sets at equal versions, equal checksum."""
    lines = sorted(f"{namespace}/{name} {version}\n" for namespace, name, version in pods)
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def cpu() -> float:
    """Return the CPU seconds that this process has used, all threads together."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def rss() -> int:
    """Return the bytes that this process holds in memory now."""
    text = Path("/proc/self/status").read_text(encoding="ascii")
    line = next(line for line in text.splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) * 1024


class Meter:
    """Costs since `__init__`."""

    def __init__(self) -> None:
        self._base = rss()
        peak()
        self._begun, self._spent = time.perf_counter(), cpu()

    def report(self, pods: Iterable[Pod]) -> None:
        """Print what was spent until now; what computing the checksum costs is not counted."""
        seconds, spent, held = time.perf_counter() - self._begun, cpu() - self._spent, rss()
        most = peak()
        found = list(pods)
        line = {"rows": len(found), "checksum": checksum(found)}
        print(
            json.dumps(
                {
                    **line,
                    "seconds": seconds,
                    "cpu": spent,
                    "rss": held,
                    "base": self._base,
                    "peak": most,
                }
            ),
            flush=True,
        )


def peak() -> int:
    """Return the most bytes that this process has held since the last time it was asked."""
    text = Path("/proc/self/status").read_text(encoding="ascii")
    line = next(line for line in text.splitlines() if line.startswith("VmHWM:"))
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    return int(line.split()[1]) * 1024


def command() -> tuple[str, int] | None:
    """Return the next word and its number; None at the end."""
    words = sys.stdin.readline().split()
    return (words[0], int(words[1])) if words else None
