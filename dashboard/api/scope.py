"""Scope: which objects of one kind a viewer may see. Deny by default."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from dashboard.api.names import NO_NAMESPACE, Namespace, ObjectKey, ObjectName
from dashboard.errors import InvalidName, gettext_noop


class Verb(StrEnum):
    """What a viewer asks to do; nothing else exists here."""

    GET = "get"
    LIST = "list"
    WATCH = "watch"


class ScopeId(NamedTuple):
    """The key by which caches and frames are shared; equal ids, equal scopes."""

    is_everything: bool
    namespaces: frozenset[Namespace]
    objects: frozenset[ObjectKey]
    unchecked: frozenset[Namespace]


@dataclass(frozen=True, slots=True)
class Scope:
    """Everything, or whole namespaces and single objects besides; empty is nothing.

    Made by its class methods. `namespaces` never holds NO_NAMESPACE: a cluster-scoped object is
    seen through everything or by itself. `objects` are only those outside `namespaces`. `unchecked`
    namespaces were asked for and not answered yet: not allowed, and not to be called denied.
    """

    is_everything: bool = False
    namespaces: frozenset[Namespace] = frozenset()
    objects: frozenset[ObjectKey] = frozenset()
    unchecked: frozenset[Namespace] = frozenset()

    def __post_init__(self) -> None:
        if NO_NAMESPACE in self.namespaces or NO_NAMESPACE in self.unchecked:
            raise InvalidName(value="", reason=gettext_noop("no namespace has this name"))
        if self.is_everything and (self.namespaces or self.objects or self.unchecked):
            raise ValueError("everything is not narrowed by what it contains")
        if self.unchecked & self.namespaces:
            raise ValueError("an allowed namespace is checked")
        if any(key.namespace in self.namespaces for key in self.objects):
            raise ValueError("an object of an allowed namespace adds nothing")

    @classmethod
    def everything(cls) -> "Scope":
        """Return the scope of a cluster-wide right."""
        return cls(is_everything=True)

    @classmethod
    def nothing(cls, *, unchecked: Iterable[Namespace] = ()) -> "Scope":
        """Return the scope that allows no object."""
        return cls.of(unchecked=unchecked)

    @classmethod
    def of(
        cls,
        namespaces: Iterable[Namespace] = (),
        objects: Iterable[ObjectKey] = (),
        *,
        unchecked: Iterable[Namespace] = (),
    ) -> "Scope":
        """Return the scope of these whole namespaces and single objects.

        Raises InvalidName for NO_NAMESPACE among the namespaces.
        """
        whole = frozenset(namespaces)
        single = frozenset(key for key in objects if key.namespace not in whole)
        return cls(
            namespaces=whole, objects=single, unchecked=frozenset(unchecked).difference(whole)
        )

    @property
    def id(self) -> ScopeId:
        """The sharing key: typed, never joined into a string."""
        return ScopeId(self.is_everything, self.namespaces, self.objects, self.unchecked)

    @property
    def is_nothing(self) -> bool:
        """Whether no object is allowed; some namespaces may still be unchecked."""
        return not (self.is_everything or self.namespaces or self.objects)

    def allows(self, namespace: Namespace, name: ObjectName) -> bool:
        """Whether the object may be seen. Unchecked counts as no."""
        return (
            self.is_everything
            or namespace in self.namespaces
            or ObjectKey(namespace, name) in self.objects
        )

    def union(self, other: "Scope") -> "Scope":
        """Return the scope of what either allows; checked by one is checked."""
        if self.is_everything or other.is_everything:
            return Scope.everything()
        return Scope.of(
            self.namespaces | other.namespaces,
            self.objects | other.objects,
            unchecked=self.unchecked | other.unchecked,
        )

    def narrowed_to(self, asked: Iterable[Namespace]) -> "Scope":
        """Return the part of this scope that lies in the namespaces `asked` for.

        NO_NAMESPACE in `asked` keeps single cluster-scoped objects. Not for a cluster-scoped kind
        that is allowed whole: no namespaces contain it. Nothing asked for is nothing.
        """
        wanted = frozenset(asked)
        if self.is_everything:
            return Scope.of(wanted - {NO_NAMESPACE})
        return Scope.of(
            self.namespaces & wanted,
            (key for key in self.objects if key.namespace in wanted),
            unchecked=self.unchecked & wanted,
        )
