"""Real source for tests: fetched once from GOPROXY where this machine lacks it, and kept between runs."""

import os
from collections.abc import Iterable
from pathlib import Path

from portal.resource import resource_path
from portal.source.fetch import ModuleCache, cache_folders
from portal.source.proxy import download
from portal.source.snapshot import Module, Shelf, load
from portal.walkthrough.stock import Where

KEPT = (
    Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "portolan" / "source" / "mod"
)
"""A module cache of the tests' own."""
CACHES = (*cache_folders(), KEPT)
READ_BY_TESTS = (
    "github.com/emicklei/go-restful/v3",
    "go.etcd.io/etcd/client/v3",
    "k8s.io/api",
    "k8s.io/apiextensions-apiserver",
    "k8s.io/apimachinery",
    "k8s.io/apiserver",
    "k8s.io/client-go",
    "k8s.io/kube-aggregator",
    "k8s.io/kubernetes",
)
"""In every snapshot that lists them."""


def listed() -> Shelf:
    """Return the snapshots that come with Portolan."""
    return load(resource_path("content") / "snapshots.toml")


def bring(modules: Iterable[Module]) -> ModuleCache:
    """Return a module cache that holds these modules, fetched if they were not here."""
    cache = ModuleCache(CACHES)
    for module in cache.absent(modules):
        download(module, KEPT)
    return cache


def bring_all() -> Where:
    """Return where source lies, once all that tests and chapters read is here."""
    snapshots = listed().snapshots
    bring(m for snapshot in snapshots for m in snapshot.modules if m.path in READ_BY_TESTS)
    return Where(resource_path("content") / "snapshots.toml", CACHES)
