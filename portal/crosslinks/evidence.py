"""Live numbers inside chapters: what *this* cluster holds of a kind, as far as the viewer may see.

The count is that of a table: through the gate, filtered by the viewer's rights, with its own age.
"""

from dataclasses import dataclass

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from dashboard.access.directory import ClusterState
from dashboard.access.question import Wanted, select
from dashboard.api.credential import Credential
from dashboard.api.state import State
from dashboard.errors import ClusterError, Denied
from dashboard.views.table import Freshness
from portal.crosslinks.current import current_cluster
from portal.crosslinks.served import kind_url
from portal.walkthrough import blocks
from portal.walkthrough.escaped import escaped
from portal.walkthrough.render import Block, Reader


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a cluster says of a kind; `total` None is unknown, which is not 0, and `trouble` why."""

    sentence: str
    """HTML, sanitised."""
    kind: str
    label: str
    cluster: ClusterState
    url: str
    kind_url: str
    freshness: Freshness
    total: int | None
    trouble: str


async def make_evidence(block: Block, reader: Reader) -> str:
    """Return the block with the number of now, or with why there is none."""
    cluster = current_cluster(reader.request)
    credential: Credential | None = getattr(reader.request, "credential", None)
    if cluster is None or credential is None:
        return await blocks.make_evidence(block, reader)
    evidence = await _evidence(block, cluster, credential)
    return render_to_string("crosslinks/evidence.html", {"evidence": evidence})


async def _evidence(block: Block, cluster: ClusterState, credential: Credential) -> Evidence:
    kind = blocks.evidence_options(block).get("kind", "")
    total, label, trouble = None, kind, ""
    freshness = Freshness(State.UNKNOWN.value, 0, "")
    try:
        async with select(Wanted(cluster.slug, kind), credential) as selection:
            label = selection.resource.kind
            freshness = Freshness(selection.state.value, selection.observed_at_ms, "")
            total = selection.total if selection.epoch else None
            if selection.trouble is not None:
                trouble = selection.trouble.told(_)
    except ClusterError as error:
        trouble = error.told(_)
        state = State.DENIED if isinstance(error, Denied) else State.UNKNOWN
        freshness = Freshness(state.value, 0, trouble)
    return Evidence(
        sentence=escaped(block.html),
        kind=kind,
        label=label,
        cluster=cluster,
        url=reverse("table", args=[cluster.slug, kind]),
        kind_url=kind_url(cluster.slug, kind),
        freshness=freshness,
        total=total,
        trouble=trouble,
    )
