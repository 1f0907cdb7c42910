"""Every symbol of one imported version: by its name, by a part of it, and over versions.

Reads what the import wrote; nothing is parsed here. Source: DESIGN section 3 (a version is a view
over segments).
"""

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from posixpath import dirname

from portal.source.buildtags import Build, fits, is_test
from portal.source.codepart import Found
from portal.source.declared import Declared, Mark
from portal.source.errors import BadPath, NoSuchFile
from portal.source.fitting import Fitting, Numbered
from portal.source.nametable import Row
from portal.source.search import Asked, Finder, Name, humps
from portal.source.segment import Segment
from portal.source.symbols import Kind
from portal.source.view import View

MANY = 60
"""Files that declare a name, of which it is better to ask first which are meant."""


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
            for one in self._of(number, segment, self._named(number, name, folder), folder)
        ]
        found.sort(
            key=lambda one: (one.is_test, not fits(one.path, one.constraint, build), one.path)
        )
        return found

    def declared(self, path: str) -> Declared | None:
        """Return what a file declares; None for one that is no Go or not read yet. Raises NoSuchFile."""
        segment, blob = self.view.find(path)
        return self.view.segments[segment].code.outline(blob)

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
            for one in self._of(number, segment, segment.code.named(before.mark.name))
            if one.mark.signature_digest == before.mark.signature_digest and not one.is_test
        ]
        same = [one for one in alike if one.mark.digest == before.mark.digest] or alike
        return same[0] if len({one.importpath for one in same}) == 1 else None

    def search(self, asked: Asked, limit: int) -> Finder:
        """Return the best `limit` symbols that fit a question, as portal.source.search ranks them.

        What fits worse than so many others is not counted: `is_cut` says so.
        """
        finder = Finder(asked, limit, lambda name: self._importers.get(name.importpath, 0))
        tables = [
            (at, one.code.names) for at, one in enumerate(self.view.segments) if one.code.names
        ]
        where: dict[tuple[str, str], tuple[int, int]] = {}
        for rank, rows in self._fitting(Fitting(finder, tables)):
            if finder.is_settled(rank):
                break
            finder.look(self._entries(rows, where))
        for name in finder.found:  # what each of the few is, for it was not asked before
            number, blob = where[name.importpath, name.name]
            if kind := self.view.segments[number].code.kind(blob, name.name):
                finder.tell(name, Kind(kind))
        return finder

    def _fitting(self, fitting: Fitting) -> Iterable[tuple[int, Iterable[Numbered]]]:
        importpath = fitting.finder.asked.importpath
        return [(0, self._declared_in(importpath))] if importpath else fitting.groups()

    def _declared_in(self, importpath: str) -> Iterator[Numbered]:
        """Yield the names of one package, as often as it declares them."""
        for one in self.package(importpath):
            number, blob = self.view.find(one.path)
            name = one.mark.name
            yield number, Row(name, humps(name), array("I", (blob, 0)).tobytes())

    def _entries(
        self, rows: Iterable[Numbered], where: dict[tuple[str, str], tuple[int, int]]
    ) -> Iterator[Name]:
        """Yield each of the names in each package that declares it, tests aside; say `where` the first is."""
        for number, row in rows:
            if row.name == "init":
                continue
            for blob in row.blobs:
                for path in self.view.paths.get((number, blob), ()):
                    importpath = self._importpath(path.rpartition("/")[0])
                    key = importpath, row.name
                    if key not in where and not is_test(path):
                        where[key] = number, blob
                        text = f"{importpath.rpartition('/')[2]}.{row.name}".lower()
                        yield Name(importpath, row.name, Kind.FUNC, text, row.humps)

    def importpath_of(self, path: str) -> str:
        """Return the import path of the package that a file's folder holds."""
        return self._importpath(dirname(path))

    def _named(self, number: int, name: str, folder: str) -> Found | None:
        """Return where a segment has a name; of one that is everywhere, such as New, in a folder alone."""
        found = self.view.segments[number].code.named(name)
        if found is None or len(found.at) < MANY:
            return found
        blobs: set[int] = set()
        with suppress(BadPath):
            blobs = {blob for _path, at, blob in self.view.files(folder) if at == number}
        return Found(name, tuple(one for one in found.at if one[0] in blobs))

    def _of(
        self, number: int, segment: Segment, found: Found | None, only: str | None = None
    ) -> Iterator[Located]:
        for blob, at in found.at if found else ():
            outline: Declared | None = None
            for path in self.view.paths.get((number, blob), ()):
                folder = dirname(path)
                if only is not None and folder != only:
                    continue
                outline = outline or segment.code.outline(blob)
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

    @cached_property
    def _importers(self) -> Mapping[str, int]:
        """How many files import a package: what much imports is more likely meant."""
        found: Counter[str] = Counter()
        for segment in self.view.segments:
            if segment.code.names is not None:
                for importpath, count in segment.code.names.importers():
                    found[importpath] += count
        return found

    def _importpath(self, folder: str) -> str:
        found = self._importpaths.get(folder)
        if found is None:
            found = self._importpaths[folder] = self._importpath_of(folder)
        return found

    def _importpath_of(self, folder: str) -> str:
        above = folder
        while (path := self._modules.get(above)) is None:
            if not above:
                return folder
            above = above.rpartition("/")[0]
        inside = folder[len(above) :].lstrip("/")
        return f"{path}/{inside}" if inside else path

    @cached_property
    def _modules(self) -> dict[str, str]:
        """Folder to path of every module."""
        return {module.folder: module.path for module in self.view.snapshot.modules}


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
