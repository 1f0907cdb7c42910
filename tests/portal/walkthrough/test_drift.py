"""Anchors over versions: from the index and from packages, in numbers, on the command line."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from django.core.management import call_command

from portal.resource import resource_path
from portal.walkthrough import anchors, shelfmark
from portal.walkthrough.chapter import read_front
from portal.walkthrough.drift import measure
from portal.walkthrough.excerpt import Grade
from portal.walkthrough.grading import Grader
from portal.walkthrough.library import Book, BookFront, Entry, Library, read_library
from portal.walkthrough.stock import Where, stock
from portal.walkthrough.survey import Graded, Stand, Survey, stands, survey
from tests.support import editions, source

OLD = {
    "go.mod": "module example.org/sea\n",
    "a.go": "package sea\n\nfunc Same() { one() }\n\nfunc Moved() {}\n\nfunc Body() { one(); two() }\n\n"
    "func Head(a int) {}\n\nfunc Gone() {}\n\nfunc one() {}\n\nfunc two() {}\n",
    "a_windows.go": "package sea\n\nfunc Elsewhere() {}\n",
}
NEW = {
    **OLD,
    "a.go": "package sea\n\nfunc Same() { one() }\n\nfunc Body() { one(); one() }\n\n"
    "func Head(a string) {}\n\nfunc one() {}\n\nfunc two() {}\n",
    "b.go": "package sea\n\nfunc Moved() {}\n",
}
EXPECTED = {
    "Same": Grade.SAME,
    "Moved": Grade.MOVED,
    "Body": Grade.BODY,
    "Head": Grade.SIGNATURE,
    "Gone": Grade.GONE,
    "Never": Grade.GONE,
    "Elsewhere": Grade.GONE,
    "Elsewhere@windows": Grade.SAME,
}


@pytest.fixture(scope="module")
def sea(tmp_path_factory: pytest.TempPathFactory) -> Where:
    """Two small versions, imported."""
    return editions.written(tmp_path_factory.mktemp("sea"), {"v1.0.0": OLD, "v1.1.0": NEW})


def anchor(where: Where, name: str) -> anchors.Anchor:
    """Return the anchor of a symbol with its digest at the older version."""
    found = anchors.parse(f"go:example.org/sea#{name}")
    marks = editions.indexes(where)[0].locate(found.importpath, found.name, found.build)
    return replace(found, digest=marks[0].mark.digest[:8]) if marks else found


@pytest.mark.parametrize("is_indexed", [True, False])
def test_the_index_and_the_packages_give_the_same_grades(sea: Where, is_indexed: bool) -> None:
    where = sea if is_indexed else replace(sea, index=None)
    grader = Grader(stock(where), "sea@v1.1.0", "v1.0.0")

    assert {name: grader.grade(anchor(sea, name)) for name in EXPECTED} == EXPECTED


def test_a_statement_that_is_gone_is_gone_though_its_function_is_not(sea: Where) -> None:
    tree = stock(sea).tree("sea@v1.0.0")
    body = stock(sea).packages.get(tree, "example.org/sea").symbol("Body")
    one, two = (statement.digest[:8] for statement in body.statements)
    grader = Grader(stock(sea), "sea@v1.1.0", "v1.0.0")
    base = anchor(sea, "Body")

    assert grader.grade(replace(base, statement=two)) is Grade.GONE
    assert grader.grade(replace(base, statement=one)) is Grade.GONE  # it stands twice now
    assert grader.grade(base) is Grade.BODY


def test_a_chapter_s_drift_is_told_in_numbers(sea: Where) -> None:
    named = tuple(anchor(sea, name) for name in ("Same", "Moved", "Head", "Gone"))

    drift = measure(sea, "sea@v1.1.0", "v1.0.0", named)

    assert (drift.worst, drift.same, drift.total) == (Grade.GONE, 1, 4)
    assert drift.others == ((Grade.MOVED, 1), (Grade.SIGNATURE, 1), (Grade.GONE, 1))


@pytest.mark.parametrize(
    ("verified_at", "failing"),
    [("v1.0.0", {"Head", "Gone"}), ("v1.1.0", {"Gone", "Head", "Body"})],
)
def test_what_a_chapter_says_must_hold_from_its_version_on(
    sea: Where, verified_at: str, failing: set[str]
) -> None:
    named = [anchor(sea, name) for name in ("Same", "Moved", "Body", "Head", "Gone")]
    all_of_them = tuple(Stand(one, "book", "chapter", "sea", verified_at) for one in named)

    found = survey(sea, all_of_them)

    assert {one.stand.anchor.name for one in found.failing} == failing
    assert found.versions == (("sea", ("v1.0.0", "v1.1.0")),)


def test_every_anchor_of_a_book_is_there_with_its_statements() -> None:
    library = read_library(shelfmark.walkthroughs())

    found = stands(library)

    text = (shelfmark.walkthroughs() / "en" / "client-go" / "list-and-watch.md").read_text()
    names = {str(stand.anchor.symbol) for stand in found}
    for written in ("Reflector.RunWithContext", "defaultBackoffInit", "handleAnyWatch"):
        assert written in text
        assert f"go:k8s.io/client-go/tools/cache#{written}" in names
    assert any(stand.anchor.statement for stand in found)
    assert len(found) == len(set(found))


def test_what_is_not_here_is_nobody_s_fault(tmp_path: Path) -> None:
    nowhere = Where(resource_path("content") / "snapshots.toml", (tmp_path,))

    found = survey(nowhere, stands(read_library(shelfmark.walkthroughs())))

    assert {grade for one in found.graded for _version, grade in one.grades} == {None}
    assert not found.failing


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Where:
    """What chapters anchor into, at two versions."""
    return editions.part_of_kubernetes(tmp_path_factory.mktemp("real"), "v1.20.2", "v1.36.3")


@pytest.mark.source
def test_the_chapters_are_true_at_their_version_by_index_and_by_package(real: Where) -> None:
    found = _of_part(survey(real, stands(read_library(shelfmark.walkthroughs()))))

    assert found
    assert [one for one in found if one.failing] == []
    whole = replace(source.bring_all(), snapshots=real.snapshots)
    by_package = survey(whole, tuple(one.stand for one in found), is_thorough=True)
    assert [one.grades for one in by_package.graded] == [one.grades for one in found]


@pytest.mark.source
def test_the_command_tells_and_ends_with_what_it_found(
    real: Where, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelfmark, "where", lambda: real)

    call_command("drift", "--json")

    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {line["grades"]["v1.36.3"] for line in lines if line["project"] == "kubernetes"} >= {
        "same"
    }
    assert all(line["failing"] == [] for line in lines)


def test_the_command_ends_with_1_where_a_chapter_is_no_longer_true(
    sea: Where, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    front = {"title": "Sea", "lead": "Sea", "order": 1, "minutes": 1, "project": "sea"}
    lines = "\n".join(f"{name}: {value}" for name, value in front.items())
    text = f"---\n{lines}\nverified_at: v1.0.0\n---\n\n[Head]({anchor(sea, 'Head')})\n"
    entry = Entry("book", "chapter", "en", text, read_front(text)[0])
    fronts = {"en": BookFront("Book", "Book", 1)}
    book = Book("book", fronts, {"chapter": {"en": entry}})
    monkeypatch.setattr(shelfmark, "where", lambda: sea)
    monkeypatch.setattr(shelfmark, "library", lambda: Library({"book": book}, ()))

    with pytest.raises(SystemExit) as end:
        call_command("drift")

    assert end.value.code == 1
    assert "book/chapter  go:example.org/sea#Head~" in capsys.readouterr().out


def _of_part(found: Survey) -> list[Graded]:
    """Return what lies in the modules that are here."""
    return [one for one in found.graded if one.stand.anchor.importpath.startswith(editions.PART)]
