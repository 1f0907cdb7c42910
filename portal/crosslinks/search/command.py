"""What people type into a search box who have kubectl and k9s in their fingers.

`po`, `:po payments`, `pods -n payments`, `deploy/ledger`, `kubectl get po ledger-0 -n payments -o wide`,
or an address that a colleague sent. Source: kubectl's own usage lines; k9s' command mode.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.urls import Resolver404, resolve
from django.utils.translation import get_language_from_path, override

from dashboard.api.names import is_dns_label

READING_VERBS = frozenset({"get", "describe", "explain", "logs"})
"""kubectl's verbs that name something to be read, and that are no kinds."""

_KUBECTL = frozenset({"kubectl", "k", "oc"})
_NAMESPACE = frozenset({"-n", "--namespace"})
_LABELS = frozenset({"-l", "--selector"})
_WITH_VALUE = frozenset(
    {"-o", "--output", "--context", "--cluster", "--kubeconfig", "-c", "--container", "--sort-by"}
)
"""Flags whose value is no word of the question."""


@dataclass(frozen=True, slots=True)
class Command:
    """A kind and what of it. Empty fields were not given; `kind` is as it was typed."""

    kind: str
    name: str = ""
    namespace: str = ""
    labels: str = ""
    verb: str = ""
    """kubectl's, where one was typed."""
    is_said: bool = False
    """Whether it cannot be meant as words to look for: a colon or kubectl stood before it."""


def read(text: str) -> Command | None:
    """Return the command that `text` may be; None: it can only be words to look for."""
    is_said = text.startswith(":")
    words = text.removeprefix(":").split()
    verb = ""
    if words and words[0] in _KUBECTL:
        is_said, words = True, words[1:]
    if words and words[0] in READING_VERBS and len(words) > 1:
        verb, words = words[0], words[1:]
    found: dict[str, str] = {}
    plain = list(_without_flags(words, found))
    if verb == "logs" and plain and "/" not in plain[0]:
        plain.insert(0, "pods")
    if (
        not plain
        or len(plain) > 2
        or not re.fullmatch(r"[A-Za-z][-.A-Za-z0-9]*(?:/[^/#\s]+){0,2}", plain[0])
    ):
        return None
    kind, slash, name = plain[0].partition("/")
    if slash and len(plain) > 1:
        return None
    name = name or (plain[1] if len(plain) > 1 else "")
    namespace = found.get("namespace", "")
    if (
        not namespace and name.count("/") == 1
    ):  # NAMESPACE/NAME, as tables of all namespaces write it
        namespace, name = name.split("/")
    if namespace and not is_dns_label(namespace):
        return None
    return Command(kind, name, namespace, found.get("labels", ""), verb, is_said or bool(found))


def address(text: str) -> str:
    """Return the path, query and fragment of an address of this site, whoever serves it; "" for others."""
    parts = urlsplit(text if "://" in text else f"http://here{text}") if _is_address(text) else None
    if parts is None or parts.path.startswith("//"):
        return ""
    try:
        with override(get_language_from_path(parts.path) or "en"):
            route = resolve(parts.path).route
    except Resolver404:
        return ""
    if route.partition("-/")[0] in {"", "zh-hans/"}:  # what the site asks of itself is no page
        return ""
    query = f"?{parts.query}" if parts.query else ""
    return f"{parts.path}{query}{f'#{parts.fragment}' if parts.fragment else ''}"


def _is_address(text: str) -> bool:
    return re.fullmatch(r"(?:https?://[^/\s\\]+)?/[^\s\\]*", text) is not None


def _without_flags(words: list[str], found: dict[str, str]) -> Iterator[str]:
    """Yield the words that are no flags; what flags say is put into `found`."""
    rest = iter(words)
    for word in rest:
        flag, is_joined, value = word.partition("=")
        if not word.startswith("-"):
            yield word
        elif flag in _NAMESPACE:
            found["namespace"] = value if is_joined else next(rest, "")
        elif flag in _LABELS:
            found["labels"] = value if is_joined else next(rest, "")
        elif flag in _WITH_VALUE and not is_joined:
            next(rest, "")
        elif flag.startswith("-n") and not flag.startswith("--"):
            found["namespace"] = flag[2:]
