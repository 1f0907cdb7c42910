"""Feature gates are read as their tables have them, with or without versions."""

from portal.source.golang import Source
from portal.walkthrough.gates import gate_states, release, state_at

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
