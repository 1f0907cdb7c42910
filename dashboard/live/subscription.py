"""One view of one socket: what was sent, what changed since, and the frame that says so.

Bounded by its window: changes are remembered as keys, the newest state of each is read when a frame
is made, and nothing is queued. What no frame can express ends in a new snapshot.
"""

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from typing import Any

from django.utils.translation import gettext
from msgspec import UNSET, Raw

from dashboard.access.selection import Selection
from dashboard.api.names import ObjectKey
from dashboard.api.state import State
from dashboard.api.table import Row
from dashboard.live.fanout import Fanout
from dashboard.live.frames import (
    DeltaFrame,
    FrameId,
    ServerFrame,
    SnapshotFrame,
    StateFrame,
    Window,
)

MANY = 1_000
"""Changes at once of which no note is kept: the window is told anew."""


class Subscription:
    """A window on a selection, and what the browser knows of it.

    `wake` is called, in the step of the change, when there is something to send.
    """

    def __init__(
        self,
        id_: FrameId,
        selection: Selection,
        window: Window,
        fanout: Fanout,
        *,
        wake: Callable[[], None],
        next_seq: Callable[[], int],
    ) -> None:
        """Know nothing sent; the first frame is a snapshot. `next_seq` numbers the view's frames."""
        self.id = id_
        self.selection = selection
        self._window = window
        self._fanout = fanout
        self._wake = wake
        self._next_seq = next_seq
        self._touched: set[ObjectKey] = set()
        self._sent: list[ObjectKey] = []
        self._offset = 0
        self._total = self._unfiltered = 0
        self._epoch: str | None = None
        self._columns: object = None
        self._state: State | None = None

    def move(self, window: Window) -> None:
        """Show other rows: the next frame is a snapshot."""
        self._window = window
        self.resync()

    def resync(self) -> None:
        """Forget what the browser knows."""
        self._epoch = None
        self._wake()

    @property
    def shown(self) -> list[ObjectKey]:
        """The rows of the window as it was last sent."""
        return self._sent

    def on_rows(self, touched: AbstractSet[ObjectKey]) -> None:
        """Take note (access.selection.Listener)."""
        if len(touched) > MANY:
            self.resync()
            return
        self._touched |= touched
        self._wake()

    def on_state(self) -> None:
        """Take note (access.selection.Listener)."""
        self._wake()

    def frame(self) -> ServerFrame | None:
        """Return what the browser should hear now, or None; counts it as sent."""
        selection = self.selection
        if self._epoch is None or self._columns != selection.columns:
            return self._snapshot()
        if self._touched and (delta := self._delta()) is not None:
            return delta
        if selection.state is not self._state or selection.epoch != self._epoch:
            return self._state_frame()
        return None

    def heartbeat(self) -> ServerFrame:
        """Return the present state, whether or not it moved: an age that the browser can trust.

        Rows that the filter hides come and go unsaid; how many there are is told here.
        """
        if self.selection.unfiltered_total != self._unfiltered and self._epoch is not None:
            return self._counts()
        return self._state_frame()

    def _place(self) -> tuple[int, int]:
        """Return the first and the last-but-one row of the window as it lies now."""
        window = self._window
        total = self.selection.total
        if window.offset is not None:
            start = min(window.offset, max(total - 1, 0))
            return max(start - window.before, 0), start + window.after
        anchor = 0
        if window.anchor is not None:
            found = self.selection.position(window.anchor)
            # An anchor that is gone leaves the window where it was, while there are rows.
            there = min(self._offset + window.before, max(total - 1, 0))
            anchor = there if found is None else found
        start = max(anchor - window.before, 0)
        return start, max(anchor + window.after, start)

    def _snapshot(self) -> SnapshotFrame:
        selection = self.selection
        start, stop = self._place()
        self._sent = selection.keys(start, stop)
        self._offset, self._total = start, selection.total
        self._unfiltered = selection.unfiltered_total
        self._touched.clear()
        self._columns = selection.columns
        self._note()
        return SnapshotFrame(
            **self._envelope(),
            total=self._total,
            unfiltered_total=self._unfiltered,
            offset=start,
            columns=[column.to_json() for column in selection.columns],
            rows=[self._encoded(row) for key in self._sent if (row := selection.row(key))],
            unchecked=tuple(sorted(selection.scope.unchecked)),
        )

    def _delta(self) -> DeltaFrame | None:
        """Return what changed in the window; None when all of it lies outside and counts alike."""
        selection = self.selection
        start, stop = self._place()
        now = selection.keys(start, stop)
        before, present = set(self._sent), set(now)
        put = [
            self._encoded(row)
            for key in now
            if (key in self._touched or key not in before) and (row := selection.row(key))
        ]
        self._touched.clear()
        above, total = start - self._offset, selection.total
        self._unfiltered = selection.unfiltered_total
        if not put and now == self._sent and not above and total == self._total:
            return None
        frame = DeltaFrame(
            **self._envelope(),
            put=put,
            removed=[key for key in self._sent if key not in present],
            order=UNSET if now == self._sent else now,
            total=total,
            unfiltered_total=self._unfiltered,
            above=above,
        )
        self._sent, self._offset, self._total = now, start, total
        self._note()
        return frame

    def _counts(self) -> DeltaFrame:
        self._unfiltered = self.selection.unfiltered_total
        return DeltaFrame(
            **self._envelope(), put=[], removed=[], total=self._total,
            unfiltered_total=self._unfiltered,
        )  # fmt: skip

    def _state_frame(self) -> StateFrame:
        selection = self.selection
        trouble = selection.trouble
        self._note()
        return StateFrame(
            **self._envelope(),
            since_ms=None if selection.state is State.LIVE else selection.observed_at_ms,
            code=trouble.code if trouble else "",
            message=trouble.told(gettext) if trouble else "",
        )

    def _envelope(self) -> dict[str, Any]:
        """Return what every frame of this view carries, with the next number."""
        selection = self.selection
        return {
            "id": self.id,
            "seq": self._next_seq(),
            "epoch": selection.epoch,
            "resource_version": selection.resource_version,
            "observed_at_ms": selection.observed_at_ms,
            "state": selection.state,
        }

    def _encoded(self, row: Row) -> Raw:
        return self._fanout.encoded(row, self.selection.columns)

    def _note(self) -> None:
        self._epoch = self.selection.epoch
        self._state = self.selection.state
