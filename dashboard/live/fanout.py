"""Each row version encoded once, however many sockets show it."""

from collections import OrderedDict
from collections.abc import Sequence

from msgspec import Raw

from dashboard.api.names import Uid
from dashboard.api.table import Column, Row
from dashboard.insight.health import health
from dashboard.live.frames import encode_row

ENCODED_LIMIT = 20_000
"""Rows whose bytes are kept, the newest shown: some 6 MB."""


class Fanout:
    """The bytes of the rows that are on screen somewhere in this process."""

    def __init__(self) -> None:
        """Start with none."""
        self._encoded: OrderedDict[Uid, tuple[Row, Raw]] = OrderedDict()

    def encoded(self, row: Row, columns: Sequence[Column]) -> Raw:
        """Return the bytes of `row`; the same object is encoded once."""
        known = self._encoded.get(row.uid)
        if known is not None and known[0] is row:
            self._encoded.move_to_end(row.uid)
            return known[1]
        raw = encode_row(row, health(row, columns))
        self._encoded[row.uid] = (row, raw)
        self._encoded.move_to_end(row.uid)
        if len(self._encoded) > ENCODED_LIMIT:
            self._encoded.popitem(last=False)
        return raw
