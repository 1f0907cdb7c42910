"""Finds a module in a module cache and says whether it is the one that was meant.

Nothing is downloaded, unpacked or written here: `proxy` and `directory` bring modules.
Source: Go modules reference, "Module cache"; golang.org/x/mod/module#EscapePath;
golang.org/x/mod/sumdb/dirhash#Hash1.
"""

import base64
import hashlib
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from portal.source.errors import NotImported, Tampered
from portal.source.holding import FolderHolding, Holding, ZipHolding
from portal.source.snapshot import Module

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

        Once per module the hash that was noted beside its download (`.ziphash`) is held against the
        listed one: it was written after every file was checked. A cache without the note is taken
        as it is; `verify` reads everything. A copy that differs is passed over for one that does
        not. Raises NotImported, or Tampered if all copies differ.
        """
        holding = self._found.get(module)
        if holding is None:
            holding = self._look(module)
            self._found[module] = holding
        return holding

    def absent(self, modules: Iterable[Module]) -> tuple[Module, ...]:
        """Return those modules of which this machine has no good copy, in the same order."""
        missing = []
        for module in modules:
            try:
                self.find(module)
            except (NotImported, Tampered):
                missing.append(module)
        return tuple(missing)

    def verify(self, module: Module) -> None:
        """Hold every byte of the module against its listed hash; raise Tampered if it differs.

        Takes seconds for a large module (30,000 files for all of kubernetes).
        """
        verify(module, self.find(module))

    def _look(self, module: Module) -> Holding:
        differing: Tampered | None = None
        for cache in self._folders:
            unpacked = cache / f"{escape(module.path)}@{escape(module.version)}"
            archive = archive_of(cache, module)
            if not (unpacked.is_dir() or archive.is_file()):
                continue
            try:
                _check_note(archive.with_suffix(".ziphash"), module)
            except Tampered as error:
                differing = differing or error
                continue
            if unpacked.is_dir():
                return FolderHolding(unpacked)
            return ZipHolding(archive, str(module))
        raise differing or NotImported(module.path, module.version)


def verify(module: Module, holding: Holding) -> None:
    """Hold every byte of what is held as `module` against its listed hash; raise Tampered."""
    have = hash1(holding, str(module))
    if have != module.h1:
        raise Tampered(f"{module} hashes to {have}, but {module.h1} is listed")


def archive_of(cache: Path, module: Module) -> Path:
    """Return where a module cache keeps the module's zip; its hash lies beside it as `.ziphash`."""
    folder = cache / "cache" / "download" / escape(module.path) / "@v"
    return folder / f"{escape(module.version)}.zip"


def hash1(holding: Holding, prefix: str) -> str:
    """Return Go's dirhash Hash1 of a module whose zip names its members `prefix/…`."""
    summary = hashlib.sha256()
    for path, data in holding.files(MAX_HASHED_BYTES):
        digest = hashlib.sha256(data).hexdigest()
        summary.update(f"{digest}  {prefix}/{path}\n".encode())
    return "h1:" + base64.b64encode(summary.digest()).decode()


def _check_note(note: Path, module: Module) -> None:
    try:
        have = note.read_text(encoding="ascii").strip()
    except (FileNotFoundError, UnicodeDecodeError):
        return
    if have != module.h1:
        raise Tampered(f"{module} was downloaded as {have}, but {module.h1} is listed")
