"""How right the index is, by Go's own type checker: who implements what, and where links lead."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from posixpath import basename, dirname
from typing import Protocol

from portal.source import kindred
from portal.source.errors import NoSuchFile
from portal.source.exact import checker
from portal.source.exact.answers import Answers, Verdict
from portal.source.fetch import ModuleCache
from portal.source.golang import parse
from portal.source.implementers import Pair
from portal.source.index import Index
from portal.source.package import Packages
from portal.source.scope import Reference, references
from portal.source.snapshot import Snapshot
from portal.source.tree import Tree
from portal.source.view import View
from tests.cluster import toolchain
from tests.support.source import CACHES
from tests.support.typetruth import asked, obtain

SAMPLE = 2_000
"""Links that are followed."""
A_FILE = 20

Told = tuple[str, str, bool]
"""An interface, a type, and whether the type's pointer alone implements it."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """Who implements what, of exported types and interfaces."""

    wanted: frozenset[Told]
    """What Go says."""
    forward: frozenset[Told]
    """What interfaces are told to be implemented by."""
    backward: frozenset[Told]
    """What types are told to implement."""
    told: str
    """What was compared, for a terminal."""

    @property
    def precision(self) -> float:
        """Which part of what is told is so."""
        return len(self.wanted & self.forward) / len(self.forward)

    @property
    def recall(self) -> float:
        """Which part of what is so is told."""
        return len(self.wanted & self.forward) / len(self.wanted)


class Tells(Protocol):
    """What both tiers can be asked: method sets, and portal.source.exact."""

    def implementers(self, importpath: str, name: str) -> Sequence[Pair] | None:
        """Return the types that implement an interface."""

    def interfaces(self, importpath: str, name: str) -> Sequence[Pair] | None:
        """Return the interfaces that a type implements."""


@dataclass(frozen=True, slots=True)
class Both:
    """Both tiers, as a page asks them."""

    view: View
    exact: Answers

    def implementers(self, importpath: str, name: str) -> Sequence[Pair]:
        """Return the types that implement an interface."""
        return kindred.implementers(self.view, self.exact, importpath, name).pairs

    def interfaces(self, importpath: str, name: str) -> Sequence[Pair]:
        """Return the interfaces that a type implements."""
        return kindred.interfaces(self.view, self.exact, importpath, name).pairs


def checked(view: View, scratch: Path) -> Answers:
    """Return what the exact tier says of a whole version. Raises toolchain.NoGo."""
    place = scratch / "exact"
    checker.check(Index(view), CACHES, place, toolchain.find(checker.MINIMUM))
    return Answers(place)


def implementers(snapshot: Snapshot, found: Tells) -> Agreement:
    """Return how a tier agrees with Go on a whole version of Kubernetes. Raises toolchain.NoGo."""
    truth = obtain(snapshot, asked())
    wanted = {
        (*pair, pointer) for pair, pointer in truth.pairs.items() if all(map(_is_exported, pair))
    }
    forward = {
        (interface, f"{one.importpath}.{one.name}", one.is_pointer)
        for interface in truth.interfaces
        for one in found.implementers(*_split(interface)) or ()
        if _is_exported(interface) and _is_exported(one.name)
    }
    backward = {
        (f"{one.importpath}.{one.name}", name, one.is_pointer)
        for name in truth.types
        for one in found.interfaces(*_split(name)) or ()
        if f"{one.importpath}.{one.name}" in truth.interfaces
        and _is_exported(one.name)
        and _is_exported(name)
    }
    told = (
        f"{snapshot.version}: {truth.packages} packages, {len(truth.faulty)} with errors,"
        f" {len(wanted)} pairs"
    )
    return Agreement(frozenset(wanted), frozenset(forward), frozenset(backward), told)


def links(view: View, scratch: Path) -> float:
    """Return which part of SAMPLE links of a whole version leads to what Go says. Raises toolchain.NoGo."""
    known = checked(view, scratch)
    verdicts: list[bool] = []
    followed = _links(Tree(view.snapshot, ModuleCache([]), view), view)
    while len(verdicts) < SAMPLE:
        path, offset, one = next(followed)
        verdict = known.uses(one.importpath, one.name)(path, offset)
        if verdict is not Verdict.NOTHING:
            verdicts.append(verdict is Verdict.IS)
    return sum(verdicts) / SAMPLE


def _links(tree: Tree, view: View) -> Iterator[tuple[str, int, Reference]]:
    """Yield (path, offset in bytes, what it leads to) of names in files drawn from all of them."""
    draw, packages = random.Random(5), Packages()
    paths = sorted(
        path
        for paths in view.paths.values()
        for path in paths
        if path.endswith(".go") and "/testdata/" not in path
    )
    while True:
        path = draw.choice(paths)
        try:
            package = packages.get(tree, tree.importpath_of(dirname(path)))
        except NoSuchFile:
            continue
        if basename(path) not in package.outline:
            continue
        source, file = parse(tree.read(path)), basename(path)
        shown = [
            one
            for one in references(
                source, package.importpath, package.names_for(file), package.outline[file]
            )
            if not one.is_definition and tree.snapshot.module_of(one.importpath)
        ]
        for one in draw.sample(shown, min(len(shown), A_FILE)):
            yield path, len(source.text[: one.span.start].encode()), one


def _split(full: str) -> tuple[str, str]:
    importpath, _dot, name = full.rpartition(".")
    return importpath, name


def _is_exported(full: str) -> bool:
    return _split(full)[1][:1].isupper()
