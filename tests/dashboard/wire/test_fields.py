"""The field table is what the API says of itself, in every version that this machine has."""

import re
from pathlib import Path

import pytest

from dashboard.wire.fields import (
    DROPPED,
    ENVELOPES,
    KINDS,
    LIST,
    MESSAGES,
    OBJECT,
    OPAQUE,
    PACKAGES,
    Field,
)
from tests.support.source import CACHES

VERSIONS = ("v0.36.3", "v0.24.17")
FOLDERS = {
    "meta": "apimachinery@{}/pkg/apis/meta/v1",
    "runtime": "apimachinery@{}/pkg/runtime",
    "apps": "api@{}/apps/v1",
    "batch": "api@{}/batch/v1",
    "coordination": "api@{}/coordination/v1",
    "core": "api@{}/core/v1",
    "discovery": "api@{}/discovery/v1",
    "events": "api@{}/events/v1",
}
NEWER = {"v0.24.17": {("core.Container", "restartPolicy")}}
"""Fields that a version does not have yet."""

_MESSAGE = re.compile(r"^message (\w+) \{\n(.*?)^\}", re.DOTALL | re.MULTILINE)
_FIELD = re.compile(
    r"^\s+(?:(optional|repeated) )?(map<string, [.\w]+>|[.\w]+) (\w+) = (\d+);", re.MULTILINE
)

Published = dict[str, dict[str, tuple[str, str, int]]]


def published(version: str) -> Published:
    """Return each message's fields: label, type and number."""
    found: Published = {}
    for alias, folder in FOLDERS.items():
        place = Path("k8s.io") / folder.format(version) / "generated.proto"
        path = next((root / place for root in CACHES if (root / place).exists()), None)
        if path is None:
            pytest.skip(f"no module cache has {place}")
        for name, body in _MESSAGE.findall(path.read_text(encoding="utf-8")):
            fields = _FIELD.findall(body)
            found[f"{alias}.{name}"] = {
                field: (label, _short(type_, alias), int(number))
                for label, type_, field, number in fields
            }
    return found


def _short(type_: str, alias: str) -> str:
    """Return a type as the field table spells it."""
    if type_.startswith("map<"):
        return f"map<string, {_short(type_[12:-1], alias)}>"
    if "." in type_:
        package, _, name = type_.removeprefix(".").rpartition(".")
        known = {value: key for key, value in PACKAGES.items()}
        return f"{known.get(package, package)}.{name}"
    return f"{alias}.{type_}" if type_[0].isupper() else type_


@pytest.mark.source
@pytest.mark.parametrize("version", VERSIONS)
def test_every_field_has_the_published_number_and_type(version: str) -> None:
    api = published(version)
    tables = [*MESSAGES.items(), *DROPPED.items(), *ENVELOPES.items()]
    wrong = []
    for message, fields in tables:
        if message == OBJECT:
            continue
        for name, field in fields.items():
            if (message, name) in NEWER.get(version, ()):
                assert name not in api[message]
                continue
            label, type_, number = api[message][name]
            if number != field.number or not is_same_type(field, label, type_):
                wrong.append((message, name, field, (label, type_, number)))

    assert wrong == []


def is_same_type(field: Field, label: str, type_: str) -> bool:
    if field.is_map:
        inner = type_.removeprefix("map<string, ").removesuffix(">")
        # As bytes a string is the same on the wire.
        return type_.startswith("map<") and (field.type in {OPAQUE, inner})
    if field.is_repeated is not (label == "repeated"):
        return False
    return field.type == type_ or (field.type == OPAQUE and type_ not in {"int32", "int64", "bool"})


@pytest.mark.source
@pytest.mark.parametrize("version", VERSIONS)
def test_every_kind_is_listed_in_the_same_way(version: str) -> None:
    api = published(version)
    for message in KINDS.values():
        fields = api[f"{message}List"]

        assert fields["metadata"] == ("optional", "meta.ListMeta", LIST["metadata"].number)
        assert fields["items"] == ("repeated", message, LIST["items"].number)
        assert set(fields) == set(LIST)


def test_every_message_that_is_named_is_described() -> None:
    named = {
        field.type
        for fields in (MESSAGES | ENVELOPES).values()
        for field in fields.values()
        if "." in field.type
    }

    assert named <= set(MESSAGES | ENVELOPES)
    assert set(KINDS.values()) <= set(MESSAGES)
    used = named | set(KINDS.values()) | {OBJECT}
    assert set(MESSAGES) <= used | {"meta.OwnerReference"}
