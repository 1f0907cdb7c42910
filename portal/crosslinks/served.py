"""What a cluster says of a KIND: discovery, and the definition of one that a team made itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from dashboard.access import directory, question
from dashboard.access.directory import ClusterState, plural
from dashboard.access.particular import particular
from dashboard.api.credential import Credential
from dashboard.api.gvr import GVR, ShortKind, format_kind, parse_kind
from dashboard.api.names import NO_NAMESPACE, ObjectName
from dashboard.errors import ClusterError, NotFound, UnknownKind
from portal.crosslinks.current import current_cluster
from portal.crosslinks.gotype import go_type

DEFINITIONS = GVR("apiextensions.k8s.io", "v1", "customresourcedefinitions")
"""The kind that defines a team's own kinds."""


@dataclass(frozen=True, slots=True)
class DefinedVersion:
    """One version of a team's own kind, and the columns that it prints besides Name and Age."""

    name: str
    is_served: bool
    is_stored: bool
    columns: tuple[tuple[str, str], ...]
    """Name and JSONPath."""


@dataclass(frozen=True, slots=True)
class Definition:
    """The CustomResourceDefinition of a kind, or why it is not shown.

    Without a `url` and without `trouble` there is none: another server serves the kind.
    """

    name: str
    url: str = ""
    trouble: str = ""
    versions: tuple[DefinedVersion, ...] = ()


@dataclass(frozen=True, slots=True)
class Discovered:
    """What a cluster says of a kind."""

    gvr: GVR
    kind: str
    title: str
    short_names: tuple[str, ...]
    categories: tuple[str, ...]
    verbs: tuple[str, ...]
    subresources: tuple[tuple[str, str], ...]
    """Name and address of the page about it."""
    is_namespaced: bool
    others: tuple[tuple[str, str], ...]
    """Other versions and groups that serve the same resource: their KIND and address."""
    definition: Definition | None
    """None for Kubernetes' own."""


def kind_url(cluster: str, kind: str) -> str:
    """Return the address of the page about a KIND, for a cluster (dashboard.views.code)."""
    return f"{reverse('kind', args=[kind])}?cluster={cluster}"


def kinds_url(cluster: str) -> str:
    """Return the address of the list of all kinds of a cluster (dashboard.views.code)."""
    return f"{reverse('kinds')}?cluster={cluster}"


def asked_cluster(request: HttpRequest) -> ClusterState | None:
    """Return the cluster that the address names, else one that is connected, else None."""
    asked = request.GET.get("cluster")
    named = (one for one in directory.found().clusters if one.slug == asked)
    return next(named, None) or current_cluster(request)


async def discovered(
    cluster: ClusterState | None, kind: str, credential: Credential
) -> tuple[GVR, Discovered | None]:
    """Return what KIND means: as the cluster serves it, else as it is written.

    Raises Http404 for a short form without a cluster, and what keeps the cluster from answering.
    """
    if cluster is None:
        asked = parse_kind(kind)
        if isinstance(asked, ShortKind):
            raise Http404(
                _("Without a cluster a kind is written in full, as deployments.v1.apps or pods.v1.")
            )
        return asked, None
    _connection, resource = await question.resolve(cluster.slug, kind)
    gvr, served = resource.gvr, await directory.kinds(cluster.slug)
    full = format_kind(gvr)
    # A namesake in somebody's own group is another kind.
    is_own = go_type(gvr, resource.kind) is not None
    same = (
        one
        for one in served
        if one.gvr.resource == gvr.resource
        and one.label == resource.kind
        and one.gvr != gvr
        and (one.gvr.group == gvr.group or (is_own and go_type(one.gvr, one.label)))
    )
    return gvr, Discovered(
        gvr=gvr,
        kind=resource.kind,
        title=plural(resource.kind, gvr),
        short_names=resource.short_names,
        categories=resource.categories,
        verbs=tuple(sorted(resource.verbs)),
        subresources=tuple(
            (name, f"{reverse('subresource', args=[full, name])}?cluster={cluster.slug}")
            for name in resource.subresources
        ),
        is_namespaced=resource.is_namespaced,
        others=tuple((one.kind, kind_url(cluster.slug, one.kind)) for one in same),
        definition=await _definition(cluster.slug, gvr, resource.kind, credential),
    )


async def _definition(
    cluster: str, gvr: GVR, kind: str, credential: Credential
) -> Definition | None:
    """Return the definition of a kind that is not Kubernetes' own, as far as the viewer may get it."""
    if go_type(gvr, kind) is not None:
        return None
    name = f"{gvr.resource}.{gvr.group}"
    try:
        found = await particular(cluster, DEFINITIONS, NO_NAMESPACE, ObjectName(name), credential)
    except (NotFound, UnknownKind):
        return Definition(name)
    except ClusterError as error:
        return Definition(name, trouble=error.told(_))
    url = reverse("object", args=[cluster, format_kind(DEFINITIONS), "-", name])
    spec: Mapping[str, Any] = found.body.get("spec") or {}
    return Definition(name, url, versions=tuple(map(_version, spec.get("versions") or ())))


def _version(version: Mapping[str, Any]) -> DefinedVersion:
    columns = version.get("additionalPrinterColumns") or ()
    return DefinedVersion(
        str(version.get("name", "")),
        bool(version.get("served")),
        bool(version.get("storage")),
        tuple((str(c.get("name", "")), str(c.get("jsonPath", ""))) for c in columns),
    )
