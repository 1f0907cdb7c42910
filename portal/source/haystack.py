"""Bytes in which others are looked for again and again: megabytes of them, for a few.

As bytes.find, which takes 3 ms for a dictionary of 7 MB; the C library's memmem takes 1 ms, for it hashes
pairs of letters to see how far it may go on. To call it costs as much as a thousand bytes do.
"""

import ctypes
from collections.abc import Callable
from typing import Final, cast

NEAR = 1024
"""Bytes that are looked through before the C library is asked: what is found often is soon found."""

_Memmem = Callable[[int, int, bytes, int], int | None]


class Haystack:
    """Some bytes, kept for as long as this is."""

    def __init__(self, data: bytes) -> None:
        """Copy nothing."""
        self.data = data
        self._address = ctypes.cast(ctypes.c_char_p(data), ctypes.c_void_p).value or 0

    def find(self, needle: bytes, start: int, stop: int) -> int:
        """Return where `needle` stands first between two places, which are not negative; -1: nowhere."""
        near = start + NEAR
        if near >= stop or _MEMMEM is None:
            return self.data.find(needle, start, stop)
        if (found := self.data.find(needle, start, near)) >= 0:
            return found
        rest = max(start, near - len(needle) + 1)
        size = min(stop, len(self.data)) - rest
        place = _MEMMEM(self._address + rest, size, needle, len(needle)) if size > 0 else None
        return -1 if place is None else place - self._address


def _memmem() -> _Memmem | None:
    """Return memmem of the C library; None where it has none, as on Windows."""
    try:
        found = ctypes.CDLL(None).memmem
    except (AttributeError, OSError, TypeError):
        return None
    found.argtypes = ctypes.c_void_p, ctypes.c_size_t, ctypes.c_char_p, ctypes.c_size_t
    found.restype = ctypes.c_void_p
    return cast("_Memmem", found)


_MEMMEM: Final = _memmem()
