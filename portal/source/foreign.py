"""Method sets of packages that are not imported, as far as Kubernetes' types and interfaces embed them.

Facts about their public interfaces, by hand, in the spelling of portal.source.signature. Source: the
packages' documentation on pkg.go.dev.
"""

from collections.abc import Mapping

ALIASES: Mapping[str, str] = {}
INTERFACES: frozenset[str] = frozenset({"error"})
POINTERS: frozenset[str] = frozenset()
METHODS: Mapping[str, Mapping[str, str]] = {
    "error": {"Error": "()(string)"},
}
