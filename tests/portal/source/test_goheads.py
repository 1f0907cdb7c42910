"""Signatures as they are compared."""

import pytest

from portal.source.goheads import types_of


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("func F(a, b int) error", "func F(x int, y int) error"),
        ("func (r *T) F(ctx context.Context)", "func (t T) F(c context.Context)"),
        ("func F(pod *v1.Pod)", "func F(p *corev1.Pod)"),
        ("func F(v interface{}) (n int, err error)", "func F(any) (int, error)"),
        ("func F[T any](s []T, m map[string]T)", "func F[T any](x []T, y map[string]T)"),
        (
            "func F(f func(a int) error, c <-chan struct{})",
            "func F(g func(a int) error, d <-chan struct{})",
        ),
    ],
)
def test_names_and_packages_do_not_count(one: str, other: str) -> None:
    assert types_of(one) == types_of(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("func F(a int)", "func F(a int64)"),
        ("func F(a int)", "func F(a int) error"),
        ("func F(a, b int)", "func F(a int)"),
        ("func F(a []int)", "func F(a ...int)"),
        ("func F(a *T)", "func F(a T)"),
    ],
)
def test_types_and_their_order_do(one: str, other: str) -> None:
    assert types_of(one) != types_of(other)


def test_what_is_no_function_has_none() -> None:
    assert types_of("type T struct") is None
    assert types_of("") is None
    assert types_of("func (") is None
