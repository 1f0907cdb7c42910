"""Objects by name, and the places that a command means: everything through the gate."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from dashboard.access import search as access
from dashboard.access.directory import Kind
from dashboard.access.particular import particular
from dashboard.access.search import Looked, Outcome, Words
from dashboard.api.credential import Credential
from dashboard.api.gvr import GVR
from dashboard.api.names import (
    NO_NAMESPACE,
    NO_NAMESPACE_SEGMENT,
    Namespace,
    is_dns_label,
    parse_name,
)
from dashboard.errors import ClusterError, NeverCached
from portal.crosslinks.search.command import Command
from portal.crosslinks.search.found import Group, Hit, cut

NAMESPACES = GVR("", "v1", "namespaces")
PODS = "pods.v1"
SPACES_SHOWN = 3
"""Namespaces that begin as a word does and are offered as places."""
SOON = {Outcome.LOADING, Outcome.UNCHECKED}
"""What will have been searched when the question is asked again."""
PATIENCE_S = 4.0
"""How long an object that was named exactly is waited for."""


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, and of which cluster."""

    cluster: str
    credential: Credential


async def find_objects(asker: Asker, words: Words, limit: int, only: Kind | None) -> Group:
    """Return the objects that fit, of the kind `only` or of all that are in memory.

    Raises what `access.search.seek` raises.
    """
    gvr = only.gvr if only else None
    found = await access.seek(asker.cluster, words, asker.credential, limit=limit, only=gvr)
    hits = tuple(
        Hit(
            "object",
            hit.name,
            _("%(kind)s in %(namespace)s") % {"kind": hit.label, "namespace": hit.namespace}
            if hit.namespace
            else hit.label,
            object_url(asker.cluster, hit.kind, hit.namespace, hit.name),
        )
        for hit in found.hits
    )
    notes = (*cut(found.total, len(hits)), *_notes(found.looked, is_all=only is None))
    is_partial = any(one.outcome in SOON for one in found.looked)
    return Group("objects", _("Objects"), hits, notes, found.total, is_partial)


async def find_place(asker: Asker, command: Command, kind: Kind) -> Group:
    """Return what a command means: a table, an object, or why the object is not to be had.

    Raises what keeps the cluster from being connected, and SignInNeeded.
    """
    hits: list[Hit] = []
    notes: list[str] = []
    if command.verb == "explain":
        return Group("go", _("Go to"))  # the kind's own page is among the kinds
    if not command.name:
        if command.namespace or command.labels:
            hits.append(_table(asker, kind, command.namespace, command.labels))
        return Group("go", _("Go to"), tuple(hits))
    is_exact = bool(command.namespace) or not kind.is_namespaced
    if is_exact:
        hit, note = await _exact(asker, command, kind)
        hits += [hit] if hit else []
        notes += [note] if note else []
    elif kind.is_listable:
        names = await _spaces(asker, command.name, kind)
        hits += [_table(asker, kind, name) for name in names]
    if kind.gvr == NAMESPACES:
        names = await _spaces(asker, command.name, kind)
        hits += [_in_space(asker, name) for name in names]
    return Group("go", _("Go to"), tuple(hits), tuple(notes))


def object_url(cluster: str, kind: str, namespace: str, name: str) -> str:
    """Return the address of an object's page."""
    return reverse("object", args=[cluster, kind, namespace or NO_NAMESPACE_SEGMENT, name])


def _table(asker: Asker, kind: Kind, namespace: str, labels: str = "") -> Hit:
    asked = {"ns": namespace if kind.is_namespaced else "", "q": labels.replace(",", " ")}
    query = urlencode({name: value for name, value in asked.items() if value})
    label = kind.plural
    if asked["ns"]:
        label = _("%(kinds)s in %(namespace)s") % {"kinds": kind.plural, "namespace": namespace}
    url = reverse("table", args=[asker.cluster, kind.kind])
    return Hit("table", label, labels or kind.gvr.group_version, f"{url}?{query}" if query else url)


def _in_space(asker: Asker, namespace: str) -> Hit:
    label = _("%(kinds)s in %(namespace)s") % {"kinds": "Pods", "namespace": namespace}
    url = reverse("table", args=[asker.cluster, PODS])
    return Hit("table", label, "v1", f"{url}?{urlencode({'ns': namespace})}")


async def _exact(asker: Asker, command: Command, kind: Kind) -> tuple[Hit | None, str]:
    """Return the object that a command names in full, or a sentence that says why there is none."""
    namespace = Namespace(command.namespace) if kind.is_namespaced else NO_NAMESPACE
    try:
        name = parse_name(command.name)
        async with asyncio.timeout(PATIENCE_S):
            await particular(asker.cluster, kind.gvr, namespace, name, asker.credential)
    except TimeoutError:
        return None, _("Whether there is such an object was not answered in time.")
    except ClusterError as error:
        return None, error.told(_)
    where = _("%(kind)s in %(namespace)s") % {"kind": kind.label, "namespace": namespace}
    sub = where if namespace else kind.label
    return Hit("object", name, sub, object_url(asker.cluster, kind.kind, namespace, name)), ""


async def _spaces(asker: Asker, word: str, kind: Kind) -> list[str]:
    """Return the namespaces known to the viewer that begin with `word`, the shortest first.

    Known are those that they may list, or in which they may list `kind`.
    """
    if not is_dns_label(word):
        return []
    words = Words((word,))
    found = await access.seek(
        asker.cluster, words, asker.credential, limit=SPACES_SHOWN, only=NAMESPACES
    )
    names = [str(hit.name) for hit in found.hits if hit.name.startswith(word)]
    if not names and kind.gvr != NAMESPACES:
        nothing = Words((), namespace="", name="")
        within = await access.seek(asker.cluster, nothing, asker.credential, limit=1, only=kind.gvr)
        spaces = {str(space) for looked in within.looked for space in looked.within}
        names = sorted((s for s in spaces if s.startswith(word)), key=lambda s: (len(s), s))
    return names[:SPACES_SHOWN]


def _notes(looked: Sequence[Looked], *, is_all: bool) -> tuple[str, ...]:
    """Return in sentences what was looked through, what was not, and why."""
    by_outcome: dict[Outcome, list[str]] = {}
    for one in looked:
        by_outcome.setdefault(one.outcome, []).append(one.label)
    sentences = (
        (Outcome.SEARCHED, _("Looked through, of what you may list: %(kinds)s.")),
        (Outcome.PARTLY, _("Looked through in part: %(kinds)s.")),
        (Outcome.STALE, _("Looked through as last seen, for the cluster is silent: %(kinds)s.")),
        (Outcome.LOADING, _("Not searched, still loading: %(kinds)s.")),
        (Outcome.NOT_LOADED, _("Not searched, not loaded: %(kinds)s. Open the table first.")),
        (Outcome.UNCHECKED, _("Not searched, your right is not checked yet: %(kinds)s.")),
        (
            Outcome.NEVER,
            _("Not searched, never kept in memory: %(kinds)s. Name one as secret/NAMESPACE/NAME."),
        ),
        (Outcome.DENIED, _("Not searched, you may not list them: %(kinds)s.")),
    )
    notes = [
        sentence % {"kinds": ", ".join(by_outcome[outcome])}
        for outcome, sentence in sentences
        if outcome in by_outcome
    ]
    notes += [
        one.trouble.told(_)
        for one in looked
        if not is_all and one.trouble is not None and not isinstance(one.trouble, NeverCached)
    ]
    if is_all:
        notes.append(_("Other kinds are searched once their table is open."))
    return tuple(notes)
