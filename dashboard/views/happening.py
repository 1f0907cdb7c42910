"""The events of an object, or why they are not shown."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from dashboard.access import particular as access
from dashboard.access.particular import Particular
from dashboard.api.age import human_duration
from dashboard.api.credential import Credential
from dashboard.api.table import Cell, MixedCell, TimeCell
from dashboard.errors import ClusterError, Denied
from dashboard.views.record import EventLine

MOST = 50


@dataclass(frozen=True, slots=True)
class Happenings:
    """Events, the newest first, at most MOST of `total`; `problem` says why there are none to see."""

    lines: tuple[EventLine, ...] = ()
    total: int = 0
    problem: str = ""
    is_denied: bool = False


async def happenings(
    cluster: str, found: Particular, credential: Credential, now_ms: int
) -> Happenings:
    """Return the events about an object; without the right to list events, that."""
    try:
        async with access.events_of(cluster, found, credential) as events:
            names = {column.name: at for at, column in enumerate(events.columns)}
            rows = [events.row(key) for key in events.keys(0, MOST)]
            lines = tuple(_line(names, row.cells, now_ms) for row in rows if row)
            return Happenings(lines, events.total)
    except ClusterError as error:
        return Happenings(problem=error.told(_), is_denied=isinstance(error, Denied))


def _line(names: dict[str, int], cells: tuple[Cell, ...], now_ms: int) -> EventLine:
    def cell(name: str) -> Cell:
        at = names.get(name, len(cells))
        return cells[at] if at < len(cells) else None

    seen = cell("Last Seen")
    count = str(cell("Count") or "")
    is_warning = cell("Type") == "Warning"
    return EventLine(
        icon="warn" if is_warning else "ok",
        tone="warn" if is_warning else "still",
        reason=str(cell("Reason") or ""),
        message=str(cell("Message") or ""),
        age=_age(seen, now_ms),
        count=count if count not in {"", "0", "1"} else "",
        component=str(cell("Source") or ""),
    )


def _age(seen: Cell, now_ms: int) -> str:
    if isinstance(seen, TimeCell | MixedCell):
        return human_duration(now_ms - seen.t_ms)
    return str(seen or "")
