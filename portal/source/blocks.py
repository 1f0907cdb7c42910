"""Blocks of lines, and the words that a block is found by: what is written of them and read again."""

import re
from array import array
from collections.abc import Iterator, Sequence
from itertools import accumulate, compress
from operator import sub
from struct import Struct

BLOCK_BYTES = 2048
"""How much text is a block, and then to the line's end. Half of it finds better, and takes half again the
room."""
TERM = re.compile(rb"\w+[(.]?")
"""A word, and whether it is called or has a part named: `f(` and `f.` are far rarer than `f`."""
LED = {
    led: re.compile(re.escape(led) + rb"(?=(\w+))")
    for led in (b"*", b"type ", b"func ", b"package ")
}
"""What words are often asked behind, which is everywhere and tells nothing: such a word is a term too, behind
a space and this, in lower case. It may be the end of another word."""
ODD = "\u212a".encode(), "\u017f".encode()
"""The letters beyond ASCII that are alike to some of it, but for capitals: to k and s. They are no part of
a word here, and a term by themselves."""
_SHORT, _LONG = 0xFF, 0xFFFF
"""The gaps that lead to no block: one of this size and on."""
_ALONE = Struct("=BH")
_STEPS = [b"", *(bytes(gap - 1) + b"\1" for gap in range(1, _SHORT)), bytes(_SHORT)]
"""What a gap of a byte passes over, and what it leads to."""


def blocks(
    data: bytes, start: int, stop: int | None = None, size: int = BLOCK_BYTES
) -> Iterator[tuple[int, int]]:
    """Yield where the blocks of a text are from `start` on; each ends where a line does."""
    stop = len(data) if stop is None else stop
    while start < stop:
        end = data.find(b"\n", start + size - 1, stop) + 1 or stop
        yield start, end
        start = end


def terms(block: bytes) -> set[bytes]:
    """Return what a block is found by."""
    found = set(TERM.findall(block))
    lower = block.lower()
    for led, each in LED.items():
        if led in lower:
            found.update([b" " + led + word for word in each.findall(lower)])
    if not block.isascii():
        found.update(letter for letter in ODD if letter in block)
    return found


def packed(numbers: Sequence[int]) -> bytes:
    """Return numbers that rise as the gaps between them: a byte each, or two where that is shorter."""
    if len(numbers) == 1 and _SHORT <= numbers[0] < _LONG:  # most terms: they stand in one block
        return _ALONE.pack(1, numbers[0])
    gaps = [numbers[0], *map(sub, numbers[1:], numbers)]
    if max(gaps) < _SHORT:
        return b"\0" + bytes(gaps)
    if numbers[-1] // _SHORT < len(gaps):
        short = bytearray(1)
        for gap in gaps:
            short += b"\xff" * (gap // _SHORT)
            short.append(gap % _SHORT)
        return bytes(short)
    if max(gaps) < _LONG:
        return b"\1" + array("H", gaps).tobytes()
    long = array("H")
    for gap in gaps:
        long.extend([_LONG] * (gap // _LONG))
        long.append(gap % _LONG)
    return b"\1" + long.tobytes()


def unpacked(data: bytes) -> Iterator[int]:
    """Yield the numbers that `packed` made smaller."""
    gaps: Sequence[int]
    if data[0]:
        gaps, none = array("H", data[1:]), _LONG
    else:
        gaps, none = data[1:], _SHORT
    if none not in gaps:  # of most terms
        return accumulate(gaps)
    return compress(accumulate(gaps), map(none.__ne__, gaps))


def marked(data: bytes) -> bytes:
    """Return a byte for each number up to the last of those that `packed` has as gaps of a byte: 1 for them.

    The first byte of such `data` is 0.
    """
    first = next(unpacked(data))
    gaps = data[2 + first // _SHORT :]
    steps = (b"".join(map(_STEPS.__getitem__, part)) for part in gaps.split(b"\xff\0"))
    return bytes(first) + b"\1" + (bytes(_SHORT - 1) + b"\1").join(steps)
