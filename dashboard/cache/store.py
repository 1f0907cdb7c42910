"""Objects of one collection by key, and what each change of them was.

Go: k8s.io/client-go/tools/cache#Store. Absent: Resync, and locks.
"""

from collections.abc import Iterable, Iterator
from typing import Generic, Protocol, TypeVar

from dashboard.api.delta import Delta
from dashboard.api.names import Namespace, ObjectKey, ObjectName, Uid
from dashboard.api.resourceversion import ResourceVersion, is_comparable, newer


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


def key_of(item: Stored) -> ObjectKey:
    """Return where `item` lives within its collection."""
    return ObjectKey(item.namespace, item.name)


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

    def replace(self, items: Iterable[T]) -> list[Delta[T]]:
        """Hold exactly `items`; return what changed, deletions first.

        An object missing from `items` was deleted unwatched, so its delta carries the last state
        seen, which may not be its final one (client-go: DeletedFinalStateUnknown). A namesake with
        another uid is a removal and then an addition (invariant C6).
        """
        new = {key_of(item): item for item in items}
        gone = [
            Delta(key, old, None, final_state_unknown=True)
            for key, old in self._items.items()
            if key not in new or new[key].uid != old.uid
        ]
        changed = []
        for key, item in new.items():
            old = self._items.get(key)
            if old is not None and old.uid == item.uid:
                is_unversioned = not item.resource_version
                if old.resource_version != item.resource_version or (
                    is_unversioned and old != item
                ):
                    changed.append(Delta(key, old, item))
            else:
                changed.append(Delta(key, None, item))
        self._items = new
        return gone + changed

    def put(self, item: T) -> list[Delta[T]]:
        """Hold `item` unless a newer state of it is held; return none, one or two deltas.

        An older resourceVersion of the same uid changes nothing (invariant C4).
        """
        key = key_of(item)
        old = self._items.get(key)
        if old is None:
            self._items[key] = item
            return [Delta(key, None, item)]
        if old.uid != item.uid:
            self._items[key] = item
            return [Delta(key, old, None, final_state_unknown=True), Delta(key, None, item)]
        if not _is_step_forward(old.resource_version, item.resource_version):
            return []
        self._items[key] = item
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


def _is_step_forward(old: ResourceVersion, new: ResourceVersion) -> bool:
    if is_comparable(old) and is_comparable(new):
        return newer(new, old)
    return old != new
