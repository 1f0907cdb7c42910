"""The live table of one kind: a page that works without a script, and the same as data."""

import time
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from dashboard.access import question as access
from dashboard.access.directory import plural
from dashboard.access.question import Wanted
from dashboard.access.selection import Selection
from dashboard.api.credential import Credential
from dashboard.api.gvr import format_kind
from dashboard.api.names import NO_NAMESPACE_SEGMENT, Namespace, parse_namespace
from dashboard.api.table import Column, Row
from dashboard.errors import ClusterError, InvalidQuery, NotLive, OnDemand, gettext_noop
from dashboard.query.filter import terms, word_of
from dashboard.views import code
from dashboard.views.cells import Head, RowView, is_name, is_numeric, row_view, shown, term
from dashboard.views.listing import listing
from dashboard.views.problem import respond
from dashboard.views.rail import Place, place
from dashboard.views.sheet import sheet
from dashboard.views.space import Space, Spaces

NO_NUMBER = gettext_noop("%(name)s must be a whole number")

WIDTHS = {
    "Ready": "w-rd",
    "Status": "w-st",
    "Restarts": "w-rs",
    "Age": "w-age",
    "Last Seen": "w-cpu",
    "First Seen": "w-cpu",
    "Type": "w-rs",
    "Count": "w-rd",
    "Message": "w-msg",
    "Created At": "w-st",
    "Completions": "w-rs",
    "Duration": "w-cpu",
}
"""How wide the columns are that hold much less, or more, than others; the others share the rest."""

SHORT_HEAD = 8
"""Letters of a head that the narrowest column has room for."""

PAGE_LIMIT = 100
MOST_PER_PAGE = 500


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address says, checked: the query of the page and of its data alike."""

    namespaces: frozenset[Namespace]
    q: str
    sort: tuple[str, ...]
    columns: tuple[str, ...]
    offset: int
    limit: int

    def query(self, **changes: object) -> str:
        """Return the query string of the same view, with `changes`; what is default is left out."""
        parts = {
            "ns": ",".join(sorted(self.namespaces)),
            "q": self.q,
            "sort": ",".join(self.sort),
            "columns": ",".join(self.columns),
            "offset": self.offset or "",
            "limit": self.limit if self.limit != PAGE_LIMIT else "",
        } | changes
        kept = {name: value for name, value in parts.items() if value not in {"", 0}}
        return f"?{urlencode(kept, safe=',')}" if kept else "?"


@dataclass(frozen=True, slots=True)
class Freshness:
    """How far the rows can be trusted, in words and as a time that ticks."""

    state: str
    observed_at_ms: int
    message: str
    is_whole: bool = False
    """Whether nothing is lacking that was there at that time, although nobody watches it."""


@dataclass(frozen=True, slots=True)
class ColumnChoice:
    """One column to show; `is_fixed` is shown whatever is chosen."""

    label: str
    term: str
    is_chosen: bool
    is_fixed: bool


@dataclass(frozen=True, slots=True)
class Reading:
    """One word of the filter as it was understood, and the address of the view without it."""

    text: str
    is_label: bool
    is_wanted: bool
    without_url: str


@dataclass(frozen=True, slots=True)
class TablePage:
    """Everything on the page."""

    place: Place
    title: str
    kind: str
    group_version: str
    short_names: tuple[str, ...]
    heads: tuple[Head, ...]
    rows: tuple[RowView, ...]
    freshness: Freshness
    asked: Asked
    ns_text: str
    sort_text: str
    columns_text: str
    shown_text: str
    """The places of the shown columns, with commas."""
    read_as: tuple[Reading, ...]
    kind_url: str
    first: int
    last: int
    total: int
    unfiltered_total: int
    previous_url: str
    next_url: str
    clear_url: str
    json_url: str
    csv_url: str
    command: str
    is_watched: bool
    """Whether the browser should open the view over the socket."""
    has_namespace: bool
    spaces: Spaces | None
    """None for a kind without namespaces."""
    choices: tuple[ColumnChoice, ...]
    within: tuple[str, ...]
    """The namespaces that the rows are from, where that is not all of the cluster."""
    unchecked: tuple[str, ...]
    """Those that the API server has not answered for yet."""


async def table(request: HttpRequest, cluster: str, kind: str) -> HttpResponseBase:
    """Show the objects of KIND that the viewer may list, or say why not."""
    credential: Credential = request.credential  # type: ignore[attr-defined]  # set by the door
    try:
        asked = read_asked(request)
        _, resource = await access.resolve(cluster, kind)
        full = format_kind(resource.gvr)
        if full != kind:
            target = reverse("table", args=[cluster, full])
            query = request.META.get("QUERY_STRING", "")
            return HttpResponseRedirect(f"{target}?{query}" if query else target)
        wanted = Wanted(cluster, kind, asked.namespaces, asked.q, asked.sort)
        async with access.select(wanted, credential) as selection:
            shown(selection.columns, asked.columns)  # refused alike, as page and as data
            match request.GET.get("format"):
                case "json":
                    return listing(wanted, selection, asked.offset, asked.limit)
                case "csv":
                    return sheet(wanted, selection, asked.offset, asked.limit)
            spaces = (
                await _spaces(wanted, asked, credential, selection)
                if resource.is_namespaced
                else None
            )
            page = _page(wanted, asked, selection, spaces)
            # Ten milliseconds for a hundred rows: in a thread, the loop goes on meanwhile.
            return await sync_to_async(render)(request, "dashboard/table.html", {"page": page})
    except ClusterError as error:
        return respond(request, error, cluster=cluster, kind=kind)


def read_asked(request: HttpRequest) -> Asked:
    """Return what the query string asks for. Raises InvalidQuery or InvalidName."""
    words = [word for part in request.GET.getlist("ns") for word in part.split(",") if word]
    offset = _number(request, "offset", 0)
    limit = _number(request, "limit", PAGE_LIMIT)
    is_data = request.GET.get("format") in {"json", "csv"}
    return Asked(
        namespaces=frozenset(parse_namespace(word) for word in words),
        q=request.GET.get("q", "").strip(),
        sort=tuple(term for term in request.GET.get("sort", "").split(",") if term),
        columns=tuple(
            term for part in request.GET.getlist("columns") for term in part.split(",") if term
        ),
        offset=offset,
        limit=limit if is_data else min(limit or PAGE_LIMIT, MOST_PER_PAGE),
    )


def _number(request: HttpRequest, name: str, default: int) -> int:
    text = request.GET.get(name, "")
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 9):
        raise InvalidQuery(position=0, reason=NO_NUMBER, name=name)
    return int(text)


async def _spaces(
    wanted: Wanted, asked: Asked, credential: Credential, selection: Selection
) -> Spaces:
    """Return the namespaces that the viewer may list, each with its rows before the filter.

    Without the right to list namespaces: those asked for, and those that the rows are from.
    """
    try:
        async with access.select(Wanted(wanted.cluster, "namespaces.v1"), credential) as found:
            names = [str(key.name) for key in found.keys(0, found.total)]
    except ClusterError:
        names = [str(name) for name in sorted(wanted.asked | selection.scope.namespaces)]
    counts, is_everything = selection.counts, selection.scope.is_everything
    spaces = tuple(
        Space(
            name,
            # What is not read is not counted; of what is read whole, absent is none.
            str(counts.get(Namespace(name), 0 if is_everything else "")),
            is_chosen=Namespace(name) in wanted.asked,
        )
        for name in names
    )
    kept = parse_qsl(asked.query(ns="", offset=0)[1:])
    chosen = sum(space.is_chosen for space in spaces)
    return Spaces(chosen, len(spaces), spaces, asked.query(ns="", offset=0), tuple(kept))


def _page(wanted: Wanted, asked: Asked, selection: Selection, spaces: Spaces | None) -> TablePage:
    resource, columns, total = selection.resource, selection.columns, selection.total
    has_namespace = resource.is_namespaced
    now_ms = time.time_ns() // 1_000_000
    keys = selection.keys(asked.offset, asked.offset + asked.limit)
    rows = [row for key in keys if (row := selection.row(key))]
    last = asked.offset + len(rows)
    trouble = selection.trouble
    picked = shown(columns, asked.columns)
    return TablePage(
        place=place(wanted.cluster, wanted.kind),
        title=plural(resource.kind, resource.gvr),
        kind=wanted.kind,
        group_version=resource.gvr.group_version,
        short_names=resource.short_names,
        heads=_heads(asked, picked, has_namespace=has_namespace),
        rows=tuple(
            row_view(
                row,
                columns,
                now_ms,
                has_namespace=has_namespace,
                asked=asked.columns,
                url=_object_url(wanted, row),
            )
            for row in rows
        ),
        freshness=Freshness(
            selection.state.value,
            selection.observed_at_ms,
            trouble.told(_) if trouble else "",
            is_whole=isinstance(trouble, NotLive),
        ),
        asked=asked,
        ns_text=",".join(sorted(asked.namespaces)),
        sort_text=",".join(asked.sort),
        columns_text=",".join(asked.columns),
        shown_text=",".join(str(at) for at, _column in picked),
        read_as=_read_as(asked),
        kind_url=code.kind_url(wanted.cluster, wanted.kind),
        first=asked.offset + 1 if rows else 0,
        last=last,
        total=total,
        unfiltered_total=selection.unfiltered_total,
        previous_url=asked.query(offset=max(asked.offset - asked.limit, 0)) if asked.offset else "",
        next_url=asked.query(offset=last) if last < total else "",
        clear_url=asked.query(q="", offset=0),
        json_url=asked.query(format="json"),
        csv_url=asked.query(format="csv", offset=0, limit="0"),
        command=_command(
            asked.namespaces or selection.scope.namespaces, wanted.kind, is_namespaced=has_namespace
        ),
        is_watched=not isinstance(trouble, OnDemand),
        has_namespace=has_namespace,
        spaces=spaces,
        choices=tuple(
            ColumnChoice(
                column.name, term(column.name), (at, column) in picked, is_name(at, column)
            )
            for at, column in enumerate(columns)
        ),
        within=tuple(sorted(selection.scope.namespaces)),
        unchecked=tuple(sorted(selection.scope.unchecked)),
    )


def _object_url(wanted: Wanted, row: Row) -> str:
    namespace = row.namespace or NO_NAMESPACE_SEGMENT
    return reverse("object", args=[wanted.cluster, wanted.kind, namespace, row.name])


def _read_as(asked: Asked) -> tuple[Reading, ...]:
    """Return how the filter is read, each word with the address of the view without it."""
    found = terms(asked.q)
    words = [word_of(term) for term in found]
    return tuple(
        Reading(
            term.text,
            is_label=term.is_label,
            is_wanted=term.is_wanted,
            without_url=asked.query(q=" ".join([*words[:at], *words[at + 1 :]]), offset=0),
        )
        for at, term in enumerate(found)
    )


def _heads(
    asked: Asked, picked: tuple[tuple[int, Column], ...], *, has_namespace: bool
) -> tuple[Head, ...]:
    labels = [("Namespace", "w-ns c-ns", -1)] if has_namespace else []
    for at, column in picked:
        number = "num " if is_numeric(column) else ""
        labels.append((column.name, f"{number}{_width(column)}".strip(), at))
    return tuple(_head(asked, label, css, at) for label, css, at in labels)


def _width(column: Column) -> str:
    """Return the class of a column's width, "" for one that shares what the others leave."""
    narrow = column.type in {"integer", "number", "boolean", "date"}
    rest = ("w-rs" if len(column.name) > SHORT_HEAD else "w-cpu") if narrow else ""
    return WIDTHS.get(column.name, rest)


def _head(asked: Asked, label: str, css: str, at: int) -> Head:
    name = term(label)
    first = asked.sort[0] if asked.sort else ""
    direction = {name: "ascending", f"-{name}": "descending"}.get(first, "")
    turned = f"-{name}" if direction == "ascending" else name
    return Head(label, css, at, name, asked.query(sort=turned, offset=0), direction)


def _command(namespaces: frozenset[Namespace], kind: str, *, is_namespaced: bool) -> str:
    """Return the kubectl line that lists the same; several namespaces need one line each there."""
    name = kind if kind.count(".") > 1 else kind.partition(".")[0]
    if not is_namespaced:
        return f"kubectl get {name}"
    if len(namespaces) == 1:
        return f"kubectl get {name} -n {next(iter(namespaces))}"
    return f"kubectl get {name} -A"
