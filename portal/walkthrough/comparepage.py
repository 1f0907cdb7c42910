"""What the pages of two versions side by side show: packages that differ, then the symbols of one.

Made beside the press (portal.walkthrough.codesearch.READER), from the index alone.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from time import perf_counter

from portal.source.compare import Changed, Comparison, PackageChange
from portal.source.errors import NoSuchFile, NotIndexed
from portal.source.index import Change, Index, Located
from portal.source.linediff import Line, differ
from portal.source.snapshot import Snapshot, release
from portal.source.tree import MAX_FILE_BYTES
from portal.walkthrough.links import Links
from portal.walkthrough.stock import Where, stock

ORDER = (Change.REMOVED, Change.SIGNATURE, Change.MOVED, Change.BODY, Change.ADDED)
"""What breaks a caller first."""
CHANGES = tuple(change.value for change in ORDER)
SHOWN_PACKAGES = 300
SHOWN_SYMBOLS = 200
DIFF_LINES = 1_500
"""Lines of differences on one page; a symbol that has none left has a page of its own."""
DIFF_S = 0.3
"""How long differences are looked for, for one page."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Two versions and a choice among what differs."""

    where: Where
    project: str
    old: str
    new: str
    change: str = ""
    """The value of a Change; "" for all."""
    part: str = ""
    """A part of an import path, or of a symbol's name."""
    name: str = ""
    """One symbol, alone and whole; "" for all."""
    start: int = 0

    @property
    def keys(self) -> tuple[str, str]:
        """PROJECT@VERSION of each."""
        return f"{self.project}@{self.old}", f"{self.project}@{self.new}"


@dataclass(frozen=True, slots=True)
class Count:
    """How many symbols changed in one way. `is_on`: the page shows those alone."""

    change: str
    n: int
    is_on: bool = False


@dataclass(frozen=True, slots=True)
class PackageRow:
    """One package that differs."""

    importpath: str
    href: str
    counts: tuple[int, ...]
    """As ORDER; 0 for none."""
    total: int
    is_new: bool
    is_gone: bool


@dataclass(frozen=True, slots=True)
class Summary:
    """The packages that differ between two versions."""

    counts: tuple[Count, ...]
    """Of all packages."""
    total: int
    """Symbols that differ, of all packages."""
    packages: int
    """How many packages differ, as far as they were asked for."""
    rows: tuple[PackageRow, ...]
    next: int | None
    others: tuple[tuple[str, str], ...]
    """(label, address) of other pairs of imported versions."""


@dataclass(frozen=True, slots=True)
class Side:
    """A declaration in one of the versions."""

    version: str
    signature: str
    href: str
    path: str
    line: int
    importpath: str
    """Of another package than that of the page; "" for that one."""


@dataclass(frozen=True, slots=True)
class SymbolRow:
    """One symbol that differs."""

    id: str
    """Of its place on the page: the name, numbered where platforms have one each."""
    name: str
    kind: str
    change: str
    old: Side | None
    new: Side | None
    lines: tuple[Line, ...]
    """How its declaration differs; empty: by nothing that lines show, or see `href`."""
    href: str
    """The page of this symbol alone, where its lines are too many for this one; "" where they are not."""
    is_too_long: bool

    @property
    def has_two_signatures(self) -> bool:
        """Whether both signatures are there to be seen and differ."""
        return bool(self.old and self.new and self.old.signature != self.new.signature)

    @property
    def signature(self) -> str:
        """The newer signature, or the one of what was removed."""
        one = self.new or self.old
        return one.signature if one else ""

    @property
    def is_other_file(self) -> bool:
        """Whether it lies in another file than before."""
        return bool(self.old and self.new and self.old.path != self.new.path)


@dataclass(frozen=True, slots=True)
class PackageView:
    """The symbols of one package that differ between two versions."""

    importpath: str
    folder: str
    up: str
    """The address of the summary."""
    counts: tuple[Count, ...]
    all: int
    """Symbols that differ."""
    rows: tuple[SymbolRow, ...]
    """Those that were asked for, a page of them."""
    next: int | None
    old_href: str
    """The package's folder in the older version; "" where it is not there."""
    new_href: str


def summary(asked: Asked, links: Links) -> Summary:
    """Return which packages differ. Raises UnknownSnapshot, NotIndexed."""
    comparison = _comparison(asked.where, *asked.keys)
    total: Counter[Change] = Counter()
    for package in comparison.packages:
        total.update(package.counts)
    chosen = [
        package
        for package in comparison.packages
        if asked.part.lower() in package.importpath.lower()
        and (not asked.change or package.counts.get(Change(asked.change), 0))
    ]
    end = asked.start + SHOWN_PACKAGES
    return Summary(
        _counts(total, asked.change),
        total.total(),
        len(chosen),
        tuple(_package_row(asked, package, links) for package in chosen[asked.start : end]),
        end if end < len(chosen) else None,
        tuple(_others(asked, links)),
    )


def package_view(asked: Asked, folder: str, links: Links) -> PackageView:
    """Return what differs in the package at a repository folder.

    Raises UnknownSnapshot, NotIndexed; NoSuchFile where neither version has such a folder.
    """
    comparison = _comparison(asked.where, *asked.keys)
    folder = folder.strip("/")
    importpath = comparison.new.importpath_of(f"{folder}/a.go" if folder else "a.go")
    hrefs = [
        links.source(key, folder) if _has(index, folder) else ""
        for key, index in zip(asked.keys, (comparison.old, comparison.new), strict=True)
    ]
    if not any(hrefs):
        raise NoSuchFile(f"no folder {folder!r}")
    found = comparison.package(importpath)
    chosen = [
        one
        for one in found
        if (not asked.change or one.change.value == asked.change)
        and (not asked.name or one.name == asked.name)
        and asked.part.lower() in one.name.lower()
    ]
    end = asked.start + SHOWN_SYMBOLS
    return PackageView(
        importpath,
        folder,
        links.comparison(asked.project, asked.old, asked.new),
        _counts(Counter(one.change for one in found), asked.change),
        len(found),
        tuple(_rows(asked, comparison, importpath, chosen[asked.start : end], links)),
        end if end < len(chosen) else None,
        *hrefs,
    )


@lru_cache(maxsize=3)
def _comparison(where: Where, old: str, new: str) -> Comparison:
    return Comparison(_index(where, old), _index(where, new))


def _index(where: Where, key: str) -> Index:
    index = stock(where).index(key)
    if index is None or not index.view.has_code:
        raise NotIndexed(key)
    return index


def _counts(counts: Counter[Change], on: str) -> tuple[Count, ...]:
    return tuple(Count(change.value, counts[change], change.value == on) for change in ORDER)


def _package_row(asked: Asked, package: PackageChange, links: Links) -> PackageRow:
    return PackageRow(
        package.importpath,
        links.comparison(asked.project, asked.old, asked.new, package.folder, change=asked.change),
        tuple(package.counts.get(change, 0) for change in ORDER),
        package.total,
        package.is_new,
        package.is_gone,
    )


def _others(asked: Asked, links: Links) -> Iterator[tuple[str, str]]:
    """Yield each neighbouring pair of imported versions, and that from the oldest to the newest."""
    store = stock(asked.where)
    here: list[Snapshot] = sorted(
        (
            one
            for one in store.shelf.snapshots
            if one.project == asked.project
            and (index := store.index(one.key))
            and index.view.has_code
        ),
        key=lambda one: release(one.version) or (0, 0, 0),
    )
    pairs = list(pairwise(here))
    if len(here) > 2:
        pairs.append((here[0], here[-1]))
    for old, new in pairs:
        if (old.version, new.version) != (asked.old, asked.new):
            href = links.comparison(asked.project, old.version, new.version)
            yield f"{old.version} … {new.version}", href


def _has(index: Index, folder: str) -> bool:
    try:
        index.view.listing(folder)
    except NoSuchFile:
        return False
    return True


def _rows(
    asked: Asked,
    comparison: Comparison,
    importpath: str,
    chosen: list[Changed],
    links: Links,
) -> Iterator[SymbolRow]:
    texts: dict[tuple[int, str], list[str]] = {}
    is_alone = bool(asked.name)
    room = DIFF_LINES
    deadline = perf_counter() + DIFF_S
    ids: Counter[str] = Counter()

    def lines_of(side: int, one: Located) -> list[str]:
        if (side, one.path) not in texts:
            view = (comparison.old, comparison.new)[side].view
            data = view.read(one.path, MAX_FILE_BYTES)
            texts[side, one.path] = data.decode("utf-8", "replace").split("\n")
        return texts[side, one.path][one.mark.line - 1 : one.mark.end_line]

    for one in chosen:
        lines: tuple[Line, ...] | None = ()
        href = ""
        if one.old and one.new and _has_lines(one.old, one.new):
            if is_alone or (room > 0 and perf_counter() < deadline):
                old, new = lines_of(0, one.old), lines_of(1, one.new)
                lines = differ(old, new, one.old.mark.line, one.new.mark.line)
                if lines and len(lines) > room and not is_alone:
                    lines, href = (), _alone(asked, one, links)
                room -= len(lines or ())
            else:
                href = _alone(asked, one, links)
        ids[one.name] += 1
        yield SymbolRow(
            one.name if ids[one.name] == 1 else f"{one.name}-{ids[one.name]}",
            one.name,
            one.either.mark.kind,
            one.change.value,
            _side(asked.old, one.old, importpath, links),
            _side(asked.new, one.new, importpath, links),
            lines or (),
            href,
            lines is None,
        )


def _has_lines(old: Located, new: Located) -> bool:
    """Whether lines tell more of two declarations than their signatures do."""
    is_short = old.mark.line == old.mark.end_line and new.mark.line == new.mark.end_line
    is_told = is_short and old.mark.signature != new.mark.signature
    return old.mark.digest != new.mark.digest and not is_told


def _alone(asked: Asked, one: Changed, links: Links) -> str:
    folder = one.either.path.rpartition("/")[0]
    return links.comparison(asked.project, asked.old, asked.new, folder, name=one.name)


def _side(version: str, one: Located | None, importpath: str, links: Links) -> Side | None:
    if one is None:
        return None
    return Side(
        version,
        one.mark.signature,
        links.at_version(version).symbol(one.importpath, one.mark.name),
        one.path,
        one.mark.line,
        "" if one.importpath == importpath else one.importpath,
    )
