"""Where a path leads that somebody wrote, and what stands there: the values that verdicts are made of."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from portal.source.snapshot import Snapshot
from portal.source.versions import Spot, Versions

MAX_LINES = 10_000_000


@dataclass(frozen=True, slots=True)
class Place:
    """A symbol or file. `versions` are those that have it, as PROJECT@VERSION; `name` is "" for a file."""

    importpath: str
    name: str
    path: str
    line: int
    versions: tuple[str, ...]
    digest: str = ""
    signature: str = ""

    @classmethod
    def of(cls, versions: Versions, spot: Spot, had: int) -> "Place":
        """Return the place of a declaration that the versions `had` have, in one form or another."""
        mark = versions.mark(spot)
        return cls(
            spot.importpath,
            spot.name,
            spot.path,
            mark.line,
            versions.names(had),
            mark.digest[:8],
            mark.signature,
        )


@dataclass(frozen=True, slots=True)
class Line:
    """What stands at a line of a file at one version."""

    key: str
    path: str
    line: int
    length: int
    """Lines that the file has."""
    importpath: str = ""
    name: str = ""
    """The innermost symbol that the line is part of; "" for none."""
    digest: str = ""

    @property
    def is_beyond(self) -> bool:
        """Whether the file is shorter."""
        return self.line > self.length

    @classmethod
    def read(cls, versions: Versions, bit: int, path: str, line: int) -> "Line":
        """Return what a version has at a line of `path`, which it has."""
        index = versions.indexes[bit]
        if path not in versions.files:  # a folder has no lines
            return cls(versions.keys[bit], path, line, MAX_LINES)
        number, blob = index.view.find(path)
        segment = index.view.segments[number]
        data = segment.blob(blob)
        length = data.count(b"\n") + (not data.endswith(b"\n"))
        outline = segment.code.outline(blob) if path.endswith(".go") else None
        around = [
            mark
            for mark in (outline.symbols if outline else ())
            if mark.line <= line <= mark.end_line
        ]
        if not around:
            return cls(versions.keys[bit], path, line, length)
        mark = min(around, key=lambda mark: mark.end - mark.start)
        importpath = index.importpath_of(path)
        return cls(versions.keys[bit], path, line, length, importpath, mark.name, mark.digest[:8])


def told(versions: Versions, path: str) -> dict[str, int] | None:
    """Return each repository path that a path can mean, and at which versions; it need not exist.

    None: it belongs to a module that no version has. Understands import paths, `vendor/`, GOPATH,
    `staging/src/`, repositories at their hosts, and a module's folder by its last name.
    """
    path = re.sub(r"^(?:\.{1,2}/)+", "", path)
    rooted = re.search(r"(?:^|/)((?:[a-z0-9-]+\.)+[a-z]{2,}/.*)", path)
    found: dict[str, int] = {}
    for bit, index in enumerate(versions.indexes):
        snapshot = index.view.snapshot
        meant = _rooted(snapshot, rooted[1]) if rooted else _relative(snapshot, path)
        for place in meant:
            found[place] = found.get(place, 0) | 1 << bit
    return found or None


def _rooted(snapshot: Snapshot, path: str) -> Iterator[str]:
    """Yield what a path that begins with a host's name means: of a repository or of a module."""
    repository = snapshot.repository
    if repository and (path == repository or path.startswith(f"{repository}/")):
        yield path[len(repository) :].lstrip("/")
        return
    path = re.sub(r"^github\.com/kubernetes/(?!kubernetes(?:/|$))", "k8s.io/", path)
    if module := snapshot.module_of(path):
        inside = path[len(module.path) :].lstrip("/")
        yield "/".join(part for part in (module.folder, inside) if part)


def _relative(snapshot: Snapshot, path: str) -> Iterator[str]:
    yield path.removeprefix("src/")
    first, _slash, rest = path.partition("/")
    for module in snapshot.modules:
        if module.folder and module.folder.rpartition("/")[2] == first and rest:
            yield f"{module.folder}/{rest}"
