"""Label and field selectors, as far as a LIST or WATCH can carry them.

Go: k8s.io/apimachinery/pkg/labels#Parse and k8s.io/apimachinery/pkg/fields#ParseSelector.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from dashboard.demo.refusal import bad_request
from dashboard.demo.storage import Version

Labels = Mapping[str, str]

FIELDS: Mapping[str, tuple[str, ...]] = {
    "pods.v1": (
        "spec.nodeName",
        "spec.restartPolicy",
        "spec.schedulerName",
        "spec.serviceAccountName",
        "spec.hostNetwork",
        "status.phase",
        "status.podIP",
        "status.nominatedNodeName",
    ),
    "nodes.v1": ("spec.unschedulable",),
    "namespaces.v1": ("status.phase",),
    "events.v1": (
        "involvedObject.kind",
        "involvedObject.namespace",
        "involvedObject.name",
        "involvedObject.uid",
        "involvedObject.apiVersion",
        "involvedObject.resourceVersion",
        "involvedObject.fieldPath",
        "reason",
        "reportingComponent",
        "source",
        "type",
    ),
    "events.v1.events.k8s.io": (
        "regarding.kind",
        "regarding.namespace",
        "regarding.name",
        "regarding.uid",
        "regarding.apiVersion",
        "regarding.resourceVersion",
        "regarding.fieldPath",
        "reason",
        "reportingController",
        "type",
    ),
    "replicasets.v1.apps": ("status.replicas",),
    "jobs.v1.batch": ("status.successful",),
}
"""Fields by which a kind can be selected, besides its name and namespace."""

_COUNTS = frozenset({"status.replicas", "status.successful"})
_SWITCHES = frozenset({"spec.hostNetwork", "spec.unschedulable"})
_RENAMED = {"source": "source.component", "status.successful": "status.succeeded"}
_KEY = r"(?:[A-Za-z0-9.-]+/)?[A-Za-z0-9](?:[A-Za-z0-9_.-]*[A-Za-z0-9])?"
_EXISTS = re.compile(rf"(!?)\s*({_KEY})")
_EQUALS = re.compile(rf"({_KEY})\s*(==|=|!=)\s*([A-Za-z0-9_.-]*)")
_SET = re.compile(rf"({_KEY})\s+(in|notin)\s*\(([^()]*)\)")
_ORDER = re.compile(rf"({_KEY})\s*([<>])\s*(\d+)")
_TERM = re.compile(r"(?:[^,()]|\([^()]*\))+")
_FIELD = re.compile(r"([^=!]+)(==|=|!=)(.*)", re.DOTALL)


class Selector:
    """Which objects a LIST or WATCH is about; everything where both selectors are empty."""

    def __init__(self, kind: str, labels: str, fields: str) -> None:
        """Read both. Raises Refusal in the server's words."""
        self._labels = [_requirement(term.strip()) for term in _TERM.findall(labels)]
        self._fields = [_field(kind, term) for term in fields.split(",") if term]
        self.is_empty = not self._labels and not self._fields
        names = [
            value for path, wanted, value in self._fields if path == "metadata.name" and wanted
        ]
        self.name = names[0] if names else ""
        """The one name that is asked for, which counts for rights too (fact M10)."""

    def matches(self, version: Version) -> bool:
        """Whether `version` is one of them."""
        return all(
            (self._value(version, path) == value) is wanted for path, wanted, value in self._fields
        ) and (not self._labels or self._has(version.labels()))

    def _has(self, labels: Labels) -> bool:
        return all(requirement(labels) for requirement in self._labels)

    @staticmethod
    def _value(version: Version, path: str) -> str:
        if path == "metadata.name":
            return version.name
        if path == "metadata.namespace":
            return version.namespace
        found: Any = version.document()
        for part in _RENAMED.get(path, path).split("."):
            found = found.get(part) if isinstance(found, dict) else None
        if path in _SWITCHES:
            return "true" if found else "false"
        if found is None:
            return "0" if path in _COUNTS else ""
        return str(found)


def _requirement(term: str) -> Callable[[Labels], bool]:
    if found := _EXISTS.fullmatch(term):
        wanted, key = not found[1], found[2]
        return lambda labels: (key in labels) is wanted
    if found := _EQUALS.fullmatch(term):
        key, wanted, value = found[1], found[2] != "!=", found[3]
        return lambda labels: (labels.get(key) == value) is wanted
    if found := _SET.fullmatch(term):
        key, wanted = found[1], found[2] == "in"
        values = frozenset(value.strip() for value in found[3].split(","))
        return lambda labels: (labels.get(key) in values) is wanted
    if found := _ORDER.fullmatch(term):
        key, sign, bound = found[1], -1 if found[2] == "<" else 1, int(found[3])
        return lambda labels: _is_beyond(labels.get(key, ""), sign, bound)
    words = term.split()
    wrong = words[1] if len(words) > 1 else ""
    raise bad_request(
        f"unable to parse requirement: found '{wrong}', expected: in, notin, =, ==, !=, gt, lt"
    )


def _is_beyond(value: str, sign: int, bound: int) -> bool:
    return value.isdigit() and (int(value) - bound) * sign > 0


def _field(kind: str, term: str) -> tuple[str, bool, str]:
    found = _FIELD.fullmatch(term)
    if found is None:
        raise bad_request(f"invalid selector: '{term}'; can't understand '{term}'")
    path = found[1]
    if path not in {"metadata.name", "metadata.namespace", *FIELDS.get(kind, ())}:
        raise bad_request(f"field label not supported: {path}")
    return path, found[2] != "!=", found[3]
