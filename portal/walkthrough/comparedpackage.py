"""What the page of one package in two versions shows: each symbol that differs, and the lines that do.

Made beside the press (portal.walkthrough.codesearch.READER), from the index alone.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from time import perf_counter

from portal.source.compare import Changed, Comparison
from portal.source.errors import NoSuchFile
from portal.source.index import Index, Located
from portal.source.linediff import Line, differ
from portal.source.tree import MAX_FILE_BYTES
from portal.walkthrough.comparepage import ROOT, Asked, Count, comparison_of, counts_of
from portal.walkthrough.links import Links

SHOWN_SYMBOLS = 200
DIFF_LINES = 1_500
"""Lines of differences on one page; a symbol that has none left has a page of its own."""
DIFF_S = 0.3
"""How long differences are looked for, for one page."""


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


def package_view(asked: Asked, folder: str, links: Links) -> PackageView:
    """Return what differs in the package at a repository folder.

    Raises UnknownSnapshot, NotIndexed; NoSuchFile where neither version has such a folder.
    """
    comparison = comparison_of(asked)
    folder = "" if folder == ROOT else folder.strip("/")
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
        counts_of(Counter(one.change for one in found), asked.change),
        len(found),
        tuple(_rows(asked, comparison, importpath, chosen[asked.start : end], links)),
        end if end < len(chosen) else None,
        *hrefs,
    )


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
    folder = one.either.path.rpartition("/")[0] or ROOT
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
