"""Types meet interfaces as Go decides it: by method sets, promotion, pointers and packages."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from portal.source import foreign
from portal.source.buildtags import Build
from portal.source.exact import checker
from portal.source.exact.answers import Answers
from portal.source.implementers import Implementers, Pair
from portal.source.index import Index
from portal.source.methodset import INTERFACE
from portal.source.snapshot import Snapshot
from portal.source.view import Collection
from tests.cluster import toolchain
from tests.support import rightness
from tests.support.imported import imported, take_files
from tests.support.source import listed
from tests.support.typetruth import VERSIONS, asked, obtain

ENOUGH = 0.99


Take = Callable[[dict[str, str]], rightness.Tells]
"""Makes a module of files, to be asked."""


@pytest.fixture(scope="module")
def beside(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for answers, in which the program is built once."""
    return tmp_path_factory.mktemp("exact")


@pytest.fixture(params=["method sets", "go/types"])
def take(request: pytest.FixtureRequest, tmp_path: Path, beside: Path) -> Take:
    """Each tier in turn: what is right is so for both."""

    def take(files: dict[str, str]) -> rightness.Tells:
        index = Index(take_files(Collection(tmp_path), files))
        if request.param == "method sets":
            return Implementers(index)
        place = beside / f"{tmp_path.name}.exact"
        checker.check(index, [], place, toolchain.find(checker.MINIMUM))
        found = Answers(place)
        assert found.faulty()[0] == 0
        return found

    return take


def names(pairs: Sequence[Pair] | None) -> list[str]:
    """Return types as Go writes them, `*T` where it takes a pointer, without the module's path."""
    short = [
        one._replace(importpath=one.importpath.removeprefix("example.org/m")) for one in pairs or ()
    ]
    return [
        "*" * one.is_pointer + f"{one.importpath}.{one.name}".removeprefix("/").removeprefix(".")
        for one in short
    ]


def compared(root: Path, files: dict[str, str], build: Build | None = None) -> Implementers:
    """Return what method sets tell of a module of these files."""
    return Implementers(Index(take_files(Collection(root), files)), build)


def implementers(take: Take, name: str, *texts: str) -> list[str]:
    """Return who implements an interface of a package that has these files."""
    files = {f"f{number}.go": f"package m\n{text}" for number, text in enumerate(texts)}
    return names(take(files).implementers("example.org/m", name))


def test_a_type_with_all_methods_implements(take: Take) -> None:
    """One method short, or another signature, and it does not."""
    code = """
    type I interface { Get(key string) (int, error); Put(string, ...int) }
    type Whole struct{}
    func (Whole) Get(k string) (value int, err error) { return 0, nil }
    func (w Whole) Put(name string, values ...int) {}
    type Short struct{}
    func (Short) Get(k string) (int, error) { return 0, nil }
    type Other struct{}
    func (Other) Get(k string) (int, error) { return 0, nil }
    func (Other) Put(name string, values []int) {}
    """
    assert implementers(take, "I", code) == ["Whole"]


def test_a_pointer_receiver_makes_the_pointer_implement(take: Take) -> None:
    """What a value has, its pointer has too."""
    code = """
    type I interface { A(); B() }
    type T struct{}
    func (T) A() {}
    func (*T) B() {}
    type ByValue struct{ T }
    type ByPointer struct{ *T }
    """
    assert implementers(take, "I", code) == ["ByPointer", "*ByValue", "*T"]


def test_a_name_twice_at_one_depth_is_no_method(take: Take) -> None:
    """Nearer wins over deeper, two at one depth hide each other, and so does a field."""
    code = """
    type I interface { M() }
    type A struct{}
    func (A) M() {}
    type B struct{}
    func (B) M() {}
    type Both struct { A; B }
    type Nearer struct { Both; C }
    type C struct{}
    func (C) M() {}
    type Own struct { A; B }
    func (Own) M() {}
    type Field struct { A; M int }
    type Shared struct { X; Y }
    type X struct { A }
    type Y struct { A }
    """
    assert implementers(take, "I", code) == ["A", "B", "C", "Nearer", "Own", "X", "Y"]


def test_an_embedded_interface_gives_its_methods(take: Take) -> None:
    """To interfaces and to structs, over packages, and from packages that are not imported."""
    files = {
        "a/a.go": 'package a\nimport "io"\ntype R interface { io.Reader; Name() string }',
        "b/b.go": """package b
        import ( other "example.org/m/a"; "io" )
        type Given struct { other.R }
        type Own struct { io.Reader }
        func (o *Own) Name() string { return "" }
        """,
    }
    found = take(files)
    assert names(found.implementers("example.org/m/a", "R")) == ["b.Given", "*b.Own"]
    assert names(found.interfaces("example.org/m/b", "Given")) == ["a.R", "io.Reader"]
    assert names(found.implementers("io", "Reader")) == ["b.Given", "b.Own"]


def test_a_method_without_export_is_its_packages_own(take: Take) -> None:
    """Another package's method of the same name is another one."""
    files = {
        "a/a.go": "package a\ntype I interface { m() }\ntype T struct{}\nfunc (T) m() {}",
        "b/b.go": 'package b\nimport "example.org/m/a"\ntype U struct{}\nfunc (U) m() {}\n'
        "type V struct { a.T }",
    }
    found = take(files)
    assert names(found.implementers("example.org/m/a", "I")) == ["a.T", "b.V"]


def test_an_alias_is_the_type_it_stands_for(take: Take) -> None:
    """In signatures, embedded, as a receiver, and those of other packages."""
    files = {
        "a/a.go": "package a\ntype K struct{}\ntype I interface { M(K, any, []byte) }",
        "b/b.go": """package b
        import "example.org/m/a"
        type J = a.K
        type L = J
        type T struct{}
        type U = T
        func (U) M(L, interface{}, []uint8) {}
        type E struct { U }
        """,
    }
    found = take(files)
    assert names(found.implementers("example.org/m/a", "I")) == ["b.E", "b.T"]
    assert not found.implementers("example.org/m/b", "U")


def test_a_defined_type_has_no_methods_of_the_other(take: Take) -> None:
    """Those of what a struct embeds, and those of an interface, it has."""
    code = """
    type I interface { M() }
    type J I
    type T struct{}
    func (T) M() {}
    type D T
    type S struct { T }
    type E S
    """
    assert implementers(take, "J", code) == ["E", "S", "T"]


def test_files_of_another_platform_and_of_tests_take_no_part(take: Take) -> None:
    """Each platform has its own method sets."""
    files = {
        "t.go": "package m\ntype I interface { M() }\ntype T struct{}\ntype U struct{}",
        "t_windows.go": "package m\nfunc (T) M() {}",
        "t_test.go": "package m\nfunc (U) M() {}",
        "testdata/x/x.go": "package x\ntype X struct{}\nfunc (X) M() {}",
    }
    assert take(files).implementers("example.org/m", "I") == []


def test_the_build_that_is_asked_for_decides(tmp_path: Path) -> None:
    """A method behind a constraint is there where it is compiled."""
    files = {
        "t.go": "package m\ntype I interface { M() }\ntype T struct{}",
        "other.go": "//go:build darwin\n\npackage m\n\nfunc (T) M() {}",
    }
    found = compared(tmp_path, files, Build("darwin", "arm64"))
    assert names(found.implementers("example.org/m", "I")) == ["T"]


def test_a_constraint_and_an_empty_interface_have_no_implementers(take: Take) -> None:
    """Everything would implement the one, and the other is no type of a variable."""
    code = """
    type Empty interface{}
    type Number interface {
        ~int |
            ~string // a union
        M()
    }
    type Comparable interface { comparable; M() }
    type T struct{}
    func (T) M() {}
    """
    found = take({"m.go": f"package m\n{code}"})
    for name in ("Empty", "Number", "Comparable", "T", "Absent"):
        assert not found.implementers("example.org/m", name)


def test_type_parameters_stand_for_types(take: Take) -> None:
    """A generic interface is implemented where one choice of types fits all of its methods."""
    code = """
    type Store[K comparable, V any] interface { Get(K) (V, bool); Put(key K, value V) }
    type Names struct{}
    func (Names) Get(string) (*T, bool) { return nil, false }
    func (Names) Put(string, *T) {}
    type Torn struct{}
    func (Torn) Get(string) (int, bool) { return 0, false }
    func (Torn) Put(string, string) {}
    type Map[A comparable, B any] struct{}
    func (m *Map[X, Y]) Get(k X) (v Y, ok bool) { return }
    func (m *Map[X, Y]) Put(k X, v Y) {}
    type Plain interface { Get(int) (string, bool) }
    type Ints struct { Map[int, string] }
    type T struct{}
    """
    found = take({"m.go": f"package m\n{code}"})
    assert names(found.implementers("example.org/m", "Store")) == ["*Ints", "*Map", "Names"]
    assert names(found.implementers("example.org/m", "Plain")) == ["*Ints"]
    assert names(found.interfaces("example.org/m", "Ints")) == ["*Plain", "*Store"]


def test_a_constraint_of_a_type_parameter_is_kept(take: Take) -> None:
    """A union lists its types, and an interface wants its methods."""
    code = """
    type Named interface { Name() string }
    type Either interface { *A | *B }
    type ByUnion[T Either] interface { Get() T }
    type ByMethods[T Named] interface { Get() T }
    type A struct{}
    type B struct{}
    func (*A) Name() string { return "" }
    type GetA struct{}
    func (GetA) Get() *A { return nil }
    type GetB struct{}
    func (GetB) Get() *B { return nil }
    type GetC struct{}
    func (GetC) Get() int { return 0 }
    """
    found = take({"m.go": f"package m\n{code}"})
    assert names(found.implementers("example.org/m", "ByUnion")) == ["GetA", "GetB"]
    assert names(found.implementers("example.org/m", "ByMethods")) == ["GetA"]


def test_what_is_not_known_allows_nothing(tmp_path: Path) -> None:
    """As a constraint, or embedded in an interface; to method sets, for Go leaves such a package to them."""
    code = """
    type ByUnknown[T elsewhere.Thing] interface { Get() T }
    type Unknown interface { elsewhere.Thing; Get() int }
    type T struct{}
    func (T) Get() int { return 0 }
    """
    found = compared(tmp_path, {"m.go": f"package m\n{code}"})
    assert found.implementers("example.org/m", "ByUnknown") == []
    assert found.implementers("example.org/m", "Unknown") == []


def test_a_dot_import_names_types_as_its_own(take: Take) -> None:
    """The package's own types come first."""
    files = {
        "a/a.go": "package a\ntype K struct{}\ntype I interface { M(K) }",
        "b/b.go": 'package b\nimport . "example.org/m/a"\ntype T struct{}\nfunc (T) M(K) {}\n'
        "type E struct { I }",
    }
    assert names(take(files).implementers("example.org/m/a", "I")) == ["b.E", "b.T"]


def test_a_signature_longer_than_what_is_kept_is_read_whole(take: Take) -> None:
    """Its last parameter decides."""
    many = ", ".join(f"parameter{number} string" for number in range(60))
    code = f"""
    type I interface {{ M({many}, last int) }}
    type T struct{{}}
    func (T) M({many}, last int) {{}}
    type U struct{{}}
    func (U) M({many}, last bool) {{}}
    """
    assert implementers(take, "I", code) == ["T"]


@pytest.fixture(scope="module", params=VERSIONS)
def version(request: pytest.FixtureRequest) -> Snapshot:
    """Each version in turn."""
    return listed().get("kubernetes", request.param)


@pytest.mark.source
@pytest.mark.timeout(900)
def test_go_itself_agrees(version: Snapshot) -> None:
    """On exported types and interfaces of all of Kubernetes, in both directions."""
    found = rightness.implementers(version, Implementers(Index(imported(version))))

    for mark, rest in (
        ("missing", found.wanted - found.forward),
        ("too many", found.forward - found.wanted),
    ):
        for one in sorted(rest)[:50]:
            print(mark, *one)
    print(f"{found.told}, precision {found.precision:.4%}, recall {found.recall:.4%}")
    assert len(found.wanted) > 9_000
    assert found.precision >= ENOUGH
    assert found.recall >= ENOUGH
    assert found.backward == found.forward


@pytest.mark.source
@pytest.mark.timeout(900)
def test_both_tiers_together_say_all_of_it(version: Snapshot, tmp_path: Path) -> None:
    """The old version lacks files that its build generates: method sets tell what types there implement."""
    obtain(version, asked())  # with it come the modules that the version needs
    view = imported(version)
    exact = rightness.checked(view, tmp_path)

    found = rightness.implementers(version, rightness.Both(view, exact))

    faulty, total = exact.faulty()
    print(f"{found.told}, {faulty} of {total} files are of packages with errors")
    assert faulty < total / 500
    assert exact.is_whole is (faulty == 0)
    assert found.forward == found.backward == found.wanted


@pytest.mark.source
@pytest.mark.timeout(900)
def test_what_is_known_of_other_packages_is_what_go_says() -> None:
    """At the pinned version, or at the old one where that alone needs them."""
    current, old = (listed().get("kubernetes", version) for version in VERSIONS)
    said = obtain(old, asked()).methods | obtain(current, asked()).methods
    assert {
        f"${name}": rows["="] for name, rows in said.items() if "=" in rows
    } == foreign.aliases()
    for importpath, name, form, methods in foreign.types():
        if importpath:
            rows = {
                "*" * is_pointer + method: text for method, (is_pointer, text) in methods.items()
            }
            kind = {"": "interface"} if form == INTERFACE else {}
            assert said[f"{importpath}.{name}"] == kind | rows
