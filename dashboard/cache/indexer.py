"""A store that also knows which keys are in which namespace, and keeps the whole objects.

Go: k8s.io/client-go/tools/cache#Indexer with NamespaceIndex; the index function is fixed.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Generic, TypeVar

from dashboard.api.delta import Delta
from dashboard.api.names import Namespace, ObjectKey
from dashboard.api.slices import slices
from dashboard.cache.generation import Generation, empty
from dashboard.cache.objects import Objects
from dashboard.cache.store import Store, Stored

T = TypeVar("T", bound=Stored)


class Indexer(Generic[T]):
    """Objects by key and by namespace; every change is reported as deltas, in order."""

    def __init__(self) -> None:
        """Start empty."""
        self._store: Store[T] = Store()
        self._objects = Objects()
        self._by_namespace: dict[Namespace, set[ObjectKey]] = {}

    def __len__(self) -> int:
        return len(self._store)

    def __iter__(self) -> Iterator[T]:
        return iter(self._store)

    def get(self, key: ObjectKey) -> T | None:
        """Return the object at `key`, or None."""
        return self._store.get(key)

    def body(self, key: ObjectKey) -> bytes | None:
        """Return the whole object at `key` as its source encodes it; None where that is not kept."""
        return self._objects.get(key)

    @property
    def by_namespace(self) -> Mapping[Namespace, set[ObjectKey]]:
        """The keys of each namespace that has any; read it, do not keep it."""
        return MappingProxyType(self._by_namespace)

    def generation(self) -> Generation[T]:
        """Return an empty next generation; see `adopt`."""
        return Generation(self._store.items, self._objects)

    def adopt(self, generation: Generation[T]) -> dict[ObjectKey, T]:
        """Hold exactly what `generation` gathered, in O(1), after its `deltas`; return what was held."""
        self._by_namespace = generation.by_namespace
        return self._store.adopt(generation.items)

    async def tidy(self, former: dict[ObjectKey, T]) -> None:
        """Let go of `former`, and of whole objects without a row."""
        await empty(former)
        async for keys in slices(self._objects.keys()):
            for key in keys:
                if key not in self._store.items:
                    self._objects.remove(key)

    def put(self, item: T, body: bytes = b"") -> list[Delta[T]]:
        """Hold `item`, and `body` as the whole of it; see Store.put."""
        deltas = self._store.put(item)
        if deltas:
            if body:
                self._objects.put(deltas[-1].key, body)
            else:
                self._objects.remove(deltas[-1].key)
            if len(deltas) > 1 or deltas[0].old is None:
                self._by_namespace.setdefault(item.namespace, set()).add(deltas[0].key)
        return deltas

    def reprint(self, item: T) -> list[Delta[T]]:
        """Hold another print of what is held; see Store.reprint."""
        return self._store.reprint(item)

    def remove(self, item: T) -> list[Delta[T]]:
        """Hold nothing in its place; see Store.remove."""
        deltas = self._store.remove(item)
        for delta in deltas:
            self._objects.remove(delta.key)
            keys = self._by_namespace[delta.key.namespace]
            keys.discard(delta.key)
            if not keys:
                del self._by_namespace[delta.key.namespace]
        return deltas
