"""A store that also knows which keys are in which namespace.

Go: k8s.io/client-go/tools/cache#Indexer with NamespaceIndex; the index function is fixed.
"""

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Generic, TypeVar

from dashboard.api.delta import Delta
from dashboard.api.names import Namespace, ObjectKey
from dashboard.cache.store import Store, Stored

T = TypeVar("T", bound=Stored)


class Indexer(Generic[T]):
    """Objects by key and by namespace; every change is reported as deltas, in order."""

    def __init__(self) -> None:
        """Start empty."""
        self._store: Store[T] = Store()
        self._by_namespace: dict[Namespace, set[ObjectKey]] = {}

    def __len__(self) -> int:
        return len(self._store)

    def __iter__(self) -> Iterator[T]:
        return iter(self._store)

    def get(self, key: ObjectKey) -> T | None:
        """Return the object at `key`, or None."""
        return self._store.get(key)

    @property
    def by_namespace(self) -> Mapping[Namespace, set[ObjectKey]]:
        """The keys of each namespace that has any; read it, do not keep it."""
        return MappingProxyType(self._by_namespace)

    def replace(self, items: Iterable[T]) -> list[Delta[T]]:
        """Hold exactly `items`; see Store.replace."""
        return self._indexed(self._store.replace(items))

    def put(self, item: T) -> list[Delta[T]]:
        """Hold `item`; see Store.put."""
        return self._indexed(self._store.put(item))

    def reprint(self, item: T) -> list[Delta[T]]:
        """Hold another print of what is held; see Store.reprint."""
        return self._indexed(self._store.reprint(item))

    def remove(self, item: T) -> list[Delta[T]]:
        """Hold nothing in its place; see Store.remove."""
        return self._indexed(self._store.remove(item))

    def _indexed(self, deltas: list[Delta[T]]) -> list[Delta[T]]:
        for delta in deltas:
            namespace = delta.key.namespace
            if delta.old is None:
                self._by_namespace.setdefault(namespace, set()).add(delta.key)
            elif delta.new is None and (keys := self._by_namespace.get(namespace)):
                keys.discard(delta.key)
                if not keys:
                    del self._by_namespace[namespace]
        return deltas
