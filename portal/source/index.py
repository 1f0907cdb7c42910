"""Every symbol of one imported version: by its name, by a part of it, and over versions.

Reads what the import wrote; nothing is parsed here. Source: DESIGN section 3 (a version is a view
over segments).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from posixpath import dirname

from portal.source.buildtags import Build, fits, is_test
from portal.source.declared import Declared, Mark
from portal.source.errors import BadPath, NoSuchFile
from portal.source.search import Asked, Finder, Name, entry
from portal.source.segment import Found, Segment
from portal.source.symbols import Kind
from portal.source.view import View

CANDIDATES = 600
"""Names of each kind of fit that are weighed for one question."""


@dataclass(frozen=True, slots=True)
class Located:
    """A symbol of a version and where it is declared."""

    importpath: str
    path: str
    mark: Mark
    constraint: str
    """The build constraint of its file, with that of the file's name: "" for one that is everywhere."""

    @property
    def is_test(self) -> bool:
        """Whether it is compiled for tests only."""
        return is_test(self.path)


class Change(Enum):
    """How a symbol of one version differs from the same symbol of another."""

    SAME = "same"
    MOVED = "moved"
    """Declared in another file."""
    BODY = "body"
    SIGNATURE = "signature"
    ADDED = "added"
    REMOVED = "removed"


class Index:
    """The symbols of one version. Belongs to the process that opened the view."""

    def __init__(self, view: View) -> None:
        """Read `view`."""
        self.view = view
        self._imported: dict[str, int] = {}
        self._importpaths: dict[str, str] = {}

    def locate(self, importpath: str, name: str, build: Build | None = None) -> list[Located]:
        """Return where a package declares `name`: that of `build` first, those of other platforms after.

        Tests come last; empty where the package declares no such name, or no version has it.
        """
        build = build or Build()
        found = [
            one
            for folder in self.folders(importpath)
            for number, segment in enumerate(self.view.segments)
            for one in self._of(number, segment, segment.named(name), {folder})
        ]
        found.sort(
            key=lambda one: (one.is_test, not fits(one.path, one.constraint, build), one.path)
        )
        return found

    def declared(self, path: str) -> Declared | None:
        """Return what a file declares; None for one that is no Go or not read yet. Raises NoSuchFile."""
        segment, blob = self.view.find(path)
        return self.view.segments[segment].outline(blob)

    def package(self, importpath: str) -> Iterator[Located]:
        """Yield every symbol of a package, file by file, tests and other builds included."""
        for folder in self.folders(importpath):
            try:
                entries = self.view.listing(folder)
            except (NoSuchFile, BadPath):
                continue
            for one in entries:
                path = f"{folder}/{one.name}" if folder else one.name
                if not one.is_folder and path.endswith(".go") and (read := self.declared(path)):
                    for mark in read.symbols:
                        yield Located(importpath, path, mark, read.constraint)

    def moved(self, before: Located) -> Located | None:
        """Return where a symbol of another version is in this one; None: nowhere, or in doubt.

        The same code under the same name is it; else the only one of that name with its signature.
        """
        alike = [
            one
            for number, segment in enumerate(self.view.segments)
            for one in self._of(number, segment, segment.named(before.mark.name), None)
            if one.mark.signature_digest == before.mark.signature_digest and not one.is_test
        ]
        same = [one for one in alike if one.mark.digest == before.mark.digest] or alike
        return same[0] if len({one.importpath for one in same}) == 1 else None

    def search(self, asked: Asked, limit: int) -> Finder:
        """Return the best `limit` symbols that fit a question, as portal.source.search ranks them."""
        names: dict[tuple[str, str], Name] = {}
        where: dict[tuple[str, str], tuple[int, int, int]] = {}
        for number, segment in enumerate(self.view.segments):
            for found in {one.name: one for one in _fitting(segment, asked.name)}.values():
                for blob, at in found.at:
                    for path in self.view.paths.get((number, blob), ()):
                        key = self._importpath(path.rpartition("/")[0]), found.name
                        if key not in names and not is_test(path) and found.name != "init":
                            package = key[0].rpartition("/")[2]
                            names[key] = entry(key[0], package, found.name, Kind.FUNC)
                            where[key] = number, blob, at
        finder = Finder(asked, limit, lambda name: self._importers(name.importpath))
        finder.look(names.values())
        for name in finder.found:  # what each of the few is, for it was not asked before
            number, blob, at = where[name.importpath, name.name]
            if outline := self.view.segments[number].outline(blob):
                finder.tell(name, Kind(outline.symbols[at].kind))
        return finder

    def importpath_of(self, path: str) -> str:
        """Return the import path of the package that a file's folder holds."""
        return self._importpath(dirname(path))

    def _of(
        self, number: int, segment: Segment, found: Found | None, folders: set[str] | None
    ) -> Iterator[Located]:
        for blob, at in found.at if found else ():
            outline: Declared | None = None
            for path in self.view.paths.get((number, blob), ()):
                folder = dirname(path)
                if folders is not None and folder not in folders:
                    continue
                outline = outline or segment.outline(blob)
                if outline is not None:
                    yield Located(
                        self._importpath(folder), path, outline.symbols[at], outline.constraint
                    )

    def folders(self, importpath: str) -> Iterable[str]:
        """Return the folder in which a package would lie; none where no module holds it."""
        module = self.view.snapshot.module_of(importpath)
        if module is None:
            return ()
        inside = importpath[len(module.path) :].strip("/")
        return ("/".join(part for part in (module.folder, inside) if part),)

    def _importers(self, importpath: str) -> int:
        """Return how many files import a package: what much imports is more likely meant."""
        count = self._imported.get(importpath)
        if count is None:
            count = sum(len(segment.importers(importpath)) for segment in self.view.segments)
            self._imported[importpath] = count
        return count

    def _importpath(self, folder: str) -> str:
        found = self._importpaths.get(folder)
        if found is None:
            found = self._importpaths[folder] = self._importpath_of(folder)
        return found

    def _importpath_of(self, folder: str) -> str:
        for prefix, path in self._modules:
            if not prefix or folder == prefix or folder.startswith(f"{prefix}/"):
                inside = folder[len(prefix) :].lstrip("/")
                return f"{path}/{inside}" if inside else path
        return folder

    @cached_property
    def _modules(self) -> list[tuple[str, str]]:
        """(folder, path) of every module, the innermost first."""
        modules = ((module.folder, module.path) for module in self.view.snapshot.modules)
        return sorted(modules, key=lambda module: -len(module[0]))


def compare(old: Located | None, new: Located | None) -> Change:
    """Return how `new` differs from `old`; one of them may be None, and not both."""
    if old is None:
        return Change.ADDED
    if new is None:
        return Change.REMOVED
    if old.mark.signature_digest != new.mark.signature_digest:
        return Change.SIGNATURE
    if old.mark.digest != new.mark.digest:
        return Change.BODY
    return Change.SAME if old.path == new.path else Change.MOVED


def _fitting(segment: Segment, name: str) -> Iterator[Found]:
    """Yield the names of a segment that may fit, the likeliest first; some twice."""
    qualifier, _dot, last = name.rpartition(".")
    if exact := segment.named(name):
        yield exact
    yield from segment.names_ending(last, CANDIDATES)
    if last:
        yield from segment.names_beginning(last, CANDIDATES)
    if not qualifier and name[:1].isupper():
        yield from segment.names_with_humps(name, CANDIDATES)
        if name.isupper() is False:
            yield from segment.names_with_humps("".join(c for c in name if c.isupper()), CANDIDATES)
    elif not qualifier and len(name) > 1:
        yield from segment.names_with_humps(name.upper(), CANDIDATES)
    yield from segment.names_holding(name, CANDIDATES)
