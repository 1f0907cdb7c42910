"""Labels and label selectors as one line of text."""

from sys import intern
from typing import Final

from dashboard.wire.partial import Partial, labels

NONE: Final = "<none>"

_SETS: Final = {"In": "in", "NotIn": "notin"}
_PRESENCE: Final = {"Exists": "", "DoesNotExist": "!"}


def label_text(found: Partial) -> str:
    """Return a map of labels sorted as text. Go: k8s.io/apimachinery/pkg/labels#FormatLabels."""
    return intern(",".join(sorted(labels(found)))) or NONE


def selector_text(selector: Partial) -> str | None:
    """Return a LabelSelector sorted by key, "" for one that asks for nothing, None for a broken one.

    A key or value that breaks the syntax of labels is not noticed: no server stores it.
    Go: k8s.io/apimachinery/pkg/apis/meta/v1#LabelSelectorAsSelector, and
    k8s.io/apimachinery/pkg/labels#Requirement.String.
    """
    found = [(each.partition("=")[0], each) for each in labels(selector.matchLabels)]
    for asked in selector.matchExpressions or ():
        text = _requirement(asked.key, asked.operator, sorted(asked.values or ()))
        if text is None:
            return None
        found.append((asked.key, text))
    return intern(",".join([text for _, text in sorted(found, key=_first)]))


def _first(pair: tuple[str, str]) -> str:
    return pair[0]


def _requirement(key: str, operator: str, values: list[str]) -> str | None:
    if values:
        word = _SETS.get(operator)
        return None if word is None else f"{key} {word} ({','.join(values)})"
    prefix = _PRESENCE.get(operator)
    return None if prefix is None else f"{prefix}{key}"
