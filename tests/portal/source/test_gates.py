"""Feature gates are read as their tables have them, with or without versions."""

import pytest

from portal.source.gates import gate_states, gates_of, release, state_at, stated
from portal.source.golang import Source
from portal.source.index import Index

VERSIONED = """package a
var table = map[Feature]Specs{
	A: {
		{Version: version.MustParse("1.9"), Default: false, PreRelease: Alpha},
		{Version: version.MustParse("1.27"), Default: true, PreRelease: Beta}, // Default: false
		{Version: mustParse("1.34"), Default: true, LockToDefault: true, PreRelease: featuregate.GA},
	},
	B: {
		{Version: version.MustParse("1.36"), Default: false, PreRelease: Deprecated},
	},
}
"""
BEFORE = """package a
var table = map[Feature]Spec{
	pkg.A: {Default: true, PreRelease: featuregate.Beta},
	B:     {Default: false, PreRelease: featuregate.Alpha},
}
"""


def read(text: str, name: str, version: str) -> tuple[bool, str] | None:
    source = Source(text)
    found = state_at(gate_states(source, source.span(source.root), name), version)
    return (found.is_on, found.stage) if found else None


def test_a_gate_is_what_its_newest_reached_line_says() -> None:
    assert read(VERSIONED, "A", "v1.8.0") is None
    assert read(VERSIONED, "A", "v1.20.2") == (False, "Alpha")
    assert read(VERSIONED, "A", "v1.27.0") == (True, "Beta")
    assert read(VERSIONED, "A", "v1.36.3") == (True, "GA")
    assert read(VERSIONED, "B", "v1.36.3") == (False, "Deprecated")
    assert read(VERSIONED, "C", "v1.36.3") is None


def test_a_table_without_versions_speaks_for_its_own_release() -> None:
    assert read(BEFORE, "A", "v1.20.2") == (True, "Beta")
    assert read(BEFORE, "B", "v1.20.2") == (False, "Alpha")


def test_releases_are_numbers_not_texts() -> None:
    assert release("v1.9.0") < release("v1.20.2") == (1, 20)
    assert release("nonsense") == (0, 0)


def test_every_gate_of_a_table_is_read_with_the_package_that_its_name_is_of() -> None:
    text = """package features
import (
	"k8s.io/component-base/featuregate"
	generic "k8s.io/apiserver/pkg/features"
)
var table = map[featuregate.Feature]featuregate.VersionedSpecs{
	Tide: {
		{Version: version.MustParse("1.30"), Default: false, PreRelease: featuregate.Alpha},
		{Version: version.MustParse("1.34"), Default: true, PreRelease: featuregate.GA, LockToDefault: true},
	},
	generic.Swell: {{Version: version.MustParse("1.31"), Default: true, PreRelease: featuregate.Beta}},
	unknown.Gust: {{Version: version.MustParse("1.31"), Default: true, PreRelease: featuregate.Beta}},
}
var other = map[string]int{"Tide": 1}
"""

    found = stated(text.encode())

    assert [(one.importpath, one.name) for one in found] == [
        ("", "Tide"),
        ("k8s.io/apiserver/pkg/features", "Swell"),
    ]
    assert [(s.since, s.stage, s.is_on, s.is_locked, s.line) for s in found[0].states] == [
        ((1, 30), "Alpha", False, False, 8),
        ((1, 34), "GA", True, True, 9),
    ]


def test_a_table_of_the_old_form_is_read_too() -> None:
    text = "package a\nvar t = map[Feature]FeatureSpec{\n\tEbb: {Default: true, PreRelease: Beta},\n}\n"

    (ebb,) = stated(text.encode())

    assert (ebb.name, ebb.states[0].stage, ebb.states[0].since) == ("Ebb", "Beta", (0, 0))


def test_what_has_no_table_has_no_gates() -> None:
    assert stated(b'package a\nvar t = map[string]string{"A": "B"}\n') == ()
    assert stated(b"map[Feature]VersionedSpecs{") == ()


@pytest.mark.source
def test_the_gates_of_kubernetes_are_those_that_its_constants_name(index: Index) -> None:
    found = gates_of(index)

    (watchlist,) = found["k8s.io/client-go/features", "WatchListClient"]
    now = state_at(watchlist.states, "v1.36.3")
    assert now is not None
    assert (now.since, now.stage, now.is_on) == ((1, 35), "Beta", True)
    assert len(found) > 5
    assert [key for key in found if not index.locate(*key)] == []
