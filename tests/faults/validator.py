"""Holds the log of one run against the invariants. Shares no code with the cache, nor imports any.

C1 convergence and content, C2 no resurrection, C3 no missed deletion, C4 versions of an object, C5
versions of a collection and epochs, C6 incarnations, C7 no gap, C8 bookmarks, C9 atomic, C10 honest
age, C11 changes add up to what is held, C13 one request at a time, C15 identity.

`judge` adds up what an informer said, `conduct` what it asked for, `history` knows what was true.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.faults.eventlog import read
from tests.faults.history import History
from tests.faults.judge import Informer

MOST = 40
"""Violations of one run that are kept."""


@dataclass(frozen=True, slots=True)
class Violation:
    """One broken promise."""

    invariant: str
    t: float
    target: str
    text: str

    def __str__(self) -> str:
        return f"{self.invariant} at {self.t:.2f} s, {self.target}: {self.text}"


def validate(entries: Sequence[Mapping[str, Any]]) -> list[Violation]:
    """Return what is wrong with a run, in order; each kind of wrong once for each place."""
    return Validator(entries).violations


class Validator:
    """One pass over a log."""

    def __init__(self, entries: Sequence[Mapping[str, Any]]) -> None:
        """Judge all of it."""
        head = entries[0]
        self.violations: list[Violation] = []
        self._seen: set[tuple[str, str, str]] = set()
        self.rate = float(head.get("rate", 1.0))
        self.wall_ms = int(head["wall_ms"])
        self.spaces = frozenset(head["spaces"])
        self.histories = [History(entries, epoch) for epoch in range(1 + _restores(entries))]
        self.restored = 0
        """How often etcd went back to an older state so far."""
        self.restored_t = 0.0
        self.targets = {name: Informer(name, self) for name in head["targets"]}
        self._of: dict[int, Informer] = {}
        self._stalls = [(e["t"] - e["for_s"], e["t"]) for e in entries if e["what"] == "stall"]
        for entry in entries:
            self._read(entry)
        last_t = entries[-1]["t"]
        for target in self.targets.values():
            target.finish(last_t)

    def report(self, invariant: str, t: float, target: str, text: str, *, once: str = "") -> None:
        """Keep a violation; with `once` a second one of the same is not kept."""
        key = (invariant, target, once or text)
        if key not in self._seen and len(self.violations) < MOST:
            self._seen.add(key)
            self.violations.append(Violation(invariant, t, target, text))

    def awake_s(self, begin: float, end: float) -> float:
        """Return how long the process ran between two moments: a stalled one is late for nothing."""
        stalled: float = sum(max(0.0, min(b, end) - max(a, begin)) for a, b in self._stalls)
        return end - begin - stalled

    def _read(self, entry: Mapping[str, Any]) -> None:
        what = entry["what"]
        if what == "request":
            if entry["who"] != "portal":
                said = entry["who"] or "nobody"
                self.report(
                    "C15", entry["t"], entry["kind"], f"a request came as {said}", once="C15"
                )
            target = self.targets.get(f"{entry['kind']}/{entry['namespace'] or '*'}")
            if target is not None and entry["verb"] in {"list", "watch"}:
                self._of[entry["id"]] = target
                target.conduct.request(entry)
        elif what in {"answer", "frame", "sent", "whole", "end", "left"}:
            target = self._of.get(entry["id"])
            if target is not None:
                hear = {"end": "ended", "left": "ended"}.get(what, what)
                getattr(target.conduct, hear)(entry)
        elif what == "stale":
            if (target := self._of.get(entry["id"])) is not None:
                target.stale()
        elif what in {"deltas", "state", "sample", "truth"}:
            getattr(self.targets[entry["target"]], what)(entry)
        elif what == "restored":
            self.restored += 1
            self.restored_t = entry["t"]
        elif what == "healed":
            for target in self.targets.values():
                target.healed(entry)


def _restores(entries: Sequence[Mapping[str, Any]]) -> int:
    return sum(entry["what"] == "restored" for entry in entries)


def main() -> int:
    """Judge a log file again: `python -m tests.faults.validator LOG`."""
    found = validate(read(Path(sys.argv[1])))
    for violation in found:
        print(violation)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
