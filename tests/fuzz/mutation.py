"""Inputs made of good ones: spoilt, cut, joined, repeated. The same chance makes the same input."""

from collections.abc import Sequence
from random import Random

MAX_BYTES = 64 * 1024


def spoilt(chance: Random, seeds: Sequence[bytes], words: Sequence[bytes]) -> bytes:
    """Return one of `seeds` after some changes, with `words` strewn in."""
    data = bytearray(chance.choice(seeds))
    for _change in range(chance.choice((1, 1, 1, 2, 3, 8, 20))):
        _change_in(data, chance, seeds, words)
    return bytes(data[:MAX_BYTES])


def spoilt_text(chance: Random, seeds: Sequence[str], words: Sequence[str]) -> str:
    """Return a spoilt text; some of what it holds is not UTF-8 any more, and becomes U+FFFD."""
    made = spoilt(chance, [seed.encode() for seed in seeds], [word.encode() for word in words])
    return made.decode("utf-8", "replace")


def _change_in(
    data: bytearray, chance: Random, seeds: Sequence[bytes], words: Sequence[bytes]
) -> None:
    at = chance.randrange(len(data) + 1)
    end = min(len(data), at + chance.choice((1, 2, 4, 16, 64, 512)))
    match chance.randrange(8):
        case 0 if data:
            data[at % len(data)] ^= 1 << chance.randrange(8)
        case 1 if data:
            data[at % len(data)] = chance.choice((0, 0x2F, 0x5C, 0x7F, 0x80, 0xFF, 0x0A, 0x22))
        case 2:
            del data[at:end]
        case 3:
            data[at:at] = data[at:end] * chance.choice((1, 2, 30))
        case 4:
            data[at:at] = chance.choice(words)
        case 5:
            data[at:end] = chance.choice(words)
        case 6:
            other = chance.choice(seeds)
            begin = chance.randrange(len(other) + 1)
            data[at:at] = other[begin : begin + chance.choice((8, 64, 512, 4096))]
        case _:
            del data[at:]
