"""Names that come from addresses are safe in an upstream path, or refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.api.names import (
    NO_NAMESPACE,
    Namespace,
    ObjectKey,
    ObjectName,
    is_dns_subdomain,
    parse_name,
    parse_namespace,
)
from dashboard.errors import InvalidName


@pytest.mark.parametrize("text", ["default", "kube-system", "a", "0", "a" * 63])
def test_a_namespace_is_a_dns_label(text: str) -> None:
    assert parse_namespace(text) == text


def test_a_dash_is_no_namespace() -> None:
    assert parse_namespace("-") == NO_NAMESPACE


@pytest.mark.parametrize(
    "text", ["", "A", "a.b", "-a", "a-", "a" * 64, "a/b", "..", "a%2fb", "a\n", "é", "a b"]
)
def test_what_no_namespace_can_be_called_is_refused(text: str) -> None:
    with pytest.raises(InvalidName):
        parse_namespace(text)


@pytest.mark.parametrize("text", ["web-0", "system:node", "ip-10-0-0-1.ec2.internal", "A_b", "~"])
def test_an_object_name_is_one_path_segment(text: str) -> None:
    assert parse_name(text) == text


@pytest.mark.parametrize("text", ["", ".", "..", "a/b", "a%2fb", "a\0", "a\nb", "a" * 254])
def test_what_is_not_one_path_segment_is_refused(text: str) -> None:
    with pytest.raises(InvalidName):
        parse_name(text)


@given(st.text())
def test_a_parsed_name_never_leaves_its_segment(text: str) -> None:
    try:
        name = parse_name(text)
    except InvalidName:
        return

    assert name not in {"", ".", ".."}
    assert not set(name) & set("/%\0\r\n")


@pytest.mark.parametrize(
    ("text", "expected"),
    [("apps", True), ("cert-manager.io", True), ("a..b", False), ("", False), (".a", False)],
)
def test_a_dns_subdomain_is_labels_joined_by_dots(text: str, expected: bool) -> None:
    assert is_dns_subdomain(text) is expected


def test_keys_sort_by_namespace_and_never_collide_when_joined() -> None:
    keys = [ObjectKey(Namespace(a), ObjectName(b)) for a, b in [("b", "a"), ("a", "c"), ("", "z")]]

    assert [str(key) for key in sorted(keys)] == ["z", "a/c", "b/a"]
    assert ObjectKey(Namespace("a"), ObjectName("b:c")) != ObjectKey(
        Namespace("a:b"), ObjectName("c")
    )
