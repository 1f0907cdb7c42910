"""The members of a zip archive, in the order of its directory.

The directory's size is looked at before zipfile reads it, for that makes an object of each line.
Source: PKWARE's APPNOTE.TXT, sections 4.3.12 to 4.3.16 and 4.4.4.
"""

import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from typing import BinaryIO

from portal.source.customs import Kind, Limits, Member
from portal.source.errors import BadArchive, TooMuch
from portal.source.inflate import PIECE

LINE_BYTES = 512
"""What a line of the directory takes at most, on average: 46 and the name, and what packers add."""
_END = struct.Struct("<4s4H2LH")
_END_SIGN, _END64_SIGN = b"PK\x05\x06", b"PK\x06\x07"
_ENCRYPTED = 0x1

_BROKEN = (
    *(zipfile.BadZipFile, zlib.error, struct.error, OSError, EOFError, ValueError),
    *(RuntimeError, LookupError, ArithmeticError, TypeError),
)
"""What zipfile raises for a damaged archive, NotImplementedError among the RuntimeErrors."""


def is_zip(head: bytes) -> bool:
    """Return whether a file may be a zip archive, by its beginning."""
    return head.startswith((b"PK\x03\x04", _END_SIGN))


def members(file: BinaryIO, packed: int, limits: Limits) -> Generator[Member, None, None]:
    """Yield the members of the archive in a file of `packed` bytes.

    Raises BadArchive where it is damaged, TooMuch for more than its budget.
    """
    _look_at_directory(file, packed, limits)
    meter = _Meter(limits.budget(packed))
    with _reading():
        archive = zipfile.ZipFile(file)
        lines = archive.infolist()
    with archive:
        for info in lines:
            kind = _kind(info)
            size = 0 if kind is Kind.FOLDER else info.file_size
            yield Member(info.orig_filename, kind, size, _chunks(archive, info, meter))


def _look_at_directory(file: BinaryIO, packed: int, limits: Limits) -> None:
    """Find the directory's end as zipfile does, and refuse a directory that is too large."""
    tail_bytes = min(packed, (1 << 16) + _END.size)
    file.seek(packed - tail_bytes)
    tail = file.read(tail_bytes)
    at = len(tail) - _END.size
    if not (at >= 0 and tail[at:].startswith(_END_SIGN) and tail.endswith(b"\0\0")):
        at = tail.rfind(_END_SIGN)
    if at < 0 or len(tail) - at < _END.size:
        raise BadArchive("it is no zip, or one that is cut off")
    end = _END.unpack_from(tail, at)
    if tail[:at][-20:].startswith(_END64_SIGN) or end[5] > LINE_BYTES * limits.members:
        raise TooMuch("its directory is larger than an import takes")
    file.seek(0)


class _Meter:
    """How many bytes may still come out of an archive."""

    def __init__(self, left: int) -> None:
        """Allow `left` bytes."""
        self._left = left

    def count(self, size: int) -> None:
        """Take `size` from what is left; raise TooMuch."""
        self._left -= size
        if self._left < 0:
            raise TooMuch("more comes out of it than an import takes")


def _kind(info: zipfile.ZipInfo) -> Kind:
    mode = stat.S_IFMT(info.external_attr >> 16)
    if info.flag_bits & _ENCRYPTED:
        return Kind.LOCKED
    if mode == stat.S_IFLNK:
        return Kind.LINK
    if info.orig_filename.endswith("/"):
        return Kind.FOLDER
    if mode not in {0, stat.S_IFREG}:
        return Kind.DEVICE
    if info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        return Kind.ODDLY_PACKED
    return Kind.FILE


def _chunks(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, meter: _Meter
) -> Callable[[], Iterator[bytes]]:
    def chunks() -> Iterator[bytes]:
        with _reading(), archive.open(info) as member:
            while piece := member.read(PIECE):
                meter.count(len(piece))
                yield piece

    return chunks


@contextmanager
def _reading() -> Iterator[None]:
    try:
        yield
    except _BROKEN as error:
        raise BadArchive(f"it is a damaged zip: {str(error)[:200]!a}") from error
