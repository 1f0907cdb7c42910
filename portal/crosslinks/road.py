"""The road of a kind through Kubernetes' source: type, checks, registry, controllers, printer.

Found by the conventions of its repository at the version in question, never listed by hand: what is
not declared there is not on the road. Source: k8s.io/kubernetes/pkg/{apis,registry,controller,printers}.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from django.utils.translation import gettext_noop

from dashboard.api.gvr import GVR
from portal.crosslinks.gotype import go_type
from portal.source.glance import Function, below, glance
from portal.source.structs import Named, Place
from portal.source.tree import Tree
from portal.walkthrough.stock import Where, stock

KUBERNETES = "k8s.io/kubernetes"
CONTROLLERS = (
    f"{KUBERNETES}/pkg/controller",
    f"{KUBERNETES}/pkg/controlplane",
    f"{KUBERNETES}/pkg/scheduler",
    f"{KUBERNETES}/pkg/proxy",
    f"{KUBERNETES}/pkg/kubelet",
    "k8s.io/apiextensions-apiserver/pkg/controller",
    "k8s.io/kube-aggregator/pkg",
)
"""Where constructors take the informers that a component listens to."""

HUB_ELSEWHERE = {
    "events.k8s.io": f"{KUBERNETES}/pkg/apis/core",
    "metrics.k8s.io": "k8s.io/metrics/pkg/apis/metrics",
    "apiextensions.k8s.io": "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions",
    "apiregistration.k8s.io": "k8s.io/kube-aggregator/pkg/apis/apiregistration",
}
REGISTRY_ELSEWHERE = {
    "apiextensions.k8s.io": "k8s.io/apiextensions-apiserver/pkg/registry",
    "apiregistration.k8s.io": "k8s.io/kube-aggregator/pkg/registry",
}
CLIENT_ELSEWHERE = {
    "apiextensions.k8s.io": "k8s.io/apiextensions-apiserver/pkg/client",
    "apiregistration.k8s.io": "k8s.io/kube-aggregator/pkg/client",
}
"""Groups that have informers and listers of their own outside client-go."""
SAME_STORAGE = {
    ("events.k8s.io", "Event"): ("core", "event"),
    ("", "Endpoints"): ("core", "endpoint"),
    ("certificates.k8s.io", "CertificateSigningRequest"): ("certificates", "certificates"),
}
"""Kinds whose registry is named otherwise than they are; a test holds each to the source."""


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
        (gettext_noop("Printed by"), gettext_noop("kubectl’s columns"), _printer(tree, gvr, kind)),
    )
    found = []
    for what, note, places in stages:
        here = [place for place in places if place.name in glance(tree, place.importpath).names]
        if here:
            found.append(Stage(what, note, tuple(Stop(place, _label(place)) for place in here)))
    return tuple(found)


def subresource(where: Where, key: str, gvr: GVR, kind: str, name: str) -> Place | None:
    """Return the REST type that serves a subresource; None where none is named after it."""
    if go_type(gvr, kind) is None:
        return None
    tree = stock(where).tree(key)
    wanted = f"{name}rest".lower()
    for package in _storages(tree, gvr, kind):
        for declared in glance(tree, package).types:
            if declared.lower() == wanted:
                return Place(package, declared)
    return None


def kind_of(where: Where, key: str, gvr: GVR) -> str:
    """Return the Kind that a resource of Kubernetes' own has; "" where the source declares none.

    Go: k8s.io/apimachinery/pkg/api/meta#UnsafeGuessKindToResource.
    """
    package = go_type(gvr, "")
    if package is None:
        return ""
    names = sorted(glance(stock(where).tree(key), package.importpath).types)
    return next((name for name in names if gvr.resource in _plurals(name.lower())), "")


def _plurals(singular: str) -> tuple[str, ...]:
    if singular.endswith("s"):
        return f"{singular}es", singular
    if singular.endswith("y"):
        return f"{singular[:-1]}ies", f"{singular}s"
    return (f"{singular}s",)


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
    root = CLIENT_ELSEWHERE.get(gvr.group)
    yield Place(_informers(gvr), f"New{kind}Informer")
    listers = f"{root}/listers" if root else "k8s.io/client-go/listers"
    yield Place(f"{listers}/{_folder(gvr)}/{gvr.version}", f"New{kind}Lister")


def _informers(gvr: GVR) -> str:
    root = CLIENT_ELSEWHERE.get(gvr.group)
    informers = f"{root}/informers/externalversions" if root else "k8s.io/client-go/informers"
    return f"{informers}/{_folder(gvr)}/{gvr.version}"


def _watchers(tree: Tree, gvr: GVR, kind: str) -> Iterator[Place]:
    wanted = (_informers(gvr), kind)
    for place, taken in _constructors(tree):
        if wanted in taken:
            yield place


@lru_cache(maxsize=4)
def _constructors(tree: Tree) -> tuple[tuple[Place, frozenset[tuple[str, str]]], ...]:
    """Return every function that takes typed informers, with (import path, kind) of each."""
    packages = [package for root in CONTROLLERS for package in below(tree, root)]
    return tuple(
        (Place(package, function.name), taken)
        for package in packages
        for function in glance(tree, package).functions
        if function.name.startswith("New") and not function.name.startswith("NewFake")
        if (taken := _taken(function))
    )


def _taken(function: Function) -> frozenset[tuple[str, str]]:
    """Return the informers that a function takes."""
    found = re.findall(r"(\w+)\.(\w+)Informer\b", function.parameters)
    return frozenset(
        (function.imports[alias], name) for alias, name in found if alias in function.imports
    )


def _printer(tree: Tree, gvr: GVR, kind: str) -> Iterator[Place]:
    package = f"{KUBERNETES}/pkg/printers/internalversion"
    for function in glance(tree, package).functions:
        first = re.match(rf"\w+ \*(\w+)\.{kind},", function.parameters)
        if first and function.imports.get(first[1]) == _hub(gvr):
            yield Place(package, function.name)


def _hub(gvr: GVR) -> str:
    return HUB_ELSEWHERE.get(gvr.group, f"{KUBERNETES}/pkg/apis/{_folder(gvr)}")


def _folder(gvr: GVR) -> str:
    """Return what Kubernetes' own folders call a group."""
    special = {"": "core", "internal.apiserver.k8s.io": "apiserverinternal"}
    return special.get(gvr.group, gvr.group.partition(".")[0])


def _label(place: Place) -> str:
    folder = place.importpath.removeprefix(f"{KUBERNETES}/").removeprefix("k8s.io/")
    return f"{folder} # {place.name}"
