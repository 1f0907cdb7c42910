"""What the page of a symbol shows of its code; made in another process, sent as values."""

from collections.abc import Iterator
from dataclasses import dataclass

from portal.source.scope import Reference, Use
from portal.source.symbols import Kind, Symbol
from portal.source.tree import Tree
from portal.walkthrough.doctext import Passage, passages
from portal.walkthrough.linked import highlighted, referenced
from portal.walkthrough.links import Links
from portal.walkthrough.listed import MAX_LISTED, Listed, listed
from portal.walkthrough.rows import rows, told
from portal.walkthrough.stock import Where, stock


@dataclass(frozen=True, slots=True)
class SymbolView:
    """One symbol."""

    importpath: str
    name: str
    kind: str
    signature: str
    doc: tuple[Passage, ...]
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
        doc=passages(symbol.doc),
        path=path,
        href=links.source(key, path, symbol.line, symbol=symbol.name),
        folder_href=links.source(key, package.folder),
        line=symbol.line,
        rows=rows(
            lines[symbol.doc_line - 1 : symbol.end_line],
            symbol.doc_line,
            links.source(key, path),
            told=told(
                package,
                [one for one in package.outline[symbol.file] if one.span in symbol.span],
                [
                    one
                    for one in referenced(where, key, path).folds
                    if one.line >= symbol.doc_line and one.end <= symbol.end_line
                ],
            ),
        ),
        members=tuple(
            listed(package, other, links, current=symbol)
            for other in package.symbols.values()
            if other.owner == owner
        ),
        package=tuple(listed(package, other, links, current=symbol) for other in top[:MAX_LISTED]),
        package_size=len(top),
        called=tuple(_called(tree, referenced(where, key, path).names, symbol, links))[:MAX_LISTED]
        if symbol.kind in {Kind.FUNC, Kind.METHOD}
        else (),
        anchor=f"go:{importpath}#{symbol.name}~{symbol.digest[:8]}",
        module=str(module),
    )


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
