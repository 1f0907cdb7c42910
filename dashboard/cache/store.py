"""Objects of one collection by key, and what each change of them was.

Go: k8s.io/client-go/tools/cache#Store. Absent: Resync, and locks.
"""

from collections.abc import Iterator
from functools import partial
from typing import Generic, Protocol, TypeVar

from dashboard.api.delta import Delta
from dashboard.api.names import Namespace, ObjectKey, ObjectName, Uid
from dashboard.api.resourceversion import ResourceVersion, is_ahead


class Stored(Protocol):
    """What the store needs to know of an object."""

    @property
    def namespace(self) -> Namespace: ...
    @property
    def name(self) -> ObjectName: ...
    @property
    def uid(self) -> Uid: ...
    @property
    def resource_version(self) -> ResourceVersion: ...


T = TypeVar("T", bound=Stored)


_key = partial(tuple.__new__, ObjectKey)
"""Makes one without a call of Python, which happens once for each change of the cluster."""


def key_of(item: Stored) -> ObjectKey:
    """Return where `item` lives within its collection."""
    return _key((item.namespace, item.name))


def is_ahead_of(item: Stored, other: Stored) -> bool:
    """Whether `item` is a later state than `other` of the same object (invariant C4)."""
    return is_ahead(item.resource_version, other.resource_version)


class Store(Generic[T]):
    """The newest state seen of each object."""

    def __init__(self) -> None:
        """Start empty."""
        self._items: dict[ObjectKey, T] = {}

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[T]:
        return iter(self._items.values())

    def get(self, key: ObjectKey) -> T | None:
        """Return the object at `key`, or None."""
        return self._items.get(key)

    @property
    def items(self) -> dict[ObjectKey, T]:
        """What is held, by key; read it, do not keep it."""
        return self._items

    def adopt(self, items: dict[ObjectKey, T]) -> dict[ObjectKey, T]:
        """Hold exactly `items`, which are taken over; return what was held, for the caller to let go."""
        before, self._items = self._items, items
        return before

    def put(self, item: T) -> list[Delta[T]]:
        """Hold `item` unless a newer state of it is held; return none, one or two deltas.

        An older resourceVersion of the same uid changes nothing (invariant C4).
        """
        items = self._items
        key = _key((item.namespace, item.name))
        old = items.get(key)
        if old is None:
            items[key] = item
            return [Delta(key, None, item)]
        if old.uid != item.uid:
            items[key] = item
            return [Delta(key, old, None, final_state_unknown=True), Delta(key, None, item)]
        if not is_ahead(item.resource_version, old.resource_version):
            return []
        items[key] = item
        return [Delta(key, old, item)]

    def reprint(self, item: T) -> list[Delta[T]]:
        """Hold `item` if the same version of the same object is held, printed otherwise."""
        key = key_of(item)
        old = self._items.get(key)
        if old is None or (old.uid, old.resource_version) != (item.uid, item.resource_version):
            return []
        self._items[key] = item
        return [] if old == item else [Delta(key, old, item)]

    def remove(self, item: T) -> list[Delta[T]]:
        """Hold nothing at the key of `item`; a namesake with another uid stays."""
        key = key_of(item)
        old = self._items.get(key)
        if old is None or old.uid != item.uid:
            return []
        del self._items[key]
        return [Delta(key, item, None)]
