"""An object under the objects that own it, as far up as the viewer may look."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from dashboard.access import directory
from dashboard.access import particular as access
from dashboard.access.particular import Particular
from dashboard.api.credential import Credential
from dashboard.api.names import NO_NAMESPACE, parse_name
from dashboard.errors import ClusterError, Denied
from dashboard.views.part import Node
from dashboard.views.subject import address, metadata

MOST_STEPS = 4
"""Owners are followed so far up; chains of real clusters have two or three."""


async def owners(cluster: str, found: Particular, credential: Credential) -> Node:
    """Return the object below its controllers, the outermost first.

    What owns it is told by the object itself; the owner's owner only to those who may get the owner.
    """
    chain: list[Node] = []
    at = found
    for _step in range(MOST_STEPS):
        owner = _controller(at.body)
        if owner is None:
            break
        kind = await directory.kind_of(
            cluster, str(owner.get("apiVersion")), str(owner.get("kind"))
        )
        name = str(owner.get("name", ""))
        if kind is None:
            chain.append(
                Node("doubt", "doubt", str(owner.get("kind")), name, "", _("not served here"))
            )
            break
        namespace = at.namespace if kind.is_namespaced else NO_NAMESPACE
        try:
            at = await access.particular(cluster, kind.gvr, namespace, parse_name(name), credential)
        except ClusterError as error:
            url = reverse("object", args=address(cluster, kind.gvr, namespace, name))
            note = _("you may not read it") if isinstance(error, Denied) else error.told(_)
            chain.append(Node("deny", "still", kind.label, name, url, note))
            break
        chain.append(_node(cluster, at))
    whole = replace(_node(cluster, found), is_here=True)
    for node in chain:
        whole = replace(node, children=(whole,))
    return whole


def _node(cluster: str, found: Particular) -> Node:
    at = address(cluster, found.resource.gvr, found.namespace, found.name)
    return Node("", "", found.resource.kind, found.name, reverse("object", args=at))


def _controller(body: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the owner that manages it, else the first one (Go: GetControllerOf)."""
    found = metadata(body).get("ownerReferences")
    references = [each for each in found or () if isinstance(each, dict)]
    managing = (each for each in references if each.get("controller") is True)
    return next(managing, references[0] if references else None)
