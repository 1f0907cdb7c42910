"""Kinds by any name that kubectl knows them by; their names are no secret of anybody."""

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext as _

from dashboard.access.directory import Kind
from dashboard.views.code import kind_url
from portal.crosslinks.search.found import Group, Hit, cut


def find_kinds(
    cluster: str, served: Iterable[Kind], text: str, meant: Kind | None, limit: int
) -> Group:
    """Return the kinds that `text` names, the one that kubectl would choose first.

    Of several versions of a kind the one that the server prefers, unless another was `meant`.
    """
    wanted = text.lower()
    ranked: dict[tuple[str, str], tuple[int, int, Kind]] = {}
    for at, kind in enumerate(served):
        rank = -1 if kind == meant else _rank(kind, wanted)
        key = (kind.gvr.group, kind.gvr.resource)
        if rank is not None and (key not in ranked or rank < ranked[key][0]):
            ranked[key] = (rank, at, kind)
    found = [kind for _rank, _at, kind in sorted(ranked.values(), key=lambda one: one[:2])]
    hits = [_hit(cluster, kind) for kind in found[:limit]]
    if meant is not None and meant.is_listable:
        about = _("What a %(kind)s is") % {"kind": meant.label}
        url = kind_url(cluster, meant.kind)
        hits.insert(1, Hit("kind", about, _("its source, chapters and watch"), url, "code"))
    return Group("kinds", _("Kinds"), tuple(hits), cut(len(found), limit), len(found))


def _hit(cluster: str, kind: Kind) -> Hit:
    sub = " · ".join([kind.gvr.group_version, *kind.short_names])
    if not kind.is_listable:
        return Hit("kind", kind.label, sub, kind_url(cluster, kind.kind), "code")
    return Hit("table", kind.plural, sub, reverse("table", args=[cluster, kind.kind]))


def _rank(kind: Kind, wanted: str) -> int | None:
    """Return how well a kind fits, 0 the best; None: not at all."""
    names = (kind.gvr.resource, kind.label.lower(), kind.singular, *kind.short_names)
    if wanted in {*names, kind.kind}:
        return 0
    if any(name.startswith(wanted) for name in (*names, kind.kind)):
        return 1
    if wanted in kind.categories:
        return 2
    initials = "".join(letter for letter in kind.label if letter.isupper()).lower()
    if len(wanted) > 1 and initials == wanted:
        return 3
    return 4 if len(wanted) > 2 and (wanted in kind.kind or wanted in names[1]) else None
