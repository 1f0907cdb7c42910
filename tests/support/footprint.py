"""Which paths a thread wrote to, made or removed, by Python's own audit events.

Of one thread, for another may be starting a test cluster meanwhile.
"""

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_CHANGES = {
    "os.mkdir", "os.remove", "os.rmdir", "os.rename", "os.link", "os.symlink", "os.truncate",
    "os.chmod", "os.chown", "shutil.rmtree", "shutil.move", "shutil.copyfile", "sqlite3.connect",
    "shutil.unpack_archive",
}  # fmt: skip
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
_watching: list[tuple[int, set[str]]] = []
_is_hooked = False


@contextmanager
def footprint() -> Iterator[set[str]]:
    """Yield a set that fills with the paths that are changed within the block."""
    global _is_hooked  # noqa: PLW0603  (an audit hook stays for good)
    if not _is_hooked:
        sys.addaudithook(_note)
        _is_hooked = True
    watched = threading.get_ident(), set[str]()
    _watching.append(watched)
    try:
        yield watched[1]
    finally:
        _watching.remove(watched)


def outside(paths: set[str], *roots: Path) -> set[str]:
    """Return those of the paths that lie below none of `roots`."""
    return {
        path
        for path in paths
        if not any(Path(os.path.realpath(path)).is_relative_to(root.resolve()) for root in roots)
        and path != os.devnull
    }


def _note(event: str, args: tuple[Any, ...]) -> None:
    here = threading.get_ident()
    told = [paths for thread, paths in _watching if thread == here]
    if not told:
        return
    if event == "open":
        path, _mode, flags = args
        is_change = isinstance(flags, int) and flags & _WRITES
    else:
        path, is_change = (args[0] if args else None), event in _CHANGES
    if event == "sqlite3.connect" and "mode=ro" in str(path):
        return
    if is_change and isinstance(path, str | bytes | os.PathLike):
        if (
            event in {"os.mkdir", "os.remove", "os.rmdir"} and args[-1] >= 0
        ):  # within an open folder
            path = Path(f"/proc/self/fd/{args[-1]}").readlink() / os.fsdecode(path)
        for paths in told:
            paths.add(os.fsdecode(path))
            if event in {"os.rename", "os.link", "os.symlink", "shutil.move"}:
                paths.add(os.fsdecode(args[1]))
