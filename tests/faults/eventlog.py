"""What happened during one seed, in order, as JSON lines that a validator reads afterwards."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

Entry = dict[str, Any]


class EventLog:
    """Entries of one run. `add` may be called from any thread; `t` counts seconds from the start."""

    def __init__(self, **head: Any) -> None:
        """Begin with one entry that says what is run."""
        self.entries: list[Entry] = []
        self._begun = time.monotonic()
        self.stalled_s = 0.0
        """For how long this process was kept from running; nobody in it was slow then."""
        self.add("run", wall_ms=time.time_ns() // 1_000_000, **head)

    @property
    def t(self) -> float:
        """Seconds since the start."""
        return round(time.monotonic() - self._begun, 4)

    @property
    def awake_s(self) -> float:
        """Seconds since the start in which this process could run."""
        return time.monotonic() - self._begun - self.stalled_s

    def stall(self, for_s: float) -> None:
        """Take note that this process stood still until now."""
        self.stalled_s += for_s
        self.add("stall", for_s=round(for_s, 3))

    def add(self, what: str, **fields: Any) -> None:
        """Remember one thing that happened now."""
        self.entries.append({"t": self.t, "what": what, **fields})

    def write(self, path: Path) -> None:
        """Keep every entry in a file, one a line."""
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="utf-8") as file:
            for entry in self.entries:
                file.write(json.dumps(entry, separators=(",", ":")) + "\n")


def read(path: Path) -> list[Entry]:
    """Return the entries that `write` kept."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
