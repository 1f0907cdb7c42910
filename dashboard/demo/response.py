"""Answers over HTTP, with the headers that the API server gives them."""

import uuid
import zlib
from collections.abc import Mapping
from typing import Final

from aiohttp import web

JSON: Final = "application/json"
TEXT: Final = "text/plain; charset=utf-8"


def headers_of(content_type: str) -> dict[str, str]:
    """Return the headers that every answer has."""
    return {
        "Audit-Id": str(uuid.uuid4()),
        "Cache-Control": "no-cache, private",
        "Content-Type": content_type,
    }


def whole(
    body: str | bytes, status: int, content_type: str, headers: Mapping[str, str] | None = None
) -> web.Response:
    """Return an answer that is sent at once."""
    data = body if isinstance(body, bytes) else body.encode()
    return web.Response(
        body=data, status=status, headers={**headers_of(content_type), **(headers or {})}
    )


def gzipped(body: bytes) -> bytes:
    """Return `body` packed as fast as can be; for a thread of its own."""
    packer = zlib.compressobj(1, wbits=31)
    return packer.compress(body) + packer.flush()
