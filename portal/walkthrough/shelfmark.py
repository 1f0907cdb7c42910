"""Where this installation keeps chapters and source, as the pages and the content check see it."""

from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from portal.resource import resource_path
from portal.source.fetch import cache_folders
from portal.walkthrough.allowance import Allowance
from portal.walkthrough.allowance import read as read_allowed
from portal.walkthrough.library import Library, read_library
from portal.walkthrough.stock import Where


@dataclass(frozen=True, slots=True)
class _Read:
    """A library and what its files looked like when it was read."""

    stamp: tuple[tuple[str, int, int], ...]
    library: Library


_read: dict[Path, _Read] = {}


def imported() -> Path:
    """Return the folder of what was imported here: `taken.toml`, and a module cache beside it."""
    return settings.ENVIRONMENT.data / "source"


def where() -> Where:
    """Return where source lies on this machine."""
    taken = imported() / "taken.toml"
    stamp = taken.stat().st_mtime_ns if taken.is_file() else 0
    caches = (*cache_folders(), imported() / "mod")
    listed = resource_path("content") / "snapshots.toml"
    return Where(listed, caches, taken, stamp, imported() / "index")


def walkthroughs() -> Path:
    """Return the folder of the books that come with Portolan."""
    return resource_path("content") / "walkthroughs"


def tapes() -> Path:
    """Return the folder of the tapes that chapters replay."""
    return resource_path("content") / "tapes"


def allowed_drift() -> tuple[Allowance, ...]:
    """Return the drift that is let through; raises ValueError where the list is wrong."""
    return read_allowed(resource_path("content") / "drift.toml")


def library() -> Library:
    """Return the library, read again only when a file of it changed."""
    root = walkthroughs()
    stamp = tuple(
        (str(path), path.stat().st_mtime_ns, path.stat().st_size)
        for path in sorted(root.glob("*/*/*.md"))
    )
    held = _read.get(root)
    if held is None or held.stamp != stamp:
        held = _Read(stamp, read_library(root))
        _read[root] = held
    return held.library
