"""Two versions, symbol by symbol."""

from pathlib import Path

import pytest

from portal.source.compare import Changed, Comparison
from portal.source.index import Change
from tests.support import editions

BODY = """
	for index := range wanted {
		found = append(found, wanted[index]+1)
	}
	return found
}
"""
OLD = {
    "go.mod": "module example.org/sea\n",
    "chart/chart.go": """package chart

// Depth was measured.
func Depth(at int) int { return at }

func Sound(at int) int { return at * 2 }

func Lost() {}

type Rose struct {
	North int
	Old   int
}

type Gone struct{ Inside int }

func init() {}
""",
    "chart/pilot.go": "package chart\n\nfunc Pilot() string { return `to the harbour` }\n",
    "chart/wind_linux.go": "package chart\n\nfunc Wind() int { return 1 }\n",
    "chart/wind_windows.go": "package chart\n\nfunc Wind() int { return 2 }\n",
    "chart/chart_test.go": "package chart\n\nfunc TestOld() {}\n",
    "same/same.go": "package same\n\nfunc Same() {}\n",
    "port/port.go": f"package port\n\nfunc Berths(wanted []int) (found []int) {{{BODY}\nfunc Short() {{}}\n",
}
NEW = {
    "go.mod": "module example.org/sea\n",
    "chart/chart.go": """package chart

// Depth is measured by the lead.
func Depth(
	at int,
) int {
	return at // metres
}

func Sound(at int) int { return at * 3 }

func Found() {}

type Rose struct {
	North int
	New   int
}

type Come struct{ Inside int }

func init() { panic(1) }
""",
    "chart/harbour.go": "package chart\n\nfunc Pilot() string { return `to the harbour` }\n",
    "chart/wind_linux.go": "package chart\n\nfunc Wind() int { return 1 }\n",
    "chart/wind_windows.go": "package chart\n\nfunc Wind(at string) int { return 2 }\n",
    "chart/chart_test.go": "package chart\n\nfunc TestNew() {}\n",
    "same/same.go": "package same\n\nfunc Same() {}\n",
    "quay/quay.go": f"package quay\n\nfunc Berths(wanted []int) (found []int) {{{BODY}\nfunc Short() {{}}\n",
}


@pytest.fixture(scope="module")
def comparison(tmp_path_factory: pytest.TempPathFactory) -> Comparison:
    """Both, held against each other."""
    where = editions.written(tmp_path_factory.mktemp("sea"), {"v1.0.0": OLD, "v1.1.0": NEW})
    old, new = editions.indexes(where)
    return Comparison(old, new)


def changes(comparison: Comparison, importpath: str) -> dict[str, Change]:
    return {one.name: one.change for one in comparison.package(importpath)}


def test_each_symbol_that_differs_is_told_once_with_how(comparison: Comparison) -> None:
    assert changes(comparison, "example.org/sea/chart") == {
        "Sound": Change.BODY,
        "Found": Change.ADDED,
        "Lost": Change.REMOVED,
        "Rose": Change.BODY,
        "Rose.New": Change.ADDED,
        "Rose.Old": Change.REMOVED,
        "Come": Change.ADDED,
        "Gone": Change.REMOVED,
        "Pilot": Change.MOVED,
        "Wind": Change.SIGNATURE,
    }


def test_a_platform_s_declaration_is_held_against_its_own(comparison: Comparison) -> None:
    (wind,) = [one for one in comparison.package("example.org/sea/chart") if one.name == "Wind"]

    assert wind.old is not None
    assert wind.new is not None
    assert wind.old.path == wind.new.path == "chart/wind_windows.go"


def test_what_went_to_another_package_word_for_word_moved_in_both(comparison: Comparison) -> None:
    here = {one.name: one for one in comparison.package("example.org/sea/port")}
    there = {one.name: one for one in comparison.package("example.org/sea/quay")}

    assert here["Berths"].change is there["Berths"].change is Change.MOVED
    assert here["Berths"].is_elsewhere
    assert _packages(here["Berths"]) == _packages(there["Berths"])
    assert _packages(here["Berths"]) == ("example.org/sea/port", "example.org/sea/quay")


def test_a_short_declaration_is_known_again_only_where_a_telling_one_went(
    comparison: Comparison,
) -> None:
    assert changes(comparison, "example.org/sea/port")["Short"] is Change.MOVED


def test_the_summary_counts_what_the_packages_list(comparison: Comparison) -> None:
    counted = {one.importpath: one for one in comparison.packages}

    assert sorted(counted) == [f"example.org/sea/{name}" for name in ("chart", "port", "quay")]
    for importpath, package in counted.items():
        listed = [one.change for one in comparison.package(importpath)]
        assert {change: listed.count(change) for change in set(listed)} == dict(package.counts)
    assert counted["example.org/sea/port"].is_gone
    assert counted["example.org/sea/quay"].is_new


def test_a_version_does_not_differ_from_itself(comparison: Comparison) -> None:
    assert Comparison(comparison.old, comparison.old).packages == ()


@pytest.mark.source
def test_real_versions_compare_as_their_symbols_do(tmp_path: Path) -> None:
    where = editions.part_of_kubernetes(tmp_path, "v1.20.2", "v1.36.3")
    old, new = editions.indexes(where)

    comparison = Comparison(old, new)
    found = changes(comparison, "k8s.io/client-go/tools/cache")

    assert found["NewReflector"] is Change.SIGNATURE
    assert found["NewRealFIFOWithOptions"] is Change.ADDED
    for name in ("NewReflector", "Reflector.ListAndWatch", "ListerWatcher"):
        before = old.locate("k8s.io/client-go/tools/cache", name)[0].mark
        after = new.locate("k8s.io/client-go/tools/cache", name)[0].mark
        assert (before.digest == after.digest) == (
            found.get(name, Change.SAME) in {Change.SAME, Change.MOVED}
        )
    assert any(
        one.is_elsewhere
        for package in comparison.packages
        if package.counts.get(Change.MOVED)
        for one in comparison.package(package.importpath)
    )


def _packages(one: Changed) -> tuple[str, str]:
    assert one.old is not None
    assert one.new is not None
    return one.old.importpath, one.new.importpath
