"""Which modules make a version that nobody listed, and their hashes: asked of proxies.

The main module's go.mod names Kubernetes' staging modules; other projects are made of the modules that a
listed version of them has. Hashes are those of the checksum database, read through GOPROXY or directly:
its answer is taken as it is, without the proof that its log holds it, which the go command asks for too.
Source: Go modules reference, "Checksum database"; golang.org/x/mod/sumdb (lookup's format).
"""

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from portal.source.errors import NotAModule, UnknownSnapshot, Unreachable
from portal.source.fetch import escape
from portal.source.proxy import Proxy, ask, proxies
from portal.source.snapshot import Module, Shelf, Snapshot, release

SUMDB = "sum.golang.org"
_PATH = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+(?:/[\w.~-]+)+", re.ASCII)
"""A module's path begins with a host. Go: golang.org/x/mod/module#CheckPath."""

_STAGED = re.compile(r"^\s*(?:replace\s+)?(\S+)\s+=>\s+\./(staging/src/\S+)\s*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Composed:
    """A version as it can be had. `left_out` are modules that no proxy has."""

    snapshot: Snapshot
    left_out: tuple[str, ...]


def compose(
    project: str, version: str, shelf: Shelf, asked: tuple[Proxy, ...] | None = None
) -> Composed:
    """Return the modules of a version of a listed project, the main one first.

    Where no proxy has the main module but staging has been published, the nearest listed version lends
    its own. Raises UnknownSnapshot for a project that is not listed or what is no version, Unreachable
    where no proxy has anything of it.
    """
    asked = proxies() if asked is None else asked
    listed = [one for one in shelf.snapshots if one.project == project]
    if not listed or release(version) is None or not _is_plain(version):
        raise UnknownSnapshot(project, version)
    like = shelf.nearest(project, version)[0]
    main = like.modules[0]
    folders = [(module.path, module.folder) for module in like.modules[1:]]
    missing: Unreachable | None = None
    try:
        text = ask(f"{escape(main.path)}/@v/{escape(version)}.mod", asked)
        folders = _STAGED.findall(text) or folders
        main = Module(main.path, version, checksum(main.path, version, asked), main.folder)
    except Unreachable as error:
        missing = error
    modules = [main]
    left_out = [f"{main.path}@{version}"] if missing else []
    for path, folder in sorted(folders):
        at = _version_of(version, folder)
        try:
            modules.append(Module(path, at, checksum(path, at, asked), folder))
        except Unreachable:
            left_out.append(f"{path}@{at}")
    if missing and len(modules) == 1:
        raise missing
    snapshot = Snapshot(project, version, tuple(modules), like.licence, like.repository)
    return Composed(snapshot, tuple(left_out))


def lone(path: str, version: str, project: str, asked: tuple[Proxy, ...] | None = None) -> Snapshot:
    """Return one module, whoever's, as a version of `project`; its licence is not known yet.

    Raises NotAModule for what is no module's path, UnknownSnapshot for what is no version, and
    Unreachable where nobody knows its hash.
    """
    if _PATH.fullmatch(path) is None or ".." in path:
        raise NotAModule(f"{path} is not the path of a module")
    if release(version) is None or not _is_plain(version):
        raise UnknownSnapshot(path, version)
    h1 = checksum(path, version, proxies() if asked is None else asked)
    return Snapshot(project, version, (Module(path, version, h1, ""),), "unknown", path)


def project_of(path: str) -> str:
    """Return what a module is called in addresses: the last part of its path that is no version."""
    last = re.sub(r"(?<=.)/v\d+$", "", path).rpartition("/")[2]
    return re.sub(r"[^A-Za-z0-9_-]+", "-", last).strip("-")


def checksum(
    path: str, version: str, asked: Iterable[Proxy], environ: Mapping[str, str] = os.environ
) -> str:
    """Return a module's h1 as the checksum database has it. Raises Unreachable."""
    database = (environ.get("GOSUMDB") or SUMDB).partition("+")[0].partition(" ")[0]
    if database == "off":
        raise Unreachable(f"{path}@{version}: GOSUMDB is off, so nobody knows its hash")
    lookup = f"lookup/{escape(path)}@{escape(version)}"
    through = [
        Proxy(f"{proxy.address}/sumdb/{database}", is_last_on_error=False) for proxy in asked
    ]
    text = ask(lookup, (*through, Proxy(f"https://{database}", is_last_on_error=True)))
    found = re.search(
        rf"^{re.escape(path)} {re.escape(version)} (h1:[A-Za-z0-9+/]{{43}}=)$", text, re.MULTILINE
    )
    if found is None:
        raise Unreachable(f"{database} told no hash of {path}@{version}")
    return found[1]


def _is_plain(version: str) -> bool:
    """Whether it can be a part of addresses and of file names: nothing that climbs is."""
    return re.fullmatch(r"[\w.+-]{1,100}", version, re.ASCII) is not None


def _version_of(version: str, folder: str) -> str:
    """Return the version of a module of this folder: Kubernetes publishes v0.N.P of staging at v1.N.P."""
    is_staged = folder.startswith("staging/") and version.startswith("v1.")
    return f"v0{version[2:]}" if is_staged else version
