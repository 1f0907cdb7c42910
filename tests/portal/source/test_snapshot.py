"""Sets of modules, and which of them serves a version that is not listed."""

from dataclasses import replace

import pytest

from portal.source.errors import NoSuchFile, UnknownSnapshot
from portal.source.fetch import ModuleCache
from portal.source.snapshot import Fit, Module, Shelf, Snapshot, parse, release
from portal.source.tree import Tree

H1 = "h1:" + "A" * 43 + "="


def made(version: str, *modules: Module) -> Snapshot:
    return Snapshot(
        "p", version, modules or (Module("e.org/p", version, H1, ""),), "MIT", "e.org/p"
    )


def test_the_id_is_of_the_set_and_not_of_its_order() -> None:
    a, b = Module("a.org/a", "v1.0.0", H1, ""), Module("b.org/b", "v1.0.0", H1, "b")

    assert made("v1.0.0", a, b).id == made("v1.0.0", b, a).id
    assert made("v1.0.0", a).id != made("v1.0.0", b).id
    assert len(made("v1.0.0", a).id) == 64


@pytest.mark.parametrize(
    ("wanted", "shown", "fit"),
    [
        ("v1.36.3", "v1.36.3", Fit.EXACT),
        ("v1.36.3+k3s1", "v1.36.3", Fit.EXACT),
        ("v1.36.3-eks-a1b2c3", "v1.36.3", Fit.EXACT),
        ("1.36.3-gke.1200", "v1.36.3", Fit.EXACT),
        ("v1.36.9", "v1.36.3", Fit.PATCH),
        ("v1.36", "v1.36.3", Fit.PATCH),
        ("v1.37.0", "v1.36.3", Fit.MINOR),
        ("v1.21.4", "v1.20.2", Fit.MINOR),
    ],
)
def test_the_nearest_version_serves_and_says_so(wanted: str, shown: str, fit: Fit) -> None:
    shelf = Shelf((made("v1.20.2"), made("v1.36.3")))

    found, how = shelf.nearest("p", wanted)

    assert (found.version, how) == (shown, fit)


@pytest.mark.parametrize("version", ["", "latest", "v1", "1.2.3.4x", "v1.36.3 ", "v९.1.2"])
def test_what_is_no_version_is_unknown(version: str) -> None:
    with pytest.raises(UnknownSnapshot):
        Shelf((made("v1.36.3"),)).nearest("p", version)


def test_unlisted_projects_are_unknown() -> None:
    shelf = Shelf(())

    with pytest.raises(UnknownSnapshot):
        shelf.get("p", "v1.0.0")
    with pytest.raises(UnknownSnapshot):
        shelf.default("p")
    assert shelf.holder("e.org/p") is None


def test_the_newest_is_the_default_by_number() -> None:
    shelf = Shelf((made("v1.9.0"), made("v1.10.0")))

    assert shelf.default("p").version == "v1.10.0"
    assert release("v1.10.0") == (1, 10, 0)


def test_the_longest_module_path_holds_a_package() -> None:
    outer = Module("e.org/p", "v1.0.0", H1, "")
    inner = Module("e.org/p/sub/v3", "v3.0.0", H1, "sub")
    both = made("v1.0.0", outer, inner)

    assert both.module_of("e.org/p/sub/v3/x") == inner
    assert both.module_of("e.org/p/sub") == outer
    assert both.module_of("e.org/pp") is None


@pytest.mark.parametrize(
    "damage",
    [
        ('h1 = "h1:', 'h1 = "h2:'),
        ('version = "v1.0.0"\nlicence', 'version = "one"\nlicence'),
        ('folder = ""\n', ""),
        ('project = "p"', 'project = "p"\nother = 1\n[[snapshot]]'),
    ],
)
def test_a_damaged_list_is_refused(damage: tuple[str, str]) -> None:
    text = f"""
[[snapshot]]
project = "p"
version = "v1.0.0"
licence = "MIT"
repository = "e.org/p"
[[snapshot.module]]
path = "e.org/p"
version = "v1.0.0"
h1 = "{H1}"
folder = ""
"""
    assert parse(text).default("p").modules[0].path == "e.org/p"

    with pytest.raises(ValueError, match=r"."):
        parse(text.replace(*damage))


def test_the_list_of_this_repository_is_in_order(shelf: Shelf) -> None:
    pinned = shelf.get("kubernetes", "v1.36.3")

    assert pinned.modules[0].path == "k8s.io/kubernetes"
    assert len(pinned.modules) == 33
    assert {m.version for m in pinned.modules[1:]} == {"v0.36.3"}
    assert all(m.folder == f"staging/src/{m.path}" for m in pinned.modules[1:])


def test_paths_and_packages_are_inverse(snapshot: Snapshot) -> None:
    tree = Tree(snapshot, ModuleCache([]))
    folder = "staging/src/k8s.io/client-go/tools/cache"

    assert tree.importpath_of(folder) == "k8s.io/client-go/tools/cache"
    assert tree.folder_of("k8s.io/client-go/tools/cache") == folder
    assert tree.importpath_of("pkg/kubelet") == "k8s.io/kubernetes/pkg/kubelet"
    assert tree.folder_of("k8s.io/kubernetes") == ""
    module, inside = tree.locate(f"{folder}/reflector.go")
    assert tree.path_of(module, inside) == f"{folder}/reflector.go"
    with pytest.raises(NoSuchFile):
        tree.folder_of("net/http")


def test_folders_that_lead_to_modules_are_listed_though_none_is_here(snapshot: Snapshot) -> None:
    tree = Tree(snapshot, ModuleCache([]))

    assert [entry.name for entry in tree.listing("")] == ["staging"]
    assert "client-go" in [entry.name for entry in tree.listing("staging/src/k8s.io")]
    with pytest.raises(NoSuchFile):
        Tree(replace(snapshot, modules=snapshot.modules[1:]), ModuleCache([])).locate("x")
