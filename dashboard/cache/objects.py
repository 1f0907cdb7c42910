"""Whole objects of one collection, in a fraction of their size: what rows leave out stays recoverable.

Bodies lie uncompressed until enough of them have come, then 64 to a block: objects of one kind
resemble each other, and a block is a fifth of what each of its objects would be alone. What changes
often is replaced before it is ever compressed.
"""

from itertools import accumulate, islice
from typing import Final

import zstandard

from dashboard.api.names import ObjectKey

BLOCK: Final = 64
"""Bodies in a block: opening one of them costs some 0.1 ms, and 686 bytes hold a pod of 5 KB."""

FRESH_LIMIT_BYTES: Final = 2 * 1024 * 1024
"""Bodies that lie open before the oldest of them are compressed."""

SPARSE: Final = BLOCK // 8
"""Live bodies in a block from which on it may be opened for their sake, to be rid of the rest."""

LEVEL: Final = 1


class _Block:
    """Compressed bodies; `keys` has None where a body has been replaced or removed."""

    __slots__ = ("data", "ends", "keys", "live")

    def __init__(self, keys: list[ObjectKey], bodies: list[bytes], data: bytes) -> None:
        self.keys: list[ObjectKey | None] = [*keys]
        self.ends = tuple(accumulate(map(len, bodies)))
        self.data = data
        self.live = len(keys)

    def cut(self, whole: bytes, at: int) -> bytes:
        return whole[self.ends[at - 1] if at else 0 : self.ends[at]]


class Objects:
    """The newest body of each key. Not a store: what is here without a row is of no one's concern."""

    def __init__(self) -> None:
        """Start empty."""
        self._fresh: dict[ObjectKey, bytes] = {}
        self._fresh_bytes = 0
        self._slots: dict[ObjectKey, int] = {}
        """Number of the block times BLOCK, and the place in it: a number is small, and not collected."""
        self._blocks: dict[int, _Block] = {}
        self._made = 0
        self._dead = 0
        """Bodies in blocks that have been replaced or removed."""
        self._sparse: dict[int, None] = {}
        """Numbers of the blocks with few live bodies, in order of when they became so."""
        self._compressor = zstandard.ZstdCompressor(level=LEVEL, write_content_size=True)
        self._decompressor = zstandard.ZstdDecompressor()

    def __len__(self) -> int:
        return len(self._fresh) + len(self._slots)

    @property
    def compressed_bytes(self) -> int:
        """What the blocks take."""
        return sum(len(block.data) for block in self._blocks.values())

    def keys(self) -> list[ObjectKey]:
        """Return the keys that have a body."""
        return [*self._fresh, *self._slots]

    def put(self, key: ObjectKey, body: bytes) -> None:
        """Hold `body` in place of what was held."""
        if (slot := self._slots.pop(key, None)) is not None:
            self._forget(slot)
        elif (held := self._fresh.pop(key, None)) is not None:
            self._fresh_bytes -= len(held)
        self._fresh[key] = body
        self._fresh_bytes += len(body)
        if self._fresh_bytes > FRESH_LIMIT_BYTES and len(self._fresh) >= BLOCK:
            self._compress()

    def get(self, key: ObjectKey) -> bytes | None:
        """Return the body at `key`, or None."""
        if (body := self._fresh.get(key)) is not None:
            return body
        if (slot := self._slots.get(key)) is None:
            return None
        number, at = divmod(slot, BLOCK)
        block = self._blocks[number]
        return block.cut(self._decompressor.decompress(block.data), at)

    def remove(self, key: ObjectKey) -> None:
        """Hold nothing at `key`."""
        if (body := self._fresh.pop(key, None)) is not None:
            self._fresh_bytes -= len(body)
        if (slot := self._slots.pop(key, None)) is not None:
            self._forget(slot)

    def _forget(self, slot: int) -> None:
        """Count the body of a slot, which no key has any more, as dead."""
        number = slot // BLOCK
        block = self._blocks[number]
        block.keys[slot % BLOCK] = None
        block.live -= 1
        self._dead += 1
        if block.live == 0:
            self._drop(number)
        elif block.live == SPARSE:
            self._sparse[number] = None
        # What is written in turn leaves a block whole sooner or later: opening costs more than waiting,
        # until half of what blocks take is for nothing.
        if self._dead > len(self._slots) and self._sparse:
            self._open(next(iter(self._sparse)))

    def _drop(self, number: int) -> _Block:
        block = self._blocks.pop(number)
        self._sparse.pop(number, None)
        self._dead -= len(block.keys) - block.live
        return block

    def _open(self, number: int) -> None:
        """Take what lives out of a block."""
        block = self._drop(number)
        whole = self._decompressor.decompress(block.data)
        for place, held in enumerate(block.keys):
            if held is not None:
                del self._slots[held]
                self._fresh[held] = body = block.cut(whole, place)
                self._fresh_bytes += len(body)

    def _compress(self) -> None:
        """Make a block of the bodies that have lain longest."""
        keys = list(islice(self._fresh, BLOCK))
        bodies = [self._fresh.pop(key) for key in keys]
        self._fresh_bytes -= sum(map(len, bodies))
        # Copied, for the library hands out more room than it fills.
        data = bytes(memoryview(self._compressor.compress(b"".join(bodies))))
        self._blocks[self._made] = _Block(keys, bodies, data)
        for slot, key in enumerate(keys, self._made * BLOCK):
            self._slots[key] = slot
        self._made += 1
