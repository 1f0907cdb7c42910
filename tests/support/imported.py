"""Versions imported whole, as the portal imports them; once, and kept until the import itself changes."""

import fcntl
import hashlib
import os
import shutil
from pathlib import Path

import portal.source
from portal.source.intake import take_in
from portal.source.snapshot import Snapshot
from portal.source.view import Collection, View
from tests.support.source import bring

KEPT = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "portolan" / "imported"
WRITERS = (
    *("buildtags", "declared", "golang", "imports", "intake", "lexer", "methodset", "segment"),
    *("signature", "snapshot", "symbols", "view"),
)
"""The modules of portal.source that decide what an import writes."""


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
