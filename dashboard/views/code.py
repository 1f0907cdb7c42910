"""Where source stands behind what is on screen: asked of whoever registered, who may know nothing.

The live half knows no source. Portal's crosslinks registers the answers; without them pages show no
such link.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence

from django.http import HttpRequest

from dashboard.api.gvr import GVR
from dashboard.insight.manifest import Path

KindUrl = Callable[[str, str], str]
"""Returns the address of the page about a KIND, for a cluster; "": there is none."""
FieldUrls = Callable[[HttpRequest, GVR, str, Sequence[Path]], Awaitable[Mapping[Path, str]]]
"""Returns where each field of a kind (GVR, and its Kind) is declared; fields nobody knows are absent."""


def _no_kind(_cluster: str, _kind: str) -> str:
    return ""


async def _no_fields(
    _request: HttpRequest, _gvr: GVR, _kind: str, _paths: Sequence[Path]
) -> Mapping[Path, str]:
    return {}


_kind_url: list[KindUrl] = [_no_kind]
_kinds_url: list[Callable[[str], str]] = [lambda _cluster: ""]
_field_urls: list[FieldUrls] = [_no_fields]


def register_kinds(kind_url: KindUrl, kinds_url: Callable[[str], str]) -> None:
    """Ask these from now on where a KIND is described, and where all of a cluster are listed."""
    _kind_url[0] = kind_url
    _kinds_url[0] = kinds_url


def kinds_url(cluster: str) -> str:
    """Return the address of the list of all kinds, or ""."""
    return _kinds_url[0](cluster)


def register_fields(field_urls: FieldUrls) -> None:
    """Ask this from now on where fields are declared."""
    _field_urls[0] = field_urls


def kind_url(cluster: str, kind: str) -> str:
    """Return the address of the page about a KIND, or ""."""
    return _kind_url[0](cluster, kind)


async def field_urls(
    request: HttpRequest, gvr: GVR, kind: str, paths: Sequence[Path]
) -> Mapping[Path, str]:
    """Return where the fields at `paths` are declared; what is not known is absent."""
    return await _field_urls[0](request, gvr, kind, paths)
