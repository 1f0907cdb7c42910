"""GVR: which resource of an API server, and the KIND form that addresses write it in.

A KIND is RESOURCE.VERSION.GROUP, and RESOURCE.VERSION for the core group: `deployments.v1.apps`,
`certificates.v1.cert-manager.io`, `pods.v1`. Anything shorter is for discovery to resolve.

kubectl reads a text with two dots or more both ways, RESOURCE.VERSION.GROUP and RESOURCE.GROUP, and
lets discovery choose (Go: k8s.io/apimachinery/pkg/runtime/schema#ParseResourceArg). Here a second
segment that looks like a Kubernetes version (v1, v2beta1) decides at once for the first reading;
a version of another shape, which a CRD may have, leaves both readings open in a ShortKind.
"""

import re
from dataclasses import dataclass

from dashboard.api.names import is_dns_subdomain
from dashboard.errors import UnknownKind

CORE_GROUP = ""

KIND_LIMIT = 63 + 1 + 63 + 1 + 253
"""Characters of the longest KIND: two labels and a subdomain."""

_VERSION = re.compile(r"v[1-9][0-9]*(?:(?:alpha|beta)[1-9][0-9]*)?")
_LABEL_1035 = re.compile(r"[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?")


@dataclass(frozen=True, slots=True, order=True)
class GVR:
    """Group, version and resource: all that a list or watch path needs but the namespace.

    `group` is "" for core. `resource` is the lower-case plural, without subresource. Sorted by
    group, then version as text. Raises UnknownKind if a part breaks the DNS rules, so that a GVR is
    always safe in a path. Go: k8s.io/apimachinery/pkg/runtime/schema#GroupVersionResource.
    """

    group: str
    version: str
    resource: str

    def __post_init__(self) -> None:
        is_valid = (
            (_VERSION if self.group == CORE_GROUP else _LABEL_1035).fullmatch(self.version)
            and (self.group == CORE_GROUP or is_dns_subdomain(self.group))
            and _LABEL_1035.fullmatch(self.resource)
        )
        if not is_valid:
            raise UnknownKind(kind=str(self))

    def __str__(self) -> str:
        return format_kind(self)

    @property
    def group_version(self) -> str:
        """The apiVersion of its objects: `v1`, `apps/v1`."""
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def other_reading(self) -> "ShortKind | None":
        """What the same KIND means if its version is the group's first label; None for core.

        For discovery to try when it does not serve this GVR.
        """
        if self.group == CORE_GROUP:
            return None
        return ShortKind(self.resource, f"{self.version}.{self.group}")


@dataclass(frozen=True, slots=True)
class ShortKind:
    """A name that only discovery can resolve: `po`, `pods`, `deployments.apps`, `Pod`.

    `resource` is lower case and may be a plural, a singular, a kind or a short name. `group` is
    None where none was given and "" for core; it may be a prefix, as kubectl allows. `gvr` is the
    reading as RESOURCE.VERSION.GROUP where there is one: it wins if discovery serves it.
    """

    resource: str
    group: str | None = None
    gvr: GVR | None = None


def format_kind(gvr: GVR) -> str:
    """Return the KIND of `gvr`, which parse_kind reads back."""
    return ".".join(part for part in (gvr.resource, gvr.version, gvr.group) if part)


def parse_kind(text: str) -> GVR | ShortKind:
    """Return the GVR that `text` is the KIND of, else what to ask discovery for.

    Upper case and kubectl's own core form `pods.v1.` give a ShortKind whose `gvr` is set, so that
    the caller redirects to the KIND. Raises UnknownKind for what can be neither.
    """
    if len(text) > KIND_LIMIT or not text.isascii():
        raise UnknownKind(kind=text)
    resource, dot, rest = text.lower().partition(".")
    if not _LABEL_1035.fullmatch(resource):
        raise UnknownKind(kind=text)
    if not dot:
        return ShortKind(resource)
    version, _, group = rest.partition(".")
    if _VERSION.fullmatch(version) and (group == CORE_GROUP or is_dns_subdomain(group)):
        gvr = GVR(group, version, resource)
        return gvr if format_kind(gvr) == text else ShortKind(resource, group, gvr)
    if rest and not is_dns_subdomain(rest):
        raise UnknownKind(kind=text)
    return ShortKind(resource, rest, _read_as_full(resource, version, group))


def _read_as_full(resource: str, version: str, group: str) -> GVR | None:
    if not group:
        return None
    try:
        return GVR(group, version, resource)
    except UnknownKind:
        return None
