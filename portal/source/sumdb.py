"""Proves that a checksum database holds what it told: its signature, and that its log has the record.

The head of the log is signed; the record's hash and those of its neighbours, read from the database's
tiles, must give that head's. That the log was never another one is not asked: no head is kept.
Source: golang.org/x/mod/sumdb/note#Open and sumdb/tlog#CheckRecord; RFC 6962, section 2.1.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from portal.source.errors import Tampered

KEYS = {
    "sum.golang.org": "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8",
}
"""As cmd/go has them: NAME+HASH+KEY."""
HEIGHT = 8
"""Of a tile: 256 hashes."""
HASH_BYTES = 32
MOST_RECORDS = 1 << 48

Get = Callable[[str], bytes]
"""Returns what the database has at a path; raises Unreachable."""

_HEAD = re.compile(r"go\.sum database tree\n(\d{1,15})\n([A-Za-z0-9+/]{43}=)\n")
_SIGNATURE = re.compile(r"^\u2014 (\S+) ([A-Za-z0-9+/]+=*)$", re.MULTILINE)


class Answer(NamedTuple):
    """What a database told of a module."""

    number: int
    """Of its record."""
    record: str
    """Lines of a go.sum."""
    note: str
    """The signed head of the log; "" where the answer has none."""


class Head(NamedTuple):
    """A log as it was once."""

    size: int
    root: bytes


def read(text: str) -> Answer | None:
    """Return an answer of `lookup`; None: it is none."""
    number, _line, rest = text.partition("\n")
    record, _empty, note = rest.partition("\n\n")
    if not (number.isascii() and number.isdigit() and len(number) < 16):
        return None
    return Answer(int(number), record.rstrip("\n") + "\n", note)


def key_of(said: str) -> str:
    """Return the key by which a database signs that GOSUMDB names so; "" where none is known."""
    return said if said.count("+") >= 2 else KEYS.get(said, "")


def head(note: str, key: str) -> Head:
    """Return the head that a note signs with `key`; raise Tampered where it does not."""
    name, _plus, rest = key.partition("+")
    number, _plus, packed = rest.partition("+")
    text, _empty, signed = note.partition("\n\n")
    text += "\n"
    found = _HEAD.match(text)
    if found is None:
        raise Tampered(f"{name} told of no log")
    try:
        public = base64.b64decode(packed, validate=True)
        own = hashlib.sha256(f"{name}\n".encode() + public).digest()[:4]
        if public[:1] != b"\1" or own.hex() != number:
            raise Tampered(f"the key of {name} is none")
        for signer, data in _SIGNATURE.findall(signed):
            signature = base64.b64decode(data, validate=True)
            if signer == name and signature[:4] == own:
                Ed25519PublicKey.from_public_bytes(public[1:]).verify(signature[4:], text.encode())
                return Head(int(found[1]), base64.b64decode(found[2]))
    except (binascii.Error, InvalidSignature, ValueError) as error:
        raise Tampered(f"what {name} told is signed wrongly") from error
    raise Tampered(f"what {name} told is not signed by it")


def prove(answer: Answer, key: str, get: Get) -> None:
    """Return once it is proven that the log holds the record; raise Tampered, or as `get` does."""
    log = head(answer.note, key)
    if not answer.number < log.size < MOST_RECORDS:
        raise Tampered(f"the log has {log.size} records, and none of number {answer.number}")
    leaf = hashlib.sha256(b"\0" + answer.record.encode()).digest()
    tiles = _Tiles(log.size, get)

    def root(start: int, end: int) -> bytes:
        size = end - start
        if size == 1 and start == answer.number:
            return leaf
        is_whole = size & (size - 1) == 0
        if is_whole and not start <= answer.number < end:
            return tiles.hash(size.bit_length() - 1, start // size)
        half = 1 << (size - 1).bit_length() - 1
        return _joined(root(start, start + half), root(start + half, end))

    if root(0, log.size) != log.root:
        raise Tampered("the log does not hold what was told")


class _Tiles:
    """The hashes of a log of `size` records."""

    def __init__(self, size: int, get: Get) -> None:
        self._size = size
        self._get = get
        self._tile = lru_cache(maxsize=None)(self._read)

    def hash(self, level: int, number: int) -> bytes:
        """Return the hash of 2^level records, of which it is the `number`th."""
        row, above = divmod(level, HEIGHT)
        first = number << above
        tile, place = divmod(first, 1 << HEIGHT)
        data = self._tile(row, tile)
        hashes = [
            data[at * HASH_BYTES : (at + 1) * HASH_BYTES]
            for at in range(place, place + (1 << above))
        ]
        while len(hashes) > 1:
            hashes = [_joined(*hashes[at : at + 2]) for at in range(0, len(hashes), 2)]
        return hashes[0]

    def _read(self, row: int, tile: int) -> bytes:
        width = min(1 << HEIGHT, (self._size >> HEIGHT * row) - (tile << HEIGHT))
        path = f"tile/{HEIGHT}/{row}/{_path(tile)}"
        data = self._get(path if width == 1 << HEIGHT else f"{path}.p/{width}")
        if len(data) != width * HASH_BYTES:
            raise Tampered(f"{path} has {len(data)} bytes")
        return data


def _joined(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()


def _path(number: int) -> str:
    """Return a number as paths have it: x001/x234/067."""
    path = f"{number % 1000:03}"
    while number := number // 1000:
        path = f"x{number % 1000:03}/{path}"
    return path
