"""The members of a tar archive, one after the other, by a reader that takes no more than it can count.

tarfile reads the fields of a header here and nothing else: its own reader believes the sizes of extended
headers, and seeks where a header sends it. Source: POSIX.1-2017, pax, "ustar Interchange Format" and
"pax Extended Header"; GNU tar manual, "Basic Tar Format".
"""

import re
import tarfile
from collections.abc import Generator, Iterator

from portal.source.customs import Kind, Limits, Member
from portal.source.errors import BadArchive, BadMember, TooMuch
from portal.source.inflate import PIECE, Stream

BLOCK = 512
EXTENDED_BYTES = 64 * 1024
"""Of one extended header; it holds a path, times and owners."""

_KINDS = {
    tarfile.REGTYPE: Kind.FILE,
    tarfile.AREGTYPE: Kind.FILE,
    tarfile.CONTTYPE: Kind.FILE,
    tarfile.DIRTYPE: Kind.FOLDER,
    tarfile.SYMTYPE: Kind.LINK,
    tarfile.LNKTYPE: Kind.HARDLINK,
    tarfile.CHRTYPE: Kind.DEVICE,
    tarfile.BLKTYPE: Kind.DEVICE,
    tarfile.FIFOTYPE: Kind.DEVICE,
    tarfile.GNUTYPE_SPARSE: Kind.SPARSE,
}
_REDEFINING = ("size", "GNU.sparse.")
"""What an extended header may not say: it would make two readers see two archives."""


def is_tar(head: bytes) -> bool:
    """Return whether a file may be a tar archive, by its first block."""
    try:
        _header(head)
    except BadArchive:
        return False
    return True


def members(stream: Stream, limits: Limits) -> Generator[Member, None, None]:
    """Yield the members in order; what was not read of one is passed over.

    Raises BadArchive where it is damaged or cut off, TooMuch, and BadMember for headers that lie.
    """
    path: str | None = None
    headers = 0
    while any(block := stream.exactly(BLOCK)):
        headers += 1
        if headers > 4 * limits.members:
            raise TooMuch(f"more than {4 * limits.members:,} headers")
        info = _header(block)
        if info.type in {tarfile.XHDTYPE, tarfile.XGLTYPE}:
            said = _said(_extended(stream, info))
            named = said.get("path")
            if info.type == tarfile.XGLTYPE and (named or "linkpath" in said):
                raise BadMember(
                    named or said["linkpath"], "one header gives this name to all members"
                )
            path = path if named is None else named
        elif info.type == tarfile.GNUTYPE_LONGNAME:
            path = _text(_extended(stream, info).partition(b"\0")[0])
        elif info.type == tarfile.GNUTYPE_LONGLINK:
            _extended(stream, info)
        else:
            yield from _member(stream, info, info.name if path is None else path)
            path = None
    while rest := stream.read(PIECE):  # so that a checksum at its end is looked at, too
        if any(rest):
            raise BadArchive("something lies behind its end")


def _member(stream: Stream, info: tarfile.TarInfo, name: str) -> Iterator[Member]:
    kind = _KINDS.get(info.type, Kind.UNKNOWN)
    if info.size < 0 or (info.size and kind is not Kind.FILE):
        raise BadMember(name, f"it says that it is of {info.size} bytes")
    body = _Body(stream, info.size)
    yield Member(name, kind, info.size, body.chunks)
    for _passed in body.chunks():
        pass
    stream.exactly(-info.size % BLOCK)


class _Body:
    """The bytes of one member, as far as they were not read."""

    def __init__(self, stream: Stream, size: int) -> None:
        """Nothing was read."""
        self._stream = stream
        self._left = size

    def chunks(self) -> Iterator[bytes]:
        """Yield what is left, in pieces."""
        while self._left:
            piece = self._stream.exactly(min(self._left, PIECE))
            self._left -= len(piece)
            yield piece


def _header(block: bytes) -> tarfile.TarInfo:
    try:
        return tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
    except (tarfile.TarError, ValueError, ArithmeticError) as error:
        raise BadArchive(f"it holds a header that is none: {error}") from error


def _extended(stream: Stream, info: tarfile.TarInfo) -> bytes:
    if not 0 <= info.size <= EXTENDED_BYTES:
        raise TooMuch(f"an extended header of {info.size} bytes")
    data = stream.exactly(info.size)
    stream.exactly(-info.size % BLOCK)
    return data


def _said(records: bytes) -> dict[str, str]:
    """Return what an extended header says; raise BadArchive where it is none."""
    found: dict[str, str] = {}
    at = 0
    while at < len(records):
        digits = re.compile(rb"([1-9]\d{0,5}) ").match(records, at)
        end = at + int(digits[1]) if digits else 0
        if digits is None or not digits.end() < end <= len(records) or records[end - 1] != 0x0A:
            raise BadArchive("it holds an extended header that is none")
        key, equals, value = records[digits.end() : end - 1].partition(b"=")
        name = _text(key)
        if not equals or name.startswith(_REDEFINING):
            raise BadMember(name, "an extended header may not say this")
        found[name] = _text(value)
        at = end
    return found


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")
