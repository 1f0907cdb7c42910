"""Go's type checker tells who implements what, and method sets the rest of it: each says how much."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from portal.source import implementers as method_sets
from portal.source.exact import checker
from portal.source.exact.answers import Answers, Verdict
from portal.source.implementers import Implementers, Pair
from portal.source.index import Index
from portal.source.kindred import implementers, interfaces, prepare
from portal.source.view import Collection, View
from tests.cluster import toolchain
from tests.support.imported import take_files

M = "example.org/m"
CALM = {
    "a/a.go": "package a\n\ntype I interface{ Close() error }\n\ntype T struct{}\n\n"
    'func (*T) Close() error { return nil }\n\nfunc (T) String() string { return "" }\n',
    "b/b.go": 'package b\n\nimport "example.org/m/a"\n\ntype U struct{ *a.T }\n\ntype n struct{ a.T }\n',
    "b/b_test.go": "package b\n\ntype Fake struct{}\n\nfunc (Fake) Close() error { return nil }\n",
    "b/testdata/x/x.go": "package x\n\ntype X struct{}\n\nfunc (X) Close() error { return nil }\n",
    "_b/x.go": "package b\n\ntype Y struct{}\n\nfunc (Y) Close() error { return nil }\n",
}  # fmt: skip
TORN = {
    **CALM,
    "c/c.go": 'package c\n\nimport "example.org/gone"\n\ntype V struct{ gone.Thing }\n\n'
    "func (V) Close() error { return nil }\n\ntype J interface{ gone.Other; Close() error }\n",
    "d/d.go": 'package d\n\nimport "example.org/m/c"\n\ntype W struct{ c.V }\n\ntype K interface{ c.J }\n\n'
    "type L interface{ Thing() c.Alias }\n\ntype P struct{}\n\nfunc (P) Thing() c.Alias { return nil }\n",
    "c/alias.go": 'package c\n\nimport "example.org/gone"\n\ntype Alias = gone.Some\n',
}
"""With a package that is not here, and so with errors in c; d has none of its own, and depends on them."""


@pytest.fixture(scope="module")
def beside(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for answers, in which the program is built once."""
    return tmp_path_factory.mktemp("exact")


def asked(root: Path, beside: Path, files: dict[str, str]) -> tuple[View, Answers]:
    """Return a module, and what Go says of it."""
    view = take_files(Collection(root), files)
    place = beside / f"{root.name}.exact"
    checker.check(Index(view), [], place, toolchain.find(checker.MINIMUM))
    return view, Answers(place)


def test_what_was_checked_whole_is_told_by_go_alone(tmp_path: Path, beside: Path) -> None:
    """Types of tests, of testdata and of folders that Go does not list implement nothing."""
    view, exact = asked(tmp_path, beside, CALM)

    found = implementers(view, exact, f"{M}/a", "I")

    assert found.is_checked
    assert found.compared == 0
    assert found.pairs == [
        Pair(f"{M}/a", "T", is_pointer=True),
        Pair(f"{M}/b", "U", is_pointer=False),
        Pair(f"{M}/b", "n", is_pointer=True),
    ]


def test_types_are_read_where_go_did_not_check_all_of_them(
    tmp_path: Path, beside: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And ahead of the first question, where somebody may ask one."""
    calm, torn = tmp_path / "calm", tmp_path / "torn"
    for folder in (calm, torn):
        folder.mkdir()
    whole, part = asked(calm, beside, CALM), asked(torn, beside, TORN)
    read: list[View] = []
    of = method_sets.of

    def counted(view: View) -> Implementers:
        read.append(view)
        return of(view)

    monkeypatch.setattr(method_sets, "of", counted)

    prepare(*whole)
    implementers(*whole, f"{M}/a", "I")
    assert read == []
    prepare(*part)
    assert read == [part[0]]


def test_interfaces_of_other_packages_are_those_that_method_sets_know(
    tmp_path: Path, beside: Path
) -> None:
    """Also where nothing here imports them."""
    view, exact = asked(tmp_path, beside, CALM)

    found = interfaces(view, exact, f"{M}/a", "T")

    assert found == interfaces(view, None, f"{M}/a", "T")._replace(is_checked=True, compared=0)
    assert [f"{one.importpath}.{one.name}" for one in found.pairs] == [
        *("example.org/m/a.I", "fmt.Stringer", "io.Closer"),
    ]


def test_what_has_methods_from_a_package_with_errors_is_left_to_method_sets(
    tmp_path: Path, beside: Path
) -> None:
    """Far down too: embedded, by an alias, as a part of a signature."""
    view, exact = asked(tmp_path, beside, TORN)

    for importpath, name in (
        ("c", "V"),
        ("d", "W"),
        ("c", "J"),
        ("d", "K"),
        ("d", "L"),
        ("d", "P"),
    ):
        assert not exact.is_judged(f"{M}/{importpath}", name), name
    assert exact.is_judged(f"{M}/a", "T")
    of_torn = interfaces(view, exact, f"{M}/d", "W")
    assert of_torn == interfaces(view, None, f"{M}/d", "W")
    assert not of_torn.is_checked


def test_beside_what_go_tells_the_rest_is_counted(tmp_path: Path, beside: Path) -> None:
    view, exact = asked(tmp_path, beside, TORN)

    found = implementers(view, exact, f"{M}/a", "I")

    assert found.is_checked
    assert [(one.importpath.removeprefix(f"{M}/"), one.name) for one in found.pairs] == [
        *(("a", "T"), ("b", "U"), ("b", "n"), ("c", "V"), ("d", "W")),
    ]
    assert found.compared == 2


def test_answers_of_an_earlier_release_are_of_uses_alone(tmp_path: Path, beside: Path) -> None:
    view, made = asked(tmp_path, beside, CALM)
    made.close()
    place = beside / f"{tmp_path.name}.exact"
    with closing(sqlite3.connect(place)) as db, db:
        for table in ("broken", "callee", "call", "type", "implements"):
            db.execute(f"DROP TABLE {table}")
        db.execute("PRAGMA user_version = 0")
    exact = Answers(place)

    at = CALM["a/a.go"].index("T) Close")
    assert exact.uses(f"{M}/a", "T")("a/a.go", at) is Verdict.IS
    assert exact.calls("a/a.go") is None
    assert not exact.is_whole
    assert exact.implementers(f"{M}/a", "I") is exact.interfaces(f"{M}/a", "T") is None
    found = implementers(view, exact, f"{M}/a", "I")
    assert found == implementers(view, None, f"{M}/a", "I")
    assert (len(found.pairs), found.compared, found.is_checked) == (3, 3, False)
