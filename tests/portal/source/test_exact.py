"""Go's type checker says which of many identifiers of one name is the symbol, and where it cannot say."""

from pathlib import Path

import pytest

from portal.source.exact import answers, checker
from portal.source.exact.answers import Answers, Verdict
from portal.source.index import Index
from portal.source.view import Collection
from portal.source.xref import FIRST, Certainty, References
from tests.cluster import toolchain
from tests.support.imported import SMALL, take_files

FILES = {
    "go.mod": "module example.org/m\n\ngo 1.23\n\nrequire example.org/other v1.2.0\n",
    "a/a.go": """package a

// Größe 世界
type Store struct{ Add int }
type Queue struct{ items []Item }
type Item struct{ Name string }
type Adder interface{ Add(Item) }

func (q *Queue) Add(item Item) { q.items = append(q.items, item) }
""",
    "b/b.go": """package b

import (
	"example.org/m/a"
	"example.org/other/kind"
)

type Named struct{ a.Queue }

func Use(q *a.Queue, i a.Adder, n Named, k kind.Kind) string {
	世界 := a.Store{Add: 1}
	q.Add(a.Item{Name: "one"})
	i.Add(a.Item{})
	n.Add(a.Item{})
	k.Add(a.Item{})
	世界.Add++
	return k.Named().Name
}
""",
    "b/b_windows.go": 'package b\n\nimport "example.org/m/a"\n\nfunc Other(q *a.Queue) { q.Add(a.Item{}) }\n',
    "a/a_test.go": """package a

import "testing"

func TestQueue(t *testing.T) { new(Queue).Add(helped()) }
func helped() Item { return Item{} }
""",
    "a/outside_test.go": """package a_test

import (
	"testing"

	"example.org/m/a"
)

var other a.Adder

func TestOutside(t *testing.T) { other.Add(a.Item{}); new(a.Queue).Add(a.Item{}) }
""",
    "b/broken.go": "package b\n\nfunc broken( {\n",
}


@pytest.fixture(scope="module")
def go() -> str:
    """A Go command, of the machine or of the wheel."""
    return toolchain.find(checker.MINIMUM)


@pytest.mark.parametrize(
    ("meminfo", "is_apt"),
    [
        ("MemTotal: 9999999 kB\nMemAvailable: 2097152 kB\n", True),
        ("MemTotal: 9999999 kB\nMemAvailable: 2097151 kB\n", False),
        ("MemTotal: 9999999 kB\n", False),
    ],
)
def test_by_itself_it_begins_only_with_room_enough(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, go: str, meminfo: str, *, is_apt: bool
) -> None:
    monkeypatch.setenv("PATH", str(Path(go).parent))
    place = tmp_path / "meminfo"
    place.write_text(meminfo, encoding="ascii")
    monkeypatch.setattr(checker, "MEMINFO", place)

    assert checker.is_apt() is is_apt


@pytest.fixture
def index(tmp_path: Path) -> Index:
    """A small module, imported."""
    return Index(take_files(Collection(tmp_path), FILES))


def made(index: Index, tmp_path: Path, go: str, *caches: Path) -> Answers:
    """Return what Go says of it."""
    place = Collection(tmp_path).exact(SMALL)
    checker.check(index, caches, place, go)
    found = answers.of(place)
    assert found is not None
    return found


def places(path: str, text: str) -> list[int]:
    """Return the offsets, in bytes, of a piece of a file."""
    data, piece = FILES[path].encode(), text.encode()
    found = [at for at in range(len(data)) if data.startswith(piece, at)]
    assert found
    return found


def test_an_identifier_is_the_symbol_or_is_not(index: Index, tmp_path: Path, go: str) -> None:
    """Through pointers, interfaces and embedding; a field of the same name is another symbol."""
    found = made(index, tmp_path, go)
    (direct,) = places("b/b.go", "q.Add")
    (by_interface,) = places("b/b.go", "i.Add")
    (promoted,) = places("b/b.go", "n.Add")
    (field,) = places("b/b.go", "世界.Add++")
    (key,) = places("b/b.go", "Add: 1")
    uses = found.uses("example.org/m/a", "Queue.Add")
    assert uses("b/b.go", direct + 2) is Verdict.IS
    assert uses("b/b.go", promoted + 2) is Verdict.IS
    assert uses("b/b.go", by_interface + 2) is Verdict.IS_NOT
    assert uses("b/b.go", key) is Verdict.IS_NOT
    assert found.uses("example.org/m/a", "Adder.Add")("b/b.go", by_interface + 2) is Verdict.IS
    fields = found.uses("example.org/m/a", "Store.Add")
    assert fields("b/b.go", key) is Verdict.IS
    assert fields("b/b.go", field + len("世界.".encode())) is Verdict.IS


def test_tests_are_judged_too(index: Index, tmp_path: Path, go: str) -> None:
    """Those inside of a package, and those beside it."""
    found = made(index, tmp_path, go)
    uses = found.uses("example.org/m/a", "Queue.Add")
    (inside,) = places("a/a_test.go", "Add(helped")
    (by_interface,) = places("a/outside_test.go", "Add(a.Item{}); new")
    (outside,) = places("a/outside_test.go", "Add(a.Item{}) }")
    assert uses("a/a_test.go", inside) is Verdict.IS
    assert uses("a/outside_test.go", by_interface) is Verdict.IS_NOT
    assert uses("a/outside_test.go", outside) is Verdict.IS
    (helped,) = places("a/a_test.go", "helped())")
    assert found.uses("example.org/m/a", "helped")("a/a_test.go", helped) is Verdict.IS


def test_what_is_not_here_is_not_judged(index: Index, tmp_path: Path, go: str) -> None:
    """A module that this machine lacks, another platform, a file that is not there."""
    found = made(index, tmp_path, go)
    (foreign,) = places("b/b.go", "k.Add")
    (windows,) = places("b/b_windows.go", "q.Add")
    uses = found.uses("example.org/m/a", "Queue.Add")
    assert uses("b/b.go", foreign + 2) is Verdict.NOTHING
    assert uses("b/b_windows.go", windows + 2) is Verdict.NOTHING
    assert uses("c/c.go", 0) is Verdict.NOTHING
    assert uses("b/broken.go", 0) is Verdict.NOTHING, "what stands behind an error is not known"
    assert found.calls("b/broken.go") is found.calls("b/b_windows.go") is None
    assert found.faulty() == (2, 5)


def test_a_module_of_the_go_cache_is_read(index: Index, tmp_path: Path, go: str) -> None:
    """At the version that go.mod requires, and then nothing is open any more."""
    folder = tmp_path / "mod" / "example.org" / "other@v1.2.0" / "kind"
    folder.mkdir(parents=True)
    (folder / "kind.go").write_text(
        "package kind\n\ntype Kind struct{}\n\nfunc (Kind) Add(any) {}\n"
        "func (Kind) Named() (n struct{ Name string }) { return }\n"
    )
    found = made(index, tmp_path, go, tmp_path / "mod")
    (foreign,) = places("b/b.go", "k.Add")
    assert found.uses("example.org/m/a", "Queue.Add")("b/b.go", foreign + 2) is Verdict.IS_NOT


def test_references_are_exact_where_go_has_judged(index: Index, tmp_path: Path, go: str) -> None:
    """What it cannot judge stays a candidate, and what is another symbol is gone."""
    name = "example.org/m/a", "Queue.Add"
    without = References(index, *name).batch(FIRST, lambda _files, _uses: False)
    assert [use.certainty for use in without.uses].count(Certainty.CANDIDATE) == 10
    judge = made(index, tmp_path, go).uses(*name)
    checked = References(index, *name, judge)
    assert checked.is_checked
    found = checked.batch(FIRST, lambda _files, _uses: False)
    assert [(use.path, use.text.strip(), use.certainty.value) for use in found.uses] == [
        ("a/a.go", "func (q *Queue) Add(item Item) { q.items = append(q.items, item) }", "exact"),
        ("a/a_test.go", "func TestQueue(t *testing.T) { new(Queue).Add(helped()) }", "exact"),
        ("a/outside_test.go", FILES["a/outside_test.go"].splitlines()[-1], "exact"),
        ("b/b.go", 'q.Add(a.Item{Name: "one"})', "exact"),
        ("b/b.go", "n.Add(a.Item{})", "exact"),
        ("b/b.go", "k.Add(a.Item{})", "candidate"),
        ("b/b_windows.go", "func Other(q *a.Queue) { q.Add(a.Item{}) }", "candidate"),
    ]


def test_there_are_no_answers_until_it_has_run(tmp_path: Path) -> None:
    """And that is said by None."""
    assert answers.of(Collection(tmp_path).exact(SMALL)) is None


def test_nothing_is_left_of_a_version_that_is_removed(
    index: Index, tmp_path: Path, go: str
) -> None:
    """Its answers go with it."""
    made(index, tmp_path, go)
    Collection(tmp_path).remove(SMALL)
    assert not Collection(tmp_path).exact(SMALL).exists()
