"""What the pages of files, folders and symbols show; made in another process, sent as values."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from html import escape
from posixpath import dirname

from portal.source.errors import NoSuchFile
from portal.source.golang import parse
from portal.source.package import MAX_FILE_BYTES, Package
from portal.source.scope import Reference, Use, references
from portal.source.symbols import Kind, Symbol
from portal.source.tree import Tree
from portal.walkthrough.comparepage import comparisons
from portal.walkthrough.highlight import MAX_CHARACTERS, highlight, plain
from portal.walkthrough.links import Links
from portal.walkthrough.packagepage import PackageView, package_view
from portal.walkthrough.stock import Where, stock

MAX_SHOWN_BYTES = 1024 * 1024
"""Longer files are generated; a page of one would be tens of megabytes."""
BOXES = {Kind.FUNC: "f", Kind.METHOD: "f", Kind.INTERFACE: "i", Kind.CONST: "v", Kind.VAR: "v"}
MAX_LISTED = 300
"""Symbols that the page of one lists of its package; core/v1 has more than 1,000."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A symbol or file in a list beside code."""

    label: str
    href: str
    box: str = ""
    """t, f, i or v: type, function, interface, value; empty for a file."""
    line: int = 0
    is_member: bool = False
    is_current: bool = False


@dataclass(frozen=True, slots=True)
class Crumb:
    """One step of the way to a page; without an address it is the page itself."""

    label: str
    href: str = ""


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
    elsewhere: tuple[Listed, ...]
    """The same path at every imported version of the project that has it, this one among them."""


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


@dataclass(frozen=True, slots=True)
class SymbolView:
    """One symbol."""

    importpath: str
    name: str
    kind: str
    signature: str
    doc: tuple[str, ...]
    """Paragraphs."""
    path: str
    href: str
    folder_href: str
    line: int
    rows: str
    """The doc comment and the declaration, as list items of HTML."""
    members: tuple[Listed, ...]
    package: tuple[Listed, ...]
    package_size: int
    called: tuple[Listed, ...]
    """The functions and methods that its code names, in order, as far as the rules of the language tell."""
    anchor: str
    module: str


def view_path(where: Where, key: str, path: str, links: Links) -> FileView | FolderView:
    """Return the file or folder at a repository path; raises what portal.source.tree raises."""
    tree = stock(where).tree(key)
    try:
        entries = tree.listing(path)
    except NoSuchFile:
        return view_file(where, key, path, links)
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


def view_file(where: Where, key: str, path: str, links: Links) -> FileView:
    """Return one file: Go with links, other text plain, anything else without its content."""
    tree = stock(where).tree(key)
    data = tree.read(path, MAX_SHOWN_BYTES)
    is_text = b"\0" not in data[:8192]
    package = _package(where, key, path) if path.endswith(".go") else None
    module, _ = tree.locate(path)
    file = path.rpartition("/")[2]
    lines = highlighted(where, key, path, links) if is_text else ()
    outline = package.outline.get(file, ()) if package else ()
    return FileView(
        path=path,
        crumbs=_crumbs(tree, path, links),
        rows=_rows(lines, 1),
        length=len(lines),
        is_text=is_text,
        importpath=package.importpath if package else "",
        symbols=tuple(
            replace(_listed(package, symbol, links), href=f"#L{symbol.line}")
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
        elsewhere=tuple(_elsewhere(where, tree, path, links)),
    )


def view_symbol(where: Where, key: str, importpath: str, name: str, links: Links) -> SymbolView:
    """Return one symbol of a package; raises NoSuchSymbol, NoSuchFile or NotImported."""
    store = stock(where)
    tree = store.tree(key)
    package = store.packages.get(tree, importpath)
    symbol = package.symbol(name)
    path = package.path(symbol)
    lines = highlighted(where, key, path, links)
    top = [other for other in package.symbols.values() if not other.owner]
    owner = symbol.owner or symbol.name
    module, _ = tree.locate(path)
    return SymbolView(
        importpath=importpath,
        name=symbol.name,
        kind=str(symbol.kind),
        signature=symbol.signature,
        doc=tuple(filter(None, symbol.doc.split("\n\n"))),
        path=path,
        href=links.source(key, path, symbol.line),
        folder_href=links.source(key, package.folder),
        line=symbol.line,
        rows=_rows(
            lines[symbol.doc_line - 1 : symbol.end_line],
            symbol.doc_line,
            links.source(key, path),
        ),
        members=tuple(
            _listed(package, other, links, current=symbol)
            for other in package.symbols.values()
            if other.owner == owner
        ),
        package=tuple(_listed(package, other, links, current=symbol) for other in top[:MAX_LISTED]),
        package_size=len(top),
        called=tuple(_called(tree, _referenced(where, key, path)[1], symbol, links))[:MAX_LISTED]
        if symbol.kind in {Kind.FUNC, Kind.METHOD}
        else (),
        anchor=f"go:{importpath}#{symbol.name}~{symbol.digest[:8]}",
        module=str(module),
    )


@lru_cache(maxsize=16)
def highlighted(where: Where, key: str, path: str, links: Links) -> tuple[str, ...]:
    """Return a file's lines as HTML; line N is at index N - 1. Go is linked, other text plain."""
    tree = stock(where).tree(key)
    text, found = _referenced(where, key, path)
    package = _package(where, key, path) if found else None
    file = path.rpartition("/")[2]
    if package is None:
        return plain(text)

    own = {symbol.name_span: symbol for symbol in package.outline[file]}

    def href(reference: Reference) -> str | None:
        if tree.snapshot.module_of(reference.importpath) is None:
            return None
        if reference.importpath == package.importpath:
            beside = package.declared_beside(file, reference.name)
            if beside is not None and reference.is_definition:
                beside = own[reference.span]  # of several `init`, this one
            if beside is not None:
                return links.source(key, package.path(beside), beside.line)
        return links.symbol(reference.importpath, reference.name)

    return highlight(text, found, href)


@lru_cache(maxsize=16)
def _referenced(where: Where, key: str, path: str) -> tuple[str, list[Reference]]:
    """Return a file's text and the names in it that are known; none where it is no Go or too long."""
    source = parse(stock(where).tree(key).read(path, MAX_FILE_BYTES))
    package = _package(where, key, path) if path.endswith(".go") else None
    file = path.rpartition("/")[2]
    if package is None or file not in package.outline or len(source.text) > MAX_CHARACTERS:
        return source.text, []
    names = package.names_for(file)
    return source.text, references(source, package.importpath, names, package.outline[file])


def _called(tree: Tree, found: list[Reference], symbol: Symbol, links: Links) -> Iterator[Listed]:
    """Yield the functions and methods that a declaration names and this snapshot has, each once."""
    seen = set()
    for one in found:
        if one.use is not Use.FUNC or one.is_definition or one.span not in symbol.span:
            continue
        if (one.importpath, one.name) in seen or not tree.snapshot.module_of(one.importpath):
            continue
        seen.add((one.importpath, one.name))
        package = one.importpath.rpartition("/")[2]
        yield Listed(f"{package}.{one.name}", links.symbol(one.importpath, one.name), "f")


def _elsewhere(where: Where, tree: Tree, path: str, links: Links) -> Iterator[Listed]:
    store = stock(where)
    for snapshot in store.shelf.snapshots:
        if snapshot.project != tree.snapshot.project:
            continue
        index = store.index(snapshot.key)
        if index is not None and index.view.has(path):
            href = links.at_version(snapshot.version).source(snapshot.key, path)
            yield Listed(snapshot.version, href, is_current=snapshot == tree.snapshot)


def _package(where: Where, key: str, path: str) -> Package | None:
    store = stock(where)
    tree = store.tree(key)
    try:
        return store.packages.get(tree, tree.importpath_of(dirname(path)))
    except NoSuchFile:
        return None


def _crumbs(tree: Tree, path: str, links: Links) -> tuple[Crumb, ...]:
    parts = [part for part in path.split("/") if part]
    key = tree.snapshot.key
    way = [Crumb(key, links.source(key, ""))]
    way += [
        Crumb(part, links.source(key, "/".join(parts[: index + 1])))
        for index, part in enumerate(parts)
    ]
    return (*way[:-1], Crumb(way[-1].label))


def _listed(
    package: Package, symbol: Symbol, links: Links, current: Symbol | None = None
) -> Listed:
    return Listed(
        label=symbol.name.rpartition(".")[2],
        href=links.symbol(package.importpath, symbol.name),
        box=BOXES.get(symbol.kind, "v" if symbol.kind is Kind.FIELD else "t"),
        line=symbol.line,
        is_member=bool(symbol.owner),
        is_current=symbol == current,
    )


def _rows(lines: tuple[str, ...], first: int, address: str = "") -> str:
    """Return lines as list items whose numbers link to `address`, or stay in the page."""
    return "".join(
        f'<li id="L{number}"><a class="ln" href="{escape(address)}#L{number}">{number}</a>'
        f'<span class="gut"></span><span>{line or " "}</span></li>'
        for number, line in enumerate(lines, start=first)
    )


def _join(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name
