"""The trace of this portal's own reflector beside client-go's: in a chapter, and as data."""

from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from dashboard.access import directory
from dashboard.access.directory import ClusterState
from dashboard.access.trace import Entry, Traced, traces
from dashboard.api.credential import Credential
from dashboard.errors import ClusterError
from dashboard.views.problem import respond
from portal.crosslinks.current import current_cluster
from portal.crosslinks.steps import MEANINGS, TROUBLE, StepView, step_view, symbol_url
from portal.walkthrough import blocks
from portal.walkthrough.chapterpage import links_for
from portal.walkthrough.escaped import escaped
from portal.walkthrough.links import Links
from portal.walkthrough.render import Block, Reader

SHOWN = 24
"""Steps on a page, the newest; the data has all that are kept."""

ENCODINGS = {
    "protobuf": gettext_noop(
        "Read as protobuf; rows are made here, and held against the server's own."
    ),
    "json": gettext_noop("Read as JSON; rows are made here, and held against the server's own."),
    "table": gettext_noop("Read as the server's own table."),
}

OFFERED = (
    "pods.v1",
    "deployments.v1.apps",
    "nodes.v1",
    "events.v1",
    "namespaces.v1",
    "leases.v1.coordination.k8s.io",
)
"""Kinds to choose from, besides the one that the chapter names."""


@dataclass(frozen=True, slots=True)
class Replay:
    """What one reflector did. `trouble` says why nothing is shown."""

    cluster: ClusterState
    kind: str
    kinds: tuple[str, ...]
    namespace: str
    sentence: str
    """HTML, sanitised."""
    state: str
    encoding: str
    """How the kind is read, in words."""
    steps: tuple[StepView, ...]
    left_out: int
    data_url: str
    trouble: str
    is_withheld: bool
    """Whether the viewer may not see all that the reflector reads, so no step of it."""


async def make_trace(block: Block, reader: Reader) -> str:
    """Return the block with the steps of now, or with why there are none."""
    request = reader.request
    cluster = current_cluster(request)
    credential: Credential | None = getattr(request, "credential", None)
    if cluster is None or credential is None:
        return await blocks.make_trace(block, reader)
    named = blocks.evidence_options(block).get("kind", "")
    kinds = tuple(dict.fromkeys((named, *OFFERED)))
    asked = request.GET.get("trace", "")
    served = directory.known(cluster.slug)
    if served and asked in served.kinds:
        kinds = tuple(dict.fromkeys((*kinds, asked)))
    kind = asked if asked in kinds else named
    found, trouble = None, ""
    try:
        found = next(iter(await traces(cluster.slug, kind, credential)), None)
    except ClusterError as error:
        trouble = error.told(_)
    steps = (found.steps or ()) if found else ()
    at = urlencode({"at": reader.links.at}) if reader.links.at else ""
    view = Replay(
        cluster=cluster,
        kind=kind,
        kinds=kinds,
        namespace=found.namespace if found else "",
        sentence=escaped(block.html),
        state=found.state.value if found else "unknown",
        encoding=_(ENCODINGS[found.encoding]) if found else "",
        steps=tuple(_view(step, reader.links) for step in steps[-SHOWN:]),
        left_out=max(0, len(steps) - SHOWN),
        data_url=f"{reverse('trace', args=[cluster.slug, kind])}{f'?{at}' if at else ''}",
        trouble=trouble,
        is_withheld=found is not None and found.steps is None,
    )
    return render_to_string("crosslinks/trace.html", {"replay": view})


async def trace(request: HttpRequest, cluster: str, kind: str) -> HttpResponse:
    """Return the traces that the viewer may see as JSON, the steps of each oldest first."""
    credential: Credential = request.credential  # type: ignore[attr-defined]  # set by the door
    links = links_for(request)
    try:
        found = await traces(cluster, kind, credential)
    except ClusterError as error:
        return respond(request, error, cluster=cluster, kind=kind, is_data=True)
    return JsonResponse(
        {"cluster": cluster, "kind": kind, "traces": [_json(each, links) for each in found]}
    )


def _json(traced: Traced, links: Links) -> dict[str, object]:
    return {
        "namespace": traced.namespace,
        "state": traced.state.value,
        "resource_version": traced.resource_version,
        "epoch": traced.epoch,
        "encoding": traced.encoding,
        "steps": [
            {
                "step": step.step.value,
                "at_ms": step.at_ms,
                "resource_version": step.resource_version,
                "detail": step.detail,
                "count": step.count,
                "is_trouble": step.step in TROUBLE,
                "label": _(MEANINGS[step.step].label),
                "symbol": MEANINGS[step.step].place.name,
                "symbol_url": symbol_url(step.step, links),
            }
            for step in traced.steps or ()
        ],
        "is_withheld": traced.steps is None,
    }


def _view(step: Entry, links: Links) -> StepView:
    at = datetime.fromtimestamp(step.at_ms / 1000, UTC)
    return step_view(
        step.step,
        links,
        at=at.isoformat(timespec="milliseconds"),
        time=f"{at:%H:%M:%S}",
        detail=step.detail,
        count=step.count,
        resource_version=step.resource_version,
    )
