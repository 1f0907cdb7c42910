"""Which modules the chapters on the shelf speak of, so that they can be fetched before anyone reads."""

import re

from portal.source.snapshot import Module, Shelf
from portal.walkthrough.library import Library

_ANCHORED = re.compile(r"go:([^\s#`\"')\]]+)#")


def needed(library: Library, shelf: Shelf) -> tuple[Module, ...]:
    """Return the modules that chapters anchor into, the most anchored first, each at the newest
    version that is listed.
    """
    counts: dict[Module, int] = {}
    for book in library.books.values():
        for pair in book.chapters.values():
            for entry in pair.values():
                for importpath in _ANCHORED.findall(entry.text):
                    if held := shelf.holder(importpath):
                        counts[held[1]] = counts.get(held[1], 0) + 1
    return tuple(sorted(counts, key=lambda module: -counts[module]))
