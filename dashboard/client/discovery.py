"""Which kinds a cluster serves, and what people call them.

Go: k8s.io/client-go/discovery#DiscoveryClient.GroupsAndMaybeResources. Older servers that have no
aggregated form are read group by group in a later version; they answer with another content type.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from dashboard.api.gvr import GVR, ShortKind
from dashboard.client.transport import Transport
from dashboard.errors import UnknownKind
from dashboard.wire import discovery as wire
from dashboard.wire.decode import decode


@dataclass(frozen=True, slots=True)
class ApiResource:
    """One kind that a server serves. `verbs` are the server's; `subresources` their names."""

    gvr: GVR
    kind: str
    singular: str
    short_names: tuple[str, ...]
    categories: tuple[str, ...]
    verbs: frozenset[str]
    subresources: tuple[str, ...]
    is_namespaced: bool
    is_preferred: bool

    @property
    def is_live(self) -> bool:
        """Whether it can be listed and watched."""
        return {"list", "watch"} <= self.verbs


class Resources:
    """Every kind of one server at one moment; built once, then only read."""

    def __init__(self, found: Iterable[ApiResource], *, stale_groups: Iterable[str] = ()) -> None:
        """Keep `found` in the server's order, which ranks core first and preferred versions."""
        self._by_gvr = {resource.gvr: resource for resource in found}
        self.stale_groups = tuple(stale_groups)
        self._by_name: dict[str, list[ApiResource]] = {}
        for resource in self._by_gvr.values():
            for name in _names(resource):
                self._by_name.setdefault(name, []).append(resource)

    def __iter__(self) -> Iterator[ApiResource]:
        return iter(self._by_gvr.values())

    def __len__(self) -> int:
        return len(self._by_gvr)

    def get(self, gvr: GVR) -> ApiResource:
        """Return the resource that is served as `gvr`. Raises UnknownKind."""
        try:
            return self._by_gvr[gvr]
        except KeyError:
            raise UnknownKind(kind=str(gvr)) from None

    def resolve(self, asked: GVR | ShortKind) -> ApiResource:
        """Return what `asked` means here, as kubectl would choose. Raises UnknownKind.

        Go: k8s.io/client-go/restmapper#NewShortcutExpander, then the preferred version.
        """
        if isinstance(asked, GVR):
            found = self._by_gvr.get(asked)
            other = asked.other_reading
            if found is None and other is not None:
                return self.resolve(other)
            return found or self.get(asked)
        if asked.gvr is not None and asked.gvr in self._by_gvr:
            return self._by_gvr[asked.gvr]
        candidates = self._by_name.get(asked.resource, [])
        if asked.group is not None:
            # kubectl takes the beginning of a group for the group, a whole one first.
            exact = [item for item in candidates if item.gvr.group == asked.group]
            candidates = exact or [
                item
                for item in candidates
                if asked.group and item.gvr.group.startswith(asked.group)
            ]
        for resource in sorted(candidates, key=lambda item: not item.is_preferred):
            return resource
        raise UnknownKind(kind=f"{asked.resource}.{asked.group}" if asked.group else asked.resource)


async def discover(transport: Transport) -> Resources:
    """Ask the server for everything it serves; two requests.

    A group whose aggregated server is down is absent and named in `stale_groups`.
    """
    core = await transport.get("/api", accept=wire.ACCEPT)
    groups = await transport.get("/apis", accept=wire.ACCEPT)
    documents = [
        decode(wire.discovery_decoder, answer.body, of="/apis") for answer in (core, groups)
    ]
    stale = [
        group.metadata.name
        for document in documents
        for group in document.items
        if any(version.freshness == "Stale" for version in group.versions)
    ]
    return Resources(
        (resource for document in documents for resource in _resources(document)),
        stale_groups=stale,
    )


async def server_version(transport: Transport) -> str:
    """Return the server's gitVersion, such as v1.36.3."""
    answer = await transport.get("/version", accept="application/json")
    return decode(wire.version_decoder, answer.body, of="/version").gitVersion


def _resources(document: wire.Discovery) -> Iterator[ApiResource]:
    for group in document.items:
        seen: set[str] = set()
        for version in group.versions:
            for item in version.resources:
                gvr = GVR(group.metadata.name, version.version, item.resource)
                yield ApiResource(
                    gvr=gvr,
                    kind=item.responseKind.kind if item.responseKind else item.resource,
                    singular=item.singularResource,
                    short_names=tuple(item.shortNames),
                    categories=tuple(item.categories),
                    verbs=frozenset(item.verbs),
                    subresources=tuple(sub.subresource for sub in item.subresources),
                    is_namespaced=item.scope == "Namespaced",
                    is_preferred=item.resource not in seen,
                )
                seen.add(item.resource)


def _names(resource: ApiResource) -> set[str]:
    kind = resource.kind.lower()
    names = {resource.gvr.resource, resource.singular, kind, *resource.short_names}
    return {name for name in names if name}
