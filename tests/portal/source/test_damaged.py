"""An archive that is cut off, spoilt or locked is refused, or is the tree that its checksums say."""

import gzip
import io
import random
import stat
import zipfile
from pathlib import Path

import pytest

from portal.source.cargo import take
from portal.source.customs import Customs, Kind, Member
from portal.source.errors import BadArchive, BadMember, SourceError
from tests.support.packed import (
    PACKERS,
    folder,
    tarred,
    zipped,
)
from tests.support.refusal import SMALL, Refuse, refuser


@pytest.fixture
def refuse(tmp_path: Path) -> Refuse:
    """What takes an archive in, and gives the error that it is refused with."""
    return refuser(tmp_path)


@pytest.mark.parametrize("packer", [*PACKERS, "zip"])
def test_an_archive_that_is_cut_off_anywhere_is_refused(refuse: Refuse, packer: str) -> None:
    data = zipped() if packer == "zip" else PACKERS[packer](tarred())
    end = len(data) - (512 if packer == "tar" else 1)  # a tar has two empty blocks at its end

    for cut in sorted({*range(1, end, max(1, end // 40)), end - 1}):
        assert isinstance(refuse(data[:cut]), SourceError), cut


@pytest.mark.parametrize("packer", [*PACKERS, "zip"])
def test_flipped_bits_are_refused_or_make_another_tree_and_never_anything_else(
    tmp_path: Path, packer: str
) -> None:
    data = zipped() if packer == "zip" else PACKERS[packer](tarred())
    sound = take(folder(tmp_path / "tree"), "sea", "v1.0.0", tmp_path / "mod").snapshot
    chance = random.Random(packer)
    refused = 0
    for _try in range(150):
        spoilt = bytearray(data)
        spoilt[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        (tmp_path / "brought").write_bytes(spoilt)
        try:
            taken = take(tmp_path / "brought", "sea", "v1.0.0", tmp_path / "mod", limits=SMALL)
        except SourceError:
            refused += 1
        else:
            # Only a plain tar, and the directory of a zip, have bytes that no checksum is over.
            assert packer in {"tar", "zip"} or taken.snapshot.id == sound.id
    assert refused


@pytest.mark.parametrize("come", [b"", b"se", b"sea!"])
def test_a_file_that_is_not_of_the_size_that_it_says_is_refused(come: bytes) -> None:
    changed = Member("pkg/a.go", Kind.FILE, 3, lambda: iter([come]))

    with pytest.raises(BadMember, match=r"pkg/a\.go.*3 bytes"):
        Customs(SMALL).data(changed)


def test_what_lies_behind_the_end_is_refused(refuse: Refuse) -> None:
    assert isinstance(refuse(tarred() + tarred()), BadArchive)
    assert isinstance(refuse(gzip.compress(tarred()) + b"sea"), BadArchive)


def test_a_zip_is_refused_that_is_locked_or_packed_in_another_way(refuse: Refuse) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("a.go", b"package a\n")
    locked = bytearray(zipped({"a.go": b"package a\n"}))
    locked[6] |= 1
    locked[locked.index(b"PK\x01\x02") + 8] |= 1

    assert "packed in a way" in str(refuse(made.getvalue()))
    assert "encrypted" in str(refuse(bytes(locked)))


@pytest.mark.parametrize("mode", [stat.S_IFCHR, stat.S_IFIFO, stat.S_IFSOCK, stat.S_IFDIR])
def test_what_a_zip_says_is_a_device_is_refused(refuse: Refuse, mode: int) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        info = zipfile.ZipInfo("a.go")
        info.external_attr = mode << 16
        archive.writestr(info, b"")

    assert isinstance(refuse(made.getvalue()), BadMember)
