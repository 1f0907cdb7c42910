"""What the pages of files and folders show; made in another process, sent as values."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from portal.source.errors import NoSuchFile
from portal.source.symbols import Kind
from portal.source.tree import Tree
from portal.walkthrough.comparepage import comparisons
from portal.walkthrough.linked import highlighted, package_of, referenced
from portal.walkthrough.links import Links
from portal.walkthrough.listed import MAX_LISTED, Listed, listed
from portal.walkthrough.packagepage import PackageView, package_view
from portal.walkthrough.rows import NOTHING, rows, told
from portal.walkthrough.stock import Where, stock

MAX_SHOWN_BYTES = 1024 * 1024
"""Longer files are generated; a page of one would be tens of megabytes."""


@dataclass(frozen=True, slots=True)
class Crumb:
    """One step of the way to a page; without an address it is the page itself."""

    label: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """A version at which a file can be read on."""

    version: str
    href: str
    """The same place there: the symbol that was asked for, else the file."""
    is_here: bool
    """Whether it has a file at this path."""
    is_current: bool


@dataclass(frozen=True, slots=True)
class FileView:
    """One file."""

    path: str
    crumbs: tuple[Crumb, ...]
    rows: str
    """The lines as list items of HTML; empty for what is no text."""
    length: int
    """In lines."""
    is_text: bool
    importpath: str
    """Of the package that the file belongs to; empty if it is no Go."""
    symbols: tuple[Listed, ...]
    siblings: tuple[Listed, ...]
    licence: str
    module: str
    elsewhere: tuple[Reading, ...]
    """Every imported version of the project, this one among them."""
    chosen_line: int
    """Where the symbol that was asked for is declared; 0: none was, or not here."""


@dataclass(frozen=True, slots=True)
class FolderView:
    """One folder."""

    path: str
    crumbs: tuple[Crumb, ...]
    entries: tuple[tuple[str, str, int | None], ...]
    """(name, address, size in bytes); a folder's name ends with a slash and it has no size."""
    comparisons: tuple[tuple[str, str], ...] = ()
    """(version, address) of what differs here from each other version that is imported."""
    package: PackageView | None = None


def view_path(
    where: Where, key: str, path: str, links: Links, chosen: str = ""
) -> FileView | FolderView:
    """Return the file or folder at a repository path; raises what portal.source.tree raises.

    `chosen` is the symbol of the file that is looked at.
    """
    tree = stock(where).tree(key)
    try:
        entries = tree.listing(path)
    except NoSuchFile:
        return view_file(where, key, path, links, chosen)
    path = path.strip("/")
    prefix = f"{path}/" if path else ""
    return FolderView(
        path,
        _crumbs(tree, path, links),
        tuple(
            (
                f"{entry.name}/" if entry.is_folder else entry.name,
                links.source(key, prefix + entry.name),
                entry.size,
            )
            for entry in entries
        ),
        tuple(comparisons(where, key, path, links)),
        package_view(where, key, path, links),
    )


def view_file(where: Where, key: str, path: str, links: Links, chosen: str = "") -> FileView:
    """Return one file: Go with links, other text plain, anything else without its content."""
    tree = stock(where).tree(key)
    data = tree.read(path, MAX_SHOWN_BYTES)
    is_text = b"\0" not in data[:8192]
    package = package_of(where, key, path) if path.endswith(".go") else None
    module, _ = tree.locate(path)
    file = path.rpartition("/")[2]
    lines = highlighted(where, key, path, links) if is_text else ()
    outline = package.outline.get(file, ()) if package else ()
    line = next((symbol.line for symbol in outline if symbol.name == chosen), 0)
    return FileView(
        path=path,
        crumbs=_crumbs(tree, path, links),
        rows=rows(
            lines,
            1,
            on=line,
            told=told(package, outline, referenced(where, key, path).folds) if package else NOTHING,
        ),
        length=len(lines),
        is_text=is_text,
        importpath=package.importpath if package else "",
        symbols=tuple(
            replace(listed(package, symbol, links), href=f"#L{symbol.line}")
            for symbol in outline
            if package and symbol.kind is not Kind.FIELD
        )[:MAX_LISTED],
        siblings=tuple(
            Listed(name, links.source(key, _join(package.folder, name)), is_current=name == file)
            for name in (*package.files, *package.tests, *package.others)
        )
        if package
        else (),
        licence=tree.snapshot.licence,
        module=str(module),
        elsewhere=tuple(_elsewhere(where, tree, path, links, chosen if line else "")),
        chosen_line=line,
    )


def _elsewhere(where: Where, tree: Tree, path: str, links: Links, chosen: str) -> Iterator[Reading]:
    store = stock(where)
    for snapshot in store.shelf.snapshots:
        if snapshot.project != tree.snapshot.project:
            continue
        index = store.index(snapshot.key)
        if index is None:
            continue
        is_here, is_current = index.view.has(path), snapshot == tree.snapshot
        asked = {"symbol": chosen} if chosen else {}
        if not is_current and (chosen or not is_here):
            asked["from"] = tree.snapshot.version
        href = links.source(snapshot.key, path, **asked)
        yield Reading(snapshot.version, href, is_here, is_current)


def _crumbs(tree: Tree, path: str, links: Links) -> tuple[Crumb, ...]:
    parts = [part for part in path.split("/") if part]
    key = tree.snapshot.key
    way = [Crumb(key, links.source(key, ""))]
    way += [
        Crumb(part, links.source(key, "/".join(parts[: index + 1])))
        for index, part in enumerate(parts)
    ]
    return (*way[:-1], Crumb(way[-1].label))


def _join(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name
