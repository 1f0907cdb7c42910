"""Frames of a watch: the stream's bytes cut where one event ends and the next begins."""

from collections.abc import Iterator
from struct import Struct
from typing import Final, Protocol

from dashboard.errors import FrameTooLarge

FRAME_LIMIT_BYTES = 8 * 1024 * 1024
"""Longest frame that is taken: etcd holds objects of 1.5 MiB, JSON and a Table around it grow that."""


_LENGTH: Final = Struct(">I")


class Splitter(Protocol):
    """Cuts one stream into frames."""

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """Yield the frames that `chunk` completes. Raises FrameTooLarge."""
        ...

    @property
    def is_between_frames(self) -> bool:
        """Whether the stream could end here without having lost a part of a frame."""
        ...


class LineSplitter:
    """Cuts a stream of JSON at its newlines. Where the chunks end makes no difference.

    Feed it from one task; `gvr` is only for the error's text.
    """

    def __init__(self, gvr: object, *, limit_bytes: int = FRAME_LIMIT_BYTES) -> None:
        """Start with nothing waiting."""
        self._gvr = gvr
        self._limit_bytes = limit_bytes
        self._waiting: list[bytes] = []
        self._waiting_bytes = 0

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """Yield the frames that `chunk` completes, without their newline; blank lines are none.

        Raises FrameTooLarge as soon as a frame has grown past the limit, whether or not it ended.
        """
        start = 0
        while (end := chunk.find(b"\n", start)) >= 0:
            piece = chunk[start:end]
            start = end + 1
            if self._waiting:
                piece = b"".join((*self._waiting, piece))
                self._waiting.clear()
                self._waiting_bytes = 0
            self._check(len(piece))
            if piece.strip():
                yield piece
        if start < len(chunk):
            rest = chunk[start:] if start else chunk
            self._waiting.append(rest)
            self._waiting_bytes += len(rest)
            self._check(self._waiting_bytes)

    @property
    def is_between_frames(self) -> bool:
        """Whether the stream could end here without having lost a part of a frame."""
        return not self._waiting

    def _check(self, length: int) -> None:
        if length > self._limit_bytes:
            raise FrameTooLarge(gvr=self._gvr, limit_bytes=self._limit_bytes)


class LengthSplitter:
    """Cuts a stream of protobuf: each frame follows its length, four bytes, the greatest first.

    Where the chunks end makes no difference. Feed it from one task; `gvr` is only for the error's
    text. Go: k8s.io/apimachinery/pkg/util/framer#NewLengthDelimitedFrameReader.
    """

    def __init__(self, gvr: object, *, limit_bytes: int = FRAME_LIMIT_BYTES) -> None:
        """Start with nothing waiting."""
        self._gvr = gvr
        self._limit_bytes = limit_bytes
        self._waiting: list[bytes] = []
        self._waiting_bytes = 0
        self._needed_bytes = _LENGTH.size

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """Yield the frames that `chunk` completes, without their length.

        Raises FrameTooLarge as soon as a length past the limit is read.
        """
        if self._waiting:
            self._waiting.append(chunk)
            self._waiting_bytes += len(chunk)
            # Joined once per frame, however many chunks it takes.
            if self._waiting_bytes < self._needed_bytes:
                return
            chunk = b"".join(self._waiting)
            self._waiting.clear()
        start, end = 0, len(chunk)
        needed = _LENGTH.size
        while (body := start + _LENGTH.size) <= end:
            (length,) = _LENGTH.unpack_from(chunk, start)
            if length > self._limit_bytes:
                raise FrameTooLarge(gvr=self._gvr, limit_bytes=self._limit_bytes)
            if body + length > end:
                needed = _LENGTH.size + length
                break
            start = body + length
            yield chunk[body:start]
        if start < end:
            self._waiting.append(chunk[start:] if start else chunk)
            self._waiting_bytes = end - start
            self._needed_bytes = needed

    @property
    def is_between_frames(self) -> bool:
        """Whether the stream could end here without having lost a part of a frame."""
        return not self._waiting
