"""A table as CSV, for spreadsheets: all columns of the server, times as ISO 8601."""

import asyncio
import csv
import io
from collections.abc import AsyncIterator
from datetime import UTC, datetime

from django.http import StreamingHttpResponse

from dashboard.access.question import Wanted
from dashboard.access.selection import Selection
from dashboard.api.table import Cell, MixedCell, TimeCell
from dashboard.views.listing import SLICE, status_of

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet would compute instead of show (OWASP, "CSV injection")."""


def sheet(wanted: Wanted, selection: Selection, offset: int, limit: int) -> StreamingHttpResponse:
    """Return the rows `offset` to `offset + limit` as a stream; `limit` 0 is all of them.

    Statuses are those of `listing`; a view that is not complete has no rows, and never looks as if.
    """
    keys = selection.keys(offset, offset + limit if limit else selection.total)
    has_namespace = selection.resource.is_namespaced
    head = [*(["Namespace"] if has_namespace else []), *(c.name for c in selection.columns)]
    status = status_of(selection)

    async def body() -> AsyncIterator[bytes]:
        yield _line(head)
        for at in range(0, len(keys) if status == 200 else 0, SLICE):
            rows = [row for key in keys[at : at + SLICE] if (row := selection.row(key))]
            spaces = ([row.namespace] if has_namespace else [] for row in rows)
            yield b"".join(
                _line([*space, *(_text(cell) for cell in row.cells)])
                for space, row in zip(spaces, rows, strict=True)
            )
            await asyncio.sleep(0)

    answer = StreamingHttpResponse(body(), content_type="text/csv; charset=utf-8", status=status)
    answer["Content-Disposition"] = f'attachment; filename="{wanted.kind}.csv"'
    return answer


def _line(cells: list[str]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow(cells)
    return out.getvalue().encode()


def _text(cell: Cell) -> str:
    if isinstance(cell, TimeCell):
        return _time(cell.t_ms)
    if isinstance(cell, MixedCell):
        return f"{cell.v} ({_time(cell.t_ms)})"
    text = "" if cell is None else str(cell)
    return f"'{text}" if isinstance(cell, str) and text.startswith(FORMULA) else text


def _time(t_ms: int) -> str:
    return datetime.fromtimestamp(t_ms / 1000, UTC).isoformat(timespec="seconds")
