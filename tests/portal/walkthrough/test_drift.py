"""Anchors over versions: from the index and from packages, in numbers, on the command line."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from django.core.management import call_command

from portal.resource import resource_path
from portal.walkthrough import allowance, anchors, shelfmark
from portal.walkthrough.allowance import Allowance
from portal.walkthrough.chapter import read_front
from portal.walkthrough.drift import measure
from portal.walkthrough.driftpage import Chosen, DriftPage, drift_page
from portal.walkthrough.excerpt import Grade
from portal.walkthrough.grading import Grader
from portal.walkthrough.library import Book, BookFront, Entry, Library, read_library
from portal.walkthrough.links import Links
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


@pytest.fixture(scope="module")
def later(tmp_path_factory: pytest.TempPathFactory) -> Where:
    """Three versions; something is in the second alone."""
    between = {**OLD, "c.go": "package sea\n\nfunc Later() {}\n"}
    versions = {"v1.0.0": OLD, "v1.1.0": between, "v1.2.0": NEW}
    return editions.written(tmp_path_factory.mktemp("later"), versions)


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


def new(where: Where, name: str) -> anchors.Anchor:
    """Return the anchor of a symbol with its digest at the newer version."""
    found = anchors.parse(f"go:example.org/sea#{name}")
    (one,) = editions.indexes(where)[1].locate(found.importpath, found.name, found.build)
    return replace(found, digest=one.mark.digest[:8])


def test_what_an_old_version_has_not_yet_is_no_drift(later: Where) -> None:
    stand = Stand(new(later, "Later"), "book", "chapter", "sea", "v1.1.0")

    (one,) = survey(later, (stand,)).graded

    assert one.grades == (("v1.0.0", Grade.GONE), ("v1.1.0", Grade.SAME), ("v1.2.0", Grade.GONE))
    assert [one.is_early(version) for version, _grade in one.grades] == [True, False, False]
    assert (one.first, one.worst) == ("v1.1.0", Grade.GONE)
    assert one.failing == (("v1.2.0", Grade.GONE),)
    drift = measure(later, "sea@v1.0.0", "v1.1.0", (stand.anchor,))
    assert (drift.worst, drift.total, drift.early) == (Grade.SAME, 0, 1)
    after = measure(later, "sea@v1.2.0", "v1.1.0", (stand.anchor,))
    assert (after.worst, after.total, after.early) == (Grade.GONE, 1, 0)


def test_what_the_chapter_s_own_version_lacks_is_drift_though_a_newer_one_has_it(
    later: Where,
) -> None:
    stand = Stand(new(later, "Later"), "book", "chapter", "sea", "v1.0.0")

    (one,) = survey(later, (stand,)).graded

    assert not one.is_early("v1.0.0")
    assert one.failing[0] == ("v1.0.0", Grade.GONE)


def test_the_page_tells_not_yet_apart_and_what_is_let_through(later: Where) -> None:
    stand = Stand(new(later, "Later"), "book", "chapter", "sea", "v1.1.0")
    found = survey(later, (stand,))
    links = Links("/symbol/", "/source/", "/learn/")
    allowed = Allowance(stand.anchor.symbol, "book/chapter", "It came back.")

    def page(*some: Allowance) -> DriftPage:
        return drift_page(found, {}, Chosen(), {}, links, some)

    (row,) = page().tables[0].rows
    assert [(cell.version, cell.grade, cell.first) for cell in row.cells] == [
        ("v1.0.0", Grade.GONE, "v1.1.0"),
        ("v1.1.0", Grade.SAME, ""),
        ("v1.2.0", Grade.GONE, ""),
    ]
    assert (page().failing, row.is_failing, row.reason) == (1, True, "")
    (row,) = page(allowed).tables[0].rows
    assert (page(allowed).failing, row.is_failing, row.reason) == (0, False, "It came back.")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[[allowed]]\nanchor = "go:a.b/c#D"\n', "say in `reason` why"),
        ('[[allowed]]\nanchor = "go:a.b/c#D"\nreason = "r"\nline = "7"\n', "an entry has"),
        ('[[allowed]]\nanchor = "D"\nreason = "r"\n', "IMPORTPATH#NAME"),
        ("[[allowed", "Expected ']]'"),
    ],
)
def test_a_list_that_is_wrong_says_how(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "drift.toml").write_text(text)

    with pytest.raises(ValueError, match=told):
        allowance.read(tmp_path / "drift.toml")
    assert allowance.read(tmp_path / "none.toml") == ()


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


@pytest.fixture
def spoken(sea: Where, monkeypatch: pytest.MonkeyPatch) -> anchors.Anchor:
    """A chapter that speaks of what has another signature by now."""
    front = {"title": "Sea", "lead": "Sea", "order": 1, "minutes": 1, "project": "sea"}
    lines = "\n".join(f"{name}: {value}" for name, value in front.items())
    text = f"---\n{lines}\nverified_at: v1.0.0\n---\n\n[Head]({anchor(sea, 'Head')})\n"
    entry = Entry("book", "chapter", "en", text, read_front(text)[0])
    fronts = {"en": BookFront("Book", "Book", 1)}
    book = Book("book", fronts, {"chapter": {"en": entry}})
    monkeypatch.setattr(shelfmark, "where", lambda: sea)
    monkeypatch.setattr(shelfmark, "library", lambda: Library({"book": book}, ()))
    return anchor(sea, "Head")


def test_the_command_ends_with_1_where_a_chapter_is_no_longer_true(
    spoken: anchors.Anchor, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        call_command("drift")

    assert end.value.code == 1
    assert f"book/chapter  {spoken}" in capsys.readouterr().out


def test_what_is_let_through_ends_with_0_and_what_lets_nothing_through_with_1(
    spoken: anchors.Anchor,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    place = tmp_path / "drift.toml"
    monkeypatch.setattr(shelfmark, "allowed_drift", lambda: allowance.read(place))
    place.write_text(f'[[allowed]]\nanchor = "{spoken.symbol}"\nreason = "Only a word."\n')

    call_command("drift")
    assert "(Only a word.)" in capsys.readouterr().out

    entry = (
        '[[allowed]]\nanchor = "go:example.org/sea#Same"\nchapter = "book/chapter"\nreason = "r"\n'
    )
    place.write_text(place.read_text() + entry)
    with pytest.raises(SystemExit) as end:
        call_command("drift")
    assert end.value.code == 1
    said = "No longer needed in drift.toml: book/chapter  go:example.org/sea#Same"
    assert said in capsys.readouterr().err


def _of_part(found: Survey) -> list[Graded]:
    """Return what lies in the modules that are here."""
    return [one for one in found.graded if one.stand.anchor.importpath.startswith(editions.PART)]
