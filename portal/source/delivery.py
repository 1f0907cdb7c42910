"""A source tree as somebody brings it, told by what it is and not by its name: a folder, a repository at
a commit, a tar or zip archive, a Debian source package.
"""

import os
import stat
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from portal.source import debian, directory, gitobjects, tarball, zipfolder
from portal.source.customs import Limits, Member
from portal.source.errors import BadArchive, NotAModule
from portal.source.inflate import Stream


@dataclass(frozen=True, slots=True)
class Delivery:
    """What was brought, to be read once."""

    members: Iterator[Member]
    has_top: bool = False
    """Whether its files may all lie in one folder that is not the project's, as in most archives."""


@contextmanager
def opened(place: Path, ref: str, limits: Limits) -> Iterator[Delivery]:
    """Open what lies at `place`; `ref` is the commit, tag or branch of a repository, else "".

    Raises NotAModule where nothing lies there, or a repository is brought without a ref or the other
    way round; BadArchive for a file of another kind. Its members raise as their own modules say.
    """
    repository = gitobjects.repository(place)
    if ref and repository is None:
        raise NotAModule(f"{place} is no git repository, so it has no {ref!r}")
    if repository is not None and (ref or repository == place):
        if not ref:
            raise NotAModule(f"{place} is a bare repository: say which commit, as {place}#v1.2.3")
        with closing(gitobjects.members(repository, ref, limits)) as members:
            yield Delivery(members)
    elif place.is_dir():
        yield Delivery(directory.members(place))
    elif place.suffix == ".dsc" and place.is_file():
        with closing(debian.members(place, limits)) as members:
            yield Delivery(members)
    else:
        with _file(place) as file, closing(_archived(file, place, limits)) as members:
            yield Delivery(members, has_top=True)


def _archived(file: BinaryIO, place: Path, limits: Limits) -> Generator[Member, None, None]:
    packed = os.fstat(file.fileno()).st_size
    if zipfolder.is_zip(file.read(4)):
        return zipfolder.members(file, packed, limits)
    if not tarball.is_tar(Stream(file, limits.budget(packed)).read(tarball.BLOCK)):
        raise BadArchive(f"{place.name} is no tar, zip or .dsc that can be read here")
    return tarball.members(Stream(file, limits.budget(packed)), limits)


@contextmanager
def _file(place: Path) -> Iterator[BinaryIO]:
    """Open a regular file, and nothing that would make its reader wait."""
    try:
        file = os.fdopen(os.open(place, os.O_RDONLY | os.O_NONBLOCK), "rb")
    except OSError as error:
        raise NotAModule(f"{place} cannot be read: {error.strerror}") from error
    with file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise NotAModule(f"{place} is neither a folder nor a file")
        yield file
