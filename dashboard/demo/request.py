"""What a request asks for: path, query and Accept header, read as the API server reads them.

Go: k8s.io/apiserver/pkg/endpoints/request#RequestInfoFactory.NewRequestInfo.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final

from dashboard.demo.policy import Attributes
from dashboard.demo.refusal import bad_request, invalid_options, not_acceptable

AVAILABLE: Final = "application/json, application/json;stream=watch"
"""What is left of the server's list: no YAML and no protobuf was recorded."""

_VERBS: Final = {"GET": "get", "HEAD": "get", "POST": "create", "PUT": "update", "PATCH": "patch"}
_OWN_SUBRESOURCES: Final = frozenset({"status", "finalize"})
_TRUE: Final = frozenset({"1", "t", "T", "true", "TRUE", "True"})


class Form(Enum):
    """How objects are told."""

    JSON = "json"
    TABLE = "Table"
    METADATA = "PartialObjectMetadata"
    DISCOVERY = "APIGroupDiscoveryList"


@dataclass(frozen=True, slots=True)
class Place:
    """A path below an API version: `resource` "" is the version itself, `name` "" the collection."""

    group: str
    version: str
    namespace: str = ""
    resource: str = ""
    name: str = ""
    subresource: str = ""

    @property
    def kind(self) -> str:
        """The KIND of the resource."""
        return ".".join(part for part in (self.resource, self.version, self.group) if part)

    @property
    def root(self) -> str:
        """The path of the version."""
        return f"/apis/{self.group}/{self.version}" if self.group else f"/api/{self.version}"


def place(path: str) -> Place | None:
    """Return what `path` names, None for one that is outside of all API versions."""
    match path.strip("/").split("/"):
        case ["api", version, *rest]:
            group = ""
        case ["apis", group, version, *rest]:
            pass
        case _:
            return None
    namespace = ""
    match rest:
        case ["namespaces", name, below, *_] if below not in _OWN_SUBRESOURCES:
            namespace, rest = name, rest[2:]
        case ["namespaces", name, *_]:
            namespace = name
    resource, name, subresource, *_ = [*rest, "", "", ""]
    return Place(group, version, namespace, resource, name, subresource)


def attributes(method: str, path: str, at: Place | None, *, selected: str) -> Attributes:
    """Return what the request needs a right for; `selected` is the name that a field selector has.

    The verb of a GET on a collection is `list`; of a watch the caller makes it `watch`.
    """
    if at is None or not at.resource:
        return Attributes(method.lower(), path=path)
    verb = "delete" if method == "DELETE" else _VERBS.get(method, method.lower())
    if not at.name:
        verb = {"get": "list", "delete": "deletecollection"}.get(verb, verb)
    resource = f"{at.resource}/{at.subresource}" if at.subresource else at.resource
    return Attributes(verb, at.group, resource, at.namespace, at.name or selected)


@dataclass(frozen=True, slots=True)
class Options:
    """ListOptions, checked; `resource_version` None where none was given."""

    limit: int
    continue_: str
    resource_version: int | None
    match: str
    label_selector: str
    field_selector: str
    is_watch: bool
    is_initial: bool
    has_bookmarks: bool
    timeout_s: int
    include: str


def options(query: Mapping[str, str]) -> Options:
    """Read the query. Raises Refusal where the server would."""
    is_watch = query.get("watch") in _TRUE
    version = query.get("resourceVersion", "")
    match = query.get("resourceVersionMatch", "")
    initial = query.get("sendInitialEvents")
    if version and not version.isdigit():
        raise bad_request(f'resourceVersion: Invalid value: "{version}": invalid syntax')
    if is_watch:
        _check_watch(match, initial)
    else:
        _check_list(query, version, match, initial)
    return Options(
        limit=_number(query, "limit"),
        continue_=query.get("continue", ""),
        resource_version=int(version) if version else None,
        match=match,
        label_selector=query.get("labelSelector", ""),
        field_selector=query.get("fieldSelector", ""),
        is_watch=is_watch,
        is_initial=initial in _TRUE,
        has_bookmarks=query.get("allowWatchBookmarks") in _TRUE,
        timeout_s=_number(query, "timeoutSeconds"),
        include=query.get("includeObject", "Metadata"),
    )


def _check_watch(match: str, initial: str | None) -> None:
    if initial is not None and match != "NotOlderThan":
        raise invalid_options(
            "resourceVersionMatch",
            "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan",
        )
    if match and initial is None:
        raise invalid_options(
            "resourceVersionMatch",
            "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided",
        )


def _check_list(query: Mapping[str, str], version: str, match: str, initial: str | None) -> None:
    if initial is not None:
        raise invalid_options("sendInitialEvents", "sendInitialEvents is forbidden for list")
    if match and not version:
        raise invalid_options(
            "resourceVersionMatch",
            "resourceVersionMatch is forbidden unless resourceVersion is provided",
        )
    if match and query.get("continue"):
        raise invalid_options(
            "resourceVersionMatch", "resourceVersionMatch is forbidden when continue is provided"
        )
    if match == "Exact" and version == "0":
        raise invalid_options(
            "resourceVersionMatch",
            'resourceVersionMatch "exact" is forbidden for resourceVersion "0"',
        )


def _number(query: Mapping[str, str], name: str) -> int:
    text = query.get(name, "")
    if text and not text.removeprefix("-").isdigit():
        raise bad_request(f'strconv.ParseInt: parsing "{text}": invalid syntax')
    return int(text) if text else 0


def form(accept: str, *, allowed: frozenset[Form]) -> Form:
    """Return the first form of the Accept header that is `allowed`. Raises Refusal (406).

    Go: k8s.io/apiserver/pkg/endpoints/handlers/negotiation#NegotiateMediaTypeOptions.
    """
    for clause in accept.split(",") if accept.strip() else ["*/*"]:
        media, *rest = (part.strip() for part in clause.split(";"))
        if media not in {"application/json", "application/*", "*/*"}:
            continue
        parameters = dict(part.partition("=")[::2] for part in rest)
        wanted = parameters.get("as", "")
        group = parameters.get("g", "")
        found = {
            ("", ""): Form.JSON,
            ("Table", "meta.k8s.io"): Form.TABLE,
            ("PartialObjectMetadata", "meta.k8s.io"): Form.METADATA,
            ("PartialObjectMetadataList", "meta.k8s.io"): Form.METADATA,
            ("APIGroupDiscoveryList", "apidiscovery.k8s.io"): Form.DISCOVERY,
        }.get((wanted, group))
        if found in allowed and parameters.get("v", "v1") in {"v1", "v2"}:
            return found
    raise not_acceptable(AVAILABLE)
