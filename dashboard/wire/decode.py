"""The one place where bytes of a cluster become typed values, or an error of ours."""

from typing import TypeVar

import msgspec

from dashboard.errors import MalformedEvent

T = TypeVar("T")


def decode(decoder: msgspec.json.Decoder[T], body: bytes | msgspec.Raw, *, of: object) -> T:
    """Return what `body` says. Raises MalformedEvent, which names `of` and the field, no content."""
    try:
        return decoder.decode(body)
    except msgspec.ValidationError as error:
        # The rest of the sentence may quote the content.
        _, _, path = str(error).rpartition(" - at ")
        raise MalformedEvent(gvr=of, detail=f"unexpected value at {path}") from error
    except (msgspec.MsgspecError, RecursionError) as error:
        raise MalformedEvent(gvr=of, detail="not JSON") from error
