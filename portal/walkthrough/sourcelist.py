"""Which versions of which projects there are, how much of each is here, and what an import is doing."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.env import LAPTOP_MODES
from portal.source.snapshot import Snapshot, release
from portal.walkthrough import shelfmark
from portal.walkthrough.edition import Edition, choose
from portal.walkthrough.importer import IMPORTER, Progress
from portal.walkthrough.links import Links
from portal.walkthrough.stock import Stock, stock


@dataclass(frozen=True, slots=True)
class Version:
    """One version. `here` of `modules` are on this machine."""

    key: str
    version: str
    href: str
    licence: str
    repository: str
    id: str
    modules: int
    here: int
    is_imported: bool
    is_indexed: bool
    """Whether what its files declare was read too."""
    is_exact: bool
    """Whether Go's type checker has gone over it."""
    is_wanted: bool
    """Whether the connected cluster runs it."""


@dataclass(frozen=True, slots=True)
class SourceList:
    """All versions. `doing` says what an import is at; "" where none runs."""

    versions: tuple[Version, ...]
    offer: str
    """PROJECT@VERSION of the connected cluster, while that is not imported; else ""."""
    running: str
    """The version that the cluster runs; "" without one."""
    doing: str
    failed: str
    may_import: bool


def may_import(auth: str) -> bool:
    """Whether whoever is let in may import: where Portolan serves one person on one machine."""
    return auth in LAPTOP_MODES


async def source_list(request: HttpRequest, links: Links, auth: str) -> SourceList:
    """Return the page about all versions."""
    store = stock(shelfmark.where())
    edition = await choose(request, store.shelf, "kubernetes")
    wanted = edition.snapshot if edition.is_cluster else None
    is_lacking = wanted is not None and not (edition.is_exact and store.holds(wanted))
    return SourceList(
        versions=tuple(
            _version(store, snapshot, links, is_wanted=snapshot == wanted)
            for snapshot in store.shelf.snapshots
        ),
        offer=_offer(edition) if wanted and is_lacking else "",
        running=_running(edition),
        doing=told(IMPORTER.progress),
        failed=IMPORTER.progress.failed,
        may_import=may_import(auth),
    )


def told(progress: Progress) -> str:
    """Return what an import is doing, in words; "" where none runs."""
    if not progress.is_running:
        return ""
    params = {"key": progress.key, "done": progress.done, "total": progress.total}
    match progress.phase:
        case "text":
            text = _("%(key)s: %(done)d of %(total)d modules are taken in.")
        case "code":
            text = _(
                "%(key)s can be read and searched; what its files declare is being read: "
                "%(done)d of %(total)d."
            )
        case "exact":
            text = _(
                "%(key)s can be read, searched and cross-referenced; Go's type checker is going over it."
            )
        case _:
            text = ngettext(
                "%(done)d of %(total)d module was fetched.",
                "%(done)d of %(total)d modules were fetched.",
                progress.total,
            )
    return text % params


def _version(store: Stock, snapshot: Snapshot, links: Links, *, is_wanted: bool) -> Version:
    total = len(snapshot.modules)
    view = store.collection.view(snapshot) if store.collection else None
    return Version(
        key=snapshot.key,
        version=snapshot.version,
        href=links.source(snapshot.key, ""),
        licence=snapshot.licence,
        repository=snapshot.repository,
        id=snapshot.id[:12],
        modules=total,
        here=total if view else total - len(store.cache.absent(snapshot.modules)),
        is_imported=view is not None,
        is_indexed=view is not None and view.has_code,
        is_exact=store.collection is not None and store.collection.exact(snapshot).is_file(),
        is_wanted=is_wanted,
    )


def _offer(edition: Edition) -> str:
    """Return what the cluster runs, whether it is listed or not, without a vendor's suffix."""
    number = release(edition.wanted)
    if edition.is_exact or number is None:
        return edition.snapshot.key
    return f"{edition.snapshot.project}@v{'.'.join(map(str, number))}"


def _running(edition: Edition) -> str:
    return edition.wanted if edition.is_cluster else ""
