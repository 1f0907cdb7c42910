"""A name in code is told from one in a comment or a literal, without a parse."""

import pytest

from portal.source.declared import read
from portal.source.occurrence import in_code, is_called, is_key, may_shadow, occurrences, qualifier

MARKED = """// Package sea: tide.
package sea

import tide "example.org/tide"

// tide comes.
type ship struct {
	@tide int `json:"tide"` // tide
	low  rune
}

func (s *ship) sail(@tide int) string {
	s.@tide = @tide /* tide
	tide */ + s.
		@tide
	a, b := "tide", 'a' // tide
	c := "\\"tide" + `
tide ` + @tide("tide"+x.@tide("tide"))
	return ebbtide + tides + c + "x" + @tide[int](a) + T{@tide: 1}
}

func plain() (int, string) { return @tide, "tide" + '"' + @tide /* tide */ }
func line() (int, string) { return @tide, "tide" + s('"') + @tide + "//" + @tide } // tide

var tideAt, é = map[string]int{"tide": @tide}, "é" + @tide
"""
"""Where `tide` is code, an @ is before it."""


def test_only_what_is_code_is_found() -> None:
    text = MARKED.replace("@", "")
    wanted = [len(one) for one in MARKED.split("@")]
    wanted = [sum(wanted[: at + 1]) for at in range(len(wanted) - 1)]

    found = in_code(text, read(text.encode()).symbols, occurrences(text, "tide"))

    assert list(found) == wanted


@pytest.mark.parametrize(
    ("before", "name"),
    [
        ("sea.", "sea"),
        ("sea.\n\t", "sea"),
        ("f().", ""),
        ("...", None),
        ("return ", None),
        ("", None),
    ],
)
def test_what_is_selected_from_is_read_off_the_dot(before: str, name: str | None) -> None:
    assert qualifier(f"{before}Tide", len(before)) == name


def test_a_key_and_a_call_are_read_off_what_follows() -> None:
    assert is_key("Tide : 1", 4)
    assert not is_key("Tide := 1", 4)
    assert is_called("Tide[int](1)", 4)
    assert is_called("Tide (1)", 4)
    assert not is_called("Tide.Ebb()", 4)


@pytest.mark.parametrize(
    ("text", "may"),
    [
        ("tide := 1", True),
        ("tide, ebb := 1, 2", True),
        ("var tide int", True),
        ("func f(\n\ttide int)", True),
        ("func f(a int, tide, ebb *T)", True),
        ("f(tide)", False),
        ("tide = 1", False),
        ("tides := 1; ebbtide := 2", False),
        ("s.tide.ebb(1)", False),
    ],
)
def test_a_local_of_the_name_is_suspected_where_one_may_be_declared(text: str, may: bool) -> None:
    assert may_shadow(text, "tide") is may
