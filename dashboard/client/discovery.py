"""Which kinds a cluster serves, and what people call them.

Go: k8s.io/client-go/discovery#DiscoveryClient.GroupsAndMaybeResources. A server without the
aggregated form (KEP-3352) answers with another kind of document and is read version by version.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from dashboard.api.gvr import GVR, ShortKind
from dashboard.client.transport import Transport
from dashboard.errors import ApiserverError, UnknownKind
from dashboard.wire import discovery as wire
from dashboard.wire.decode import decode

ROOTS: Final = ("/api", "/apis")


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

    def __contains__(self, gvr: GVR) -> bool:
        return gvr in self._by_gvr

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


@dataclass(frozen=True, slots=True)
class Discovered:
    """What one reading found, and by which ETags to ask whether it still holds."""

    resources: Resources
    etags: tuple[str, str] = ("", "")
    documents: tuple[wire.Discovery | None, wire.Discovery | None] = (None, None)


async def discover(transport: Transport, known: Discovered | None = None) -> Discovered:
    """Ask the server for everything it serves; two requests, where it can answer in one document.

    With `known` only what has changed is read, and `known` itself is returned when nothing has. A
    group whose aggregated server is down is absent and named in `stale_groups`.
    """
    etags = known.etags if known else ("", "")
    documents = list(known.documents if known else (None, None))
    answers = [
        await transport.get(root, accept=wire.ACCEPT, etag=etag)
        for root, etag in zip(ROOTS, etags, strict=True)
    ]
    if known is not None and all(answer.is_unchanged for answer in answers):
        return known
    for at, answer in enumerate(answers):
        if not answer.is_unchanged:
            document = decode(wire.discovery_decoder, answer.body, of=ROOTS[at])
            documents[at] = document if document.kind == wire.AGGREGATED else None
            if documents[at] is None:
                return Discovered(await _read_each(transport))
    stale = [
        group.metadata.name
        for document in documents
        for group in (document.items if document else ())
        if any(version.freshness == "Stale" for version in group.versions)
    ]
    resources = Resources(
        (
            resource
            for document in documents
            for resource in (_resources(document) if document else ())
        ),
        stale_groups=stale,
    )
    found = Discovered(resources, (answers[0].etag, answers[1].etag), (documents[0], documents[1]))
    # Where the answer has no ETag, the content says whether anything moved.
    return known if known is not None and list(known.resources) == list(resources) else found


async def _read_each(transport: Transport) -> Resources:
    """Return what a server without aggregated discovery serves: one request for each version."""
    core = await transport.get("/api", accept=wire.PLAIN)
    versions = decode(wire.core_versions_decoder, core.body, of="/api").versions
    listed = await transport.get("/apis", accept=wire.PLAIN)
    groups = decode(wire.group_list_decoder, listed.body, of="/apis").groups
    wanted = [("", version, f"/api/{version}") for version in versions]
    for group in groups:
        preferred = group.preferredVersion.version if group.preferredVersion else ""
        names = [version.version for version in group.versions]
        names.sort(key=lambda name: name != preferred)  # stable: the others keep their order
        wanted += [(group.name, name, f"/apis/{group.name}/{name}") for name in names]
    found: list[ApiResource] = []
    stale: set[str] = set()
    seen: set[tuple[str, str]] = set()
    for name, version, path in wanted:
        try:
            answer = await transport.get(path, accept=wire.PLAIN)
        except ApiserverError:  # its aggregated server is down; the others are not
            stale.add(name)
            continue
        document = decode(wire.resource_list_decoder, answer.body, of=path)
        for resource in _plain(name, version, document):
            key = name, resource.gvr.resource
            found.append(replace(resource, is_preferred=key not in seen))
            seen.add(key)
    return Resources(found, stale_groups=sorted(stale))


def _plain(group: str, version: str, document: wire.ResourceList) -> Iterator[ApiResource]:
    below: dict[str, list[str]] = {}
    for item in document.resources:
        name, slash, subresource = item.name.partition("/")
        if slash:
            below.setdefault(name, []).append(subresource)
    for item in document.resources:
        if "/" not in item.name:
            yield ApiResource(
                gvr=GVR(group, version, item.name),
                kind=item.kind,
                singular=item.singularName or item.kind.lower(),
                short_names=tuple(item.shortNames),
                categories=tuple(item.categories),
                verbs=frozenset(item.verbs),
                subresources=tuple(below.get(item.name, ())),
                is_namespaced=item.namespaced,
                is_preferred=False,
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
