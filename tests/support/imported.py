"""Versions imported whole, as the portal imports them; once, and kept until the import itself changes."""

import fcntl
import hashlib
import os
import shutil
from pathlib import Path

import portal.source
from portal.source.codepart import CODE
from portal.source.codewriter import outlined, write_code
from portal.source.intake import take_in
from portal.source.language import READERS
from portal.source.segment import TEXT
from portal.source.segmentwriter import NewBlob, TextWriter, head_of
from portal.source.snapshot import Module, Snapshot
from portal.source.view import Collection, Placed, View
from tests.support.source import bring

KEPT = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "portolan" / "imported"
WRITERS = (
    *(
        "blocks",
        "buildtags",
        "codewriter",
        "declared",
        "golang",
        "heir",
        "imports",
        "intake",
        "java",
        "language",
        "lexer",
        "lineage",
    ),
    *("methodset", "pieces", "search", "segment", "segmentwriter", "signature", "snapshot"),
    *("stringfacts", "symbols", "textual", "view", "wordwriter"),
)
"""The modules of portal.source that decide what an import writes."""
MODULE = Module("example.org/m", "v1.0.0", "h1:" + "A" * 43 + "=", "")
SMALL = Snapshot("m", "v1.0.0", (MODULE,), "MIT", "example.org/m")
"""What `take_files` makes."""


def imported(snapshot: Snapshot) -> View:
    """Return a version to be read. The first time takes half a minute for Kubernetes."""
    digest = hashlib.sha256()
    for name in WRITERS:
        digest.update((Path(portal.source.__path__[0]) / f"{name}.py").read_bytes())
    KEPT.mkdir(parents=True, exist_ok=True)
    with (KEPT / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        root = KEPT / digest.hexdigest()[:12]
        for other in KEPT.iterdir():
            if other.is_dir() and other != root:
                shutil.rmtree(other)
        collection = Collection(root)
        if not collection.holds(snapshot):
            take_in(snapshot, bring(snapshot.modules), collection, lambda _step: None)
        view = collection.view(snapshot)
    assert view is not None
    return view


def take_files(collection: Collection, files: dict[str, str]) -> View:
    """Return the module example.org/m of these files, as an import writes it."""
    place = collection.root / "small"
    writer = TextWriter(place.with_suffix(TEXT))
    datas = {hashlib.sha256(text.encode()).digest(): text.encode() for text in files.values()}
    heads = {sha: head_of(data.decode()) for sha, data in datas.items()}
    writer.add([NewBlob(sha, len(data), data, heads[sha]) for sha, data in datas.items()])
    held = dict(writer.held)
    writer.finish()
    go = {text.encode(): None for path, text in files.items() if path.endswith(".go")}
    write_code(
        place.with_suffix(CODE),
        (outlined(held[hashlib.sha256(data).digest()], READERS[".go"](data, None)) for data in go),
    )
    placed = ((path, hashlib.sha256(text.encode()).digest()) for path, text in files.items())
    collection.write(
        SMALL, (Placed(path, place.name, held[sha], len(datas[sha])) for path, sha in placed)
    )
    view = collection.view(SMALL)
    assert view is not None
    return view
