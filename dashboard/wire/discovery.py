"""Which kinds a server serves: aggregated discovery, and the version document.

Go: k8s.io/api/apidiscovery/v2#APIGroupDiscoveryList; KEP-3352 (GA in 1.30).
"""

import msgspec

AGGREGATED = "APIGroupDiscoveryList"
PLAIN = "application/json"
ACCEPT = ",".join(
    (
        *(
            f"{PLAIN};g=apidiscovery.k8s.io;v={version};as={AGGREGATED}"
            for version in ("v2", "v2beta1")
        ),
        PLAIN,
    )
)
"""The aggregated form, as of 1.30 and as of 1.27; else whatever the server has."""


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


class CoreVersions(msgspec.Struct, frozen=True):
    """What /api says without the aggregated form. Go: k8s.io/apimachinery meta/v1#APIVersions."""

    versions: list[str] = []


class GroupVersion(msgspec.Struct, frozen=True):
    """One version of a group."""

    version: str


class PlainGroup(msgspec.Struct, frozen=True):
    """One group of /apis. Go: k8s.io/apimachinery/pkg/apis/meta/v1#APIGroup."""

    name: str
    versions: list[GroupVersion] = []
    preferredVersion: GroupVersion | None = None  # noqa: N815


class GroupList(msgspec.Struct, frozen=True):
    """What /apis says without the aggregated form."""

    groups: list[PlainGroup] = []


class PlainResource(msgspec.Struct, frozen=True):
    """One resource or subresource; `name` is `pods` or `pods/log`. Go: meta/v1#APIResource."""

    name: str
    kind: str = ""
    singularName: str = ""  # noqa: N815
    namespaced: bool = False
    verbs: list[str] = []
    shortNames: list[str] = []  # noqa: N815
    categories: list[str] = []


class ResourceList(msgspec.Struct, frozen=True):
    """What /apis/GROUP/VERSION says."""

    resources: list[PlainResource] = []


class ServerVersion(msgspec.Struct, frozen=True):
    """What /version says."""

    gitVersion: str  # noqa: N815


core_versions_decoder = msgspec.json.Decoder(CoreVersions)
group_list_decoder = msgspec.json.Decoder(GroupList)
resource_list_decoder = msgspec.json.Decoder(ResourceList)
discovery_decoder = msgspec.json.Decoder(Discovery)
version_decoder = msgspec.json.Decoder(ServerVersion)
