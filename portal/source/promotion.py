"""Methods and fields that a type has because it embeds another that has them, found by name alone.

Good enough to keep from saying that `Clientset.Something` never existed; which method set a type has
is another question.
"""

import re
from collections.abc import Iterator

from portal.source.versions import Spot, Versions

DEPTH = 3
MOST = 12
"""Declarations of one type's name that are looked into."""

_EMBEDDED = re.compile(
    r"^[ \t]*\*?(?:\w+\.)?(\w+)(?:\[[^\]\n]*\])?[ \t]*(?:`[^`\n]*`)?[ \t]*(?://[^\n]*)?$",
    re.MULTILINE | re.ASCII,
)
_NAMED = re.compile(r"\A(?:type )?\w+(?:\[[^\]\n]*\])? =? ?\*?(?:\w+\.)?(\w+)\Z", re.ASCII)


def promoted(
    versions: Versions, owner: str, member: str, packages: frozenset[str] | None
) -> list[Spot]:
    """Return the declarations that `owner.member` may mean; `packages` are the owner's, None for any."""
    owners = [
        spot for spot in versions.declared(owner) if packages is None or spot.importpath in packages
    ]
    seen = {owner}
    for _depth in range(DEPTH):
        names = {name for spot in owners[:MOST] for name in _embedded(versions, spot)} - seen
        found = [spot for name in sorted(names) for spot in versions.declared(f"{name}.{member}")]
        if found or not names:
            return found
        seen |= names
        owners = [spot for name in sorted(names) for spot in versions.declared(name)[:MOST]]
    return []


def _embedded(versions: Versions, spot: Spot) -> Iterator[str]:
    """Yield the names of the types that a type embeds, or is made of."""
    mark = versions.mark(spot)
    if mark.kind in {"struct", "interface", "type"}:
        text = spot.segment.blob(spot.blob).decode("utf-8", "replace")[mark.start : mark.end]
        yield from _EMBEDDED.findall(text)
        if named := _NAMED.match(text):
            yield named[1]
