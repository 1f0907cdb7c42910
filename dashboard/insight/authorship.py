"""Who wrote each field of an object, as its managedFields say.

Go: sigs.k8s.io/structured-merge-diff/v6/fieldpath#Set in its FieldsV1 form. What nobody claims was
filled in by the API server: defaults, and the system's own metadata.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeAlias

Trie: TypeAlias = Mapping[str, Any]

CONTROL_PLANE = ("kube-controller-manager", "kube-scheduler", "kubelet", "cloud-controller-manager")


class Role(StrEnum):
    """In which capacity a field was written; one letter each, as the page marks it."""

    APPLIED = "a"
    SCALED = "s"
    SERVER = "d"
    CONTROLLER = "c"


@dataclass(frozen=True, slots=True)
class Author:
    """A field manager, and as what it wrote. The API server has no name."""

    name: str
    role: Role


SERVER = Author("", Role.SERVER)


@dataclass(frozen=True, slots=True)
class Claims:
    """What each manager claims of one part of an object, the newest writer last."""

    tries: tuple[tuple[Author, Trie], ...]

    @property
    def author(self) -> Author:
        """Who wrote this part itself, and not only something below it."""
        own = [author for author, trie in self.tries if not trie or "." in trie]
        return own[-1] if own else SERVER

    def field(self, name: str) -> "Claims":
        """Return the claims on the field of a map."""
        found = []
        for author, trie in self.tries:
            if not trie:
                found.append((author, trie))  # all of it was written at once
            elif f"f:{name}" in trie:
                found.append((author, trie[f"f:{name}"]))
        return Claims(tuple(found))

    def item(self, position: int, value: object) -> "Claims":
        """Return the claims on an item of a list: by its keys, by its value, or by its position."""
        found = []
        for author, trie in self.tries:
            if not trie:
                found.append((author, trie))  # all of it was written at once
            found += [
                (author, below)
                for name, below in trie.items()
                if _names_item(name, position, value)
            ]
        return Claims(tuple(found))


def claims(managed_fields: Sequence[Mapping[str, Any]]) -> Claims:
    """Return what managedFields claim of a whole object; entries that cannot be read claim nothing."""
    entries = [entry for entry in managed_fields if isinstance(entry.get("fieldsV1"), dict)]
    entries.sort(key=lambda entry: str(entry.get("time", "")))
    # One without parts would claim everything, and a whole object is never one value.
    return Claims(tuple((_author(e), e["fieldsV1"]) for e in entries if e["fieldsV1"]))


def _author(entry: Mapping[str, Any]) -> Author:
    name = str(entry.get("manager", ""))
    if entry.get("subresource") == "scale":
        return Author(name, Role.SCALED)
    if entry.get("subresource") == "status" or name.startswith(CONTROL_PLANE):
        return Author(name, Role.CONTROLLER)
    return Author(name, Role.APPLIED)


def _names_item(name: str, position: int, value: object) -> bool:
    sign, _colon, text = name.partition(":")
    if sign == "i":
        return text == str(position)
    if sign not in {"k", "v"}:
        return False
    try:
        named = json.loads(text)
    except ValueError:
        return False
    if sign == "v":
        return bool(named == value)
    return (
        isinstance(named, dict)
        and isinstance(value, dict)
        and all(value.get(key, _MISSING) == wanted for key, wanted in named.items())
    )


_MISSING = object()
