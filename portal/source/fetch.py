"""Finds a module in the Go module cache and says whether it is the one that was meant.

Nothing is downloaded, unpacked or written. Source: Go modules reference, "Module cache";
golang.org/x/mod/module#EscapePath; golang.org/x/mod/sumdb/dirhash#Hash1.
"""

import base64
import hashlib
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from portal.source.errors import NotImported, Tampered
from portal.source.holding import FolderHolding, Holding, ZipHolding
from portal.source.snapshot import Module, Snapshot

MAX_HASHED_BYTES = 256 * 1024 * 1024
"""The largest single file that `verify` reads; Go refuses module zips above 500 MiB."""


def cache_folders(environ: Mapping[str, str] = os.environ) -> tuple[Path, ...]:
    """Return the module caches to look in, first the one that the go command would use.

    GOMODCACHE, else the first folder of GOPATH with pkg/mod, else go/pkg/mod at home.
    """
    if named := environ.get("GOMODCACHE"):
        return (Path(named),)
    if gopath := environ.get("GOPATH"):
        return tuple(Path(part) / "pkg" / "mod" for part in gopath.split(os.pathsep) if part)
    home = environ.get("HOME")
    return ((Path(home) if home else Path.home()) / "go" / "pkg" / "mod",)


def escape(path: str) -> str:
    """Return a module path or version as the cache spells it: `!` and a lower-case letter for each
    upper-case one.

    File systems that ignore case would mix two modules up otherwise.
    """
    return "".join(f"!{c.lower()}" if "A" <= c <= "Z" else c for c in path)


class ModuleCache:
    """The modules that this machine holds, found by name and checked by hash."""

    def __init__(self, folders: Sequence[Path] | None = None) -> None:
        """Look in `folders`; None: where the go command keeps its modules."""
        self._folders = tuple(cache_folders() if folders is None else folders)
        self._found: dict[Module, Holding] = {}

    def find(self, module: Module) -> Holding:
        """Return the module's files.

        Once per module the hash that the go command noted beside its download (`.ziphash`) is held
        against the listed one: the go command wrote it after checking every file. A cache without
        the note is taken as it is; `verify` reads everything. Raises NotImported, or Tampered.
        """
        holding = self._found.get(module)
        if holding is None:
            holding = self._look(module)
            self._found[module] = holding
        return holding

    def absent(self, snapshot: Snapshot) -> tuple[Module, ...]:
        """Return the modules of a snapshot that this machine does not hold."""
        missing = []
        for module in snapshot.modules:
            try:
                self.find(module)
            except NotImported:
                missing.append(module)
        return tuple(missing)

    def verify(self, module: Module) -> None:
        """Hold every byte of the module against its listed hash; raise Tampered if it differs.

        Takes seconds for a large module (30,000 files for all of kubernetes).
        """
        have = hash1(self.find(module), str(module))
        if have != module.h1:
            raise Tampered(f"{module} hashes to {have}, but {module.h1} is listed")

    def _look(self, module: Module) -> Holding:
        path, version = escape(module.path), escape(module.version)
        for cache in self._folders:
            download = cache / "cache" / "download" / path / "@v"
            unpacked = cache / f"{path}@{version}"
            archive = download / f"{version}.zip"
            if unpacked.is_dir():
                _check_note(download / f"{version}.ziphash", module)
                return FolderHolding(unpacked)
            if archive.is_file():
                _check_note(download / f"{version}.ziphash", module)
                return ZipHolding(archive, str(module))
        raise NotImported(module.path, module.version)


def hash1(holding: Holding, prefix: str) -> str:
    """Return Go's dirhash Hash1 of a module whose zip names its members `prefix/…`."""
    summary = hashlib.sha256()
    for path in sorted(holding.walk(), key=lambda path: f"{prefix}/{path}".encode()):
        digest = hashlib.sha256(holding.read(path, MAX_HASHED_BYTES)).hexdigest()
        summary.update(f"{digest}  {prefix}/{path}\n".encode())
    return "h1:" + base64.b64encode(summary.digest()).decode()


def _check_note(note: Path, module: Module) -> None:
    try:
        have = note.read_text(encoding="ascii").strip()
    except (FileNotFoundError, UnicodeDecodeError):
        return
    if have != module.h1:
        raise Tampered(f"{module} was downloaded as {have}, but {module.h1} is listed")
