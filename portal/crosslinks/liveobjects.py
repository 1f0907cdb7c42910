"""The first objects of a kind that a viewer may see, and the reflector that reads them."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from dashboard.access import question
from dashboard.access.directory import ClusterState
from dashboard.access.question import Wanted
from dashboard.access.selection import Selection
from dashboard.access.trace import Traced, traced
from dashboard.api.credential import Credential
from dashboard.api.state import State
from dashboard.errors import ClusterError, Denied
from dashboard.views.cells import Head, RowView, is_numeric, row_view, shown
from dashboard.views.table import Freshness

SHOWN_ROWS = 5
"""Objects that the page shows; the table has all."""


@dataclass(frozen=True, slots=True)
class Live:
    """What the viewer may see of a kind; `total` None is unknown, and `trouble` says why."""

    freshness: Freshness
    total: int | None = None
    heads: tuple[Head, ...] = ()
    rows: tuple[RowView, ...] = ()
    scope: str = ""
    trouble: str = ""
    is_denied: bool = False
    traced: Traced | None = None


async def live(request: HttpRequest, cluster: ClusterState, kind: str) -> Live:
    """Return what the viewer may see of KIND; what stands in the way is told, never raised."""
    credential: Credential = request.credential  # type: ignore[attr-defined]  # set by the door
    try:
        async with question.select(Wanted(cluster.slug, kind), credential) as found:
            return _seen(found, cluster.slug, kind)
    except ClusterError as error:
        is_denied = isinstance(error, Denied)
        state = State.DENIED if is_denied else State.UNKNOWN
        told = error.told(_)
        return Live(Freshness(state.value, 0, told), trouble=told, is_denied=is_denied)


def _seen(found: Selection, cluster: str, kind: str) -> Live:
    has_namespace = found.resource.is_namespaced
    rows = [row for key in found.keys(0, SHOWN_ROWS) if (row := found.row(key))]
    trouble = found.trouble
    picked = [(c.name, "num" if is_numeric(c) else "") for _at, c in shown(found.columns)]
    heads = [*([("Namespace", "")] if has_namespace else []), *picked]
    now_ms = found.observed_at_ms
    return Live(
        freshness=Freshness(
            found.state.value, found.observed_at_ms, trouble.told(_) if trouble else ""
        ),
        total=found.total if found.epoch else None,
        heads=tuple(Head(label, css, 0, "", "", "") for label, css in heads),
        rows=tuple(
            row_view(
                row,
                found.columns,
                now_ms,
                has_namespace=has_namespace,
                url=reverse("object", args=[cluster, kind, row.namespace or "-", row.name]),
            )
            for row in rows
        ),
        scope=_scope(found),
        trouble=trouble.told(_) if trouble else "",
        traced=next(iter(traced(found)), None),
    )


def _scope(found: Selection) -> str:
    if found.scope.is_everything:
        return _("all of them")
    names = sorted(found.scope.namespaces)
    return _("those in %(namespaces)s") % {"namespaces": ", ".join(names)}
