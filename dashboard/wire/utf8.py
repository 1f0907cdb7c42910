"""Text that is no UTF-8, as the API server's own JSON tells it.

Components cut long messages anywhere, inside a character too, and protobuf carries that to etcd and
back. Go: encoding/json writes U+FFFD for each byte of it.
"""

import codecs
from typing import Any, Final

REPLACEMENT: Final = "\ufffd"
_EACH_BYTE: Final = "portolan.eachbyte"


def mend(message: Any) -> None:  # noqa: ANN401  (a protobuf message)
    """Make every string of `message` text, which upb gives as bytes where it is no UTF-8."""
    for about, value in message.ListFields():
        if about.type == about.TYPE_STRING:
            if isinstance(value, bytes):
                setattr(message, about.name, _text(value))
            elif not isinstance(value, str):
                value[:] = [_text(each) for each in value]
        elif about.type == about.TYPE_MESSAGE:
            if hasattr(value, "ListFields"):
                mend(value)
            else:
                for each in value:
                    mend(each)


def _text(value: bytes | str) -> str:
    return value if isinstance(value, str) else value.decode(errors=_EACH_BYTE)


def _replaced(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return REPLACEMENT * (error.end - error.start), error.end


codecs.register_error(_EACH_BYTE, _replaced)
