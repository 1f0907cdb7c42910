"""Bytes of a hot kind to rows: what a LIST holds and what a WATCH says."""

from dashboard.api.gvr import GVR
from dashboard.api.names import Namespace, ObjectName, Uid
from dashboard.api.resourceversion import ResourceVersion
from dashboard.api.status import error_from_status
from dashboard.api.table import Row
from dashboard.api.watchevent import BOOKMARK, ERROR, WatchEvent
from dashboard.errors import MalformedEvent, PrintedOtherwise
from dashboard.rows.printer import Press
from dashboard.rows.sample import Sample
from dashboard.wire.codec import Codec, Raw
from dashboard.wire.partial import labels


class Unread:
    """The object that could not be decoded last, in which version; for all streams of one kind."""

    def __init__(self) -> None:
        """None yet."""
        self.last: tuple[Uid, ResourceVersion] | None = None


class Reader:
    """Reads one listing or one stream. While `sample` is not None every row is held against it."""

    def __init__(
        self,
        gvr: GVR,
        codec: Codec,
        press: Press,
        sample: Sample | None = None,
        *,
        unread: Unread | None = None,
        is_watch_list: bool = False,
    ) -> None:
        """`is_watch_list` is whether the request carried sendInitialEvents."""
        self.sample = sample
        self.unreadable = 0
        """How many objects could not be decoded: their rows have a name and no other cell."""
        self._gvr = gvr
        self._codec = codec
        self._read = codec.read
        self._print = press.row
        self._press = press
        self._is_watch_list = is_watch_list
        self._unread = unread or Unread()

    def row(self, raw: Raw) -> tuple[Row, bytes]:
        """Return an object's row and the masked whole of it, b"" where that cannot be had.

        Raises PrintedOtherwise if the server prints it otherwise, and MalformedEvent for an object of
        which not even the metadata can be read.
        """
        try:
            found, body = self._read(raw)
            row = self._print(found)
        except MalformedEvent:
            return self._unreadable(raw), b""
        self._check(row)
        return row, body

    def event(self, frame: bytes) -> WatchEvent[Row]:
        """Return what a frame says. Raises what an ERROR event means, and as `row` does.

        Once the initial events are over, an object that cannot be decoded is a MalformedEvent at the
        first time: a frame may have been spoiled on its way, and comes again (invariant C7). At the
        second time the object is what is wrong, and the rest goes on (fault F24).
        """
        type_, raw = self._codec.frame(frame)
        if type_ is BOOKMARK:
            mark = self._codec.mark(raw)
            return WatchEvent(
                type_, mark.resource_version, is_initial_events_end=mark.is_initial_events_end
            )
        if type_ is ERROR:
            raise error_from_status(
                self._codec.status(raw),
                gvr=self._gvr,
                verb="watch",
                is_watch_list=self._is_watch_list,
            )
        # As `row` does, without the call: this is done for each change of the cluster.
        try:
            found, body = self._read(raw)
            row = self._print(found)
        except MalformedEvent:
            row, body = self._unreadable_at_last(raw), b""
        else:
            if self.sample is not None or not row.name or not row.uid:
                self._check(row)
        return WatchEvent(type_, row.resource_version, row, body)

    def _check(self, row: Row) -> None:
        if not row.name or not row.uid:
            raise MalformedEvent(gvr=self._gvr, detail="an object without name or uid")
        if self.sample is not None and (difference := self.sample.difference(row)):
            detail = f"{type(difference.ours).__name__} and {type(difference.theirs).__name__}"
            raise PrintedOtherwise(gvr=self._gvr, column=difference.column, detail=detail)

    def _unreadable_at_last(self, raw: Raw) -> Row:
        """Return the row of what cannot be decoded, once it has come twice or is an initial event."""
        row = self._unreadable(raw)
        version = (row.uid, row.resource_version)
        if self.sample is None and self._unread.last != version:
            self._unread.last = version
            self.unreadable -= 1
            raise MalformedEvent(gvr=self._gvr, detail="an object that cannot be decoded")
        return row

    def _unreadable(self, raw: Raw) -> Row:
        """Return a row that says where the object is, and nothing of it."""
        metadata = self._codec.metadata(raw)
        row = Row(
            Uid(metadata.uid),
            Namespace(metadata.namespace),
            ObjectName(metadata.name),
            ResourceVersion(metadata.resourceVersion),
            self._press.blank(metadata.name),
            labels(metadata.labels),
        )
        if not row.name or not row.uid:
            raise MalformedEvent(gvr=self._gvr, detail="an object without name or uid")
        self.unreadable += 1
        return row
