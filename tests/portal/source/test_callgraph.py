"""Who calls whom: exact where the rules of the language say so, and said to be less where they do not."""

from collections.abc import Callable
from pathlib import Path

import pytest

from portal.source.callgraph import Callees, callees, callers
from portal.source.exact.answers import Verdict
from portal.source.index import Index
from portal.source.view import Collection
from portal.source.xref import FIRST, Certainty, References
from tests.support.imported import take_files

SEA = "example.org/m/sea"
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
FILES = {
    "go.mod": "module example.org/m\n",
    "sea/main.go": MAIN,
    "sea/main_test.go": "package sea\n\nfunc TestSail() { prepare() }\n",
    "sea/crew.go": "package sea\n\nfunc Captain(s *Ship) { s.Sail(1); prepare() }\n\nvar crew = prepare()\n",
    "tide/tide.go": "package tide\n\nfunc Read() {}\n\ntype Table struct{}\n\nfunc (t Table) Ebb() {}\n",
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


def called(sea: Index, judges: Callable[..., object] | None = None) -> Callees:
    return callees(sea, sea.locate(SEA, "Ship.Sail")[0], judges)  # type: ignore[arg-type]


def told(found: Callees) -> dict[str, Certainty]:
    return {edge.other.name: edge.certainty for edge in found.edges}


def test_what_the_rules_of_the_language_decide_is_exact(sea: Index) -> None:
    found = told(called(sea))

    assert found["prepare"] is found["Ship.hoist"] is found["Read"] is Certainty.EXACT


def test_the_only_method_of_a_name_is_likely_if_its_package_is_at_hand(sea: Index) -> None:
    found = told(called(sea))

    assert found["Table.Ebb"] is Certainty.LIKELY
    assert found["Gust.Drift"] is Certainty.CANDIDATE, "nothing here imports its package"


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


def test_a_type_checker_makes_candidates_exact_or_none(sea: Index) -> None:
    class Judge:
        def __init__(self, importpath: str, name: str) -> None:
            self.name = name

        def __call__(self, path: str, offset: int) -> Verdict:
            if self.name == "T3.Close":
                return Verdict.IS if MAIN[offset:].startswith("Close") else Verdict.NOTHING
            return Verdict.NOTHING if self.name == "Table.Ebb" else Verdict.IS_NOT

    found = told(called(sea, Judge))

    assert found["T3.Close"] is Certainty.EXACT
    assert found["Table.Ebb"] is Certainty.LIKELY
    assert "Gust.Drift" not in found
    assert called(sea, Judge).unknown == 0


def test_callers_are_the_functions_that_calls_stand_in_tests_apart(sea: Index) -> None:
    uses = References(sea, SEA, "prepare").batch(FIRST, lambda _files, _uses: False)

    found = {edge.other.name: (edge.calls, edge.certainty) for edge in callers(sea, uses)}

    assert found == {
        "Ship.Sail": (2, Certainty.EXACT),
        "Captain": (1, Certainty.EXACT),
        "crew": (1, Certainty.EXACT),
    }


def test_what_is_not_called_has_no_callers(sea: Index, tmp_path: Path) -> None:
    uses = References(sea, SEA, "Ship").batch(FIRST, lambda _files, _uses: False)

    assert callers(sea, uses) == ()
