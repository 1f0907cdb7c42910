"""A scope allows what it names and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.api.names import NO_NAMESPACE, Namespace, ObjectKey, ObjectName
from dashboard.api.scope import Scope
from dashboard.errors import InvalidName

A, B, C = Namespace("a"), Namespace("b"), Namespace("c")
X, Y = ObjectName("x"), ObjectName("y")

namespaces = st.sampled_from([A, B, C])
keys = st.builds(ObjectKey, st.sampled_from([NO_NAMESPACE, A, B, C]), st.sampled_from([X, Y]))
scopes = st.just(Scope.everything()) | st.builds(
    lambda whole, single, unchecked: Scope.of(whole, single, unchecked=unchecked),
    st.frozensets(namespaces),
    st.frozensets(keys),
    st.frozensets(namespaces),
)


@given(keys)
def test_a_scope_that_nobody_filled_allows_nothing(key: ObjectKey) -> None:
    assert Scope() == Scope.nothing()
    assert Scope.nothing().is_nothing
    assert not Scope.nothing(unchecked=[A, B, C]).allows(*key)


def test_a_whole_namespace_allows_what_is_in_it() -> None:
    scope = Scope.of([A], [ObjectKey(B, X)])

    assert scope.allows(A, X)
    assert scope.allows(B, X)
    assert not scope.allows(B, Y)
    assert not scope.allows(NO_NAMESPACE, X)


def test_no_namespace_is_never_a_namespace_that_is_allowed() -> None:
    with pytest.raises(InvalidName):
        Scope.of([NO_NAMESPACE])
    with pytest.raises(InvalidName):
        Scope.nothing(unchecked=[NO_NAMESPACE])


def test_an_allowed_namespace_is_not_unchecked() -> None:
    assert Scope.of([A], unchecked=[A, B]).unchecked == {B}


@pytest.mark.parametrize(
    "arguments",
    [
        {"is_everything": True, "namespaces": frozenset({A})},
        {"namespaces": frozenset({A}), "unchecked": frozenset({A})},
        {"namespaces": frozenset({A}), "objects": frozenset({ObjectKey(A, X)})},
    ],
    ids=["everything and more", "allowed and unchecked", "object of an allowed namespace"],
)
def test_two_ways_to_say_one_scope_do_not_exist(arguments: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"everything|checked|adds nothing"):
        Scope(**arguments)  # type: ignore[arg-type]


@given(scopes, scopes)
def test_equal_ids_are_equal_scopes(one: Scope, other: Scope) -> None:
    assert (one.id == other.id) is (one == other)
    assert hash(one.id) == hash(Scope(*one.id).id)


@given(scopes, scopes, keys)
def test_a_union_allows_what_either_allows(one: Scope, other: Scope, key: ObjectKey) -> None:
    both = one.union(other)

    assert both.allows(*key) is (one.allows(*key) or other.allows(*key))
    assert both == other.union(one)


@given(scopes, st.frozensets(namespaces), keys)
def test_narrowing_keeps_exactly_what_was_asked_for_and_allowed(
    scope: Scope, asked: frozenset[Namespace], key: ObjectKey
) -> None:
    narrowed = scope.narrowed_to(asked)

    assert narrowed.allows(*key) is (scope.allows(*key) and key.namespace in asked)
    assert narrowed.unchecked <= scope.unchecked & asked


def test_asking_for_no_namespace_at_all_gives_nothing() -> None:
    assert Scope.everything().narrowed_to([]) == Scope.nothing()
