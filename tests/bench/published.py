"""What others' source indexes cost, by their own word or measured outside this run: text, no ratios.

Other machines, other versions, other questions: they say how large a figure is, and hold nothing.
"""

from collections.abc import Iterator
from typing import NamedTuple


class Figure(NamedTuple):
    """One figure of somebody else's."""

    goal: str
    who: str
    value: str
    source: str


PUBLISHED = (
    Figure("import", "golds", "Kubernetes 1.18.2, 2,821 packages: 16.3 s", "its README"),
    Figure("import", "lsif-go", "Kubernetes of 2019: 86 s, index 816 MB", "lsif-go#3"),
    Figure("import", "scip-go", "Kubernetes of 2026: 7 min, 20 s after a fix", "scip-go#221"),
    Figure("import", "go list -export", "Kubernetes 1.20.2, six binaries: 223 s", "measured"),
    Figure("import", "universal-ctags", "Kubernetes 1.20.2, tags alone: 1.0 s", "measured"),
    Figure("import", "Elixir", "1,800 tags of Linux: 15 h", "its README"),
    Figure("import", "OpenGrok", "Linux with history: killed after 15 h", "OpenGrok#1695"),
    Figure("import, peak", "golds", "Kubernetes 1.18.2: 4 GB", "its README"),
    Figure("import, peak", "scip-go", "60 million lines: out of memory at 32 GB", "scip-go#33"),
    Figure("index on disk", "Zoekt", "3.5 times the text, 1.2 times in memory", "its design.md"),
    Figure("index on disk", "livegrep", "3 to 5 times the text", "its README"),
    Figure("index on disk", "Hound", "twice the text", "its README"),
    Figure(
        "index on disk", "codesearch", "a fifth of the text, which it reads", "swtch.com/regexp4"
    ),
    Figure("search, p95", "Zoekt", "goal: 50 ms on 2 GB", "its design.md"),
)


def lines() -> Iterator[str]:
    """Yield them for a terminal."""
    yield "beside these, of others and not of this run:"
    for one in PUBLISHED:
        yield f"{one.goal:24} {one.who:16} {one.value}  ({one.source})"
