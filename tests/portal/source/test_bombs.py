"""More than an import takes is refused by what comes out of an archive, whatever its headers say."""

import io
import lzma
import struct
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from portal.source.cargo import take
from portal.source.errors import BadArchive, BadMember, TooMuch
from tests.support.packed import (
    PACKERS,
    entry,
    tar,
    tarred,
    zipped,
)
from tests.support.refusal import SMALL, Refuse, refuser


@pytest.fixture
def refuse(tmp_path: Path) -> Refuse:
    """What takes an archive in, and gives the error that it is refused with."""
    return refuser(tmp_path)


GO_MOD = entry("go.mod", b"module e.org/sea\n")


@pytest.mark.parametrize("packer", [name for name in PACKERS if name != "tar"])
def test_a_bomb_is_refused_by_what_comes_out_and_not_by_what_it_says(
    refuse: Refuse, packer: str
) -> None:
    bomb = tar(GO_MOD, *(entry(f"{at}.go", b"\0" * 150_000) for at in range(40)))

    assert isinstance(refuse(PACKERS[packer](bomb)), TooMuch)


@pytest.mark.parametrize("packer", [name for name in PACKERS if name != "tar"])
def test_bytes_that_are_passed_over_count_too(refuse: Refuse, packer: str) -> None:
    large = tar(GO_MOD, entry("large.bin", b"\0" * 6_000_000))
    behind = tar(GO_MOD) + b"\0" * 6_000_000

    assert isinstance(refuse(PACKERS[packer](large)), TooMuch)
    assert isinstance(refuse(PACKERS[packer](behind)), TooMuch)


def test_a_zip_bomb_is_refused(refuse: Refuse) -> None:
    bomb = zipped({f"{at}.go": b"\0" * 150_000 for at in range(40)})

    assert isinstance(refuse(bomb), TooMuch)


def test_a_zip_of_zips_is_one_file_that_nobody_opens(tmp_path: Path) -> None:
    inner = zipped({"bomb.go": b"\0" * 10_000_000})
    for _layer in range(5):
        inner = zipped({f"{at}.zip": inner for at in range(4)})
    (tmp_path / "brought").write_bytes(inner)

    cargo = take(tmp_path / "brought", "sea", "v1.0.0", tmp_path / "mod", limits=SMALL)

    assert [module.path for module in cargo.snapshot.modules] == ["sea"]


def test_members_of_a_zip_that_share_their_bytes_are_counted_each_time(refuse: Refuse) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("kernel.go", b"\0" * 190_000)
        kernel = archive.infolist()[0]
        for at in range(40):
            twin = zipfile.ZipInfo("kernel.go")
            for name in ("header_offset", "CRC", "compress_size", "file_size", "compress_type"):
                setattr(twin, name, getattr(kernel, name))
            twin.filename = twin.orig_filename = f"{at:06}.go"
            archive.filelist.append(twin)

    assert isinstance(refuse(made.getvalue()), BadArchive)


@pytest.mark.parametrize("pack", [tarred, zipped])
def test_too_many_members_are_refused(
    refuse: Refuse, pack: Callable[[dict[str, bytes]], bytes]
) -> None:
    assert isinstance(refuse(pack({f"{at}.go": b"" for at in range(51)})), TooMuch)


def test_a_directory_of_a_zip_that_is_too_large_is_not_read(refuse: Refuse) -> None:
    many = zipped({f"{at:0200}.go": b"" for at in range(200)})

    assert "directory" in str(refuse(many))
    hidden = bytearray(zipped({"a.go": b""}))
    hidden[-22:-22] = struct.pack("<4sLQL", b"PK\x06\x07", 0, 0, 1)
    assert "directory" in str(refuse(bytes(hidden)))


def test_headers_without_members_are_counted(refuse: Refuse) -> None:
    header = entry("x", b"13 comment=a\n", kind=tarfile.XHDTYPE)

    assert isinstance(refuse(tar(*[header] * 300), SMALL), TooMuch)


@pytest.mark.parametrize("kind", [tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.GNUTYPE_LONGNAME])
def test_a_header_that_says_it_is_huge_is_not_waited_for(refuse: Refuse, kind: bytes) -> None:
    info, _none = entry("x", kind=kind)
    info.size = 10 * 1024**3
    huge = info.tobuf(tarfile.GNU_FORMAT) + b"9" * 100_000

    assert isinstance(refuse(huge), TooMuch)


@pytest.mark.parametrize("kind", [tarfile.REGTYPE, tarfile.GNUTYPE_SPARSE, tarfile.DIRTYPE])
def test_a_member_that_says_it_is_of_ten_gigabytes_is_refused(refuse: Refuse, kind: bytes) -> None:
    info, _none = entry("a.go", kind=kind)
    info.size = 10 * 1024**3

    assert isinstance(refuse(info.tobuf(tarfile.GNU_FORMAT) + b"\0" * 10_000), BadArchive)


def test_a_negative_size_is_refused(refuse: Refuse) -> None:
    info, _none = entry("a.go")
    info.size = -512

    assert isinstance(refuse(info.tobuf(tarfile.GNU_FORMAT) + b"\0" * 1024), BadMember)


def test_a_window_larger_than_a_decompressor_may_have_is_refused(refuse: Refuse) -> None:
    wide = [{"id": lzma.FILTER_LZMA2, "dict_size": 1 << 30}]
    in_xz = lzma.compress(tarred(), filters=wide)
    parameters = zstandard.ZstdCompressionParameters(window_log=30, enable_ldm=False)
    engine = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    in_zstd = engine.compress(tarred()) + engine.flush()

    assert isinstance(refuse(in_xz), BadArchive)
    assert isinstance(refuse(in_zstd), BadArchive)
