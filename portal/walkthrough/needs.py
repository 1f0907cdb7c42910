"""Which packages and modules the chapters on the shelf speak of: what is fetched, and searched."""

import re
from collections import Counter
from functools import lru_cache

from portal.source.snapshot import Module, Shelf
from portal.walkthrough.library import Library

_ANCHORED = re.compile(r"go:([^\s#`\"')\]]+)#")


def needed(library: Library, shelf: Shelf) -> tuple[Module, ...]:
    """Return the modules that chapters anchor into, the most anchored first, each at the newest
    version that is listed.
    """
    counts: Counter[Module] = Counter()
    for importpath, count in _counts(library).items():
        if held := shelf.holder(importpath):
            counts[held[1]] += count
    return tuple(module for module, _count in counts.most_common())


def anchored(library: Library) -> tuple[str, ...]:
    """Return every import path that chapters anchor into, the most anchored first."""
    counts = _counts(library)
    return tuple(sorted(counts, key=lambda path: (-counts[path], path)))


def _counts(library: Library) -> Counter[str]:
    counts: Counter[str] = Counter()
    for book in library.books.values():
        for pair in book.chapters.values():
            for entry in pair.values():
                counts.update(_importpaths(entry.text))
    return counts


@lru_cache(maxsize=512)
def _importpaths(text: str) -> tuple[str, ...]:
    return tuple(_ANCHORED.findall(text))
