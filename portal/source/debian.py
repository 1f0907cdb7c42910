"""The files of a Debian source package: the upstream archives that its .dsc names, held against its hashes.

Debian's own patches are named and not applied, and a signature is not checked: the hashes say that the
archives are those of the .dsc, not whose .dsc it is.
Source: deb-src-control(5), dsc(5); dpkg-source(1), "SOURCE PACKAGE FORMATS".
"""

import hashlib
import re
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from portal.source import tarball
from portal.source.customs import Kind, Limits, Member
from portal.source.errors import BadArchive, Tampered, TooMuch
from portal.source.inflate import PIECE, Stream

DSC_BYTES = 1024 * 1024
_LINE = re.compile(r" ([0-9a-f]{64}) (\d{1,12}) ([A-Za-z0-9][A-Za-z0-9+._~-]{0,199})")
_UPSTREAM = re.compile(r"\.orig(?:-(?P<component>[a-z0-9-]+))?\.tar\.\w+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Part:
    """A file that a .dsc names."""

    name: str
    size: int
    sha256: str


def members(dsc: Path, limits: Limits) -> Generator[Member, None, None]:
    """Yield the files of the upstream archives without their own folders, components in one each; patches.

    Raises Tampered where a file is not the one that the .dsc names, BadArchive where it names none or
    cannot be read, and TooMuch.
    """
    parts = _parts(dsc)
    upstream = [part for part in parts if _UPSTREAM.search(part.name)]
    debian = [part for part in parts if re.search(r"\.debian\.tar\.\w+$", part.name)]
    if not upstream:  # a native package is one archive, its own
        upstream = [p for p in parts if re.search(r"\.tar\.\w+$", p.name) and p not in debian]
    if not upstream:
        raise BadArchive(f"{dsc.name} names no upstream archive")
    budget = limits.budget(sum(part.size for part in upstream))
    for part in sorted(upstream, key=lambda part: "-" in part.name.rpartition(".orig")[2]):
        found = _UPSTREAM.search(part.name)
        component = (found["component"] if found else "") or ""
        with _checked(dsc.with_name(part.name), part) as file:
            top = _top(tarball.members(Stream(file, budget), limits))
            for member in tarball.members(Stream(file, budget), limits):
                yield member._replace(name=_placed(member.name, top, component))
    for part in debian:
        yield from _patches(dsc, part, limits)


def _patches(dsc: Path, part: _Part, limits: Limits) -> Iterator[Member]:
    with _checked(dsc.with_name(part.name), part) as file:
        for member in tarball.members(Stream(file, limits.budget(part.size)), limits):
            name = member.name.removeprefix("./")
            is_one = name.startswith("debian/patches/") and name.endswith((".patch", ".diff"))
            if is_one and member.kind is Kind.FILE:
                yield Member(name, Kind.PATCH, 0)


def _parts(dsc: Path) -> list[_Part]:
    """Return the files that a .dsc names with a sha256; raise BadArchive where it names none."""
    with dsc.open("rb") as file:
        text = file.read(DSC_BYTES + 1)
    if len(text) > DSC_BYTES:
        raise TooMuch(f"{dsc.name} is longer than {DSC_BYTES} bytes")
    lines = iter(text.decode("utf-8", "replace").splitlines())
    found: list[_Part] = []
    for line in lines:
        if line.lower().rstrip() == "checksums-sha256:":
            break
    for line in lines:
        said = _LINE.fullmatch(line)
        if said is None:
            break
        found.append(_Part(said[3], int(said[2]), said[1]))
    if not found or len(found) > 100:
        raise BadArchive(f"{dsc.name} names no files by their sha256 (Checksums-Sha256)")
    return found


@contextmanager
def _checked(place: Path, part: _Part) -> Iterator[BinaryIO]:
    """Open a file once every byte of it was held against its hash."""
    if place.is_symlink() or not place.is_file():
        raise BadArchive(f"{part.name} does not lie beside the .dsc")
    with place.open("rb") as file:
        digest, size = hashlib.sha256(), 0
        while (piece := file.read(PIECE)) and size <= part.size:
            digest.update(piece)
            size += len(piece)
        if (size, digest.hexdigest()) != (part.size, part.sha256):
            raise Tampered(f"{part.name} is not the file that the .dsc names")
        file.seek(0)
        yield file


def _top(found: Iterator[Member]) -> str:
    """Return the one folder that all members lie in, with a slash; "": there is none."""
    tops = {m.name.removeprefix("./").partition("/")[0] for m in found if m.name not in {".", "./"}}
    return f"{tops.pop()}/" if len(tops) == 1 else ""


def _placed(name: str, top: str, component: str) -> str:
    """Return a member's name in the whole tree: without its archive's own folder, below its component's."""
    inside = name.removeprefix("./").removeprefix(top)
    return f"{component}/{inside}" if component else inside
