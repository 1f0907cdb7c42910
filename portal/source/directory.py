"""Takes a folder with a project's source as a snapshot: its modules, packed as a module cache has them.

The folder is read once and never again, so a snapshot does not change when the folder does.
Source: Go modules reference, "Module zip files" (what belongs to a module and what does not).
"""

import os
import re
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from portal.source.errors import NotAModule
from portal.source.fetch import archive_of, hash1
from portal.source.holding import Holding, ZipHolding
from portal.source.proxy import keep
from portal.source.snapshot import Module, Snapshot, release

LEFT_OUT = frozenset({".git", ".hg", ".svn", ".bzr", "vendor", "node_modules", "_output"})
"""Folders that belong to no module, or hold what was built."""
STAGING = "staging/src/"


@dataclass(frozen=True, slots=True)
class _Found:
    path: str
    folder: str
    files: tuple[str, ...]
    """Relative to the module's folder, in slashes."""


def take(root: Path, project: str, version: str, cache: Path) -> Snapshot:
    """Return the snapshot of a folder, after packing every module of it into `cache`.

    The main module is the one at the root. Kubernetes' staging modules are v0.N.P where it is
    v1.N.P, as they are published. Links and vendored copies are left out. Raises NotAModule.
    """
    if release(version) is None:
        raise NotAModule(f"{version!r} is no version; write it as v1.2.3")
    found = list(_modules(root.resolve()))
    if not found or found[0].folder:
        raise NotAModule(f"{root} holds no go.mod, so it is no Go module")
    staged = f"v0{version[2:]}" if version.startswith("v1.") else version
    modules = tuple(
        _pack(root, each, staged if each.folder.startswith(STAGING) else version, cache)
        for each in found
    )
    return Snapshot(project, version, modules, _licence(root), found[0].path)


def _modules(root: Path) -> Iterator[_Found]:
    """Yield the modules under a folder, the one at the root first."""
    held: dict[str, list[str]] = {}
    for place, folders, names in os.walk(root):
        folders[:] = sorted(set(folders) - LEFT_OUT)
        here = "" if Path(place) == root else Path(place).relative_to(root).as_posix()
        if "go.mod" in names:
            held[here] = []
        owner = _owner(held, here)
        if owner is None:
            continue
        for name in sorted(names):
            file = Path(place, name)
            if file.is_file() and not file.is_symlink():
                held[owner].append(f"{here}/{name}"[len(owner) :].lstrip("/"))
    for folder in sorted(held):
        text = (root / folder / "go.mod").read_text(encoding="utf-8", errors="replace")
        named = re.search(r'^module\s+"?([^\s"]+)', text, re.MULTILINE)
        if named:
            yield _Found(named[1], folder, tuple(held[folder]))


def _owner(held: dict[str, list[str]], folder: str) -> str | None:
    """Return the innermost module folder that a folder lies in."""
    while folder not in held:
        if not folder:
            return None
        folder = folder.rpartition("/")[0]
    return folder


def _pack(root: Path, found: _Found, version: str, cache: Path) -> Module:
    prefix = f"{found.path}@{version}"
    place = archive_of(cache, Module(found.path, version, "", found.folder))
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".part-", dir=place.parent) as folder:
        part = Path(folder, place.name)
        with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            for file in found.files:
                archive.write(root / found.folder / file, f"{prefix}/{file}")
        packed: Holding = ZipHolding(part, prefix)
        module = Module(found.path, version, hash1(packed, prefix), found.folder)
        keep(module, part, cache)
    return module


def _licence(root: Path) -> str:
    """Return the SPDX name of the folder's licence as far as its first lines tell."""
    for name in ("LICENSE", "LICENSE.txt", "LICENSE.md", "COPYING"):
        try:
            head = (root / name).read_text(encoding="utf-8", errors="replace")[:2000]
        except OSError:
            continue
        for spdx, words in (
            ("Apache-2.0", "Apache License"),
            ("MIT", "Permission is hereby granted, free of charge"),
            ("MPL-2.0", "Mozilla Public License"),
            ("BSD-3-Clause", "Redistribution and use in source and binary forms"),
        ):
            if words in head:
                return spdx
    return "unknown"


def forget(module: Module, cache: Path) -> None:
    """Remove a module's zip and the note of its hash from `cache`, if they are there."""
    place = archive_of(cache, module)
    place.unlink(missing_ok=True)
    place.with_suffix(".ziphash").unlink(missing_ok=True)
    if place.parent.is_dir() and not any(place.parent.iterdir()):
        shutil.rmtree(place.parent)
