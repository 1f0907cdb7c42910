"""The next state of a collection, gathered beside the present one and adopted in one step.

Go: the temporary store of k8s.io/client-go/tools/cache#Reflector.watchList. Differs: a LIST in pages
fills one too, and how it differs from the present is worked out in slices (goal G5).
"""

from collections.abc import Mapping
from typing import Generic, TypeVar

from dashboard.api.delta import Delta
from dashboard.api.names import Namespace, ObjectKey
from dashboard.api.slices import slices
from dashboard.cache.objects import Objects
from dashboard.cache.store import Stored, is_ahead_of, key_of

T = TypeVar("T", bound=Stored)


class Generation(Generic[T]):
    """Objects as a listing tells them. `present` must not change until they are adopted or dropped."""

    def __init__(self, present: Mapping[ObjectKey, T], objects: Objects) -> None:
        """Gather nothing yet; whole objects go to `objects` at once, each for its own version."""
        self.items: dict[ObjectKey, T] = {}
        """What was gathered, by key."""
        self.by_namespace: dict[Namespace, set[ObjectKey]] = {}
        """Complete once `deltas` has returned."""
        self._present = present
        self._objects = objects

    def __len__(self) -> int:
        return len(self.items)

    def put(self, item: T, body: bytes = b"") -> None:
        """Gather `item`; an object that has not changed stays the very one that is held."""
        key = key_of(item)
        told = self.items.get(key)
        if told is not None and told.uid == item.uid and not is_ahead_of(item, told):
            return
        held = self._present.get(key)
        if (
            held is not None
            and held.uid == item.uid
            and item.resource_version
            and held.resource_version == item.resource_version
        ):
            self.items[key] = held
            return
        self.items[key] = item
        if body:
            self._objects.put(key, body)
        else:
            self._objects.remove(key)

    def remove(self, item: T) -> None:
        """Gather `item` no more: it was deleted while the rest was still being told."""
        key = key_of(item)
        told = self.items.get(key)
        if told is not None and told.uid == item.uid:
            del self.items[key]

    async def deltas(self) -> list[Delta[T]]:
        """Return what adopting this changes, deletions first; others run meanwhile.

        An object that is missing was deleted unwatched, so its delta carries the last state seen,
        which may not be its final one (client-go: DeletedFinalStateUnknown; invariant C3). A
        namesake with another uid is a removal and then an addition (invariant C6).
        """
        items, present = self.items, self._present
        gone: list[Delta[T]] = []
        async for keys in slices(list(present)):
            for key in keys:
                old, new = present[key], items.get(key)
                if new is None or new.uid != old.uid:
                    gone.append(Delta(key, old, None, final_state_unknown=True))
        changed: list[Delta[T]] = []
        async for keys in slices(list(items)):
            for key in keys:
                item = items[key]
                self.by_namespace.setdefault(key.namespace, set()).add(key)
                held = present.get(key)
                if held is None or held.uid != item.uid:
                    changed.append(Delta(key, None, item))
                elif held is not item and _differs(held, item):
                    changed.append(Delta(key, held, item))
        return gone + changed


def _differs(held: Stored, item: Stored) -> bool:
    if item.resource_version:
        return held.resource_version != item.resource_version
    return held != item  # what has no version is compared whole


async def empty(items: dict[ObjectKey, T]) -> None:
    """Drop what nobody holds any more in slices: 50,000 rows at once would hold the loop too long."""
    async for keys in slices(list(items)):
        for key in keys:
            del items[key]
