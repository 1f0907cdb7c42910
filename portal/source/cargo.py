"""Takes a source tree as a snapshot: its modules, packed as a module cache has them.

Whatever it comes in, the same files make the same snapshot. A tree without any go.mod is one module,
named after its project, with a hash of the same kind.
Source: Go modules reference, "Module zip files" (what belongs to a module and what does not);
golang.org/x/mod/module#CheckPath.
"""

import re
import shutil
import tempfile
import zipfile
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from portal.source.customs import Customs, Left, Limits, Reason
from portal.source.delivery import Delivery, opened
from portal.source.errors import NotAModule, SourceError
from portal.source.fetch import archive_of, hash1
from portal.source.holding import Holding, ZipHolding
from portal.source.proxy import keep
from portal.source.snapshot import Module, Snapshot, release
from portal.source.tree import MAX_FILE_BYTES

STAGING = "staging/src/"
MOD_BYTES = 1024 * 1024
_SPOOLED = "tree"


@dataclass(frozen=True, slots=True)
class Cargo:
    """What was taken, and what was left out of it."""

    snapshot: Snapshot
    left: dict[Reason, Left]


@dataclass(frozen=True, slots=True)
class _Found:
    path: str
    folder: str
    files: list[str] = field(default_factory=list)
    """Relative to the module's folder, in slashes."""


def take(
    place: Path,
    project: str,
    version: str,
    cache: Path,
    *,
    ref: str = "",
    limits: Limits | None = None,
) -> Cargo:
    """Return the snapshot of what lies at `place`, after packing every module of it into `cache`.

    `ref` is the commit, tag or branch of a repository. The main module is the one at the root.
    Kubernetes' staging modules are v0.N.P where it is v1.N.P, as they are published. Raises NotAModule
    where it holds no file or has no good name, and as `delivery.opened`, its members and Customs do;
    then no module of it is in `cache`.
    """
    if release(version) is None or not re.fullmatch(r"[\w.+-]{1,100}", version, re.ASCII):
        raise NotAModule(f"{version!r} is no version; write it as v1.2.3")
    if not re.fullmatch(r"[\w-]{1,100}", project, re.ASCII):
        raise NotAModule(f"{project!r} is no name of a project; use letters, digits, - and _")
    limits = limits or Limits()
    cache.mkdir(parents=True, exist_ok=True)
    customs = Customs(limits)
    with tempfile.TemporaryDirectory(prefix=".part-", dir=cache) as spool:
        with opened(place, ref, limits) as delivery:
            tree = _unloaded(delivery, customs, Path(spool, "tree.zip"))
        found = _modules(tree, project, customs)
        staged = f"v0{version[2:]}" if version.startswith("v1.") else version
        modules: list[Module] = []
        try:
            for each in found:
                mine = staged if each.folder.startswith(STAGING) else version
                modules.append(_pack(tree, each, mine, cache))
        except BaseException:
            for module in modules:
                forget(module, cache)
            raise
        snapshot = Snapshot(project, version, tuple(modules), licence_of(tree), found[0].path)
    return Cargo(snapshot, customs.left)


def _unloaded(delivery: Delivery, customs: Customs, spool: Path) -> Holding:
    """Copy what is let in into one file, and return it as the project's files."""
    names: list[str] = []
    with zipfile.ZipFile(spool, "w", zipfile.ZIP_STORED) as archive:
        for member in delivery.members:
            name = customs.admit(member)
            if name is not None:
                archive.writestr(zipfile.ZipInfo(f"{_SPOOLED}/{name}"), customs.data(member))
                names.append(name)
    customs.close()
    if not names:
        raise NotAModule("it holds no source")
    top = _top(names) if delivery.has_top else ""
    return ZipHolding(spool, f"{_SPOOLED}/{top}".rstrip("/"))


def _top(names: list[str]) -> str:
    """Return the folder of the project in an archive; "": its root.

    That is where all its files lie, if a go.mod lies there (a module's own zip has several folders
    above it), else the one folder at the root that holds everything.
    """
    common = min(names).split("/")[:-1]
    last = max(names).split("/")[:-1]  # in order, so what these two share, all share
    shared = [a for at, a in enumerate(common) if last[: at + 1] == common[: at + 1]]
    folder = "/".join(shared)
    return folder if f"{folder}/go.mod" in names else "/".join(shared[:1])


def _modules(tree: Holding, project: str, customs: Customs) -> list[_Found]:
    """Return the modules of a tree, the one at the root first, then by folder."""
    paths = sorted(tree.walk())
    held: dict[str, _Found] = {}
    roots = {path.rpartition("/")[0] for path in paths if path.rpartition("/")[2] == "go.mod"}
    taken: set[str] = set()
    for folder in sorted(roots | {""}):
        name = _named(tree, folder) if folder in roots else ""
        if not folder and (not name or name in taken):
            name = project
        if name and name not in taken:
            held[folder] = _Found(name, folder)
            taken.add(name)
        else:  # testdata, as a rule: it stays with the module around it
            customs.tell(Reason.MODULE, f"{folder}/go.mod")
    for path in paths:
        owner = _owner(held, path.rpartition("/")[0])
        held[owner].files.append(path[len(owner) :].lstrip("/"))
    return [found for found in held.values() if found.files]


def _named(tree: Holding, folder: str) -> str:
    """Return the module path that a folder's go.mod states; "": none that a module could have."""
    with suppress(SourceError):
        data = tree.read(f"{folder}/go.mod".lstrip("/"), MOD_BYTES)
        text = data.decode("utf-8", "replace")
        stated = re.search(r'^module[ \t]+"?([^\s"]+)', text, re.MULTILINE)
        if stated and is_module_path(stated[1]):
            return stated[1]
    return ""


def is_module_path(path: str) -> bool:
    """Return whether a module could have this path: it becomes a folder of the module cache."""
    return len(path) <= 300 and all(
        re.fullmatch(r"[A-Za-z0-9_~-]([A-Za-z0-9._~-]*[A-Za-z0-9_~-])?", part)
        for part in path.split("/")
    )


def _owner(held: dict[str, _Found], folder: str) -> str:
    """Return the innermost module folder that a folder lies in; the root is one."""
    while folder not in held:
        folder = folder.rpartition("/")[0]
    return folder


def _pack(tree: Holding, found: _Found, version: str, cache: Path) -> Module:
    prefix = f"{found.path}@{version}"
    place = archive_of(cache, Module(found.path, version, "", found.folder))
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".part-", dir=place.parent) as folder:
        part = Path(folder, place.name)
        with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            for file in found.files:
                data = tree.read(f"{found.folder}/{file}".lstrip("/"), MAX_FILE_BYTES)
                archive.writestr(zipfile.ZipInfo(f"{prefix}/{file}"), data, zipfile.ZIP_DEFLATED, 1)
        packed: Holding = ZipHolding(part, prefix)
        module = Module(found.path, version, hash1(packed, prefix), found.folder)
        keep(module, part, cache)
    return module


def licence_of(tree: Holding) -> str:
    """Return the SPDX name of the tree's licence as far as its first lines tell."""
    for name in ("LICENSE", "LICENSE.txt", "LICENSE.md", "COPYING"):
        try:
            head = tree.read(name, MAX_FILE_BYTES).decode("utf-8", "replace")[:2000]
        except SourceError:
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
