"""Packages are read for one build, kept in bounds, and say what is most like a missing name."""

from pathlib import Path

import pytest

from portal.source.buildtags import Build
from portal.source.calls import calls
from portal.source.errors import NoSuchFile, NoSuchSymbol, NotImported
from portal.source.fetch import ModuleCache
from portal.source.golang import parse
from portal.source.package import Packages, read_package
from portal.source.scope import references
from portal.source.snapshot import Module, Snapshot
from portal.source.tree import Tree

H1 = "h1:" + "A" * 43 + "="


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    """A module with a package that differs by system."""
    root = tmp_path / "e.org" / "m@v1.0.0" / "p"
    root.mkdir(parents=True)
    for name, text in {
        "a.go": "package p\n\nfunc init() {}\nfunc Shared() { system() }\n",
        "a_linux.go": "package p\n\nfunc system() {}\n",
        "a_windows.go": "package p\n\nfunc system() {}\nfunc registry() {}\n",
        "a_test.go": "package p\n\nfunc helper() {}\n",
        "out_test.go": "package p_test\n\nfunc system() { helper() }\n",
        "gen.go": "//go:build ignore\n\npackage main\n\nfunc main() { Shared() }\n",
    }.items():
        (root / name).write_text(text)
    (root / "doc").mkdir()
    module = Module("e.org/m", "v1.0.0", H1, "")
    return Tree(Snapshot("m", "v1.0.0", (module,), "MIT", "e.org/m"), ModuleCache([tmp_path]))


def test_one_build_sees_its_own_files(tree: Tree) -> None:
    linux = read_package(tree, "e.org/m/p", Build())
    windows = read_package(tree, "e.org/m/p", Build(goos="windows"))

    assert linux.name == "p"
    assert linux.files == ("a.go", "a_linux.go")
    assert linux.tests == ("a_test.go", "out_test.go")
    assert linux.others == ("a_windows.go", "gen.go")
    assert sorted(linux.symbols) == ["Shared", "system"]
    assert linux.path(linux.symbol("system")) == "p/a_linux.go"
    assert windows.path(windows.symbol("system")) == "p/a_windows.go"


def test_each_file_sees_only_what_it_can_name(tree: Tree) -> None:
    package = read_package(tree, "e.org/m/p", Build())

    assert "helper" not in package.names_for("a.go")
    assert "helper" in package.names_for("a_test.go")
    assert "registry" in package.names_for("a_windows.go")
    assert sorted(package.names_for("out_test.go")) == ["system"]
    assert sorted(package.names_for("gen.go")) == ["main"]


def test_names_without_a_page_lead_to_the_line_that_declares_them(tree: Tree) -> None:
    package = read_package(tree, "e.org/m/p", Build())

    def place(file: str, name: str) -> str | None:
        found = package.declared_beside(file, name)
        return f"{found.file}:{found.line}" if found else None

    assert place("a.go", "Shared") is None
    assert place("a_test.go", "Shared") is None
    assert place("a_test.go", "helper") == "a_test.go:3"
    assert place("a_windows.go", "system") == "a_windows.go:3"
    assert place("a_windows.go", "Shared") is None
    assert place("out_test.go", "system") == "out_test.go:3"
    assert place("a.go", "init") == "a.go:3"


def test_a_missing_name_comes_with_those_like_it(tree: Tree) -> None:
    with pytest.raises(NoSuchSymbol) as missing:
        read_package(tree, "e.org/m/p", Build()).symbol("Shard")

    assert missing.value.near == ("Shared",)


def test_a_folder_without_go_is_no_package(tree: Tree) -> None:
    with pytest.raises(NoSuchFile):
        read_package(tree, "e.org/m/p/doc", Build())
    with pytest.raises(NoSuchFile):
        read_package(tree, "e.org/other", Build())


def test_no_more_packages_are_kept_than_allowed(tree: Tree) -> None:
    packages = Packages(kept=2)
    for system in ("linux", "windows", "darwin"):
        packages.get(tree, "e.org/m/p", Build(goos=system))

    kept = packages.get(tree, "e.org/m/p", Build(goos="darwin"))

    assert len(packages) == 2
    assert packages.get(tree, "e.org/m/p", Build(goos="darwin")) is kept


def test_a_package_of_an_absent_module_is_not_imported(snapshot: Snapshot) -> None:
    with pytest.raises(NotImported):
        Packages().get(Tree(snapshot, ModuleCache([])), "k8s.io/api/core/v1")


def test_calls_know_their_target_package_and_conditions() -> None:
    source = parse(
        b'package a\nimport f "x/filters"\nfunc F() {\n\th := g()\n\tif a && b {\n\t\th = f.With(h)\n'
        b"\t} else if c {\n\t\th = f.Less(h)\n\t} else {\n\t\tgo f.None(h)\n\t}\n}\n"
    )

    found = calls(source, source.span(source.root))

    assert [(c.target, c.importpath, c.name, c.line, c.guards) for c in found] == [
        ("h", "", "g", 4, ()),
        ("h", "x/filters", "With", 6, ("a && b",)),
        ("h", "x/filters", "Less", 8, ("!(a && b)", "c")),
        ("", "x/filters", "None", 10, ("!(a && b)", "!(c)")),
    ]


@pytest.mark.source
def test_every_reference_of_a_real_package_names_something_that_exists(real: Tree) -> None:
    packages = Packages()
    package = packages.get(real, "k8s.io/client-go/tools/cache")
    followed = 0
    for file in package.files:
        source = parse(real.read(f"{package.folder}/{file}"))
        for found in references(
            source, package.importpath, package.names_for(file), package.outline[file]
        ):
            is_own = found.importpath == package.importpath
            if is_own or found.importpath.startswith("k8s.io/apimachinery/"):
                if found.name == "init":
                    continue
                packages.get(real, found.importpath).symbol(found.name)
                followed += 1

    assert followed > 2000
