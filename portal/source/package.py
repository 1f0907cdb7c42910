"""What one Go package declares for one build, read on demand and kept while it is wanted.

The kept packages are bounded in number; nothing is stored. The index over whole versions is
another room of DESIGN's section 3 (segments); readers ask for symbols here either way.
"""

import difflib
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field

from portal.source.buildtags import Build, belongs, is_test
from portal.source.errors import NoSuchFile, NoSuchSymbol
from portal.source.golang import Source, parse
from portal.source.symbols import Kind, Symbol, declared, package_name
from portal.source.tree import Tree

MAX_FILE_BYTES = 4 * 1024 * 1024
"""Longer Go files are generated tables; they are listed, not read."""
KEPT_PACKAGES = 96
"""About 100 kB each; a chapter touches one to ten."""


@dataclass(frozen=True, slots=True)
class Package:
    """The symbols of one package. Files are names in `folder`, sorted."""

    importpath: str
    folder: str
    """The package's folder in the repository."""
    name: str
    files: tuple[str, ...]
    """Go files of this build, tests apart."""
    tests: tuple[str, ...]
    others: tuple[str, ...]
    """Go files that belong to other builds."""
    symbols: Mapping[str, Symbol]
    """Without those of tests, and without `init`, which no one can name."""
    outline: Mapping[str, tuple[Symbol, ...]] = field(repr=False)
    """Each file's symbols in source order, tests and other builds included."""
    clauses: Mapping[str, str] = field(repr=False)
    """Each file's package clause: `x_test` beside `x` is another package in the same folder."""

    @property
    def names(self) -> dict[str, Kind]:
        """Every name and what it is."""
        return {name: symbol.kind for name, symbol in self.symbols.items()}

    def symbol(self, name: str) -> Symbol:
        """Return the symbol of this name; raise NoSuchSymbol, with the names most like it."""
        found = self.symbols.get(name)
        if found is None:
            near = difflib.get_close_matches(name, self.symbols, n=3, cutoff=0.6)
            raise NoSuchSymbol(self.importpath, name, tuple(near))
        return found

    def path(self, symbol: Symbol) -> str:
        """Return the repository path of the file that declares a symbol."""
        return f"{self.folder}/{symbol.file}" if self.folder else symbol.file

    def names_for(self, file: str) -> dict[str, Kind]:
        """Return the names that an identifier in `file` can mean.

        A test sees its package's tests; a file of another build is read with its own names too.
        """
        clause = self.clauses.get(file)
        names = self.names if clause == self.name else {}
        beside = self.tests if file in self.tests else ()
        for other in (*beside, file):
            if self.clauses.get(other) == clause:
                names |= {symbol.name: symbol.kind for symbol in self.outline.get(other, ())}
        return names

    def declared_beside(self, file: str, name: str) -> Symbol | None:
        """Return what `file` means by a name that `symbols` does not answer; None: nothing.

        Those are names of tests, of other builds, of another package in the folder, and `init`.
        """
        clause = self.clauses.get(file)
        is_built = file in (*self.files, *self.tests)
        if name in self.symbols and is_built and clause == self.name:
            return None
        for other in (file, *(self.tests if file in self.tests else ())):
            if self.clauses.get(other) == clause:
                for symbol in self.outline.get(other, ()):
                    if symbol.name == name:
                        return symbol
        return None


class Packages:
    """Packages by (snapshot, import path, build), the least recently wanted forgotten first."""

    def __init__(self, kept: int = KEPT_PACKAGES) -> None:
        """Keep at most `kept` packages."""
        self._kept = kept
        self._packages: OrderedDict[tuple[str, str, Build], Package] = OrderedDict()

    def get(self, tree: Tree, importpath: str, build: Build | None = None) -> Package:
        """Return a package, read now if it is not kept.

        Raises NoSuchFile if the snapshot holds no Go there, NotImported if its module is not here.
        """
        build = build or Build()
        key = (tree.snapshot.id, importpath, build)
        package = self._packages.get(key)
        if package is None:
            package = read_package(tree, importpath, build)
            self._packages[key] = package
            if len(self._packages) > self._kept:
                self._packages.popitem(last=False)
        self._packages.move_to_end(key)
        return package

    def __len__(self) -> int:
        """Return how many packages are kept."""
        return len(self._packages)


def read_package(tree: Tree, importpath: str, build: Build) -> Package:
    """Return the package of an import path; raises as `Packages.get` does."""
    folder = tree.folder_of(importpath)
    entries = [e for e in tree.listing(folder) if not e.is_folder and e.name.endswith(".go")]
    if not entries:
        raise NoSuchFile(f"{importpath} is no Go package: its folder holds no Go files")
    groups: dict[str, list[str]] = {"files": [], "tests": [], "others": []}
    outline: dict[str, tuple[Symbol, ...]] = {}
    clauses: dict[str, str] = {}
    for entry in entries:
        if entry.size is not None and entry.size > MAX_FILE_BYTES:
            groups["others"].append(entry.name)
            continue
        source = _parsed(tree, f"{folder}/{entry.name}" if folder else entry.name)
        outline[entry.name] = declared(source, entry.name)
        clauses[entry.name] = package_name(source)
        group = "tests" if is_test(entry.name) else "files"
        if not belongs(entry.name, source.text, build):
            group = "others"
        groups[group].append(entry.name)
    symbols = {
        symbol.name: symbol
        for file in groups["files"]
        for symbol in outline[file]
        if symbol.name != "init"
    }
    return Package(
        importpath=importpath,
        folder=folder,
        name=clauses[groups["files"][0]] if groups["files"] else "",
        files=tuple(groups["files"]),
        tests=tuple(groups["tests"]),
        others=tuple(groups["others"]),
        symbols=symbols,
        outline=outline,
        clauses=clauses,
    )


def _parsed(tree: Tree, path: str) -> Source:
    return parse(tree.read(path, MAX_FILE_BYTES))
