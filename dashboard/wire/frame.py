"""Frames of a watch: the stream's bytes cut where one event ends and the next begins."""

from collections.abc import Iterable, Iterator
from struct import Struct
from typing import Final, Protocol

from dashboard.errors import FrameTooLarge

FRAME_LIMIT_BYTES = 8 * 1024 * 1024
"""Longest frame that is taken: etcd holds objects of 1.5 MiB, JSON and a Table around it grow that."""


_LENGTH: Final = Struct(">I")
LENGTH_BYTES: Final = _LENGTH.size


class Splitter(Protocol):
    """Cuts one stream into frames."""

    def feed(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """Yield the frames that the next `pieces` of the stream complete. Raises FrameTooLarge."""
        ...

    @property
    def is_between_frames(self) -> bool:
        """Whether the stream could end here without having lost a part of a frame."""
        ...


class LineSplitter:
    """Cuts a stream of JSON at its newlines. Where the pieces end makes no difference.

    Feed it from one task; `gvr` is only for the error's text.
    """

    def __init__(self, gvr: object, *, limit_bytes: int = FRAME_LIMIT_BYTES) -> None:
        """Start with nothing waiting."""
        self._gvr = gvr
        self._limit_bytes = limit_bytes
        self._waiting: list[bytes] = []
        self._waiting_bytes = 0

    def feed(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """Yield the frames that `pieces` complete, without their newline; blank lines are none.

        Raises FrameTooLarge as soon as a frame has grown past the limit, whether or not it ended.
        """
        for piece in pieces:
            start = 0
            while (end := piece.find(b"\n", start)) >= 0:
                frame = piece[start:end]
                start = end + 1
                if self._waiting:
                    frame = b"".join((*self._waiting, frame))
                    self._waiting.clear()
                    self._waiting_bytes = 0
                self._check(len(frame))
                if frame.strip():
                    yield frame
            if start < len(piece):
                rest = piece[start:]
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
    """Cuts a stream of protobuf: a frame begins with the length of its rest, LENGTH_BYTES, greatest first.

    Where the pieces end makes no difference. Feed it from one task; `gvr` is only for the error's
    text. Go: k8s.io/apimachinery/pkg/util/framer#NewLengthDelimitedFrameReader.
    """

    def __init__(self, gvr: object, *, limit_bytes: int = FRAME_LIMIT_BYTES) -> None:
        """Start with nothing waiting."""
        self._gvr = gvr
        self._limit_bytes = limit_bytes
        self._waiting: list[bytes] = []
        self._waiting_bytes = 0
        self._needed_bytes = LENGTH_BYTES

    def feed(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """Yield the frames that `pieces` complete, with their length: a piece that is one is not copied.

        Raises FrameTooLarge as soon as a length past the limit is read.
        """
        for piece in pieces:
            if self._waiting:
                self._waiting.append(piece)
                self._waiting_bytes += len(piece)
                # Joined once per frame, however many pieces it takes.
                if self._waiting_bytes < self._needed_bytes:
                    continue
                piece = b"".join(self._waiting)  # noqa: PLW2901  (and what follows it)
                self._waiting.clear()
            start, end = 0, len(piece)
            needed = LENGTH_BYTES
            while (body := start + LENGTH_BYTES) <= end:
                (length,) = _LENGTH.unpack_from(piece, start)
                if length > self._limit_bytes:
                    raise FrameTooLarge(gvr=self._gvr, limit_bytes=self._limit_bytes)
                if body + length > end:
                    needed = LENGTH_BYTES + length
                    break
                yield piece[start : body + length]
                start = body + length
            if start < end:
                self._waiting.append(piece[start:])
                self._waiting_bytes = end - start
                self._needed_bytes = needed

    @property
    def is_between_frames(self) -> bool:
        """Whether the stream could end here without having lost a part of a frame."""
        return not self._waiting
