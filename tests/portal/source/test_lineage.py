"""A changed file is kept by its difference from what it was, and read, searched and known as if whole."""

import sqlite3
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path

import pytest
import zstandard

from portal.source.codepart import CODE
from portal.source.codequery import read
from portal.source.errors import NewerIndex
from portal.source.fetch import ModuleCache, verify
from portal.source.grep import Grep
from portal.source.index import Index
from portal.source.intake import Step, take_in
from portal.source.segment import TEXT, TEXT_FORMAT, unpack
from portal.source.segmentwriter import TextWriter, pack
from portal.source.snapshot import Snapshot
from portal.source.view import Collection, View
from portal.source.viewholding import ViewHolding
from tests.portal.source.test_intake import Ended, quiet
from tests.support import source
from tests.support.former import with_trigrams

Made = Callable[[str, dict[str, str]], tuple[Snapshot, ModuleCache]]


def sea(*names: str, first: int = 0) -> str:
    """Return a Go file of some length that declares these functions."""
    lines = [f"\tsum += weigh({number}) // crate" for number in range(first, first + 20)]
    body = "\n".join(["\tsum := 0", *lines, "\treturn sum"])
    return "package sea\n" + "".join(f"\nfunc {name}() int {{\n{body}\n}}\n" for name in names)


VERSIONS = {
    "v1.0.0": sea("Sail", "Row", "Drift"),
    "v1.1.0": sea("Sail", "Anchor", "Row", "Drift"),
    "v1.2.0": sea("Anchor", "Row", "Moor"),
}


@pytest.fixture
def taken(tmp_path: Path, made: Made) -> tuple[Collection, dict[str, Snapshot]]:
    """VERSIONS, imported one after another, and their snapshots."""
    collection = Collection(tmp_path / "index")
    snapshots = {}
    for version, text in VERSIONS.items():
        snapshot, cache = made(version, {"a.go": text})
        take_in(snapshot, cache, collection, quiet)
        snapshots[version] = snapshot
    return collection, snapshots


def opened(collection: Collection, snapshot: Snapshot) -> View:
    """Return a version as a process reads it that has not read it before."""
    view = Collection(collection.root).view(snapshot)
    assert view is not None
    return view


def kept_by(view: View, path: str) -> tuple[str, int] | None:
    """Return where the predecessor of a file is kept; None: the file is kept whole."""
    number, blob = view.find(path)
    found = view.segments[number].predecessor(blob)
    return (found[0].place.name, found[1]) if found else None


def hits(view: View, question: str) -> dict[str, list[int]]:
    """Return the lines of each file that answer a question."""
    found = Grep(view, read(question)).batch(0, lambda _files, _lines: False)
    return {hit.path: [line.number for line in hit.lines] for hit in found.hits}


def holds_all(view: View, text: str, names: Iterable[str]) -> None:
    """Hold a version against its text: its bytes, the lines that are found, and its symbols."""
    assert view.read("a.go", 1 << 20) == text.encode()
    for question in ("Sail()", "Anchor()", "Row()", "weigh(7)", "/func D\\w+/", "nowhere"):
        part = question.strip("/").removesuffix("\\w+")
        lines = [at for at, line in enumerate(text.splitlines(), start=1) if part in line]
        assert hits(view, question) == ({"a.go": lines} if lines else {}), question
    declared = [one.mark.name for one in Index(view).package("e.org/sea")]
    assert declared == list(names)
    for name in names:
        (found,) = Index(view).locate("e.org/sea", name)
        assert text.splitlines()[found.mark.line - 1] == f"func {name}() int {{"


def test_each_version_reads_searches_and_lists_what_it_holds(
    taken: tuple[Collection, dict[str, Snapshot]],
) -> None:
    collection, snapshots = taken
    views = {version: opened(collection, one) for version, one in snapshots.items()}

    assert kept_by(views["v1.0.0"], "a.go") is None
    whole = views["v1.0.0"].find("a.go")
    place = views["v1.0.0"].segments[0].place.name, whole[1]
    assert kept_by(views["v1.1.0"], "a.go") == place
    assert kept_by(views["v1.2.0"], "a.go") == place, (
        "what is kept by its difference is no predecessor"
    )
    holds_all(views["v1.0.0"], VERSIONS["v1.0.0"], ["Sail", "Row", "Drift"])
    holds_all(views["v1.1.0"], VERSIONS["v1.1.0"], ["Sail", "Anchor", "Row", "Drift"])
    holds_all(views["v1.2.0"], VERSIONS["v1.2.0"], ["Anchor", "Row", "Moor"])


def test_a_version_stays_as_it_was_when_the_one_that_it_differs_from_is_removed(
    taken: tuple[Collection, dict[str, Snapshot]],
) -> None:
    collection, snapshots = taken
    for version in ("v1.0.0", "v1.1.0"):
        collection.remove(snapshots[version])

    assert len(list(collection.views())) == 1
    assert len(collection.segments()) == 2, "its own and that of its predecessor"
    view = opened(collection, snapshots["v1.2.0"])
    holds_all(view, VERSIONS["v1.2.0"], ["Anchor", "Row", "Moor"])
    for module in snapshots["v1.2.0"].modules:
        verify(module, ViewHolding(view, module))

    collection.remove(snapshots["v1.2.0"])
    assert collection.segments() == []


def test_a_removed_version_that_comes_again_leaves_what_was_kept_of_it(
    taken: tuple[Collection, dict[str, Snapshot]], made: Made
) -> None:
    collection, snapshots = taken
    collection.remove(snapshots["v1.0.0"])
    other, cache = made("v1.0.0", {"a.go": VERSIONS["v1.0.0"]})
    take_in(other, cache, collection, quiet)

    holds_all(opened(collection, other), VERSIONS["v1.0.0"], ["Sail", "Row", "Drift"])
    holds_all(
        opened(collection, snapshots["v1.2.0"]), VERSIONS["v1.2.0"], ["Anchor", "Row", "Moor"]
    )


def test_a_version_that_comes_again_replaces_no_segment_that_another_reads(
    tmp_path: Path, made: Made
) -> None:
    collection = Collection(tmp_path / "index")
    go_mod, note, chart = "module  e.org/sea // 2\n", "of a ship", "of the sea"
    versions = {
        "v1.0.0": {"note": note},
        "v1.1.0": {"note": note, "chart": chart, "go.mod": go_mod},
        "v1.2.0": {"chart": chart, "go.mod": go_mod},
    }
    taken = {version: made(version, files) for version, files in versions.items()}
    for snapshot, cache in taken.values():
        take_in(snapshot, cache, collection, quiet)
    for version in ("v1.1.0", "v1.0.0"):
        collection.remove(taken[version][0])
    (kept,) = collection.segments()
    take_in(*taken["v1.1.0"], collection, quiet)

    assert collection.segments() == [kept, f"{kept}-2"]
    assert opened(collection, taken["v1.2.0"][0]).read("chart", 99) == chart.encode()
    again = opened(collection, taken["v1.1.0"][0])
    assert (again.read("note", 99), again.read("chart", 99)) == (note.encode(), chart.encode())


def test_a_file_that_is_mostly_new_is_kept_whole(tmp_path: Path, made: Made) -> None:
    collection = Collection(tmp_path / "index")
    for version, text in (("v1.0.0", sea("Sail")), ("v1.1.0", sea("Sail", first=50))):
        snapshot, cache = made(version, {"a.go": text})
        take_in(snapshot, cache, collection, quiet)

    assert kept_by(opened(collection, snapshot), "a.go") is None


def test_what_is_no_text_has_no_predecessor(tmp_path: Path, made: Made) -> None:
    collection = Collection(tmp_path / "index")
    for version, text in (("v1.0.0", "sail\0"), ("v1.1.0", "sail\0away"), ("v1.2.0", "sail away")):
        snapshot, cache = made(version, {"a.bin": text})
        take_in(snapshot, cache, collection, quiet)

    view = opened(collection, snapshot)
    assert kept_by(view, "a.bin") is None
    assert hits(view, "sail away") == {"a.bin": [1]}


def test_an_import_that_was_ended_begins_again_where_something_was_removed(
    tmp_path: Path, made: Made
) -> None:
    collection = Collection(tmp_path / "index")
    first, cache = made("v1.0.0", {"a.go": VERSIONS["v1.0.0"]})
    take_in(first, cache, collection, quiet)
    second, cache = made("v1.1.0", {"a.go": VERSIONS["v1.1.0"]})

    def end(_writer: TextWriter) -> None:
        raise Ended

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TextWriter, "finish", end)
        with pytest.raises(Ended):
            take_in(second, cache, collection, quiet)
    assert list(collection.root.glob("*.text.part"))
    collection.remove(first)

    assert list(collection.root.glob("*.part*")) == []
    take_in(second, cache, collection, quiet)
    holds_all(opened(collection, second), VERSIONS["v1.1.0"], ["Sail", "Anchor", "Row", "Drift"])


def test_what_an_earlier_portolan_began_is_begun_again(tmp_path: Path, made: Made) -> None:
    collection = Collection(tmp_path / "index")
    snapshot, cache = made("v1.0.0", {"a.go": VERSIONS["v1.0.0"]})
    collection.root.mkdir()
    with closing(sqlite3.connect(collection.root / f"{snapshot.id[:16]}.text.part")) as db, db:
        db.execute("CREATE TABLE blob (id INTEGER PRIMARY KEY, sha, size, data)")
        db.execute("INSERT INTO blob VALUES (1, x'00', 0, x'00')")

    take_in(snapshot, cache, collection, quiet)

    holds_all(opened(collection, snapshot), VERSIONS["v1.0.0"], ["Sail", "Row", "Drift"])


def test_versions_of_an_earlier_portolan_are_searched_and_are_predecessors(
    taken: tuple[Collection, dict[str, Snapshot]], made: Made
) -> None:
    """A file of theirs is kept by its difference too, with the words of new lines alone."""
    collection, snapshots = taken
    for place in collection.root.glob(f"*{TEXT}"):
        with_trigrams(place)
    text = sea("Sail", "Anchor", "Row", "Drift", "Warp")
    another, cache = made("v1.3.0", {"a.go": text})
    take_in(another, cache, collection, quiet)

    assert kept_by(opened(collection, another), "a.go") is not None
    holds_all(opened(collection, another), text, ["Sail", "Anchor", "Row", "Drift", "Warp"])
    holds_all(
        opened(collection, snapshots["v1.1.0"]),
        VERSIONS["v1.1.0"],
        ["Sail", "Anchor", "Row", "Drift"],
    )


def test_a_segment_of_the_earliest_portolan_is_read_and_is_a_predecessor(
    tmp_path: Path, made: Made
) -> None:
    collection = Collection(tmp_path / "index")
    first, cache = made("v1.0.0", {"a.go": VERSIONS["v1.0.0"]})
    take_in(first, cache, collection, quiet)
    place = next(collection.root.glob(f"*{TEXT}"))
    with_trigrams(place)
    with closing(sqlite3.connect(place)) as db, db:
        db.execute("DROP TABLE heir")
        db.execute("DROP TABLE lender")
        db.execute("PRAGMA user_version = 0")
    second, cache = made("v1.1.0", {"a.go": VERSIONS["v1.1.0"]})
    take_in(second, cache, collection, quiet)

    view = opened(collection, second)
    assert kept_by(view, "a.go") is not None
    holds_all(opened(collection, first), VERSIONS["v1.0.0"], ["Sail", "Row", "Drift"])
    holds_all(view, VERSIONS["v1.1.0"], ["Sail", "Anchor", "Row", "Drift"])


def test_code_of_an_earlier_portolan_is_read_and_its_heirs_are_parsed_whole(
    tmp_path: Path, made: Made
) -> None:
    collection = Collection(tmp_path / "index")
    first, cache = made("v1.0.0", {"a.go": VERSIONS["v1.0.0"]})
    take_in(first, cache, collection, quiet)
    with closing(sqlite3.connect(next(collection.root.glob(f"*{CODE}")))) as db, db:
        db.execute("ALTER TABLE outline DROP COLUMN is_plain")
        db.execute("PRAGMA user_version = 1")
    second, cache = made("v1.1.0", {"a.go": VERSIONS["v1.1.0"]})
    take_in(second, cache, collection, quiet)

    holds_all(opened(collection, first), VERSIONS["v1.0.0"], ["Sail", "Row", "Drift"])
    holds_all(opened(collection, second), VERSIONS["v1.1.0"], ["Sail", "Anchor", "Row", "Drift"])


def test_what_was_not_read_anew_while_its_version_was_away_is_read_when_it_comes_again(
    taken: tuple[Collection, dict[str, Snapshot]], made: Made
) -> None:
    collection, snapshots = taken
    lender = opened(collection, snapshots["v1.0.0"]).segments[0].place
    collection.remove(snapshots["v1.0.0"])
    with closing(sqlite3.connect(lender.with_suffix(CODE))) as db:
        db.execute("PRAGMA user_version = 0")
    take_in(*made("v1.1.0", {"a.go": VERSIONS["v1.1.0"]}), collection, quiet)
    take_in(*made("v1.0.0", {"a.go": VERSIONS["v1.0.0"]}), collection, quiet)

    view = opened(collection, snapshots["v1.0.0"])
    holds_all(view, VERSIONS["v1.0.0"], ["Sail", "Row", "Drift"])


def test_a_difference_from_another_text_is_refused() -> None:
    packed = pack(b"sail away " * 9 + b"now", b"sail away " * 9)

    assert unpack(packed, b"sail away " * 9) == b"sail away " * 9 + b"now"
    with pytest.raises(zstandard.ZstdError):
        unpack(packed, b"row along " * 9)


def test_a_segment_of_a_later_portolan_is_not_read(tmp_path: Path, made: Made) -> None:
    collection = Collection(tmp_path / "index")
    snapshot, cache = made("v1.0.0", {"a.go": VERSIONS["v1.0.0"]})
    take_in(snapshot, cache, collection, quiet)
    place = next(collection.root.glob(f"*{TEXT}"))
    with closing(sqlite3.connect(place)) as db:
        db.execute(f"PRAGMA user_version = {TEXT_FORMAT + 1}")

    with pytest.raises(NewerIndex, match=place.name):
        Collection(collection.root).view(snapshot)


def test_kubernetes_is_the_same_with_a_predecessor_and_without(
    view: View, current: Snapshot, tmp_path: Path
) -> None:
    alone = Collection(tmp_path / "index")
    take_in(current, source.bring(current.modules), alone, quiet)
    whole = opened(alone, current)
    kept = [path for paths in view.paths.values() for path in paths]
    differing = [path for path in kept if kept_by(view, path)]

    assert sorted(kept) == sorted(path for paths in whole.paths.values() for path in paths)
    assert len(differing) > 300
    for path in kept:
        assert view.read(path, 1 << 30) == whole.read(path, 1 << 30), path
        assert Index(view).declared(path) == Index(whole).declared(path), path
    assert _facts(view) == _facts(whole)
    for question in (
        "Reflector",
        "apiVersion",
        "/func .*Watch\\(/",
        "/(?i)resync\\w+ := /",
        "if err",
    ):
        assert hits(view, question) == hits(whole, question), question


def _facts(view: View) -> dict[str, object]:
    return {
        path: facts
        for number, segment in enumerate(view.segments)
        for blob, facts in segment.code.facts()
        for path in view.paths.get((number, blob), ())
    }


def test_what_differs_is_read_and_searched_before_its_code_is(tmp_path: Path, made: Made) -> None:
    collection = Collection(tmp_path / "index")
    first, cache = made("v1.0.0", {"a.go": VERSIONS["v1.0.0"]})
    take_in(first, cache, collection, quiet)
    second, cache = made("v1.1.0", {"a.go": VERSIONS["v1.1.0"]})

    def end(step: Step) -> None:
        if step.phase == "code":
            raise Ended

    with pytest.raises(Ended):
        take_in(second, cache, collection, end)
    view = opened(collection, second)
    assert not view.has_code
    assert view.read("a.go", 1 << 20) == VERSIONS["v1.1.0"].encode()
    assert hits(view, "Anchor()") == {"a.go": [28]}

    take_in(second, cache, collection, quiet)
    holds_all(opened(collection, second), VERSIONS["v1.1.0"], ["Sail", "Anchor", "Row", "Drift"])


def test_a_predecessor_is_opened_once_beside_those_that_need_it(
    taken: tuple[Collection, dict[str, Snapshot]],
) -> None:
    collection, snapshots = taken
    view = opened(collection, snapshots["v1.1.0"])
    number, blob = view.find("a.go")

    found = view.segments[number].predecessor(blob)

    assert found is not None
    lender = next(one for one in view.segments if one.place.name == found[0].place.name)
    assert lender is found[0]
