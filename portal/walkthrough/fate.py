"""What became of a symbol over the imported versions of its project. Read from the index alone."""

from collections.abc import Iterator
from dataclasses import dataclass

from portal.source.index import Index, Located, compare
from portal.source.snapshot import Snapshot, release
from portal.walkthrough.links import Links
from portal.walkthrough.stock import Where, stock
from portal.walkthrough.subject import Subject

Standing = tuple[Snapshot, Located | None]
"""A version and where it declares the symbol; None where it does not."""


@dataclass(frozen=True, slots=True)
class Past:
    """A symbol at one version, held against the version before."""

    version: str
    href: str
    """Its page there, which says so where the version has none."""
    change: str
    """first, same, moved, body, signature, added, removed, or absent: neither here nor before."""
    is_shown: bool


@dataclass(frozen=True, slots=True)
class Fate:
    """A symbol that a version does not have under its name."""

    version: str
    importpath: str
    """Where that version has it; "" for nowhere, or nobody can tell."""
    href: str
    """Its page there; "" without `importpath`."""
    last: str
    """The version nearest before that has it; "" where none before does."""
    since: str
    """The first version after `last` that has it not."""
    first: str
    """Without `last`, the first version that has it; "" where none does."""


def history(subject: Subject, links: Links) -> Iterator[Past]:
    """Yield the symbol at every imported version of the project, the oldest first."""
    shown = stock(subject.where).snapshot(subject.key)
    before: Located | None = None
    for number, (snapshot, now) in enumerate(standings(subject)):
        change = "absent" if before is None and now is None else compare(before, now).value
        if number == 0 and now is not None:
            change = "first"
        yield Past(
            snapshot.version,
            links.at_version(snapshot.version).symbol(subject.importpath, subject.name),
            change,
            snapshot == shown,
        )
        before = now


def fate(subject: Subject, links: Links) -> Fate | None:
    """Return what became of a symbol that its version has not; None where it has it, or cannot be asked."""
    store = stock(subject.where)
    index = store.index(subject.key)
    if index is None or not index.view.has_code or declared(index, subject):
        return None
    version = store.snapshot(subject.key).version
    number = release(version) or (0, 0, 0)
    last = since = first = ""
    for snapshot, there in standings(subject):
        is_before = (release(snapshot.version) or (0, 0, 0)) < number
        if there is not None and is_before:
            last, since = snapshot.version, ""
        elif there is not None:
            first = first or snapshot.version
        elif last and not since:
            since = snapshot.version
    now = moved_to(subject)
    href = links.at_version(version).symbol(now, subject.name) if now else ""
    return Fate(version, now or "", href, last, since, "" if last else first)


def later(subject: Subject, links: Links) -> Fate | None:
    """Return what became of a symbol at the newest imported version; None: nothing, it is there."""
    newest = list(versions(subject.where, subject.key))[-1:]
    for snapshot, _index in newest:
        return fate(subject._replace(key=snapshot.key), links)
    return None


def moved_to(subject: Subject) -> str | None:
    """Return the import path to which a symbol has moved at this version, None where that is not known.

    What it was is read from the nearest imported version that has it: a job for READER.
    """
    store = stock(subject.where)
    index = store.index(subject.key)
    if index is None or not index.view.has_code:
        return None
    here = release(store.snapshot(subject.key).version) or (0, 0, 0)

    def distance(standing: Standing) -> list[int]:
        there = release(standing[0].version) or (0, 0, 0)
        return [abs(a - b) for a, b in zip(there, here, strict=True)]

    for _snapshot, before in sorted(standings(subject), key=distance):
        if before is not None:
            now = index.moved(before)
            return now.importpath if now else None
    return None


def standings(subject: Subject) -> Iterator[Standing]:
    """Yield every imported version of the project, the oldest first, and where it has the symbol."""
    for snapshot, index in versions(subject.where, subject.key):
        yield snapshot, declared(index, subject)


def versions(where: Where, key: str) -> Iterator[tuple[Snapshot, Index]]:
    """Yield the imported versions of a snapshot's project, the oldest first."""
    store = stock(where)
    project = store.snapshot(key).project
    for snapshot in sorted(
        (one for one in store.shelf.snapshots if one.project == project),
        key=lambda one: release(one.version) or (0, 0, 0),
    ):
        index = store.index(snapshot.key)
        if index is not None and index.view.has_code:
            yield snapshot, index


def declared(index: Index, subject: Subject) -> Located | None:
    """Return where a version declares a symbol."""
    return next(iter(index.locate(subject.importpath, subject.name)), None)
