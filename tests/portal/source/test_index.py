"""Symbols of a version: found by name, by a part of it, and held against another version's."""

from collections.abc import Callable
from pathlib import Path

import pytest

from portal.source.buildtags import Build
from portal.source.fetch import ModuleCache
from portal.source.index import Change, Index, compare
from portal.source.intake import take_in
from portal.source.package import Packages
from portal.source.search import read
from portal.source.snapshot import Snapshot
from portal.source.tree import Tree
from portal.source.view import Collection
from tests.support import source

pytestmark = pytest.mark.source

CACHE = "k8s.io/client-go/tools/cache"


@pytest.fixture(scope="module")
def old(collection: Collection, older: Snapshot) -> Index:
    """The older version's symbols."""
    view = collection.view(older)
    assert view is not None
    return Index(view)


def test_a_symbol_is_where_its_package_declares_it(index: Index, current: Snapshot) -> None:
    """What the import kept is what a package that is parsed now says."""
    package = Packages().get(Tree(current, source.bring(current.modules)), CACHE)

    for name, symbol in package.symbols.items():
        found = index.locate(CACHE, name)[0]
        mark = found.mark
        assert found.path == package.path(symbol)
        assert (mark.line, mark.end_line, mark.doc_line) == (
            symbol.line,
            symbol.end_line,
            symbol.doc_line,
        )
        assert (mark.kind, mark.signature) == (symbol.kind.value, symbol.signature)
        assert symbol.digest.startswith(mark.digest)
        assert symbol.signature_digest.startswith(mark.signature_digest)


def test_a_name_of_another_package_or_none_is_not_found(index: Index) -> None:
    assert index.locate(CACHE, "NoSuchThing") == []
    assert index.locate("k8s.io/client-go/rest", "Reflector") == []
    assert index.locate("example.com/elsewhere", "Reflector") == []


def test_of_a_name_for_each_platform_that_of_the_build_comes_first(index: Index) -> None:
    importpath, name = "k8s.io/client-go/util/homedir", "HomeDir"
    assert len(index.locate(importpath, name)) == 1
    exits = "k8s.io/client-go/tools/remotecommand"
    paths = [one.path for one in index.locate(exits, "TerminalSizeQueue")]
    assert len(paths) == 1
    assert index.locate(exits, "TerminalSizeQueue", Build("windows")) != []


@pytest.mark.parametrize(
    ("asked", "first"),
    [
        ("Reflector.ListAndWatch", (CACHE, "Reflector.ListAndWatch")),
        ("RLAW", (CACHE, "Reflector.ListAndWatch")),
        ("cache.Reflector", (CACHE, "Reflector")),
        (f"{CACHE}#NewReflector", (CACHE, "NewReflector")),
        ("sharedindexinform", (CACHE, "SharedIndexInformer")),
        ("Backoff", ("k8s.io/apimachinery/pkg/util/wait", "Backoff")),
    ],
)
def test_the_symbol_that_is_meant_comes_first(
    index: Index, asked: str, first: tuple[str, str]
) -> None:
    question = read(asked)
    assert question is not None

    found = index.search(question, 10).found

    assert (found[0].importpath, found[0].name) == first


def test_a_found_symbol_says_what_it_is(index: Index) -> None:
    question = read("ListerWatcher")
    assert question is not None

    kinds = {one.name: one.kind.value for one in index.search(question, 5).found}

    assert kinds["ListerWatcher"] == "interface"


def test_versions_tell_what_changed(index: Index, old: Index) -> None:
    def change(importpath: str, name: str) -> Change:
        before = old.locate(importpath, name)
        now = index.locate(importpath, name)
        return compare(before[0] if before else None, now[0] if now else None)

    assert change(CACHE, "MetaNamespaceKeyFunc") is not Change.REMOVED
    assert change(CACHE, "Reflector.ListAndWatchWithContext") is Change.ADDED
    assert change(CACHE, "Reflector.ListAndWatch") is Change.BODY
    assert change("k8s.io/apimachinery/pkg/types", "NamespacedName.String") is Change.SAME


def test_what_moved_to_another_package_is_found_there(
    tmp_path: Path, made: Callable[[str, dict[str, str]], tuple[Snapshot, ModuleCache]]
) -> None:
    code = "package a\n\nfunc Sail(n int) int { return n }\n\nfunc Row() {}\n"
    collection = Collection(tmp_path / "index")
    indexes = []
    for version, files in (
        ("v1.0.0", {"a/a.go": code}),
        ("v1.1.0", {"b/b.go": code.replace("return n", "return n + 1"), "c/c.go": code[:20]}),
        ("v1.2.0", {"b/b.go": code, "c/c.go": code}),
    ):
        snapshot, cache = made(version, files)
        take_in(snapshot, cache, collection, lambda _step: None)
        view = collection.view(snapshot)
        assert view is not None
        indexes.append(Index(view))
    before = indexes[0].locate("e.org/sea/a", "Sail")[0]

    now = indexes[1].moved(before)

    assert now is not None
    assert now.importpath == "e.org/sea/b"
    assert indexes[2].moved(before) is None, "two packages have it: nobody knows which it is"
