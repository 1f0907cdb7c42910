"""The part of an object that every kind has, without what is never stored (managedFields).

Go: k8s.io/apimachinery/pkg/apis/meta/v1#ObjectMeta. Times are milliseconds since the Unix epoch.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from dashboard.api.names import NO_NAMESPACE, Namespace, ObjectKey, ObjectName, Uid
from dashboard.api.resourceversion import ResourceVersion


def instant(text: object) -> int | None:
    """Return an RFC 3339 time in milliseconds since the Unix epoch; None for what is none."""
    if not isinstance(text, str):
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return int(found.timestamp() * 1000) if found.tzinfo else None


def _nothing() -> Mapping[str, str]:
    return _EMPTY


_EMPTY: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class OwnerReference:
    """The object that this one is deleted with; same namespace, or cluster-scoped."""

    api_version: str
    kind: str
    name: ObjectName
    uid: Uid
    controller: bool = False
    block_owner_deletion: bool = False


@dataclass(frozen=True, slots=True)
class Condition:
    """One line of status.conditions; `status` is True, False or Unknown, as text.

    `last_transition_ms` and `observed_generation` are None where the kind does not keep them.
    """

    type: str
    status: str
    reason: str = ""
    message: str = ""
    last_transition_ms: int | None = None
    observed_generation: int | None = None


@dataclass(frozen=True, slots=True)
class ObjectMeta:
    """Who an object is, who owns it and when it came. Mappings must not be mutated.

    `deletion_ms` is when its grace period ends, None while nobody deleted it. `creation_ms` is None
    only for objects that no API server stored.
    """

    name: ObjectName
    uid: Uid
    resource_version: ResourceVersion
    namespace: Namespace = NO_NAMESPACE
    generation: int = 0
    creation_ms: int | None = None
    deletion_ms: int | None = None
    labels: Mapping[str, str] = field(default_factory=_nothing, hash=False)
    annotations: Mapping[str, str] = field(default_factory=_nothing, hash=False)
    owner_references: tuple[OwnerReference, ...] = ()
    finalizers: tuple[str, ...] = ()

    @property
    def key(self) -> ObjectKey:
        """Its place; a namesake created after its deletion has the same."""
        return ObjectKey(self.namespace, self.name)

    @property
    def controller(self) -> OwnerReference | None:
        """The owner that manages it, None if none does (Go: GetControllerOf)."""
        return next((owner for owner in self.owner_references if owner.controller), None)
