"""What the page of the never-existed check shows: each thing that a text says of source, the worst first.

Made beside the press (portal.walkthrough.codesearch.READER), from the index alone; nothing is kept.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from time import process_time

from portal.source.errors import NotIndexed
from portal.source.hearsay import Judge
from portal.source.index import Index
from portal.source.mention import Sort
from portal.source.prose import MAX_CHARACTERS, mentions
from portal.source.snapshot import release
from portal.source.testimony import Line, Place
from portal.source.verdict import Standing, Verdict, Why
from portal.source.versions import Versions
from portal.walkthrough.anchors import Anchor
from portal.walkthrough.links import Links
from portal.walkthrough.stock import Where, stock

HELP_S = 0.5
"""How long is computed for one text before names that are like a wrong one are no longer looked for."""
LIMIT_S = 0.8
"""How long is computed in all; what is not judged by then is counted."""
MAX_BYTES = MAX_CHARACTERS


@dataclass(frozen=True, slots=True)
class Found:
    """A place that a verdict names. `anchor` is what a chapter would write; "" for a file."""

    label: str
    href: str
    anchor: str
    signature: str
    versions: str
    """Those that have it, parted by commas."""


@dataclass(frozen=True, slots=True)
class Row:
    """One verdict."""

    said: str
    at: int
    """The line of the text."""
    sort: str
    standing: str
    why: str
    """The name of a Why, in lower case."""
    places: tuple[Found, ...]
    more: int
    absent: str
    """Versions that have it not, parted by commas."""
    near: tuple[tuple[str, str], ...]
    """(label, address)."""
    lines: tuple[Found, ...]
    """What stands at the line that was named, by version; a label is "" where no symbol does."""
    length: int
    """Lines of the longest file that was meant, where the line is beyond its end."""


@dataclass(frozen=True, slots=True)
class Group:
    """The verdicts of one standing."""

    standing: str
    """The name of a Standing, in lower case."""
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """All that a text says."""

    groups: tuple[Group, ...]
    """The worst first; none is empty."""
    total: int
    unread: int
    """Mentions that were not judged for want of time."""
    is_cut: bool
    """Whether the text says more than is taken of one."""
    versions: tuple[str, ...]
    """PROJECT@VERSION of those that it was held against."""

    def count(self, standing: Standing) -> int:
        """Return how many stand so."""
        name = standing.name.lower()
        return sum(len(group.rows) for group in self.groups if group.standing == name)

    @property
    def wrong(self) -> int:
        """How many never existed so."""
        return self.count(Standing.NEVER) + self.count(Standing.OTHERWISE)


def check_text(where: Where, text: str, links: Links) -> Report:
    """Return the report on a text: a job for READER. Raises NotIndexed where no version is imported."""
    versions = imported(where)
    begun = process_time()
    found = mentions(text)
    judge = Judge(versions, lambda: process_time() - begun > HELP_S)
    groups: dict[Standing, list[Row]] = {}
    total = unread = 0
    # Words of prose last: what is said outright comes first while there is time.
    for mention, at in sorted(found.found, key=lambda one: one[0].is_bare):
        if process_time() - begun > LIMIT_S:
            unread += 1
        elif verdict := judge.judge(mention, at):
            total += 1
            groups.setdefault(verdict.standing, []).append(_row(verdict, versions, links))
    return Report(
        tuple(
            Group(standing.name.lower(), tuple(groups[standing]))
            for standing in Standing
            if standing in groups
        ),
        total,
        unread,
        found.is_cut or len(text) > MAX_CHARACTERS,
        versions.keys,
    )


def imported(where: Where) -> Versions:
    """Return the imported versions of all projects; raise NotIndexed where there is none."""
    store = stock(where)
    indexes: list[Index] = []
    for snapshot in sorted(
        store.shelf.snapshots, key=lambda one: (one.project, release(one.version) or (0, 0, 0))
    ):
        index = store.index(snapshot.key)
        if index and index.view.has_code:
            indexes.append(index)
    if not indexes:
        raise NotIndexed(store.shelf.snapshots[0].key)
    return _versions(where, tuple(index.view.snapshot.key for index in indexes))


@lru_cache(maxsize=2)
def _versions(where: Where, keys: tuple[str, ...]) -> Versions:
    store = stock(where)
    return Versions([index for key in keys if (index := store.index(key))])


def _row(verdict: Verdict, versions: Versions, links: Links) -> Row:
    mention = verdict.mention
    return Row(
        mention.text[:300],
        verdict.at,
        mention.sort.value,
        verdict.standing.name.lower(),
        verdict.why.name.lower(),
        tuple(_place(place, links) for place in verdict.places),
        verdict.more,
        _said(verdict.absent),
        tuple(_near(verdict, versions, links)),
        tuple(_line(line, links) for line in verdict.lines if not line.is_beyond),
        max((line.length for line in verdict.lines), default=0) if verdict.why is Why.LINE else 0,
    )


def _place(place: Place, links: Links) -> Found:
    key = place.versions[-1]
    version = key.partition("@")[2]
    if not place.name:
        return Found(place.path, links.source(key, place.path), "", "", _said(place.versions))
    anchor = Anchor(place.importpath, place.name, digest=place.digest)
    return Found(
        f"{place.importpath}.{place.name}",
        links.at_version(version).symbol(place.importpath, place.name),
        str(anchor),
        place.signature,
        _said(place.versions),
    )


def _line(line: Line, links: Links) -> Found:
    anchor = str(Anchor(line.importpath, line.name, digest=line.digest)) if line.name else ""
    href = links.source(line.key, line.path, line.line)
    return Found(line.name, href, anchor, "", _said((line.key,)))


def _near(verdict: Verdict, versions: Versions, links: Links) -> Iterator[tuple[str, str]]:
    for path, name in verdict.near:
        if name:
            yield f"{path}.{name}", links.symbol(path, name)
        elif verdict.mention.sort is Sort.PATH and path in versions.files:
            bit = max(versions.bits(versions.files[path]))
            yield path, links.source(versions.keys[bit], path)
        else:
            yield path, ""


def _said(keys: tuple[str, ...]) -> str:
    """Return versions as a page names them: Kubernetes' without its name."""
    return ", ".join(key.removeprefix("kubernetes@") for key in keys)
