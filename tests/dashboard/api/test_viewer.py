"""A viewer is always fit to be named to the API server, or does not exist."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.api.viewer import ANONYMOUS, Source, Viewer, freeze_extra
from dashboard.errors import IdentityRefused

BY_OTHERS = [Source.LOCAL, Source.OIDC, Source.HEADER]
BY_THE_SERVER = [Source.KUBECONFIG, Source.TOKEN]
UNFIT = [
    "",
    " ",
    "  ",
    "\t",
    "\n",
    " alice",
    "alice ",
    "al\nice",
    "alice\r\nX-A: b",
    "\0",
    "\u200b",
]


@pytest.mark.parametrize("source", [*BY_OTHERS, *BY_THE_SERVER])
@pytest.mark.parametrize("name", UNFIT)
def test_a_blank_or_unprintable_name_is_refused(name: str, source: Source) -> None:
    with pytest.raises(IdentityRefused):
        Viewer(name, source)
    with pytest.raises(IdentityRefused):
        Viewer("alice", source, groups=frozenset({"dev", name}))
    with pytest.raises(IdentityRefused):
        Viewer("alice", source, extra=((name, ("x",)),))


@pytest.mark.parametrize("source", BY_OTHERS)
@pytest.mark.parametrize("name", ["system:admin", "system:masters", "SYSTEM:masters", "system:"])
def test_a_system_name_is_refused_from_anyone_but_the_api_server(name: str, source: Source) -> None:
    with pytest.raises(IdentityRefused):
        Viewer(name, source)
    with pytest.raises(IdentityRefused):
        Viewer("alice", source, groups=frozenset({name}))


@pytest.mark.parametrize("source", BY_THE_SERVER)
def test_the_api_server_may_say_system_names(source: Source) -> None:
    viewer = Viewer("system:admin", source, groups=frozenset({"system:masters"}))

    assert viewer.groups == {"system:masters"}


def test_nobody_is_the_servers_own_nobody_and_no_one_else() -> None:
    assert ANONYMOUS.user == "system:anonymous"
    assert ANONYMOUS.review_groups == ("system:unauthenticated",)
    with pytest.raises(IdentityRefused):
        Viewer("alice", Source.ANONYMOUS)
    with pytest.raises(IdentityRefused):
        Viewer("system:anonymous", Source.ANONYMOUS, groups=frozenset({"system:masters"}))


@given(st.lists(st.sampled_from(["a", "b", "c", "a,b"]), max_size=5))
def test_answers_are_shared_whatever_the_order_of_groups(groups: list[str]) -> None:
    one = Viewer("alice", Source.LOCAL, groups=frozenset(groups))
    other = Viewer("alice", Source.OIDC, groups=frozenset(reversed(groups)))

    assert one.identity == other.identity
    assert one.identity.groups == tuple(sorted({*groups, "system:authenticated"}))


def test_answers_are_not_shared_where_a_joined_string_would_be_equal() -> None:
    joined = Viewer("alice", Source.OIDC, groups=frozenset({"a,b"}))
    separate = Viewer("alice", Source.OIDC, groups=frozenset({"a", "b"}))

    assert joined.identity != separate.identity


def test_extra_is_part_of_the_identity() -> None:
    scoped = Viewer("alice", Source.TOKEN, extra=freeze_extra({"Scopes": ["read"]}))

    assert scoped.extra == (("scopes", ("read",)),)
    assert scoped.identity != Viewer("alice", Source.TOKEN).identity


def test_two_extra_keys_that_differ_in_case_alone_are_refused() -> None:
    with pytest.raises(IdentityRefused):
        freeze_extra({"Scopes": ["read"], "scopes": ["write"]})


def test_a_kubeconfig_without_a_credential_does_not_gain_a_group() -> None:
    said = frozenset({"system:unauthenticated"})

    viewer = Viewer("system:anonymous", Source.KUBECONFIG, groups=said)

    assert viewer.review_groups == ("system:unauthenticated",)


def test_equal_identities_ask_equal_questions_whoever_vouches() -> None:
    everyone = frozenset({"dev", "system:authenticated"})
    told = Viewer("alice", Source.TOKEN, groups=everyone)
    mapped = Viewer("alice", Source.LOCAL, groups=frozenset({"dev"}))
    odd = Viewer("alice", Source.TOKEN, groups=frozenset({"dev"}))

    assert told.identity == mapped.identity
    assert odd.identity != mapped.identity


def test_a_review_asks_for_the_group_that_every_login_has() -> None:
    viewer = Viewer("alice", Source.LOCAL, groups=frozenset({"dev"}))

    assert viewer.review_groups == ("dev", "system:authenticated")
    assert viewer.groups == {"dev"}
