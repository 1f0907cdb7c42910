"""A table as data: the JSON that DESIGN's section 9 promises."""

import asyncio
from collections.abc import AsyncIterator

import msgspec
from django.http import StreamingHttpResponse

from dashboard.access.question import Wanted
from dashboard.access.selection import Selection
from dashboard.api.gvr import format_kind
from dashboard.api.state import State
from dashboard.errors import NotLive

SLICE = 200
"""Rows written between two turns of the event loop: well under 4 ms."""

CONTENT_TYPE = "application/json"


def listing(wanted: Wanted, selection: Selection, offset: int, limit: int) -> StreamingHttpResponse:
    """Return the rows `offset` to `offset + limit` as a stream; `limit` 0 is all of them.

    Without rows and with status 403 when the cluster denies them; with 503 while it does not answer.

    The keys are taken at once, so that the rows are those of one moment; a row that is deleted while
    the stream is written is left out.
    """
    stop = offset + limit if limit else selection.total
    keys = selection.keys(offset, stop)
    head = {
        "cluster": wanted.cluster,
        "kind": format_kind(selection.resource.gvr),
        "state": selection.state.value,
        "resource_version": selection.resource_version,
        "epoch": selection.epoch,
        "observed_at_ms": selection.observed_at_ms,
        "total": selection.total,
        "offset": offset,
        "limit": limit,
        "columns": [column.to_json() for column in selection.columns],
    }

    is_denied = selection.state is State.DENIED

    async def body() -> AsyncIterator[bytes]:
        encode = msgspec.json.encode
        if is_denied:
            yield encode(head)
            return
        yield encode(head)[:-1] + b',"rows":['
        is_first = True
        for at in range(0, len(keys), SLICE):
            rows = [row.to_json() for key in keys[at : at + SLICE] if (row := selection.row(key))]
            if rows:
                yield (b"" if is_first else b",") + encode(rows)[1:-1]
                is_first = False
            await asyncio.sleep(0)
        yield b"]}"

    return StreamingHttpResponse(body(), content_type=CONTENT_TYPE, status=status_of(selection))


def status_of(selection: Selection) -> int:
    """Return the HTTP status that says how far the rows can be trusted."""
    if selection.state is State.DENIED:
        return 403
    if isinstance(selection.trouble, NotLive):
        return 200  # stale, and whole: read for this answer, or now and then
    is_away = selection.trouble is not None or selection.state in {State.STALE, State.UNKNOWN}
    return 503 if is_away else 200
