"""What the demo holds: collections with a history, behind one counter of resourceVersions.

Stands for etcd and the watch cache before it. Go: k8s.io/apiserver/pkg/storage/cacher#Cacher.
"""

import asyncio
import json
from bisect import bisect_left, bisect_right, insort
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from dashboard.demo.recording import Object
from dashboard.demo.template import Moment, Template

HISTORY: Final = 4096
"""Events that a collection remembers; a watch from before them is answered with 410."""

FIRST_VERSION: Final = 10_000


class Shape:
    """One recorded object and its row; templates are cut when they are first needed."""

    def __init__(self, document: Object, cells: Sequence[Any]) -> None:
        """Keep both as recorded."""
        self.document = document
        self._cells = cells
        meta = document["metadata"]
        self.name = Template(meta["name"])
        self.namespace = Template(meta.get("namespace", ""))

    @cached_property
    def object(self) -> Template:
        """The whole object."""
        return Template(self.document)

    @cached_property
    def metadata(self) -> Template:
        """Its metadata alone."""
        return Template(self.document["metadata"])

    @cached_property
    def cells(self) -> Template:
        """The cells of its row."""
        return Template(self._cells)


@dataclass(frozen=True, slots=True, eq=False)
class Version:
    """One object as one write left it; `key` orders it as etcd would."""

    namespace: str
    name: str
    shape: Shape
    moment: Moment

    @property
    def key(self) -> str:
        return f"{self.namespace}/{self.name}"

    @property
    def resource_version(self) -> int:
        return self.moment.resource_version

    def object(self) -> str:
        """Return the object as JSON."""
        return self.shape.object.render(self.moment)

    def metadata(self) -> str:
        """Return its metadata as JSON."""
        return self.shape.metadata.render(self.moment)

    def cells(self, now_ms: int) -> str:
        """Return the cells of its row as JSON, printed now."""
        return self.shape.cells.render(self.moment, now_ms)

    def document(self) -> Object:
        """Return the object."""
        found: Object = json.loads(self.object())
        return found

    def labels(self) -> Mapping[str, str]:
        """Return its labels."""
        found: Mapping[str, str] = json.loads(self.metadata()).get("labels") or {}
        return found


@dataclass(frozen=True, slots=True)
class Event:
    """One change of a collection: `before` is None for an ADDED, `after` the object as it was deleted."""

    resource_version: int
    type: str
    before: Version | None
    after: Version


class TooOld(Exception):
    """What was asked for is no longer remembered; `oldest` is."""

    def __init__(self, oldest: int) -> None:
        super().__init__(f"only from {oldest}")
        self.oldest = oldest


class Collection:
    """All objects of one kind; owned by the event loop."""

    def __init__(self, kind: str) -> None:
        """Be empty."""
        self.kind = kind
        self.oldest = FIRST_VERSION
        """From this version on every change is remembered."""
        self._live: dict[str, Version] = {}
        self._keys: list[str] = []
        self._history: deque[Event] = deque()
        self._waiting: set[asyncio.Future[None]] = set()

    def __len__(self) -> int:
        return len(self._live)

    def __iter__(self) -> Iterator[Version]:
        return iter(self._live.values())

    def get(self, namespace: str, name: str) -> Version | None:
        """Return the newest version of an object."""
        return self._live.get(f"{namespace}/{name}")

    def at(self, resource_version: int, after: str = "", namespace: str = "") -> Sequence[Version]:
        """Return what there was at `resource_version` behind the key `after`, in order.

        Raises TooOld.
        """
        if resource_version < self.oldest:
            raise TooOld(self.oldest)
        live, keys = self._live, self._keys
        if self._history and self._history[-1].resource_version > resource_version:
            live = dict(live)
            for event in reversed(self._history):
                if event.resource_version <= resource_version:
                    break
                if event.before is None:
                    del live[event.after.key]
                else:
                    live[event.before.key] = event.before
            keys = sorted(live)
        first, last = 0, len(keys)
        if namespace:
            first, last = bisect_left(keys, f"{namespace}/"), bisect_left(keys, f"{namespace}0")
        if after:
            first = max(first, bisect_right(keys, after))
        return [live[key] for key in keys[first:last]]

    def since(self, resource_version: int) -> Sequence[Event]:
        """Return the changes after `resource_version`, oldest first. Raises TooOld."""
        if resource_version < self.oldest:
            raise TooOld(self.oldest)
        found: list[Event] = []
        for event in reversed(self._history):
            if event.resource_version <= resource_version:
                break
            found.append(event)
        found.reverse()
        return found

    def change(self) -> asyncio.Future[None]:
        """Return a future that the next change completes; cancel it when nobody waits any more."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.add(future)
        future.add_done_callback(self._waiting.discard)
        return future

    def apply(self, event: Event) -> None:
        """Make `event` true and tell those who wait."""
        key = event.after.key
        if event.type == "DELETED":
            del self._live[key]
            del self._keys[bisect_left(self._keys, key)]
        else:
            if key not in self._live:
                insort(self._keys, key)
            self._live[key] = event.after
        self._history.append(event)
        if len(self._history) > HISTORY:
            self.oldest = self._history.popleft().resource_version
        for future in tuple(self._waiting):
            if not future.done():
                future.set_result(None)

    def forget(self, resource_version: int) -> None:
        """Remember no change up to `resource_version`, as an API server that has just started."""
        self._history.clear()
        self.oldest = resource_version


class Storage:
    """Every collection, by KIND."""

    def __init__(self, kinds: Sequence[str]) -> None:
        """Hold nothing of any of `kinds`."""
        self.collections = {kind: Collection(kind) for kind in kinds}
        self.resource_version = FIRST_VERSION
        self._entities: dict[int, dict[str, Version]] = {}

    def put(self, entity: int, shapes: Mapping[str, Shape], moment: Moment) -> None:
        """Write one object, in each kind that shows it; `moment` gets its resourceVersion here."""
        moment = self._next(moment)
        shown = self._entities.setdefault(entity, {})
        for kind, shape in shapes.items():
            version = Version(
                json.loads(shape.namespace.render(moment)),
                json.loads(shape.name.render(moment)),
                shape,
                moment,
            )
            collection = self.collections[kind]
            before = collection.get(version.namespace, version.name)
            collection.apply(
                Event(
                    moment.resource_version,
                    "MODIFIED" if before else "ADDED",
                    before,
                    version,
                )
            )
            shown[kind] = version

    def delete(self, entity: int) -> None:
        """Delete an object everywhere; does nothing if it is gone."""
        for kind, version in self._entities.pop(entity, {}).items():
            collection = self.collections[kind]
            if collection.get(version.namespace, version.name) is not version:
                continue
            moment = self._next(version.moment)
            last = Version(version.namespace, version.name, version.shape, moment)
            collection.apply(Event(moment.resource_version, "DELETED", version, last))

    def succeed(self, heirs: Mapping[int, int]) -> None:
        """Let each entity be what its heir is now, as when a loop begins with what the last one left."""
        left = {entity: self._entities.pop(heir, {}) for entity, heir in heirs.items()}
        self._entities |= left

    def _next(self, moment: Moment) -> Moment:
        self.resource_version += 1
        return Moment(
            moment.words,
            moment.loop,
            moment.start_ms,
            moment.minutes,
            moment.older_ms,
            self.resource_version,
        )
