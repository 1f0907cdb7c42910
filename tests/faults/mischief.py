"""What a fault does to one frame: the pieces that are sent in its place, and how the stream ends.

A flipped bit that leaves a readable event with other content cannot be noticed by anybody: Kubernetes
has no checksum on a watch, TLS has. So bits are flipped until the frame cannot be read.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum

from tests.faults.frame import Frame, is_readable

LATE_S = 0.3
DRIP_S = 0.01
DRIPS = 20
SLICES = (3, 20, 300)


class End(Enum):
    """How a stream ends after a frame."""

    NOT = "not"
    RESET = "reset"
    EOF = "eof"


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes, what they are of `frame`, and the pause before them.

    `how`: whole, cut, corrupt, again (the same or an older one once more).
    """

    data: bytes
    frame: Frame
    how: str = "whole"
    pause_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Act:
    """What is sent in place of a frame."""

    pieces: Sequence[Piece]
    end: End = End.NOT
    slices: int = 0
    """Into how many parts the bytes of each piece are cut on their way, its chunk's frame included."""
    slice_pause_s: float = 0.0


def act(name: str | None, frame: Frame, before: Sequence[Frame], random_: random.Random) -> Act:
    """Return what the fault `name` makes of `frame`; `before` are frames that were sent earlier."""
    if name == "replay":
        return Act(_with_older(frame, before, random_))
    make = ACTS.get(name or "")
    return make(frame, random_) if make else Act([Piece(frame.data, frame)])


def sliced(data: bytes, count: int, random_: random.Random) -> list[bytes]:
    """Return `data` in `count` parts, cut anywhere."""
    if count < 2 or len(data) < 2:
        return [data]
    cuts = sorted(random_.sample(range(1, len(data)), min(count - 1, len(data) - 1)))
    return [data[a:b] for a, b in zip([0, *cuts], [*cuts, len(data)], strict=True)]


def flipped_json(body: bytes, random_: random.Random) -> bytes:
    """Return a JSON document that is none any more."""
    whole = Frame(body, "", "")
    return _unreadable(whole, random_, _flipped)


def _cut(frame: Frame, random_: random.Random) -> Piece:
    return Piece(frame.data[: random_.randrange(1, len(frame.data))], frame, "cut")


def _unreadable(
    frame: Frame, random_: random.Random, spoil: Callable[[Frame, random.Random], bytes]
) -> bytes:
    while is_readable(spoiled := spoil(frame, random_), is_binary=frame.is_binary):
        pass
    return spoiled


def _flipped(frame: Frame, random_: random.Random) -> bytes:
    payload = bytearray(frame.payload)
    if frame.is_binary:
        at = random_.randrange(min(len(payload), 64))
    else:
        at = random_.choice([n for n, byte in enumerate(payload) if byte in b'{}[]":,'])
    payload[at] ^= 1 << random_.randrange(7)
    return frame.framed(bytes(payload).replace(b"\n", b" "))


def _stuttered(frame: Frame, random_: random.Random) -> bytes:
    at = random_.randrange(2, len(frame.payload))
    return frame.framed(frame.payload[:at] + frame.payload)


def _with_older(frame: Frame, before: Sequence[Frame], random_: random.Random) -> list[Piece]:
    # Older than this one: a newer one before it would be a gap, which no server leaves.
    newest = int(frame.version or 0)
    old = [
        each
        for each in before
        if each.is_binary == frame.is_binary and int(each.version or 0) < newest
    ][-20:]
    begin = random_.randrange(max(1, len(old)))
    again = [Piece(each.data, each, "again") for each in old[begin : begin + random_.randint(1, 5)]]
    whole = Piece(frame.data, frame)
    return [*again, whole] if random_.random() < 0.5 else [whole, *again]


def _cut_newline(frame: Frame, random_: random.Random) -> Act:
    at = random_.randrange(1, len(frame.payload))
    return Act([Piece(frame.framed(frame.payload[:at]), frame, "corrupt")])


def _flip(frame: Frame, random_: random.Random) -> Act:
    return Act([Piece(_unreadable(frame, random_, _flipped), frame, "corrupt")])


def _stutter(frame: Frame, random_: random.Random) -> Act:
    return Act([Piece(_unreadable(frame, random_, _stuttered), frame, "corrupt")])


def _twice(frame: Frame, _random: random.Random) -> Act:
    return Act([Piece(frame.data, frame), Piece(frame.data, frame, "again")])


def _late(frame: Frame, random_: random.Random) -> Act:
    return Act([Piece(frame.data, frame, pause_s=random_.uniform(0.0, LATE_S))])


def _dripping(frame: Frame, _random: random.Random) -> Act:
    return Act([Piece(frame.data, frame)], slices=DRIPS, slice_pause_s=DRIP_S)


def _in_slices(frame: Frame, random_: random.Random) -> Act:
    return Act([Piece(frame.data, frame)], slices=random_.choice(SLICES))


ACTS: dict[str, Callable[[Frame, random.Random], Act]] = {
    "reset_mid": lambda frame, random_: Act([_cut(frame, random_)], End.RESET),
    "cut_eof": lambda frame, random_: Act([_cut(frame, random_)], End.EOF),
    "cut_newline": _cut_newline,
    "flip": _flip,
    "flip_always": _flip,
    "duplicate_chunk": _stutter,
    "duplicate": _twice,
    "jitter": _late,
    "drip": _dripping,
    "slice": _in_slices,
}
"""What each fault of a frame does, but for `replay`, which needs older ones."""
