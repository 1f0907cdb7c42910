"""One imported version: which blob of which segment lies at each path. And the folder of all of them.

A view is a file that has its name once all of it is there: a version is imported whole or not at all.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import asdict
from functools import cached_property
from itertools import chain, count
from pathlib import Path
from typing import NamedTuple

from portal.source.blocks import ODD
from portal.source.codepart import CODE
from portal.source.errors import BadPath, NoSuchFile, NotAFile, TooLarge
from portal.source.holding import Entry, clean
from portal.source.segment import TEXT, Segment
from portal.source.snapshot import Module, Snapshot

SUFFIX = ".view"
HOT_BYTES = 192 * 1024 * 1024
"""What a process that searches keeps uncompressed: one version of Kubernetes, if all of it is read."""
EXACT = ".exact"

_SCHEMA = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE segment (number INTEGER PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE entry (folder TEXT, name TEXT, segment INTEGER, blob INTEGER, size INTEGER,
    PRIMARY KEY (folder, name)) WITHOUT ROWID;
"""


class Placed(NamedTuple):
    """A file of a version and where its bytes are."""

    path: str
    segment: str
    """The segment's name."""
    blob: int
    size: int


class Text(NamedTuple):
    """A text to be looked through, and where: spans of bytes, whole lines."""

    data: bytes
    spans: Sequence[tuple[int, int]]
    has_odd: bool
    """Whether a letter of ODD is in it."""

    @classmethod
    def of(cls, data: bytes, start: int = 0) -> "Text":
        """Return a text from `start` on."""
        has_odd = not data.isascii() and any(letter in data for letter in ODD)
        return cls(data, ((start, len(data)),), has_odd)


class Hot:
    """Blobs that are kept uncompressed, HOT_BYTES of them at the most; the longest unused go first."""

    def __init__(self) -> None:
        """Keep nothing yet."""
        self._texts: dict[tuple[Segment, int], Text] = {}
        self._bytes = 0

    def get(self, segment: Segment, blob: int) -> Text:
        """Return a blob behind its head, and keep it."""
        key = segment, blob  # not its place: another import may write one of that name anew
        text = self._texts.pop(key, None)
        if text is None:
            text = Text.of(*segment.headed_blob(blob))
            self._bytes += len(text.data)
        self._texts[key] = text  # the last again
        while self._bytes > HOT_BYTES:
            self._bytes -= len(self._texts.pop(next(iter(self._texts))).data)
        return text


class View:
    """An imported version to be read. Belongs to one thread at a time."""

    def __init__(self, place: Path, hot: "Hot | None" = None) -> None:
        """Open a view and the segments that it names; raises FileNotFoundError.

        Versions that share `hot` share its room.
        """
        uri = f"{place.resolve(strict=True).as_uri()}?mode=ro&immutable=1"
        self._db = sqlite3.connect(uri, uri=True, check_same_thread=False)
        names = self._db.execute("SELECT name FROM segment ORDER BY number")
        self.beside: dict[str, Segment] = {}
        """Every segment that is read, by its name: its own, and those of their predecessors."""
        self.segments = tuple(
            self.beside.get(name) or Segment(place.parent / name, self.beside) for (name,) in names
        )
        self._hot = hot or Hot()

    @cached_property
    def snapshot(self) -> Snapshot:
        """What it is a version of."""
        row = self._db.execute("SELECT value FROM meta WHERE name = 'snapshot'").fetchone()
        fields = json.loads(row[0])
        modules = tuple(Module(**module) for module in fields.pop("modules"))
        return Snapshot(**fields, modules=modules)

    @property
    def has_code(self) -> bool:
        """Whether what its files declare was read, of all of them."""
        return all(segment.code.is_there for segment in self.segments)

    def close(self) -> None:
        """Give its files back."""
        self._db.close()
        for segment in self.segments:
            segment.close()

    def hot(self, segment: int, blob: int) -> Text:
        """Return a blob behind its head, kept for those who read many again and again."""
        return self._hot.get(self.segments[segment], blob)

    def listing(self, folder: str) -> list[Entry]:
        """Return what a folder holds, folders first, then by name; raise NoSuchFile."""
        rows = self._db.execute(
            "SELECT name, size FROM entry WHERE folder = ? ORDER BY size IS NOT NULL, name",
            (clean(folder),),
        ).fetchall()
        if not rows:
            raise NoSuchFile(f"no folder {folder!r}")
        return [Entry(name, size is None, size) for name, size in rows]

    def files(self, folder: str) -> list[tuple[str, int, int]]:
        """Return (path, number of the segment, blob) of every file right in a folder, by name."""
        prefix = f"{folder}/" if (folder := clean(folder)) else ""
        rows = self._db.execute(
            "SELECT name, segment, blob FROM entry WHERE folder = ? AND blob IS NOT NULL ORDER BY name",
            (folder,),
        )
        return [(f"{prefix}{name}", segment, blob) for name, segment, blob in rows]

    def find(self, path: str) -> tuple[int, int]:
        """Return (number of the segment, blob) at a path; raise NoSuchFile or NotAFile."""
        folder, _slash, name = clean(path).rpartition("/")
        row = self._db.execute(
            "SELECT segment, blob FROM entry WHERE folder = ? AND name = ?", (folder, name)
        ).fetchone()
        if row is None:
            raise NoSuchFile(f"no file {path!r}")
        if row[1] is None:
            raise NotAFile(f"{path!r} is a folder")
        return row[0], row[1]

    def has(self, path: str) -> bool:
        """Whether a file lies at a path."""
        try:
            self.find(path)
        except (BadPath, NoSuchFile, NotAFile):
            return False
        return True

    def read(self, path: str, limit: int) -> bytes:
        """Return a file's bytes; raise NoSuchFile, NotAFile, or TooLarge above `limit` bytes."""
        segment, blob = self.find(path)
        data = self.segments[segment].blob(blob)
        if len(data) > limit:
            raise TooLarge(f"{path!r} is longer than {limit} bytes")
        return data

    def placed(self) -> Iterator[Placed]:
        """Yield where each file's bytes are."""
        names = [segment.place.name for segment in self.segments]
        rows = self._db.execute(
            "SELECT folder, name, segment, blob, size FROM entry WHERE blob IS NOT NULL"
        )
        for folder, name, number, blob, size in rows:
            path = f"{folder}/{name}" if folder else name
            yield Placed(path, names[number], blob, size)

    @cached_property
    def paths(self) -> dict[tuple[int, int], tuple[str, ...]]:
        """The paths of each (segment, blob), in order; one blob may lie at many."""
        found: dict[tuple[int, int], list[str]] = {}
        rows = self._db.execute(
            "SELECT segment, blob, folder, name FROM entry WHERE blob IS NOT NULL ORDER BY folder, name"
        )
        for segment, blob, folder, name in rows:
            path = f"{folder}/{name}" if folder else name
            found.setdefault((segment, blob), []).append(path)
        return {where: tuple(paths) for where, paths in found.items()}


class Collection:
    """The folder of segments and views. Whoever imports holds its lock; readers need none."""

    def __init__(self, root: Path) -> None:
        """Read and write in `root`, which need not be there yet."""
        self.root = root
        self._open: dict[str, tuple[int, View]] = {}
        self._hot = Hot()

    def view(self, snapshot: Snapshot) -> View | None:
        """Return a version to be read, None where it is not imported. Kept open.

        One that was written anew meanwhile is opened anew; who has the old one goes on with it.
        """
        held = self._open.get(snapshot.id)
        place = self._place(snapshot)
        for is_last in (False, True):
            try:
                inode = place.stat().st_ino
                if held is None or held[0] != inode:
                    held = self._open[snapshot.id] = inode, View(place, self._hot)
            except (FileNotFoundError, sqlite3.OperationalError):
                if place.is_file() and not is_last:
                    continue  # its segments went while it was opened: it has others now
                self._open.pop(snapshot.id, None)
                if place.is_file():
                    raise
                return None  # it was removed, perhaps by another process
            break
        return held[1] if held else None

    def views(self) -> Iterator[View]:
        """Yield every imported version, in no order."""
        for place in sorted(self.root.glob(f"*{SUFFIX}")):
            yield View(place)

    def segments(self) -> list[str]:
        """Return the names of the segments that are whole, in order."""
        return sorted(place.stem for place in self.root.glob(f"*{TEXT}"))

    def free_name(self, name: str) -> str:
        """Return a name that no segment has: those of a version that was removed may still be read."""
        taken = self.segments()
        names = chain([name], (f"{name}-{again}" for again in count(2)))
        return next(one for one in names if one not in taken)

    def holds(self, snapshot: Snapshot) -> bool:
        """Whether a version is imported."""
        return self._place(snapshot).is_file()

    def write(self, snapshot: Snapshot, files: Iterable[Placed]) -> None:
        """Make a version of `files`, whole at once, in place of one of the same snapshot."""
        place = self._place(snapshot)
        part = place.with_name(f"{place.name}.part")
        part.unlink(missing_ok=True)
        numbers: dict[str, int] = {}
        folders: set[str] = set()
        with closing(sqlite3.connect(part)) as db, db:
            db.executescript(_SCHEMA)
            for file in files:
                number = numbers.setdefault(file.segment, len(numbers))
                folder, _slash, name = file.path.rpartition("/")
                row = (folder, name, number, file.blob, file.size)
                db.execute("INSERT INTO entry VALUES (?, ?, ?, ?, ?)", row)
                while folder not in folders:
                    folders.add(folder)
                    if not folder:
                        break
                    above, _slash, name = folder.rpartition("/")
                    db.execute("INSERT INTO entry VALUES (?, ?, NULL, NULL, NULL)", (above, name))
                    folder = above
            db.executemany(
                "INSERT INTO segment VALUES (?, ?)", [(n, s) for s, n in numbers.items()]
            )
            db.execute("INSERT INTO meta VALUES ('snapshot', ?)", (json.dumps(asdict(snapshot)),))
        part.replace(place)

    def exact(self, snapshot: Snapshot) -> Path:
        """Return where the answers of Go's type checker lie, or would: see portal.source.exact."""
        return self._place(snapshot).with_suffix(EXACT)

    def remove(self, snapshot: Snapshot) -> None:
        """Forget a version, and the segments that no other version reads, nor one that another reads.

        What an import that was ended had begun goes too: it may need what was removed.
        """
        if held := self._open.pop(snapshot.id, None):
            held[1].close()
        self._place(snapshot).unlink(missing_ok=True)
        self.exact(snapshot).unlink(missing_ok=True)
        for begun in self.root.glob(f"*{TEXT}.part*"):
            begun.unlink()
        self.sweep()

    def sweep(self) -> None:
        """Take away the segments that no version reads, nor one that a version reads."""
        needed: set[str] = set()
        for view in self.views():
            needed.update(view.beside)
            view.close()
        for name in self.segments():
            if name not in needed:
                for suffix in (CODE, TEXT):
                    (self.root / f"{name}{suffix}").unlink(missing_ok=True)

    def _place(self, snapshot: Snapshot) -> Path:
        return self.root / f"{snapshot.id[:32]}{SUFFIX}"
