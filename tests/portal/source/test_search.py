"""Symbols by name: which comes first, and the same in every order."""

from random import Random

import pytest

from portal.source.fetch import ModuleCache
from portal.source.package import Packages
from portal.source.search import Asked, Finder, Name, entry, read
from portal.source.symbols import Kind
from portal.source.tree import Tree
from tests.support.source import bring, listed

CACHE = "k8s.io/client-go/tools/cache"
REGISTRY = "k8s.io/apiserver/pkg/registry/generic/registry"


def ask(text: str, names: list[Name], limit: int = 5) -> list[str]:
    asked = read(text)
    assert asked is not None
    finder = Finder(asked, limit)
    finder.look(names)
    return [name.name for name in finder.found]


@pytest.fixture(scope="module")
def names() -> list[Name]:
    """Every name of two real packages."""
    snapshot = listed().get("kubernetes", "v1.36.3")
    wanted = {"k8s.io/client-go", "k8s.io/apiserver"}
    cache: ModuleCache = bring(module for module in snapshot.modules if module.path in wanted)
    packages, tree = Packages(), Tree(snapshot, cache)
    return [
        entry(path, package.name, symbol.name, symbol.kind)
        for path in (CACHE, REGISTRY)
        for package in (packages.get(tree, path),)
        for symbol in package.symbols.values()
    ]


@pytest.mark.source
@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("Reflector", "Reflector"),
        ("reflector", "Reflector"),
        ("cache.Reflector", "Reflector"),
        (f"{CACHE}#Reflector.ListAndWatch", "Reflector.ListAndWatch"),
        (f"go:{CACHE}#Reflector.ListAndWatch~0123abcd", "Reflector.ListAndWatch"),
        (f"{CACHE}.Reflector", "Reflector"),
        ("(*Reflector).ListAndWatch", "Reflector.ListAndWatch"),
        ("Reflector.ListAndWatch", "Reflector.ListAndWatch"),
        ("ListAndWatch", "Reflector.ListAndWatch"),
        ("RLW", "Reflector.ListAndWatch"),
        ("RLAW", "Reflector.ListAndWatch"),
        ("NewRefl", "NewReflector"),
        ("NRefl", "NewReflector"),
        ("store.create", "Store.Create"),
        ("registry.Store", "Store"),
    ],
)
def test_the_symbol_that_is_meant_comes_first(names: list[Name], text: str, first: str) -> None:
    assert ask(text, names)[0] == first


@pytest.mark.source
def test_the_order_does_not_depend_on_what_is_looked_at_first(names: list[Name]) -> None:
    shuffled = names.copy()
    Random(7).shuffle(shuffled)
    for text in ("list", "RLW", "Store", "new"):
        asked = read(text)
        assert asked is not None
        sliced = Finder(asked, 20)
        for start in range(0, len(shuffled), 100):
            sliced.look(shuffled[start : start + 100])
        assert [name.name for name in sliced.found] == ask(text, names, 20)


def test_whole_names_come_before_beginnings_initials_and_parts() -> None:
    written = ["unListAll", "ListAllWell", "Last.ListAll", "ListAll", "LazyAnt", "list.all"]
    names = [entry("x/p", "p", name, Kind.FUNC) for name in written]

    assert ask("ListAll", names) == ["ListAll", "Last.ListAll", "ListAllWell", "unListAll"]
    assert ask("LA", names)[0] == "LazyAnt", "a beginning, and then initials"
    assert ask("LAl", names)[0] == "ListAll"


def test_initials_with_capitals_mean_capitals_first() -> None:
    names = [entry("x/p", "p", name, Kind.FUNC) for name in ("R.listWell", "R.ListAndWell")]

    assert ask("RLW", names) == ["R.ListAndWell", "R.listWell"]
    assert ask("rlw", names) == ["R.listWell"]


def test_a_name_is_not_found_by_its_package_alone() -> None:
    names = [entry("x/cache", "cache", "Store", Kind.STRUCT)]

    assert ask("cache", names) == []
    assert ask("cache.Store", names) == ["Store"]
    assert ask("cache.", names) == ["Store"]


def test_an_import_path_narrows_to_its_package() -> None:
    names = [entry(path, "p", "Store", Kind.STRUCT) for path in ("x/p", "y/p")]
    finder = Finder(Asked("Store", "y/p"), 5)
    finder.look(names)

    assert [name.importpath for name in finder.found] == ["y/p"]
    assert finder.total == 1


@pytest.mark.parametrize(
    "text", ["two words", "a b#C", "", "#", "x/y#", "名", "a..b.c.d", "a" * 300]
)
def test_what_no_symbol_can_be_called_asks_nothing(text: str) -> None:
    assert read(text) is None
