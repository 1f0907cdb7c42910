"""The files of a folder with a project's source, read once: a snapshot stays when the folder changes."""

import os
import stat
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import NoReturn

from portal.source.customs import LEFT_OUT, Kind, Member
from portal.source.errors import BadArchive
from portal.source.inflate import PIECE


def members(root: Path) -> Generator[Member, None, None]:
    """Yield the files and links under a folder; of one that is left out, its name alone.

    Pipes, devices and sockets are passed over: they lie in a folder by accident. Raises BadArchive for
    what cannot be read.
    """
    for place, folders, names in os.walk(root, onerror=_refuse):
        here = "" if Path(place) == root else f"{Path(place).relative_to(root).as_posix()}/"
        for name in sorted(folders):
            is_link = Path(place, name).is_symlink()
            if is_link or name in LEFT_OUT:
                yield Member(f"{here}{name}", Kind.LINK if is_link else Kind.FOLDER, 0)
        folders[:] = sorted(set(folders) - LEFT_OUT)
        for name in sorted(names):
            file = Path(place, name)
            try:
                found = file.lstat()
            except OSError as error:
                _refuse(error)
            if stat.S_ISLNK(found.st_mode):
                yield Member(f"{here}{name}", Kind.LINK, 0)
            elif stat.S_ISREG(found.st_mode):
                yield Member(f"{here}{name}", Kind.FILE, found.st_size, _chunks(file))


def _chunks(place: Path) -> Callable[[], Iterator[bytes]]:
    def chunks() -> Iterator[bytes]:
        # It may have become a link or a pipe since: then this raises, or gives nothing.
        try:
            number = os.open(place, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
            with os.fdopen(number, "rb") as file:
                while piece := file.read(PIECE):
                    yield piece
        except OSError as error:
            _refuse(error)

    return chunks


def _refuse(error: OSError) -> NoReturn:
    raise BadArchive(f"{error.filename} cannot be read: {error.strerror}") from error
