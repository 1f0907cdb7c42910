"""Files as lines of HTML, in which every name that is one symbol's is a link."""

from functools import lru_cache
from posixpath import dirname
from typing import NamedTuple

from portal.source.errors import NoSuchFile
from portal.source.folds import Fold, folds
from portal.source.golang import parse
from portal.source.package import MAX_FILE_BYTES, Package
from portal.source.scope import Reference, references
from portal.walkthrough.highlight import MAX_CHARACTERS, highlight, plain
from portal.walkthrough.links import Links
from portal.walkthrough.stock import Where, stock


@lru_cache(maxsize=16)
def highlighted(where: Where, key: str, path: str, links: Links) -> tuple[str, ...]:
    """Return a file's lines as HTML; line N is at index N - 1. Go is linked, other text plain."""
    tree = stock(where).tree(key)
    text, found, _folds = referenced(where, key, path)
    package = package_of(where, key, path) if found else None
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


class Read(NamedTuple):
    """A file as it was read. No names and no folds where it is no Go or too long."""

    text: str
    names: list[Reference]
    """Those that are known, in order."""
    folds: tuple[Fold, ...]


@lru_cache(maxsize=16)
def referenced(where: Where, key: str, path: str) -> Read:
    """Return a file, the names in it and what of it may be passed over."""
    source = parse(stock(where).tree(key).read(path, MAX_FILE_BYTES))
    package = package_of(where, key, path) if path.endswith(".go") else None
    file = path.rpartition("/")[2]
    if package is None or file not in package.outline or len(source.text) > MAX_CHARACTERS:
        return Read(source.text, [], ())
    names = package.names_for(file)
    found = references(source, package.importpath, names, package.outline[file])
    return Read(source.text, found, folds(source))


def package_of(where: Where, key: str, path: str) -> Package | None:
    """Return the package that a file belongs to; None: it is in none."""
    store = stock(where)
    tree = store.tree(key)
    try:
        return store.packages.get(tree, tree.importpath_of(dirname(path)))
    except NoSuchFile:
        return None
