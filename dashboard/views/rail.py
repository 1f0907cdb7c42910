"""The navigation of a cluster's pages: the kinds that people look for, if the cluster serves them."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from dashboard.access import directory
from dashboard.views import code

GROUPS: Sequence[tuple[str, Sequence[str]]] = (
    (gettext_noop("Cluster"), ("nodes.v1", "namespaces.v1", "events.v1")),
    (
        gettext_noop("Workloads"),
        (
            "pods.v1",
            "deployments.v1.apps",
            "statefulsets.v1.apps",
            "daemonsets.v1.apps",
            "jobs.v1.batch",
            "cronjobs.v1.batch",
        ),
    ),
    (
        gettext_noop("Network"),
        (
            "services.v1",
            "ingresses.v1.networking.k8s.io",
            "endpointslices.v1.discovery.k8s.io",
            "networkpolicies.v1.networking.k8s.io",
        ),
    ),
    (
        gettext_noop("Config and storage"),
        (
            "configmaps.v1",
            "secrets.v1",
            "persistentvolumeclaims.v1",
            "storageclasses.v1.storage.k8s.io",
        ),
    ),
)
"""KINDs by heading; what a cluster does not serve is left out."""


@dataclass(frozen=True, slots=True)
class Link:
    """One entry; `is_current` marks the page one is on."""

    label: str
    url: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class Group:
    """Entries under one heading."""

    heading: str
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page is: its cluster and the navigation around it."""

    cluster: str
    name: str
    version: str
    url: str
    is_overview: bool
    groups: tuple[Group, ...]
    kinds_url: str
    """The list of all kinds; "" where nobody knows them."""


def place(cluster: str, kind: str) -> Place:
    """Return the surroundings of a page of `cluster`; `kind` is the KIND shown, or "" for none.

    A cluster that is not connected has a rail without kinds.
    """
    known = directory.known(cluster)
    served = known.kinds if known else {}
    groups = (
        Group(
            _(heading),
            tuple(_link(cluster, name, served[name], kind) for name in names if name in served),
        )
        for heading, names in GROUPS
    )
    return Place(
        cluster=cluster,
        name=known.name if known else cluster,
        version=known.version if known else "",
        url=reverse("overview", args=[cluster]),
        is_overview=not kind,
        groups=tuple(group for group in groups if group.links),
        kinds_url=code.kinds_url(cluster) if served else "",
    )


def _link(cluster: str, kind: str, label: str, current: str) -> Link:
    return Link(label, reverse("table", args=[cluster, kind]), kind == current)
