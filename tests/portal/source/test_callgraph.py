"""Who calls whom: exact where the rules of the language say so, and said to be less where they do not."""

from pathlib import Path

import pytest

from portal.source.callgraph import Callees, Checked, Symbol, callees, callers
from portal.source.exact import checker
from portal.source.exact.answers import Answers
from portal.source.index import Index
from portal.source.view import Collection
from portal.source.xref import FIRST, Certainty, References
from tests.cluster import toolchain
from tests.support.imported import take_files

MODULE = "example.org/m"
SEA = f"{MODULE}/sea"
MAIN = """package sea

import (
	"fmt"

	"example.org/m/tide"
)

type Ship struct{ tide tide.Table }

func (s *Ship) Sail(n int) error {
	prepare()
	prepare()
	s.hoist()
	tide.Read()
	fmt.Println(len("x"), string(n))
	s.tide.Ebb()
	far().Drift()
	many().Close()
	far().Roll()
	run := func() {}
	run()
	run2 := other{}
	run2.hoist()
	return nil
}

func (s *Ship) hoist() {}

func prepare() {}

func far() any { return nil }

type other struct{}

func (o other) reef() {}
"""
CREW = """package sea

import (
	"example.org/m/lee"
	"example.org/m/many"
)

func Captain(s *Ship) { s.Sail(1); prepare() }

var crew = prepare()

type cove struct {
	lee.Shore
	many.T0
}
"""
PORT = """package port

import "example.org/m/tide"

type Pilot interface{ Close() }

type Pier struct{ *tide.Table }

var Hail = func() {}

func Enter(p Pilot, pier Pier, other interface{ Close() }, hooks struct{ Drift func() }) {
	n := int64(1)
	p.Close()
	pier.Ebb()
	first[int64](n)
	(first)("x")
	Hail()
	other.Close()
	hooks.Drift()
	n = Depth(n)
}

type Depth = int64

func first[T any](t T) {}
"""
FILES = {
    "go.mod": "module example.org/m\n",
    "sea/main.go": MAIN,
    "sea/main_test.go": "package sea\n\nfunc TestSail() { prepare() }\n",
    "sea/crew.go": CREW,
    "tide/tide.go": "package tide\n\nfunc Read() {}\n\ntype Table struct{}\n\nfunc (t Table) Ebb() {}\n",
    "sea/main_windows.go": "package sea\n\nfunc Anchor() { prepare() }\n",
    "port/port.go": PORT,
    "lee/lee.go": 'package lee\n\nimport "example.org/m/wind"\n\ntype Shore struct{ wind.Gust }\n',
    "fog/fog.go": "package fog\n\ntype Bank struct{}\n\nfunc (b Bank) Roll() {}\n",
    "fog/horn.go": 'package fog\n\nimport "example.org/m/sea"\n\n'
    "func Blow(s *sea.Ship, b Bank) { s.Sail(1); b.Sound() }\n",
    "buoy/buoy.go": "package buoy\n\ntype Bell struct{}\n\nfunc (b Bell) Sail(int) error { return nil }\n\n"
    "func Ring(b Bell) { b.Sail(1) }\n",
    "wind/wind.go": "package wind\n\ntype Gust struct{}\n\nfunc (g Gust) Drift() {}\n\n"
    "func (g Gust) hoist() {}\n",
    **{
        f"many/m{n}.go": f"package many\n\ntype T{n} struct{{}}\n\nfunc (t T{n}) Close() {{}}\n"
        for n in range(7)
    },
}


@pytest.fixture(scope="module")
def sea(tmp_path_factory: pytest.TempPathFactory) -> Index:
    return Index(take_files(Collection(tmp_path_factory.mktemp("sea")), FILES))


def called(sea: Index, checked: Checked | None = None) -> Callees:
    return callees(sea, sea.locate(SEA, "Ship.Sail")[0], checked)


def told(found: Callees) -> dict[str, Certainty]:
    return {edge.other.name: edge.certainty for edge in found.edges}


def test_what_the_rules_of_the_language_decide_is_exact(sea: Index) -> None:
    found = told(called(sea))

    assert found["prepare"] is found["Ship.hoist"] is found["Read"] is Certainty.EXACT


def test_the_only_method_of_a_name_is_likely_if_its_package_is_at_hand(sea: Index) -> None:
    found = told(called(sea))

    assert found["Table.Ebb"] is Certainty.LIKELY
    assert found["Gust.Drift"] is Certainty.CANDIDATE, "this file does not import its package"


def test_a_method_of_a_package_that_imports_do_not_lead_to_is_no_candidate(sea: Index) -> None:
    assert "Bank.Roll" not in told(called(sea))


def test_who_cannot_reach_a_package_calls_nothing_of_it(sea: Index) -> None:
    """Bell.Sail is called in a package that knows no ships."""
    uses = References(sea, SEA, "Ship.Sail").batch(FIRST, lambda _files, _uses: False)
    assert "Ring" in {use.within for use in uses.uses}

    found = {edge.other.name: edge.certainty for edge in callers(sea, SEA, uses)}

    assert found == {"Captain": Certainty.CANDIDATE, "Blow": Certainty.CANDIDATE}


def test_what_many_types_have_is_counted_and_not_guessed(sea: Index) -> None:
    found = called(sea)

    assert found.unknown == 1
    assert not any(name.endswith(".Close") for name in told(found))


def test_builtins_conversions_other_modules_and_values_are_no_edges(sea: Index) -> None:
    assert set(told(called(sea))) == {
        *("prepare", "Ship.hoist", "Read", "far"),
        *("Table.Ebb", "Gust.Drift"),
    }


def test_calls_are_counted_and_the_first_is_told(sea: Index) -> None:
    (edge,) = [edge for edge in called(sea).edges if edge.other.name == "prepare"]

    assert (edge.calls, edge.path) == (2, "sea/main.go")
    assert MAIN.split("\n")[edge.line - 1] == "\tprepare()"


def test_the_surest_come_first(sea: Index) -> None:
    order = [edge.certainty for edge in called(sea).edges]

    assert order == sorted(order, key=list(Certainty).index)


@pytest.fixture(scope="module")
def checked(sea: Index, tmp_path_factory: pytest.TempPathFactory) -> Answers:
    """What Go says of them."""
    place = tmp_path_factory.mktemp("checked") / "sea.exact"
    checker.check(sea, [], place, toolchain.find(checker.MINIMUM))
    return Answers(place)


def test_a_type_checker_says_what_is_called(sea: Index, checked: Answers) -> None:
    """Through interfaces, type arguments, embedding and variables of packages, and not by conversions."""
    found = callees(sea, sea.locate(f"{MODULE}/port", "Enter")[0], checked)

    assert [(edge.other, edge.line, edge.calls, edge.certainty) for edge in found.edges] == [
        (Symbol(f"{MODULE}/port", "Pilot.Close"), 13, 1, Certainty.EXACT),
        (Symbol(f"{MODULE}/tide", "Table.Ebb"), 14, 1, Certainty.EXACT),
        (Symbol(f"{MODULE}/port", "first"), 15, 2, Certainty.EXACT),
        (Symbol(f"{MODULE}/port", "Hail"), 17, 1, Certainty.EXACT),
    ]
    assert found.unknown == 0


def test_of_what_a_type_checker_could_not_say_the_rest_is_told(
    sea: Index, checked: Answers
) -> None:
    found = called(sea, checked)

    assert told(found)["Table.Ebb"] is Certainty.EXACT
    assert told(found)["prepare"] is Certainty.EXACT
    assert told(found)["Gust.Drift"] is Certainty.CANDIDATE, (
        "what it is called on has no such method"
    )
    assert found.unknown == 1


def test_a_file_that_was_not_checked_is_told_without(sea: Index, checked: Answers) -> None:
    """One of another platform."""
    found = callees(sea, sea.locate(SEA, "Anchor")[0], checked)

    assert [(edge.other.name, edge.certainty) for edge in found.edges] == [
        ("prepare", Certainty.EXACT)
    ]


def test_callers_are_the_functions_that_calls_stand_in_tests_apart(sea: Index) -> None:
    uses = References(sea, SEA, "prepare").batch(FIRST, lambda _files, _uses: False)

    found = {edge.other.name: (edge.calls, edge.certainty) for edge in callers(sea, SEA, uses)}

    assert found == {
        "Ship.Sail": (2, Certainty.EXACT),
        "Captain": (1, Certainty.EXACT),
        "crew": (1, Certainty.EXACT),
        "Anchor": (1, Certainty.EXACT),
    }


def test_what_is_not_called_has_no_callers(sea: Index, tmp_path: Path) -> None:
    uses = References(sea, SEA, "Ship").batch(FIRST, lambda _files, _uses: False)

    assert callers(sea, SEA, uses) == ()
