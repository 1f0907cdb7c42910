"""What is rewritten is read, searched and known as before, takes less room, and is never half there."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from portal.source.compaction import compact
from portal.source.fetch import ModuleCache, verify
from portal.source.index import Index
from portal.source.intake import take_in
from portal.source.segment import TEXT
from portal.source.snapshot import Snapshot
from portal.source.view import Collection, View
from portal.source.viewholding import ViewHolding
from tests.portal.source.test_intake import quiet
from tests.portal.source.test_lineage import VERSIONS, hits, holds_all, kept_by, opened, sea

Made = Callable[[str, dict[str, str]], tuple[Snapshot, ModuleCache]]
NAMES = {
    "v1.0.0": ["Sail", "Row", "Drift"],
    "v1.1.0": ["Sail", "Anchor", "Row", "Drift"],
    "v1.2.0": ["Anchor", "Row", "Moor"],
}
SHIP = "package sea\n\n// Ship floats.\ntype Ship struct{}\n\nfunc (*Ship) Float() {}\n"


@pytest.fixture
def taken(tmp_path: Path, made: Made) -> tuple[Collection, dict[str, Snapshot]]:
    """VERSIONS, imported one after another, each with a file of its own and one that all have."""
    collection = Collection(tmp_path / "index")
    snapshots = {}
    for version, text in VERSIONS.items():
        files = {"a.go": text, "note": f"of {version}", "ship/ship.go": SHIP}
        snapshot, cache = made(version, files)
        take_in(snapshot, cache, collection, quiet)
        snapshots[version] = snapshot
    return collection, snapshots


def holds(view: View) -> None:
    """Hold a version against what was imported."""
    version = view.snapshot.version
    holds_all(view, VERSIONS[version], NAMES[version])
    assert view.read("note", 99) == f"of {version}".encode()
    assert hits(view, "floats") == {"ship/ship.go": [3]}
    (found,) = Index(view).locate("e.org/sea/ship", "Ship.Float")
    assert found.mark.line == 6
    methods = [facts.methods for segment in view.segments for _, facts in segment.code.facts()]
    assert [method.name for listed in methods for method in listed] == ["Float"]
    for module in view.snapshot.modules:
        verify(module, ViewHolding(view, module))


def shas(collection: Collection) -> set[bytes]:
    """Return what all segments hold."""
    names = {name: one for view in collection.views() for name, one in view.beside.items()}
    assert sorted(names) == collection.segments()
    return {sha for segment in names.values() for sha, _blob in segment.shas()}


def test_segments_become_one_in_which_every_version_is_what_it_was(
    taken: tuple[Collection, dict[str, Snapshot]],
) -> None:
    collection, snapshots = taken
    before = shas(collection)

    assert compact(collection).segments == 3

    assert len(collection.segments()) == 1
    assert shas(collection) == before
    for snapshot in snapshots.values():
        holds(opened(collection, snapshot))
    whole = opened(collection, snapshots["v1.0.0"]).find("a.go")[1]
    for version in ("v1.1.0", "v1.2.0"):
        view = opened(collection, snapshots[version])
        assert kept_by(view, "a.go") == (collection.segments()[0], whole)


def test_what_is_one_already_stays(taken: tuple[Collection, dict[str, Snapshot]]) -> None:
    collection, _snapshots = taken
    compact(collection)
    before = {place.name: place.stat().st_mtime_ns for place in collection.root.iterdir()}

    assert compact(collection) == (0, 0)

    assert {p.name: p.stat().st_mtime_ns for p in collection.root.iterdir()} == before


def test_what_was_removed_is_gone_and_an_heir_takes_its_place(
    taken: tuple[Collection, dict[str, Snapshot]],
) -> None:
    collection, snapshots = taken
    before = shas(collection)
    collection.remove(snapshots["v1.0.0"])
    assert shas(collection) == before, "kept for its heirs"

    compact(collection)

    assert len(before - shas(collection)) == 2, "a.go and note"
    first, second = (opened(collection, snapshots[version]) for version in ("v1.1.0", "v1.2.0"))
    holds(first)
    holds(second)
    place = collection.segments()[0]
    wholes = [(place, view.find("a.go")[1]) for view in (first, second)]
    kept = [kept_by(view, "a.go") for view in (first, second)]
    assert kept in ([None, wholes[0]], [wholes[1], None])


def test_only_what_is_mostly_needless_is_rewritten_where_one_is_thrifty(
    tmp_path: Path, made: Made
) -> None:
    collection = Collection(tmp_path / "index")
    texts = {"v1.0.0": sea(*map("Sail{}".format, range(9))), "v1.1.0": sea("Row", first=300)}
    chart = sea("Chart", first=700)
    taken = {
        version: made(version, {"a.go": text, "b.go": chart}) for version, text in texts.items()
    }
    for snapshot, cache in taken.values():
        take_in(snapshot, cache, collection, quiet)

    assert compact(collection, is_thrifty=True) == (0, 0)
    collection.remove(taken["v1.0.0"][0])
    saving = compact(collection, is_thrifty=True)

    assert saving.segments == 1
    view = opened(collection, taken["v1.1.0"][0])
    assert view.read("a.go", 1 << 20) == texts["v1.1.0"].encode()
    assert view.read("b.go", 1 << 20) == chart.encode()
    assert len(collection.segments()) == 2


def test_who_has_the_old_one_open_goes_on_and_who_asks_again_has_the_new_one(
    taken: tuple[Collection, dict[str, Snapshot]],
) -> None:
    collection, snapshots = taken
    reader = Collection(collection.root)
    olds = {version: reader.view(one) for version, one in snapshots.items()}

    compact(collection)

    assert not any(
        (collection.root / f"{one.id[:16]}{TEXT}").exists() for one in snapshots.values()
    )
    for version, snapshot in snapshots.items():
        old, new = olds[version], reader.view(snapshot)
        assert old is not None
        assert new is not None
        assert new is not old
        holds(old)
        holds(new)
        assert reader.view(snapshot) is new


def test_the_next_version_is_kept_by_what_was_rewritten(
    taken: tuple[Collection, dict[str, Snapshot]], made: Made
) -> None:
    collection, snapshots = taken
    compact(collection)
    collection.remove(snapshots["v1.0.0"])
    text = VERSIONS["v1.1.0"].replace("crate 3", "barrel")
    snapshot, cache = made("v1.3.0", {"a.go": text})
    take_in(snapshot, cache, collection, quiet)

    compact(collection)

    view = opened(collection, snapshot)
    holds_all(view, text, NAMES["v1.1.0"])
    holds(opened(collection, snapshots["v1.2.0"]))
    assert kept_by(view, "a.go") is not None


KILLED = """
import os, signal, sys
from pathlib import Path
from portal.source import compaction
from portal.source.segmentwriter import TextWriter
from portal.source.view import Collection

owner = {"TextWriter": TextWriter, "Collection": Collection, "compaction": compaction, "Path": Path}
name, times = sys.argv[2], int(sys.argv[3])
holder, method = owner[name.partition(".")[0]], name.partition(".")[2]
real, calls = getattr(holder, method), [0]

def die(*args, **kwargs):
    calls[0] += 1
    if calls[0] == times:
        os.kill(os.getpid(), signal.SIGKILL)
    return real(*args, **kwargs)

if __name__ == "__main__":
    setattr(holder, method, die)
    compaction.compact(Collection(Path(sys.argv[1])))
"""


@pytest.mark.parametrize(
    ("where", "times"),
    [
        ("TextWriter.add", 1),
        ("TextWriter.add", 2),
        ("TextWriter.finish", 1),
        ("compaction.write_code", 1),
        ("Collection.write", 1),
        ("Collection.write", 2),
        ("Path.replace", 1),
        ("Path.replace", 2),
        ("Path.replace", 3),
        ("Collection.sweep", 2),
        ("Path.unlink", 4),
        ("Path.unlink", 6),
    ],
)
def test_a_kill_in_the_middle_loses_nothing_and_the_next_one_ends_it(
    taken: tuple[Collection, dict[str, Snapshot]], where: str, times: int, tmp_path: Path
) -> None:
    collection, snapshots = taken
    collection.remove(snapshots["v1.0.0"])
    script = tmp_path / "killed.py"
    script.write_text(KILLED)
    root = Path(__file__).parents[3]
    command = [sys.executable, str(script), str(collection.root), where, str(times)]

    ended = subprocess.run(
        command, cwd=root, env=os.environ | {"PYTHONPATH": str(root)}, check=False
    )

    assert ended.returncode == -signal.SIGKILL
    for version in ("v1.1.0", "v1.2.0"):
        holds(opened(collection, snapshots[version]))
    compact(collection)
    assert len(collection.segments()) == 1
    assert not [place for place in collection.root.iterdir() if "part" in place.name]
    for version in ("v1.1.0", "v1.2.0"):
        holds(opened(collection, snapshots[version]))
