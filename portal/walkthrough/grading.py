"""The grade of one anchor at one version: from the index, or by reading its package."""

from dataclasses import dataclass
from functools import lru_cache

from portal.source.buildtags import fits
from portal.source.declared import DIGEST
from portal.source.errors import NoSuchFile, NoSuchSymbol, NotImported
from portal.source.golang import parse
from portal.source.index import Index
from portal.source.snapshot import Fit, release
from portal.source.symbols import Symbol, declared
from portal.source.tree import MAX_FILE_BYTES
from portal.walkthrough.anchors import Anchor
from portal.walkthrough.excerpt import Grade, grade
from portal.walkthrough.stock import Stock


@dataclass(frozen=True, slots=True)
class Seen:
    """A declaration as a version has it. Digests are as long as the index keeps them."""

    path: str
    """In the repository."""
    line: int
    digest: str
    signature_digest: str

    @property
    def file(self) -> str:
        """The file's name in its folder."""
        return self.path.rpartition("/")[2]


class Grader:
    """Grades anchors at one version against the version that they were verified at."""

    def __init__(self, store: Stock, key: str, verified_at: str) -> None:
        """Grade at the snapshot `key`; raises UnknownSnapshot."""
        self._store = store
        self._key = key
        self._index = _whole(store, key)
        project = store.snapshot(key).project
        verified, fit = store.shelf.nearest(project, verified_at)
        self._verified = verified.key if fit is Fit.EXACT else ""

    def grade(self, anchor: Anchor) -> Grade:
        """Return how far an anchor has drifted; of a statement that is gone, or twice there: GONE.

        Raises NotImported when nobody can tell.
        """
        try:
            now = self.seen(anchor)
        except (NoSuchFile, NoSuchSymbol):
            return Grade.GONE
        found = grade(anchor, now, self._then(anchor))
        is_known = bool(anchor.digest) and now.digest.startswith(anchor.digest)
        if anchor.statement and not is_known and not self._has_statement(anchor, now):
            return Grade.GONE
        return found

    def is_early(self, anchor: Anchor) -> bool:
        """Whether this version is older than the one of the chapter, which has it: then GONE is no drift."""
        version = self._key.partition("@")[2]
        verified = release(self._verified.partition("@")[2])
        at = release(version)
        is_older = verified is not None and at is not None and at < verified
        return is_older and self._then(anchor) is not None

    def seen(self, anchor: Anchor) -> Seen:
        """Return the symbol at this version; raises NoSuchFile, NoSuchSymbol or NotImported."""
        return _seen(self._store, self._key, anchor)

    def _then(self, anchor: Anchor) -> Seen | None:
        if self._verified in {"", self._key}:
            return None
        try:
            return _seen(self._store, self._verified, anchor)
        except (NoSuchFile, NoSuchSymbol, NotImported):
            return None

    def _has_statement(self, anchor: Anchor, now: Seen) -> bool:
        data = self._store.tree(self._key).read(now.path, MAX_FILE_BYTES)
        return _statements(data, anchor.name, now.line).count(anchor.statement) == 1


def _seen(store: Stock, key: str, anchor: Anchor) -> Seen:
    if index := _whole(store, key):
        for one in index.locate(anchor.importpath, anchor.name, anchor.build):
            if not one.is_test and fits(one.path, one.constraint, anchor.build):
                mark = one.mark
                return Seen(one.path, mark.line, mark.digest, mark.signature_digest)
        raise NoSuchSymbol(anchor.importpath, anchor.name)
    package = store.packages.get(store.tree(key), anchor.importpath, anchor.build)
    symbol = package.symbol(anchor.name)
    return Seen(
        package.path(symbol),
        symbol.line,
        symbol.digest[:DIGEST],
        symbol.signature_digest[:DIGEST],
    )


def _whole(store: Stock, key: str) -> Index | None:
    """Return the index of a version, None until all its files are read."""
    index = store.index(key)
    return index if index and index.view.has_code else None


def _statements(data: bytes, name: str, line: int) -> list[str]:
    """Return the S8 of each statement of the symbol that begins at a line of a file."""
    return [
        statement.digest[:8]
        for symbol in _symbols(data)
        if (symbol.name, symbol.line) == (name, line)
        for statement in symbol.statements
    ]


@lru_cache(maxsize=16)
def _symbols(data: bytes) -> tuple[Symbol, ...]:
    return declared(parse(data), "")
