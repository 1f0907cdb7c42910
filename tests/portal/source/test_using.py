"""Which files may use a symbol: its package's, then who imports it, then others; tests behind each."""

from pathlib import Path

import pytest

from portal.source.index import Index
from portal.source.using import Using
from portal.source.view import Collection
from tests.support.imported import take_files

TIDE = "example.org/m/tide"
IMPORT = 'import "example.org/m/tide"\n'
FILES = {
    "tide/z.go": "package tide\n\ntype Table struct{ Ebb int }\n\nfunc read() {}\n",
    "tide/a_test.go": "package tide\n\nvar table Table\n",
    "tide/note.txt": "Table",
    "ship/b.go": f"package ship\n\n{IMPORT}\nvar Ebb tide.Table\n",
    "ship/a_test.go": f"package ship\n\n{IMPORT}\nvar x = tide.Table{{Ebb: 1}}\n",
    "sail/s.go": "package sail\n\nfunc f() { g().Ebb++ }\n",
    "wind/w.go": "package wind\n\nfunc f() {}\n",
}


@pytest.fixture
def index(tmp_path: Path) -> Index:
    return Index(take_files(Collection(tmp_path), FILES))


def paths(using: Using) -> list[str]:
    """Return all of them, in order."""
    found: list[str] = []
    while (one := using.get(len(found))) is not None:
        found.append(one.path)
    return found


def using(index: Index, word: str, *, is_member: bool = False) -> Using:
    is_exported = word[:1].isupper()
    return Using(
        index,
        TIDE,
        word,
        is_exported=is_exported,
        is_member=is_member,
        may_be_in=lambda _path: True,
    )


def test_an_exported_name_may_be_where_its_package_is_imported(index: Index) -> None:
    assert paths(using(index, "Table")) == [
        *("tide/z.go", "tide/a_test.go"),
        *("ship/b.go", "ship/a_test.go"),
    ]


def test_a_member_may_be_where_its_type_is_not_named(index: Index) -> None:
    assert paths(using(index, "Ebb", is_member=True))[-1] == "sail/s.go"


def test_what_is_not_exported_stays_in_its_package(index: Index) -> None:
    assert paths(using(index, "read")) == ["tide/z.go", "tide/a_test.go"]
    assert paths(using(index, "ebb", is_member=True)) == ["tide/z.go", "tide/a_test.go"]


def test_how_many_there_are_is_known_when_all_were_asked_for(index: Index) -> None:
    found = using(index, "Table")
    assert found.get(0) is not None
    assert found.count is None
    assert not found.ends_at(4)

    assert len(paths(found)) == found.count == 4
    assert found.ends_at(4)


def test_of_many_files_those_without_the_word_are_left_out(tmp_path: Path) -> None:
    many = {f"tide/f{number}.go": f"package tide\n\nvar v{number} int\n" for number in range(60)}
    some = {f"use/f{n}.go": f"package use\n\n{IMPORT}\nvar v{n} tide.X{n}\n" for n in range(60)}
    index = Index(take_files(Collection(tmp_path), {**FILES, **many, **some}))

    assert len(paths(using(index, "Table"))) == 4
