"""A snapshot is a set of modules that make one version of one project; its id is their hash.

Source: Go modules reference (go.sum lines); semver.org for the order of versions.
"""

import hashlib
import json
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from portal.source.errors import UnknownSnapshot


@dataclass(frozen=True, slots=True)
class Module:
    """One Go module at one version: a line of a go.sum, and where it lies in the repository."""

    path: str
    version: str
    h1: str
    """Go's dirhash Hash1 of the module, with its `h1:` in front."""
    folder: str
    """The module's folder in the project's repository, without slashes at its ends."""

    def __str__(self) -> str:
        """Return `path@version`, as the go command writes it."""
        return f"{self.path}@{self.version}"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One version of one project: its modules, the main one first."""

    project: str
    version: str
    modules: tuple[Module, ...]
    licence: str
    repository: str

    @property
    def key(self) -> str:
        """`PROJECT@VERSION`, as addresses name it."""
        return f"{self.project}@{self.version}"

    @property
    def id(self) -> str:
        """The sha256, in hex, of the sorted (module, version, h1): equal sets, equal id."""
        lines = sorted(f"{m.path} {m.version} {m.h1}\n" for m in self.modules)
        return hashlib.sha256("".join(lines).encode()).hexdigest()

    @property
    def lent(self) -> Module | None:
        """The main module where it is of another version, lent because no proxy has this one."""
        main = self.modules[0]
        return None if release(main.version) == release(self.version) else main

    def module_of(self, importpath: str) -> Module | None:
        """Return the module that a package belongs to; None: no module of this snapshot.

        The longest module path wins, as it does for the go command.
        """
        fitting = [
            module
            for module in self.modules
            if importpath == module.path or importpath.startswith(f"{module.path}/")
        ]
        return max(fitting, key=lambda module: len(module.path), default=None)


class Fit(Enum):
    """How near a snapshot is to the version that was asked for."""

    EXACT = "exact"
    PATCH = "nearest patch"
    MINOR = "nearest minor"


@dataclass(frozen=True, slots=True)
class Shelf:
    """All snapshots that are listed, in the order of the list."""

    snapshots: tuple[Snapshot, ...]

    def get(self, project: str, version: str) -> Snapshot:
        """Return the snapshot of exactly this version; raise UnknownSnapshot if none is listed."""
        for snapshot in self.snapshots:
            if (snapshot.project, snapshot.version) == (project, version):
                return snapshot
        raise UnknownSnapshot(project, version)

    def nearest(self, project: str, version: str) -> tuple[Snapshot, Fit]:
        """Return the snapshot that serves best to read `version` by, and how well it fits.

        A vendor's suffix (`+k3s1`, `-eks-1`) is not part of the version. Raises UnknownSnapshot
        when the project has no snapshot or `version` is no version.
        """
        listed = [s for s in self.snapshots if s.project == project]
        wanted = release(version)
        if not listed or wanted is None:
            raise UnknownSnapshot(project, version)
        for snapshot in listed:
            if release(snapshot.version) == wanted:
                return snapshot, Fit.EXACT

        def distance(snapshot: Snapshot) -> tuple[int, int, int]:
            have = release(snapshot.version) or (0, 0, 0)
            return (
                abs(have[0] - wanted[0]),
                abs(have[1] - wanted[1]),
                abs(have[2] - wanted[2]),
            )

        best = min(listed, key=distance)
        return best, Fit.PATCH if distance(best)[:2] == (0, 0) else Fit.MINOR

    def default(self, project: str) -> Snapshot:
        """Return the newest snapshot of a project; raise UnknownSnapshot if it has none."""
        listed = [s for s in self.snapshots if s.project == project]
        if not listed:
            raise UnknownSnapshot(project, "latest")
        return max(listed, key=lambda snapshot: release(snapshot.version) or (0, 0, 0))

    def holder(self, importpath: str, version: str | None = None) -> tuple[Snapshot, Module] | None:
        """Return the snapshot and module that hold a package, the newest first; None: no one does.

        With `version`, the snapshot nearest to it, of the project that the package belongs to.
        """
        projects = dict.fromkeys(s.project for s in self.snapshots if s.module_of(importpath))
        for project in projects:
            snapshot = self.nearest(project, version)[0] if version else self.default(project)
            if module := snapshot.module_of(importpath):
                return snapshot, module
        return None

    def project_of(self, importpath: str) -> str | None:
        """Return the project that a package belongs to at any version; None: to none."""
        held = self.holder(importpath)
        if held is not None:
            return held[0].project
        return next((one.project for one in self.snapshots if one.module_of(importpath)), None)


def release(version: str) -> tuple[int, int, int] | None:
    """Return (major, minor, patch) of a version, vendor's and pre-release suffixes dropped.

    None: not a version. `1.36` is read as `1.36.0`.
    """
    found = re.fullmatch(r"v?(\d{1,6})\.(\d{1,6})(?:\.(\d{1,6}))?(?:[-+].*)?", version, re.ASCII)
    return (int(found[1]), int(found[2]), int(found[3] or 0)) if found else None


def load(path: Path) -> Shelf:
    """Return the snapshots listed in a TOML file; raise ValueError where the file is wrong."""
    return parse(path.read_text(encoding="utf-8"))


def dump(shelf: Shelf) -> str:
    """Return the TOML text that `parse` reads as this shelf."""
    lines: list[str] = []
    for snapshot in shelf.snapshots:
        lines += ["[[snapshot]]", *_fields(snapshot, _SNAPSHOT_KEYS), ""]
        for module in snapshot.modules:
            lines += ["[[snapshot.module]]", *_fields(module, _MODULE_KEYS), ""]
    return "\n".join(lines)


def parse(text: str) -> Shelf:
    """Return the snapshots that a TOML text lists; raise ValueError where it is wrong."""
    tables = tomllib.loads(text).get("snapshot", [])
    shelf = Shelf(tuple(_snapshot(table) for table in tables))
    _only_once("snapshot", (snapshot.key for snapshot in shelf.snapshots))
    return shelf


_SNAPSHOT_KEYS = ("project", "version", "licence", "repository")
_MODULE_KEYS = ("path", "version", "h1", "folder")


def _fields(value: Snapshot | Module, keys: tuple[str, ...]) -> list[str]:
    # A JSON string is a TOML basic string too, once nothing is escaped as a surrogate.
    return [f"{key} = {json.dumps(getattr(value, key), ensure_ascii=False)}" for key in keys]


def _snapshot(table: dict[str, Any]) -> Snapshot:
    try:
        modules = tuple(
            Module(row["path"], row["version"], row["h1"], row["folder"]) for row in table["module"]
        )
        snapshot = Snapshot(
            table["project"], table["version"], modules, table["licence"], table["repository"]
        )
    except KeyError as missing:
        raise ValueError(f"a snapshot or module has no {missing}") from missing
    if release(snapshot.version) is None:
        raise ValueError(f"{snapshot.key}: the version is not of the form v1.2.3")
    _only_once(f"module of {snapshot.key}", (module.path for module in modules))
    _only_once(f"folder of {snapshot.key}", (module.folder for module in modules))
    for module in modules:
        if not re.fullmatch(r"h1:[A-Za-z0-9+/]{43}=", module.h1):
            raise ValueError(f"{snapshot.key}: {module} has no hash of the form h1:…")
    return snapshot


def _only_once(what: str, names: Iterable[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise ValueError(f"{what} listed twice: {name!r}")
        seen.add(name)
