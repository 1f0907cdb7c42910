"""The road of a kind through Kubernetes' source: type, checks, registry, controllers, printer.

Found by the conventions of its repository at the version in question, never listed by hand: what is
not declared there is not on the road. Source: k8s.io/kubernetes/pkg/{apis,registry,controller,printers}.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from django.utils.translation import gettext_noop

from dashboard.api.gvr import GVR
from portal.crosslinks.gotype import go_type
from portal.source.glance import below, glance
from portal.source.structs import Named, Place
from portal.source.tree import Tree
from portal.walkthrough.stock import Where, stock

KUBERNETES = "k8s.io/kubernetes"
CONTROLLERS = (
    f"{KUBERNETES}/pkg/controller",
    f"{KUBERNETES}/pkg/scheduler",
    f"{KUBERNETES}/pkg/proxy",
    f"{KUBERNETES}/pkg/kubelet",
)
"""Where constructors take the informers that a component listens to."""

HUB_ELSEWHERE = {
    "apiextensions.k8s.io": "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions",
    "apiregistration.k8s.io": "k8s.io/kube-aggregator/pkg/apis/apiregistration",
}
REGISTRY_ELSEWHERE = {
    "apiextensions.k8s.io": "k8s.io/apiextensions-apiserver/pkg/registry",
    "apiregistration.k8s.io": "k8s.io/kube-aggregator/pkg/registry",
}
SAME_STORAGE = {
    ("events.k8s.io", "Event"): ("core", "event"),
    ("", "Endpoints"): ("core", "endpoint"),
}
"""Kinds whose registry is named otherwise than they are."""


@dataclass(frozen=True, slots=True)
class Stop:
    """One place on the road."""

    place: Place
    label: str


@dataclass(frozen=True, slots=True)
class Stage:
    """One part of the road; never without a stop."""

    what: str
    note: str
    stops: tuple[Stop, ...]


def road(where: Where, key: str, gvr: GVR, kind: str) -> tuple[Stage, ...]:
    """Return the road of a kind at a snapshot, in the order in which an object takes it.

    Empty for kinds that are not Kubernetes' own, and where their source is not here. Some 0.5 s the
    first time, for controllers are looked for everywhere: a job for the press.
    """
    root = go_type(gvr, kind)
    if root is None:
        return ()
    tree = stock(where).tree(key)
    stages = (
        (gettext_noop("Type"), gettext_noop("what you write"), _types(gvr, kind, root)),
        (
            gettext_noop("Defaults and checks"),
            gettext_noop("before it is accepted"),
            _checks(tree, gvr, kind),
        ),
        (gettext_noop("Registry"), gettext_noop("how it is stored"), _registry(tree, gvr, kind)),
        (
            gettext_noop("Informer and lister"),
            gettext_noop("how Go programs watch it"),
            _informer(gvr, kind),
        ),
        (
            gettext_noop("Watched by"),
            gettext_noop("who takes its informer"),
            _watchers(tree, gvr, kind),
        ),
        (gettext_noop("Printed by"), gettext_noop("kubectl’s columns"), _printer(kind)),
    )
    found = []
    for what, note, places in stages:
        here = [place for place in places if place.name in glance(tree, place.importpath).names]
        if here:
            found.append(Stage(what, note, tuple(Stop(place, _label(place)) for place in here)))
    return tuple(found)


def subresource(where: Where, key: str, gvr: GVR, kind: str, name: str) -> Place | None:
    """Return the REST type that serves a subresource; None where none is named after it."""
    tree = stock(where).tree(key)
    wanted = f"{name}rest".lower()
    for package in _storages(tree, gvr, kind):
        for declared in glance(tree, package).types:
            if declared.lower() == wanted:
                return Place(package, declared)
    return None


def _types(gvr: GVR, kind: str, root: Named) -> Iterator[Place]:
    yield Place(root.importpath, root.name)
    yield Place(_hub(gvr), kind)


def _checks(tree: Tree, gvr: GVR, kind: str) -> Iterator[Place]:
    hub = _hub(gvr)
    yield Place(f"{hub}/{gvr.version}", f"SetDefaults_{kind}")
    wanted = re.compile(rf"Validate{kind}(Create|Update)?")
    names = glance(tree, f"{hub}/validation").names
    yield from (Place(f"{hub}/validation", n) for n in sorted(names) if wanted.fullmatch(n))


def _registry(tree: Tree, gvr: GVR, kind: str) -> Iterator[Place]:
    for package in _storages(tree, gvr, kind):
        names = glance(tree, package).names
        yield from (
            Place(package, name)
            for name in sorted(names)
            if name == "REST" or re.fullmatch(r"\w*[sS]trategy\.PrepareFor(Create|Update)", name)
        )


def _storages(tree: Tree, gvr: GVR, kind: str) -> tuple[str, ...]:
    folder, name = SAME_STORAGE.get((gvr.group, kind), (_folder(gvr), kind.lower()))
    root = REGISTRY_ELSEWHERE.get(gvr.group)
    package = f"{root}/{name}" if root else f"{KUBERNETES}/pkg/registry/{folder}/{name}"
    return below(tree, package)


def _informer(gvr: GVR, kind: str) -> Iterator[Place]:
    group = "" if gvr.group in HUB_ELSEWHERE else _folder(gvr)
    if group:
        yield Place(f"k8s.io/client-go/informers/{group}/{gvr.version}", f"New{kind}Informer")
        yield Place(f"k8s.io/client-go/listers/{group}/{gvr.version}", f"New{kind}Lister")


def _watchers(tree: Tree, gvr: GVR, kind: str) -> Iterator[Place]:
    group = _folder(gvr)
    for place, taken in _constructors(tree):
        if any(name == kind and alias.startswith((group, gvr.version)) for alias, name in taken):
            yield place


@lru_cache(maxsize=4)
def _constructors(tree: Tree) -> tuple[tuple[Place, tuple[tuple[str, str], ...]], ...]:
    """Return every function that takes typed informers, with (package alias, kind) of each."""
    packages = [package for root in CONTROLLERS for package in below(tree, root)]
    return tuple(
        (Place(package, function.name), tuple(taken))
        for package in packages
        for function in glance(tree, package).functions
        if function.name.startswith("New")
        and (taken := re.findall(r"(\w+)\.(\w+)Informer\b", function.parameters))
    )


def _printer(kind: str) -> Iterable[Place]:
    return (Place(f"{KUBERNETES}/pkg/printers/internalversion", f"print{kind}"),)


def _hub(gvr: GVR) -> str:
    return HUB_ELSEWHERE.get(gvr.group, f"{KUBERNETES}/pkg/apis/{_folder(gvr)}")


def _folder(gvr: GVR) -> str:
    """Return what Kubernetes' own folders call a group."""
    special = {"": "core", "internal.apiserver.k8s.io": "apiserverinternal"}
    return special.get(gvr.group, gvr.group.partition(".")[0])


def _label(place: Place) -> str:
    folder = place.importpath.removeprefix(f"{KUBERNETES}/").removeprefix("k8s.io/")
    return f"{folder} # {place.name}"
