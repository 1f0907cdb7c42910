"""Frames: what is said on the one WebSocket of a tab, subprotocol portolan.v1.

    client   subscribe  window  unsubscribe
    server   snapshot  delta  state  denied  error

Each is a JSON text frame whose `type` is its name. A key is an array, [namespace, name], with ""
for no namespace. Fields that the server adds later must not break a client; what a client adds is
refused.
"""

from typing import Annotated, Any, Final, TypeAlias

import msgspec
from msgspec import UNSET, Meta, Raw, Struct, UnsetType

from dashboard.api.names import Namespace, ObjectKey, parse_namespace
from dashboard.api.state import State
from dashboard.api.table import Row
from dashboard.errors import InvalidFrame

SUBPROTOCOL: Final = "portolan.v1"

FRAME_VERSION: Final = 1
"""`v` of every server frame; rises when a field changes its meaning."""

INBOUND_LIMIT_BYTES: Final = 64 * 1024
"""The longest frame that is read from a client."""

OUTBOUND_LIMIT_BYTES: Final = 64 * 1024
"""The length at which the sender begins a new frame."""

WINDOW_LIMIT: Final = 500
"""Rows that a window may reach to each side of its anchor."""

_Text = Annotated[str, Meta(max_length=2000)]
_Word = Annotated[str, Meta(max_length=400)]
_Words = Annotated[tuple[_Word, ...], Meta(max_length=400)]
_Reach = Annotated[int, Meta(ge=0, le=WINDOW_LIMIT)]
_Offset = Annotated[int, Meta(ge=0, le=10_000_000)]

# As far as JavaScript counts exactly.
FrameId: TypeAlias = (
    Annotated[int, Meta(ge=0, le=2**53 - 1)] | Annotated[str, Meta(min_length=1, max_length=64)]
)
"""The client's own name for one of its views; every frame about it carries it back unchanged."""

# --- client


class View(Struct, frozen=True, forbid_unknown_fields=True):
    """What a table shows, in the words of its address.

    `ns`, `sort` and `columns` are arrays, or the address' own text with commas; empty or null is
    the default: all namespaces, the server's order and columns.
    """

    cluster: _Word
    kind: _Word
    ns: _Words | _Text | None = None
    q: _Text = ""
    sort: _Words | _Text | None = None
    columns: _Words | _Text | None = None

    @property
    def namespaces(self) -> frozenset[Namespace]:
        """The namespaces asked for; empty means all. Raises InvalidName."""
        return frozenset(parse_namespace(name) for name in _words(self.ns))

    @property
    def sort_terms(self) -> tuple[str, ...]:
        """Columns to sort by, first the strongest; a leading "-" means descending."""
        return _words(self.sort)

    @property
    def column_names(self) -> tuple[str, ...]:
        """The columns asked for, in that order; empty means the server's."""
        return _words(self.columns)


def _refuse_two_places(anchor: ObjectKey | None, offset: int | None) -> None:
    if anchor is not None and offset is not None:
        raise ValueError("a window is at an anchor or at an offset")


class Window(Struct, frozen=True, forbid_unknown_fields=True):
    """Which rows are on screen: `before` rows above the anchor, and `after` from the anchor on.

    `anchor` None is the first row. `offset` jumps to a row by its number instead.
    """

    anchor: ObjectKey | None = None
    before: _Reach = 0
    after: _Reach = 100
    offset: _Offset | None = None

    def __post_init__(self) -> None:
        _refuse_two_places(self.anchor, self.offset)


class Subscribe(Struct, frozen=True, forbid_unknown_fields=True, tag="subscribe"):
    """Begin to show `view`; answered by a snapshot, or by denied or error. Again for a resync."""

    id: FrameId
    view: View
    window: Window = Window()


class MoveWindow(Struct, frozen=True, forbid_unknown_fields=True, tag="window"):
    """Show other rows of a view; the fields are those of Window."""

    id: FrameId
    anchor: ObjectKey | None = None
    before: _Reach = 0
    after: _Reach = 100
    offset: _Offset | None = None

    def __post_init__(self) -> None:
        _refuse_two_places(self.anchor, self.offset)

    @property
    def window(self) -> Window:
        """The window to move to."""
        return Window(self.anchor, self.before, self.after, self.offset)


class Unsubscribe(Struct, frozen=True, forbid_unknown_fields=True, tag="unsubscribe"):
    """End a view; nothing about it follows."""

    id: FrameId


ClientFrame: TypeAlias = Subscribe | MoveWindow | Unsubscribe

# --- server


class Envelope(Struct, frozen=True, kw_only=True):
    """What every server frame carries, so that nothing on screen is silently old.

    `seq` counts the frames of one id from 0 without gaps. `epoch` changes when resourceVersions
    begin anew; "" while nothing was read. `observed_at_ms` is when the API server was last heard
    of it, in milliseconds since the Unix epoch; 0 is never. `id` is None for an error about no
    view.
    """

    id: FrameId | None
    v: int = FRAME_VERSION
    epoch: str
    seq: int
    resource_version: str
    observed_at_ms: int
    state: State


class SnapshotFrame(Envelope, frozen=True, kw_only=True, tag="snapshot"):
    """The whole window, replacing what was shown. `rows` begin at row `offset` of `total`.

    `unfiltered_total` counts the rows before the filter.
    `unchecked` are the asked-for namespaces that the gate has no answer for yet.
    """

    total: int
    unfiltered_total: int = 0
    offset: int
    columns: list[dict[str, Any]]
    rows: list[Raw]
    unchecked: tuple[str, ...] = ()


class DeltaFrame(Envelope, frozen=True, kw_only=True, tag="delta"):
    """What changed in the window since the frame before.

    Rows in `put` are new or replaced; keys in `removed` left the window. `order` is the window's
    new order of keys, absent where it did not change. `above` is by how many the rows above the
    window grew.
    """

    put: list[Raw]
    removed: list[ObjectKey]
    order: list[ObjectKey] | UnsetType = UNSET
    total: int
    unfiltered_total: int = 0
    above: int = 0


class StateFrame(Envelope, frozen=True, kw_only=True, tag="state"):
    """The rows stand; how far they can be trusted changed.

    `since_ms` is since when, None while live. `code` and `message` say why, "" where nothing is
    wrong.
    """

    since_ms: int | None = None
    code: str = ""
    message: str = ""


class DeniedFrame(Envelope, frozen=True, kw_only=True, tag="denied"):
    """The viewer may see nothing of the view: the client drops its rows."""

    code: str
    message: str


class ErrorFrame(Envelope, frozen=True, kw_only=True, tag="error"):
    """A request failed; the view, if there is one, has no rows.

    `code`, `message` and `retry` are of the ClusterError. `position` is where a query went wrong.
    """

    code: str
    message: str
    retry: str
    retry_after_s: float | None = None
    position: int | None = None


ServerFrame: TypeAlias = SnapshotFrame | DeltaFrame | StateFrame | DeniedFrame | ErrorFrame

_ENCODER = msgspec.json.Encoder()
_DECODER: msgspec.json.Decoder[ClientFrame] = msgspec.json.Decoder(ClientFrame)


def encode(frame: ServerFrame) -> str:
    """Return the text of `frame`; the bytes of its rows go in as they are."""
    return _ENCODER.encode(frame).decode()


def encode_row(row: Row, health: str | None = None) -> Raw:
    """Return the bytes of `row`, to be shared by all frames that hold this version of it.

    `health` is the mark beside its status; a kind whose rows say nothing of health has none.
    """
    shape = row.to_json()
    return Raw(_ENCODER.encode(shape | {"health": health} if health else shape))


class _Addressed(Struct):
    id: FrameId | None = None


_ID_DECODER: msgspec.json.Decoder[_Addressed] = msgspec.json.Decoder(_Addressed)


def id_of(text: str) -> FrameId | None:
    """Return the view that a refused frame is about, so that its page hears of it; None if none."""
    try:
        return _ID_DECODER.decode(text).id
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return None


def decode(text: str) -> ClientFrame:
    """Return the frame that a client sent. Raises InvalidFrame, which names the field at most."""
    if len(text) > INBOUND_LIMIT_BYTES:
        raise InvalidFrame(reason=f"more than {INBOUND_LIMIT_BYTES} bytes")
    try:
        data = text.encode()
        if len(data) > INBOUND_LIMIT_BYTES:
            raise InvalidFrame(reason=f"more than {INBOUND_LIMIT_BYTES} bytes")
        return _DECODER.decode(data)
    except msgspec.ValidationError as error:
        # The rest of the sentence may quote the content.
        _, _, path = str(error).rpartition(" - at ")
        raise InvalidFrame(reason=f"not a frame of {SUBPROTOCOL} {path}".strip()) from error
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise InvalidFrame(reason="not JSON") from error


def _words(value: tuple[str, ...] | str | None) -> tuple[str, ...]:
    parts = value.split(",") if isinstance(value, str) else value or ()
    return tuple(part.strip() for part in parts if part.strip())
