"""One object: what kubectl would print, its conditions, owners, events and YAML, and who wrote what."""

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from asgiref.sync import sync_to_async
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
    JsonResponse,
)
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from dashboard.access import particular as access
from dashboard.access import question
from dashboard.access.particular import Particular
from dashboard.api.age import human_duration
from dashboard.api.credential import Credential
from dashboard.api.gvr import format_kind
from dashboard.api.meta import Condition
from dashboard.api.names import ObjectKey, parse_name, parse_namespace
from dashboard.errors import ClusterError
from dashboard.insight.condition import conditions, judged
from dashboard.insight.health import Health
from dashboard.insight.manifest import to_yaml
from dashboard.views.cells import CellView, row_view
from dashboard.views.happening import Happenings, happenings
from dashboard.views.kin import owners
from dashboard.views.manifest import Manifest, manifest, with_managed
from dashboard.views.part import Node, Verdict
from dashboard.views.problem import respond
from dashboard.views.subject import Subject, metadata, subject


@dataclass(frozen=True, slots=True)
class ConditionView:
    """One condition; `since` is how long it has been so, or ""."""

    type: str
    status: str
    tone: str
    reason: str
    message: str
    since: str


@dataclass(frozen=True, slots=True)
class Fact:
    """One column of kubectl's own row."""

    label: str
    cell: CellView


@dataclass(frozen=True, slots=True)
class ObjectPage:
    """One view of an object; what a view does not show is None or empty."""

    subject: Subject
    manifest: Manifest | None = None
    events: Happenings | None = None
    verdict: Verdict | None = None
    facts: tuple[Fact, ...] = ()
    conditions: tuple[ConditionView, ...] = ()
    labels: tuple[tuple[str, str], ...] = ()
    annotations: tuple[tuple[str, str], ...] = ()
    finalizers: tuple[str, ...] = ()
    secret_keys: tuple[tuple[str, int], ...] | None = None
    """The keys of a Secret and how many bytes each value has; None for other kinds."""
    owners: Node | None = None


@dataclass(frozen=True, slots=True)
class Reader:
    """Who looks at what, for the parts of a page."""

    request: HttpRequest
    cluster: str
    credential: Credential
    found: Particular
    now_ms: int


View = Callable[[Reader, ObjectPage], Awaitable[ObjectPage]]


async def summary(
    request: HttpRequest, cluster: str, kind: str, namespace: str, name: str
) -> HttpResponseBase:
    """Show an object, or say why not."""
    return await _show(request, (cluster, kind, namespace, name), "object", _summary)


async def yaml(
    request: HttpRequest, cluster: str, kind: str, namespace: str, name: str
) -> HttpResponseBase:
    """Show the YAML of an object."""
    return await _show(request, (cluster, kind, namespace, name), "object-yaml", _yaml)


async def events(
    request: HttpRequest, cluster: str, kind: str, namespace: str, name: str
) -> HttpResponseBase:
    """Show the events of an object."""
    return await _show(request, (cluster, kind, namespace, name), "object-events", _events)


async def _show(
    request: HttpRequest, at: tuple[str, str, str, str], view: str, fill: View
) -> HttpResponseBase:
    cluster, kind, namespace, name = at
    credential: Credential = request.credential  # type: ignore[attr-defined]  # set by the door
    target = None
    try:
        target = ObjectKey(parse_namespace(namespace), parse_name(name))
        _connection, resource = await question.resolve(cluster, kind)
        full = format_kind(resource.gvr)
        if full != kind:
            query = request.META.get("QUERY_STRING", "")
            url = reverse(view, args=[cluster, full, namespace, name])
            return HttpResponseRedirect(f"{url}?{query}" if query else url)
        found = await access.particular(cluster, resource.gvr, *target, credential)
        if data := _as_data(request, found):
            return data
        reader = Reader(request, cluster, credential, found, time.time_ns() // 1_000_000)
        page = await fill(reader, ObjectPage(subject(request, cluster, found, view)))
        return await sync_to_async(render)(request, "dashboard/object.html", {"page": page})
    except ClusterError as error:
        return respond(request, error, cluster=cluster, kind=kind, target=target)


def _as_data(request: HttpRequest, found: Particular) -> HttpResponse | None:
    """Return the object as JSON or YAML if the address asks for that."""
    match request.GET.get("format"):
        case "json":
            style = {"indent": 2, "ensure_ascii": False}
            return JsonResponse(with_managed(request, found), json_dumps_params=style)
        case "yaml":
            text = to_yaml(with_managed(request, found))
            return HttpResponse(text, content_type="application/yaml; charset=utf-8")
    return None


async def _summary(reader: Reader, page: ObjectPage) -> ObjectPage:
    found = reader.found
    meta = metadata(found.body)
    told = tuple(_condition(c, reader.now_ms) for c in conditions(found.body.get("status") or {}))
    sizes = found.secret_bytes
    return replace(
        page,
        verdict=_verdict(page.subject, told),
        facts=await _facts(reader),
        conditions=told,
        labels=_pairs(meta.get("labels")),
        annotations=_pairs(meta.get("annotations")),
        finalizers=tuple(str(each) for each in meta.get("finalizers") or ()),
        secret_keys=None if sizes is None else tuple(sorted(sizes.items())),
        owners=await owners(reader.cluster, found, reader.credential),
        events=await happenings(reader.cluster, found, reader.credential, reader.now_ms),
        manifest=await manifest(reader.request, found),
    )


async def _yaml(reader: Reader, page: ObjectPage) -> ObjectPage:
    return replace(page, manifest=await manifest(reader.request, reader.found))


async def _events(reader: Reader, page: ObjectPage) -> ObjectPage:
    told = await happenings(reader.cluster, reader.found, reader.credential, reader.now_ms)
    return replace(page, events=told)


async def _facts(reader: Reader) -> tuple[Fact, ...]:
    """Return kubectl's own row of the object, wide columns too; nothing where none is printed."""
    printed = await access.printed(reader.cluster, reader.found, reader.credential)
    if printed is None:
        return ()
    columns, row = printed
    wide = [replace(column, priority=0) for column in columns]
    cells = row_view(row, wide, reader.now_ms, has_namespace=False).cells
    told = zip(wide, cells, strict=False)
    return tuple(Fact(column.name, cell) for column, cell in told if not cell.name)


def _condition(condition: Condition, now_ms: int) -> ConditionView:
    since = condition.last_transition_ms
    return ConditionView(
        condition.type,
        condition.status,
        judged(condition).value,
        condition.reason,
        condition.message,
        human_duration(now_ms - since) if since is not None else "",
    )


def _verdict(subject: Subject, told: Sequence[ConditionView]) -> Verdict | None:
    """Return the sentence about what is wrong; None while nothing is."""
    if subject.is_going:
        return Verdict("warn", _("It is being deleted, and stays until its finalizers are done."))
    bad = [each for each in told if each.tone == Health.WARNING.value]
    if not bad:
        return None
    # What says why comes before what does not, and Ready sums the others up.
    worst = max(bad, key=lambda each: (bool(each.reason), each.type == "Ready"))
    sentence = _("%(type)s is %(status)s") % {"type": worst.type, "status": worst.status}
    said = ": ".join(part for part in (worst.reason, worst.message) if part)
    return Verdict("warn", f"{sentence}: {said}" if said else f"{sentence}.")


def _pairs(found: object) -> tuple[tuple[str, str], ...]:
    items: Mapping[str, Any] = found if isinstance(found, dict) else {}
    return tuple(sorted((key, str(value)) for key, value in items.items()))
