"""The files of one module as this machine holds them: an unpacked folder or the module's zip.

Both are read in place, never unpacked. Source: Go modules reference, "Module cache" and
"Module zip files" (a zip's members are all named `MODULE@VERSION/PATH`, and none is a link).
"""

import errno
import os
import stat
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Protocol

from portal.source.errors import BadPath, NoSuchFile, NotAFile, TooLarge


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """One line of a folder's listing."""

    name: str
    is_folder: bool
    size: int | None
    """In bytes; None for a folder."""


class Holding(Protocol):
    """The files of one module. Paths are relative to it, in slashes, already checked by `clean`."""

    def listing(self, folder: str) -> list[Entry]:
        """Return what a folder holds, in no order; raise NoSuchFile if there is no such folder."""

    def read(self, path: str, limit: int) -> bytes:
        """Return a file's bytes; raise NoSuchFile, NotAFile, or TooLarge above `limit` bytes."""

    def walk(self) -> Iterator[str]:
        """Yield the path of every file, in no order."""

    def files(self, limit: int) -> Iterator[tuple[str, bytes]]:
        """Yield (path, bytes) of every file, in the order of paths; raise TooLarge as `read` does."""


def clean(path: str) -> str:
    """Return `path` without slashes at its end; raise BadPath if no repository could hold it."""
    path = path.rstrip("/")
    parts = path.split("/") if path else []
    if any(part in {"", ".", ".."} for part in parts):
        raise BadPath(f"{path!r} is not a path inside a repository: it must not climb")
    if any(character in path for character in "\0\\\n\r"):
        raise BadPath("a path inside a repository holds no NUL, backslash or line break")
    return path


class FolderHolding:
    """A module unpacked in the module cache."""

    def __init__(self, root: Path) -> None:
        """Hold the files under `root`."""
        self._root = root.resolve()

    def listing(self, folder: str) -> list[Entry]:
        """Return what a folder holds; links are left out."""
        with self._opened(folder) as (found, is_folder):
            if not is_folder:
                raise NoSuchFile(f"no folder {folder!r}")
            with os.scandir(found) as children:
                return [
                    Entry(
                        child.name, child.is_dir(), None if child.is_dir() else child.stat().st_size
                    )
                    for child in children
                    if not child.is_symlink()
                ]

    def read(self, path: str, limit: int) -> bytes:
        """Return a file's bytes, of which no more than `limit` are ever read."""
        with self._opened(path) as (found, is_folder):
            if is_folder:
                raise NotAFile(f"{path!r} is a folder")
            return _bytes(found, path, limit)

    def walk(self) -> Iterator[str]:
        """Yield the path of every file that is not a link."""
        waiting = [""]
        while waiting:
            above = waiting.pop()
            with os.scandir(self._root / above) as children:
                for child in children:
                    if child.is_dir(follow_symlinks=False):
                        waiting.append(f"{above}{child.name}/")
                    elif child.is_file(follow_symlinks=False):
                        yield above + child.name

    def files(self, limit: int) -> Iterator[tuple[str, bytes]]:
        """Yield (path, bytes) of every file, in the order of paths.

        Each folder is opened once, from the one above it: to each file, a path leads through five or more.
        """
        with self._opened("") as (root, _is_folder):
            yield from _files(root, "", limit)

    @contextmanager
    def _opened(self, path: str) -> Iterator[tuple[int, bool]]:
        """Give (descriptor, whether it is a folder) of what lies at a path."""
        found = os.open(self._root, os.O_RDONLY)
        try:
            for part in filter(None, clean(path).split("/")):
                above = found
                found = _open(part, above)
                os.close(above)
            yield found, stat.S_ISDIR(os.fstat(found).st_mode)
        except (FileNotFoundError, NotADirectoryError) as error:
            raise NoSuchFile(f"no file or folder {path!r}") from error
        except OSError as error:
            if error.errno != errno.ELOOP:
                raise
            raise BadPath(f"{path!r} is a link") from error
        finally:
            os.close(found)


def _files(folder: int, prefix: str, limit: int) -> Iterator[tuple[str, bytes]]:
    """Yield (path, bytes) of every file under an open folder, of which `prefix` is the path with a slash."""
    names: list[str] = []
    with os.scandir(folder) as children:
        for child in children:
            if child.is_dir(follow_symlinks=False):
                names.append(f"{child.name}/")  # as it stands in the paths that are put in order
            elif child.is_file(follow_symlinks=False):
                names.append(child.name)
    for name in sorted(names):
        found = _open(name.rstrip("/"), folder)
        try:
            if name.endswith("/"):
                yield from _files(found, prefix + name, limit)
            else:
                yield prefix + name, _bytes(found, prefix + name, limit)
        finally:
            os.close(found)


def _open(name: str, above: int) -> int:
    # A module zip holds no links, so one that is here was put here by someone else.
    return os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=above)


def _bytes(file: int, path: str, limit: int) -> bytes:
    """Return what an open file holds; room is made for what it says to hold, not for the limit."""
    parts, left = [], limit + 1
    size = os.fstat(file).st_size + 1
    while left and (part := os.read(file, asked := min(size, left))):
        parts.append(part)
        left -= len(part)
        if len(part) < asked:  # so a file ends
            break
    if not left:
        raise TooLarge(f"{path!r} is longer than {limit} bytes")
    return parts[0] if len(parts) == 1 else b"".join(parts)


class ZipHolding:
    """A module that the cache holds as its download only."""

    def __init__(self, archive: Path, prefix: str) -> None:
        """Hold the members of `archive` under `prefix`, which is `MODULE@VERSION`."""
        self._archive = archive
        self._prefix = f"{prefix}/"

    def listing(self, folder: str) -> list[Entry]:
        """Return what a folder holds."""
        try:
            return self._folders[clean(folder)]
        except KeyError:
            raise NoSuchFile(f"no folder {folder!r}") from None

    def read(self, path: str, limit: int) -> bytes:
        """Return a member's bytes, of which no more than `limit` are ever inflated."""
        path = clean(path)
        if path in self._folders:
            raise NotAFile(f"{path!r} is a folder")
        if path not in self._members:
            raise NoSuchFile(f"no file {path!r}")
        with self._zip.open(self._prefix + path) as member:
            data = member.read(limit + 1)
        if len(data) > limit:
            raise TooLarge(f"{path!r} is longer than {limit} bytes")
        return data

    def walk(self) -> Iterator[str]:
        """Yield the path of every member."""
        yield from self._members

    def files(self, limit: int) -> Iterator[tuple[str, bytes]]:
        """Yield (path, bytes) of every member, in the order of paths."""
        return ((path, self.read(path, limit)) for path in sorted(self._members))

    @cached_property
    def _zip(self) -> zipfile.ZipFile:
        # Kept open: the directory of a large module takes 50 ms to read. Its owner is the process's stock.
        return zipfile.ZipFile(self._archive)

    @cached_property
    def _members(self) -> dict[str, int]:
        return {
            info.filename.removeprefix(self._prefix): info.file_size
            for info in self._zip.infolist()
            if info.filename.startswith(self._prefix) and not info.is_dir()
        }

    @cached_property
    def _folders(self) -> dict[str, list[Entry]]:
        folders: dict[str, dict[str, Entry]] = {"": {}}
        for path, size in self._members.items():
            child = PurePosixPath(path)
            entry = Entry(child.name, is_folder=False, size=size)
            for parent in child.parents:
                name = "" if str(parent) == "." else str(parent)
                folders.setdefault(name, {})[entry.name] = entry
                entry = Entry(parent.name, is_folder=True, size=None)
        return {name: list(entries.values()) for name, entries in folders.items()}
