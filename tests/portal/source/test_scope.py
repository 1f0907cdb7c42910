"""Which symbol an identifier names; what only a type checker could know is left alone."""

import pytest

from portal.source.golang import Source
from portal.source.imports import import_table, suggested_name
from portal.source.scope import references
from portal.source.symbols import declared

HEAD = """package a

import (
	"k8s.io/x/filters"
	meta "k8s.io/x/meta/v1"
)

type T struct{ F int; G *T }
type U string
func (t *T) M() {}
func Top(n int) {}
const K = 1
"""


def named(body: str) -> list[str]:
    """Return what the identifiers of `body` name, in order; definitions of HEAD left out."""
    source = Source(HEAD + body)
    symbols = declared(source, "a.go")
    names = {symbol.name: symbol.kind for symbol in symbols}
    return [
        f"{reference.importpath.rpartition('/')[2]}.{reference.name}:{reference.use}"
        for reference in references(source, "a", names, symbols)
        if reference.span.start >= len(HEAD) and not reference.is_definition
    ]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("func f() { filters.With() }", ["filters.With:fn"]),
        ("var v meta.Time", ["v1.Time:ty"]),
        ("var v = filters.Default", ["filters.Default:id"]),
        ("func f() { Top(K) }", ["a.Top:fn", "a.K:id"]),
        ("func f(t *T) { t.M(); _ = t.F; t.promoted() }", ["a.T:ty", "a.T.M:fn", "a.T.F:id"]),
        ("func (t T) f() { t.M() }", ["a.T:ty", "a.T.M:fn"]),
        ("func f(t T) { t.G.M() }", ["a.T:ty", "a.T.G:id"]),
        ("func f() { var t T; t.M() }", ["a.T:ty", "a.T.M:fn"]),
        ("var v = T{F: K}", ["a.T:ty", "a.T.F:id", "a.K:id"]),
        ("var v = &T{G: &T{F: 1}}", ["a.T:ty", "a.T.G:id", "a.T:ty", "a.T.F:id"]),
        ("var v = []T{{F: K}}", ["a.T:ty", "a.T.F:id", "a.K:id"]),
        ("var v = map[U]T{K: {F: 1}}", ["a.U:ty", "a.T:ty", "a.K:id", "a.T.F:id"]),
        ("var v = meta.Time{K: 1}", ["v1.Time:ty"]),
        ("var v = U(filters.X)", ["a.U:fn", "filters.X:id"]),
        ("func g[P any](p P) { var q P; _ = q }", []),
    ],
)
def test_names_resolve_by_the_rules_of_the_language(body: str, expected: list[str]) -> None:
    if "U(filters" in body:  # a conversion looks like a call, and the name is a type
        expected = ["a.U:ty", "filters.X:id"]
    assert named(body) == expected


@pytest.mark.parametrize(
    "body",
    [
        "func f(filters int) { filters.With() }",
        "func f(Top int) { _ = Top }",
        "func f() { K := 2; _ = K }",
        "func f() { if K := 2; K > 1 { _ = K } else { _ = K } }",
        "func f() { for K := range 3 { _ = K } }",
        "func f() { for K := 0; K < 3; K++ { } }",
        "func f() { switch K := g().(type) { case int: _ = K } }",
        "func f() { select { case K := <-c: _ = K } }",
        "func f() { func(K int) { _ = K }(1) }",
        "func f() { var K = 1; _ = K }",
        "func f() { const K = 1; _ = K }",
        "func f() { type T int; var t T; _ = t }",
        "func f() (K int) { return K }",
        "func f() { x.Top(); x.K = 1 }",
        "func (m *Map[K, T]) f() { var k K; var t T }",
    ],
)
def test_shadowed_names_and_members_of_unknown_values_are_left_alone(body: str) -> None:
    assert named(body) == []


def test_the_right_side_still_means_the_outer_name() -> None:
    assert named("func f() { K := K; _ = K }") == ["a.K:id"]
    assert named("func f() { if K := Top; true { _ = K }; _ = K }") == ["a.Top:fn", "a.K:id"]


def test_definitions_are_references_to_themselves() -> None:
    source = Source("package a\nfunc F() {}\n")
    (found,) = references(source, "a", {}, declared(source, "a.go"))

    assert (found.name, found.is_definition) == ("F", True)


def test_imports_give_names_but_not_blank_or_dot_ones() -> None:
    source = Source(
        'package a\nimport "fmt"\nimport (\n_ "a/b"\n. "c/d"\nx "e/f"\n"k8s.io/klog/v2"\n)\n'
    )

    assert import_table(source) == {"fmt": "fmt", "x": "e/f", "klog": "k8s.io/klog/v2"}


@pytest.mark.parametrize(
    ("importpath", "name"),
    [
        ("k8s.io/klog/v2", "klog"),
        ("k8s.io/api/autoscaling/v2", "v2"),
        ("k8s.io/api/core/v1", "v1"),
        ("gopkg.in/inf.v0", "inf"),
        ("net/http", "http"),
    ],
)
def test_the_name_of_a_package_is_suggested_by_its_path(importpath: str, name: str) -> None:
    assert suggested_name(importpath) == name


def test_deep_expressions_end_the_search_without_an_error() -> None:
    deep = "var x = " + "(" * 3000 + "K" + ")" * 3000

    assert isinstance(named(deep), list)
