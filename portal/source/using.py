"""Which files may use a symbol, in the order in which they are looked through.

A group is chosen when somebody gets to it: the first uses of most symbols are in their own package, and
neither who imports it nor the rest of the version is then asked.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import cached_property
from itertools import chain
from typing import NamedTuple

from portal.source.buildtags import is_test
from portal.source.errors import BadPath, NoSuchFile
from portal.source.index import Index

FEW = 40
"""Files that are all looked through; of more the index of texts says which can be left out."""


class GoFile(NamedTuple):
    """A file of a version, and where its bytes are."""

    path: str
    segment: int
    blob: int


class Using:
    """The files that may use a symbol. Belongs to the process that made the index."""

    def __init__(
        self,
        index: Index,
        importpath: str,
        word: str,
        *,
        is_exported: bool,
        is_member: bool,
        may_be_in: Callable[[str], bool],
    ) -> None:
        """Order files that may hold `word`: of the package; of an exported name, of who imports it; of a
        member, others too, for a value goes further than the name of its type.

        Outside of the package, those alone that the symbol `may_be_in`.
        """
        self._view = index.view
        self._folders = set(index.folders(importpath))
        self._importpath = importpath
        self._word = word
        self._may_be_in = may_be_in
        self._found: list[GoFile] = []
        groups = [self._own]
        if is_exported:
            groups += [self._importing, self._others] if is_member else [self._importing]
        self._rest = chain.from_iterable(group() for group in groups)
        self._is_all_found = False

    def get(self, number: int) -> GoFile | None:
        """Return a file by its number in the order; None: there is none, nor any behind it."""
        while number >= len(self._found):
            one = next(self._rest, None)
            if one is None:
                self._is_all_found = True
                return None
            self._found.append(one)
        return self._found[number]

    def ends_at(self, number: int) -> bool:
        """Whether it is known that there is no file of this number."""
        return self._is_all_found and number >= len(self._found)

    @property
    def count(self) -> int | None:
        """How many there are; None: not all of them were chosen."""
        return len(self._found) if self._is_all_found else None

    def _own(self) -> Iterator[GoFile]:
        found: list[GoFile] = []
        for folder in self._folders:
            with suppress(NoSuchFile, BadPath):
                found += map(GoFile._make, self._view.files(folder))
        found = [one for one in found if one.path.endswith(".go")]
        if len(found) > FEW and (holding := self._holding) is not None:
            found = [one for one in found if one.blob in holding[one.segment]]
        return _tests_last(sorted(found))

    def _importing(self) -> Iterator[GoFile]:
        importers = self._importers
        if sum(map(len, importers)) > FEW and (holding := self._holding) is not None:
            importers = [one & other for one, other in zip(importers, holding, strict=True)]
        return _tests_last(sorted(self._files(importers)))

    def _others(self) -> Iterator[GoFile]:
        """Yield them as they lie in the segments, by paths too: they are too many to be put in order."""
        if self._holding is None:  # in nearly every file, perhaps
            return iter(())
        pairs = zip(self._holding, self._importers, strict=True)
        return _tests_last(self._files(sorted(blobs - others) for blobs, others in pairs))

    @cached_property
    def _importers(self) -> list[set[int]]:
        """The blobs of each segment that import the package."""
        return [set(segment.code.importers(self._importpath)) for segment in self._view.segments]

    @cached_property
    def _holding(self) -> list[set[int]] | None:
        """The blobs of each segment that may hold the word; None: it is too short to tell."""
        holding: list[set[int]] = []
        for segment in self._view.segments:
            found = segment.having(self._word)  # what stands in a head is no code
            if found is None:
                return None
            holding.append(set(found.blobs))
        return holding

    def _files(self, blobs: Iterable[Iterable[int]]) -> Iterator[GoFile]:
        """Yield the Go files outside of the package that the symbol may be in."""
        paths, folders, may_be_in = self._view.paths, self._folders, self._may_be_in
        for number, some in enumerate(blobs):
            for blob in some:
                for path in paths.get((number, blob), ()):
                    is_own = path.rpartition("/")[0] in folders
                    if path.endswith(".go") and not is_own and may_be_in(path):
                        yield GoFile(path, number, blob)


def _tests_last(files: Iterable[GoFile]) -> Iterator[GoFile]:
    tests = []
    for one in files:
        if is_test(one.path):
            tests.append(one)
        else:
            yield one
    yield from tests
