"""Names of objects: strings that must not be mistaken for one another.

The rules are those of k8s.io/apimachinery/pkg/util/validation and of
k8s.io/apimachinery/pkg/api/validation/path#IsValidPathSegmentName.
"""

import re
from typing import Final, NamedTuple, NewType

from dashboard.errors import InvalidName, gettext_noop

Namespace = NewType("Namespace", str)
"""A namespace's name; "" stands for no namespace: a cluster-scoped object."""

ObjectName = NewType("ObjectName", str)
"""An object's name, not unique without its namespace and kind."""

Uid = NewType("Uid", str)
"""One incarnation of an object: a namesake created later has another."""

NO_NAMESPACE: Final = Namespace("")

NO_NAMESPACE_SEGMENT: Final = "-"
"""How a path of Portolan writes NO_NAMESPACE; no namespace can be called so."""

LABEL_LIMIT: Final = 63
NAME_LIMIT: Final = 253

_LABEL = re.compile(r"[a-z0-9](?:[-a-z0-9]*[a-z0-9])?")


class ObjectKey(NamedTuple):
    """Where an object lives within one resource of one cluster; sorted by namespace, then name."""

    namespace: Namespace
    name: ObjectName

    def __str__(self) -> str:
        """For people and logs, never for a lookup: kubectl's NAMESPACE/NAME, or NAME alone."""
        return f"{self.namespace}/{self.name}" if self.namespace else self.name


def is_dns_label(text: str) -> bool:
    """Whether `text` is an RFC 1123 label (Go: IsDNS1123Label)."""
    return len(text) <= LABEL_LIMIT and _LABEL.fullmatch(text) is not None


def is_dns_subdomain(text: str) -> bool:
    """Whether `text` is an RFC 1123 subdomain (Go: IsDNS1123Subdomain)."""
    return len(text) <= NAME_LIMIT and all(_LABEL.fullmatch(part) for part in text.split("."))


def parse_namespace(segment: str) -> Namespace:
    """Return the namespace that a path segment names; "-" is NO_NAMESPACE.

    Raises InvalidName for anything that no namespace can be called.
    """
    if segment == NO_NAMESPACE_SEGMENT:
        return NO_NAMESPACE
    if not is_dns_label(segment):
        raise InvalidName(value=segment, reason=gettext_noop("not the name of a namespace"))
    return Namespace(segment)


def parse_name(segment: str) -> ObjectName:
    """Return the object name that a path segment holds: safe as one segment of an upstream path.

    Wider than DNS names, because some kinds are: RBAC's `system:node`. Raises InvalidName.
    """
    is_one_segment = segment not in {"", ".", ".."} and not set(segment) & {"/", "%"}
    if not is_one_segment or len(segment) > NAME_LIMIT or not segment.isprintable():
        raise InvalidName(value=segment, reason=gettext_noop("not the name of an object"))
    return ObjectName(segment)
