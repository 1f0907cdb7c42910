"""What comes out of a compressed file, in order, in bounded pieces, and not more than was allowed.

Sizes that a file states are never believed: what comes out is counted.
Source: RFC 1952 (gzip), RFC 8878 (zstd), the XZ file format; zlib, bz2 and lzma of the standard library.
"""

import bz2
import lzma
import zlib
from collections.abc import Callable, Iterator
from typing import BinaryIO, Protocol

import zstandard

from portal.source.errors import BadArchive, TooMuch

PIECE = 64 * 1024
WINDOW_BYTES = 256 * 1024 * 1024
"""What a decompressor may allocate; `xz -9` needs 65 MiB and `zstd --ultra` 128."""

GZIP, BZIP2, XZ, ZSTD = b"\x1f\x8b", b"BZh", b"\xfd7zXZ\0", b"\x28\xb5\x2f\xfd"

_BROKEN = (
    zlib.error,
    lzma.LZMAError,
    zstandard.ZstdError,
    OSError,
    EOFError,
    ValueError,
    MemoryError,
)
"""What decompressors raise for bytes that are not theirs."""


class Stream:
    """The bytes of a file, decompressed where it is compressed. Belongs to whoever reads it."""

    def __init__(self, file: BinaryIO, budget: int) -> None:
        """Read `file` from its beginning; more than `budget` bytes are refused."""
        file.seek(0)
        head = file.read(6)
        file.seek(0)
        self._pieces = _pieces(file, head)
        self._left = budget
        self._held = bytearray()

    def read(self, size: int) -> bytes:
        """Return the next `size` bytes, fewer only at the end.

        Raises TooMuch beyond the budget, and BadArchive where the file is damaged.
        """
        while len(self._held) < size:
            try:
                piece = next(self._pieces, b"")
            except _BROKEN as error:
                raise BadArchive(f"it cannot be decompressed: {str(error)[:200]}") from error
            if not piece:
                break
            self._left -= len(piece)
            if self._left < 0:
                raise TooMuch("more comes out of it than an import takes")
            self._held += piece
        data = bytes(self._held[:size])
        del self._held[:size]
        return data

    def exactly(self, size: int) -> bytes:
        """Return the next `size` bytes; raise BadArchive where it ends before, and as `read` does."""
        data = self.read(size)
        if len(data) != size:
            raise BadArchive("it ends in its middle")
        return data


class _Engine(Protocol):
    """What bz2, lzma and `_Zlib` have in common; the last two attributes are theirs."""

    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int) -> bytes: ...


class _Zlib:
    """zlib's decompressor of gzip members, with the manners of bz2's."""

    def __init__(self) -> None:
        self._engine = zlib.decompressobj(wbits=31)

    @property
    def eof(self) -> bool:
        return self._engine.eof

    @property
    def needs_input(self) -> bool:
        return not self._engine.unconsumed_tail

    @property
    def unused_data(self) -> bytes:
        return self._engine.unused_data

    def decompress(self, data: bytes, max_length: int) -> bytes:
        return self._engine.decompress(self._engine.unconsumed_tail + data, max_length)


def _pieces(file: BinaryIO, head: bytes) -> Iterator[bytes]:
    if head.startswith(GZIP):
        return _inflated(file, _Zlib)
    if head.startswith(BZIP2):
        return _inflated(file, bz2.BZ2Decompressor)
    if head.startswith(XZ):
        return _inflated(file, lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, WINDOW_BYTES))
    if head.startswith(ZSTD):
        return _zstd(file)
    return iter(lambda: file.read(PIECE), b"")


def _inflated(file: BinaryIO, make: Callable[[], _Engine]) -> Iterator[bytes]:
    """Yield what the members of a file hold, one after the other; zeros behind the last are padding."""
    engine = make()
    rest = file.read(PIECE)
    while True:
        if engine.eof:
            rest = engine.unused_data.lstrip(b"\0")
            while not rest:
                rest = file.read(PIECE)
                if not rest:
                    return
                rest = rest.lstrip(b"\0")
            engine = make()
        elif engine.needs_input and not rest:
            rest = file.read(PIECE)
            if not rest:
                raise EOFError("it ends in its middle")
        piece = engine.decompress(rest if engine.needs_input else b"", PIECE)
        rest = b""
        if piece:
            yield piece


def _zstd(file: BinaryIO) -> Iterator[bytes]:
    decompressor = zstandard.ZstdDecompressor(max_window_size=WINDOW_BYTES)
    # One frame after the other, each to its end: a stream reader takes a frame that is cut off for an end.
    rest = file.read(PIECE)
    while rest:
        engine = decompressor.decompressobj(write_size=PIECE)
        while not engine.eof:
            if not rest:
                rest = file.read(PIECE)
                if not rest:
                    raise EOFError("it ends in its middle")
            part, rest = rest[:512], rest[512:]  # of which at most 16 MiB come: 128 blocks
            if piece := engine.decompress(part):
                yield piece
        rest = engine.unused_data + rest or file.read(PIECE)
