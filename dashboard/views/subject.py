"""What every view of one object has at its head: where it is, how old it is, and its other views."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from dashboard.access.directory import plural
from dashboard.access.particular import Particular
from dashboard.api.gvr import GVR, format_kind
from dashboard.api.names import NO_NAMESPACE_SEGMENT, Namespace
from dashboard.api.state import State
from dashboard.views import code
from dashboard.views.part import Tab
from dashboard.views.rail import Place, place
from dashboard.views.table import Freshness


@dataclass(frozen=True, slots=True)
class Subject:
    """The head of a page about an object. `is_live` says whether it can be kept up to date."""

    place: Place
    name: str
    namespace: str
    kind: str
    kind_name: str
    title: str
    """The kind as a list of it is called."""
    table_url: str
    namespace_url: str
    kind_url: str
    """The page about the kind; "" where there is none."""
    freshness: Freshness
    command: str
    json_url: str
    yaml_url: str
    tabs: tuple[Tab, ...]
    resource_version: str
    is_going: bool
    word: str
    """kubectl's own word for what is so of it, "" for nothing worth a word."""
    is_live: bool


def subject(request: HttpRequest, cluster: str, found: Particular, view: str) -> Subject:
    """Return the head of the page called `view`, a name of urls.py."""
    gvr, namespace, name = found.resource.gvr, found.namespace, found.name
    kind = format_kind(gvr)
    table_url = reverse("table", args=[cluster, kind])
    short = kind if kind.count(".") > 1 else kind.partition(".")[0]
    at = address(cluster, gvr, namespace, name)
    views = (
        ("object", _("Summary"), "d"),
        ("object-yaml", "YAML", "y"),
        ("object-events", _("Events"), "e"),
    )
    return Subject(
        place=place(cluster, kind),
        name=name,
        namespace=namespace,
        kind=kind,
        kind_name=found.resource.kind,
        title=plural(found.resource.kind, gvr),
        table_url=table_url,
        namespace_url=f"{table_url}?ns={namespace}" if namespace else "",
        kind_url=code.kind_url(cluster, kind),
        freshness=Freshness(
            State.UNKNOWN.value, found.observed_at_ms, _("As it was read just now.")
        ),
        command=f"kubectl get {short} {name}{f' -n {namespace}' if namespace else ''}",
        json_url=f"{request.path}?format=json",
        yaml_url=f"{request.path}?format=yaml",
        tabs=tuple(
            Tab(label, reverse(each, args=at), is_current=each == view, key=key)
            for each, label, key in views
        ),
        resource_version=found.resource_version,
        is_going=(is_going := "deletionTimestamp" in metadata(found.body)),
        word="Terminating" if is_going else "",
        is_live=found.resource.is_live and found.secret_bytes is None,
    )


def address(cluster: str, gvr: GVR, namespace: Namespace, name: str) -> tuple[str, str, str, str]:
    """Return the parts of an object's address, as urls.py takes them."""
    return cluster, format_kind(gvr), namespace or NO_NAMESPACE_SEGMENT, name


def metadata(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the metadata of an object, empty where the server sent none."""
    found = body.get("metadata")
    return found if isinstance(found, dict) else {}
