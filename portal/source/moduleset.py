"""Which modules make a version that nobody listed, and their hashes: asked of proxies.

The main module's go.mod names Kubernetes' staging modules; other projects are made of the modules that a
listed version of them has. Hashes are those of the checksum database, read through GOPROXY or directly,
and proven by its log (portal.source.sumdb) where that is offered; else it is said that they are not.
Source: Go modules reference, "Checksum database"; golang.org/x/mod/sumdb (lookup's format);
golang.org/x/mod/module#MatchPrefixPatterns.
"""

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache

from portal.source import sumdb
from portal.source.errors import NotAModule, UnknownSnapshot, Unreachable
from portal.source.fetch import escape
from portal.source.proxy import Proxy, ask, ask_bytes, proxies
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
    unproven: tuple[str, ...] = ()
    """Why a hash was taken as it was told, each reason once."""


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
    database = Database(asked)
    try:
        text = ask(f"{escape(main.path)}/@v/{escape(version)}.mod", asked)
        folders = _STAGED.findall(text) or folders
        main = Module(main.path, version, database.h1(main.path, version), main.folder)
    except Unreachable as error:
        missing = error
    modules = [main]
    left_out = [f"{main.path}@{version}"] if missing else []
    for path, folder in sorted(folders):
        at = _version_of(version, folder)
        try:
            modules.append(Module(path, at, database.h1(path, at), folder))
        except Unreachable:
            left_out.append(f"{path}@{at}")
    if missing and len(modules) == 1:
        raise missing
    snapshot = Snapshot(project, version, tuple(modules), like.licence, like.repository)
    return Composed(snapshot, tuple(left_out), tuple(database.doubts))


def lone(path: str, version: str, project: str, asked: tuple[Proxy, ...] | None = None) -> Composed:
    """Return one module, whoever's, as a version of `project`; its licence is not known yet.

    Raises NotAModule for what is no module's path, UnknownSnapshot for what is no version, and
    Unreachable where nobody knows its hash.
    """
    if _PATH.fullmatch(path) is None or ".." in path:
        raise NotAModule(f"{path} is not the path of a module")
    if release(version) is None or not _is_plain(version):
        raise UnknownSnapshot(path, version)
    database = Database(proxies() if asked is None else asked)
    module = Module(path, version, database.h1(path, version), "")
    snapshot = Snapshot(project, version, (module,), "unknown", path)
    return Composed(snapshot, (), tuple(database.doubts))


def project_of(path: str) -> str:
    """Return what a module is called in addresses: the last part of its path that is no version."""
    last = re.sub(r"(?<=.)/v\d+$", "", path).rpartition("/")[2]
    return re.sub(r"[^A-Za-z0-9_-]+", "-", last).strip("-")


class Database:
    """The checksum database that GOSUMDB names, asked through proxies and then directly."""

    def __init__(self, asked: Iterable[Proxy], environ: Mapping[str, str] = os.environ) -> None:
        """Ask through `asked`."""
        said, _space, address = (environ.get("GOSUMDB") or SUMDB).strip().partition(" ")
        self._name = said.partition("+")[0]
        self._key = sumdb.key_of(said)
        self._private = environ.get("GONOSUMDB") or environ.get("GOPRIVATE") or ""
        through = (f"{proxy.address}/sumdb/{self._name}" for proxy in asked)
        self._asked = (
            *(Proxy(address, is_last_on_error=False) for address in through),
            Proxy(address.strip().rstrip("/") or f"https://{self._name}", is_last_on_error=True),
        )
        self._tile = lru_cache(maxsize=256)(lambda path: ask_bytes(path, self._asked))
        self.doubts: dict[str, None] = {}
        """Why hashes that were told are not proven."""

    def h1(self, path: str, version: str) -> str:
        """Return a module's hash; what stands against it is among the doubts afterwards.

        Raises Unreachable where the database may not be asked or knows none, and Tampered where the proof
        is wrong.
        """
        name = f"{path}@{version}"
        if self._name == "off":
            raise Unreachable(f"{name}: GOSUMDB is off, so nobody knows its hash")
        if is_private(path, self._private):
            raise Unreachable(
                f"{name}: GONOSUMDB keeps it from {self._name}, so nobody knows its hash"
            )
        text = ask(f"lookup/{escape(path)}@{escape(version)}", self._asked)
        answer = sumdb.read(text)
        line = rf"^{re.escape(path)} {re.escape(version)} (h1:[A-Za-z0-9+/]{{43}}=)$"
        found = re.search(line, answer.record, re.MULTILINE) if answer else None
        if answer is None or found is None:
            raise Unreachable(f"{self._name} told no hash of {name}")
        if not answer.note:
            self.doubts[f"{self._name} told hashes without the head of its log"] = None
        elif not self._key:
            self.doubts[f"the key of {self._name} is not known; write it in GOSUMDB"] = None
        else:
            try:
                sumdb.prove(answer, self._key, self._tile)
            except Unreachable as error:
                self.doubts[f"{self._name} does not show its log: {error}"] = None
        return found[1]


def is_private(path: str, patterns: str) -> bool:
    """Whether a module's path, or what it begins with, fits one of Go's patterns, parted by commas."""
    parts = path.split("/")
    for pattern in filter(None, (one.strip().rstrip("/") for one in patterns.split(","))):
        wanted = pattern.split("/")
        if len(wanted) <= len(parts) and all(map(fnmatchcase, parts, wanted)):
            return True
    return False


def _is_plain(version: str) -> bool:
    """Whether it can be a part of addresses and of file names: nothing that climbs is."""
    return re.fullmatch(r"[\w.+-]{1,100}", version, re.ASCII) is not None


def _version_of(version: str, folder: str) -> str:
    """Return the version of a module of this folder: Kubernetes publishes v0.N.P of staging at v1.N.P."""
    is_staged = folder.startswith("staging/") and version.startswith("v1.")
    return f"v0{version[2:]}" if is_staged else version
