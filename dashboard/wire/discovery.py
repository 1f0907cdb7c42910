"""Which kinds a server serves: aggregated discovery, and the version document.

Go: k8s.io/api/apidiscovery/v2#APIGroupDiscoveryList; KEP-3352 (GA in 1.30).
"""

import msgspec

ACCEPT = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json"


class ResponseKind(msgspec.Struct, frozen=True):
    """The kind that a resource answers with."""

    kind: str = ""


class Subresource(msgspec.Struct, frozen=True):
    """A path below an object, such as status or log."""

    subresource: str
    verbs: list[str] = []


class Resource(msgspec.Struct, frozen=True):
    """One resource of one version."""

    resource: str
    scope: str = ""
    verbs: list[str] = []
    singularResource: str = ""  # noqa: N815  (the server's spelling, here and below)
    shortNames: list[str] = []  # noqa: N815
    categories: list[str] = []
    responseKind: ResponseKind | None = None  # noqa: N815
    subresources: list[Subresource] = []


class Version(msgspec.Struct, frozen=True):
    """One version of a group; `freshness` is Stale when its server did not answer lately."""

    version: str
    resources: list[Resource] = []
    freshness: str = "Current"


class Name(msgspec.Struct, frozen=True):
    """Metadata of a group: its name, "" for core."""

    name: str = ""


class Group(msgspec.Struct, frozen=True):
    """One API group, the preferred version first."""

    metadata: Name = Name()
    versions: list[Version] = []


class Discovery(msgspec.Struct, frozen=True):
    """Every group of /api or /apis."""

    kind: str
    items: list[Group] = []


class ServerVersion(msgspec.Struct, frozen=True):
    """What /version says."""

    gitVersion: str  # noqa: N815


discovery_decoder = msgspec.json.Decoder(Discovery)
version_decoder = msgspec.json.Decoder(ServerVersion)
