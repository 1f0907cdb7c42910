"""What implements an interface, and what a type implements, as pages show it.

Where Go's type checker has not told all of it, all types of a version are read and compared: a second of
computing, in a process of its own, so that no search waits for it. A page waits for a moment, and leads
on to where it can be waited for.
"""

import asyncio
import logging
from dataclasses import dataclass

from portal.source.errors import NotIndexed
from portal.source.exact import answers
from portal.source.implementers import Pair
from portal.source.kindred import implementers, interfaces, prepare
from portal.source.symbols import Kind
from portal.walkthrough.fate import declared
from portal.walkthrough.links import Links
from portal.walkthrough.press import Press
from portal.walkthrough.stock import Where, stock
from portal.walkthrough.subject import Subject

COMPARER = Press()
"""The process that compares types for this server process."""
PATIENCE_S = 0.3
"""How long a page waits for it."""
SHOWN_KIN = 60
"""Implementers that a symbol's page lists: runtime.Object has more than 3,000."""
PAGE_KIN = 5_000
"""Those on a page of nothing else."""
TYPES = frozenset({Kind.INTERFACE, Kind.STRUCT, Kind.TYPE})
"""What has kin."""

log = logging.getLogger(__name__)
_asked: set[tuple[Where, str]] = set()
"""The versions of which types were asked for."""
_under_way: set[asyncio.Task["Kinship"]] = set()


@dataclass(frozen=True, slots=True)
class Kin:
    """A type that implements an interface, or an interface that a type implements."""

    label: str
    """`*Reflector` where only the pointer does."""
    href: str
    importpath: str


@dataclass(frozen=True, slots=True)
class Kinship:
    """The kin of one symbol."""

    kin: tuple[Kin, ...]
    """The first of them."""
    total: int
    is_interface: bool
    """Whether they implement it; else it implements them."""
    compared: int = 0
    """How many of all are told by method sets."""
    is_checked: bool = False
    """Whether Go's type checker tells the others."""


def kinship(subject: Subject, most: int, links: Links) -> Kinship:
    """Return what implements a symbol or is implemented by it: a job for COMPARER. Raises NotIndexed."""
    store = stock(subject.where)
    index = store.index(subject.key)
    if store.collection is None or index is None or not index.view.has_code:
        raise NotIndexed(subject.key)
    exact = answers.of(store.collection.exact(index.view.snapshot))
    prepare(index.view, exact)
    one = declared(index, subject)
    if one is None or one.mark.kind not in TYPES:
        return Kinship((), 0, is_interface=False)
    is_interface = one.mark.kind == Kind.INTERFACE
    look = implementers if is_interface else interfaces
    pairs, compared, is_checked = look(index.view, exact, subject.importpath, subject.name)
    kin = tuple(_kin(pair, links) for pair in pairs[:most])
    return Kinship(kin, len(pairs), is_interface, compared, is_checked)


async def soon(subject: Subject, links: Links, *, is_type: bool) -> Kinship | None:
    """Return the first kin of a type; None for another symbol, and where a page cannot wait so long.

    Whoever looks at another symbol of a version may look at a type next: its types are made ready.
    """
    where, key, _importpath, _name = subject
    if not is_type and (where, key) in _asked:
        return None
    _asked.add((where, key))
    task = asyncio.create_task(COMPARER.run(kinship, subject, SHOWN_KIN, links))
    _under_way.add(task)
    task.add_done_callback(_done)
    if is_type:
        await asyncio.wait({task}, timeout=PATIENCE_S)
    is_told = is_type and task.done() and not task.exception()
    return task.result() if is_told else None


def _done(task: asyncio.Task[Kinship]) -> None:
    _under_way.discard(task)
    if not task.cancelled() and (error := task.exception()) is not None:
        log.info("types were not compared: %s", error)


def _kin(pair: Pair, links: Links) -> Kin:
    label = f"{'*' if pair.is_pointer else ''}{pair.name}"
    return Kin(label, links.symbol(pair.importpath, pair.name), pair.importpath)
