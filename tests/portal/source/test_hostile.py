"""Members of an archive that no source tree has, or that are named as none could be, are refused by name."""

import tarfile
from pathlib import Path

import pytest

from portal.source.cargo import take
from portal.source.customs import Reason
from portal.source.errors import BadArchive, BadMember, TooMuch
from tests.support.packed import (
    Style,
    entry,
    tar,
    zipped,
)
from tests.support.refusal import Refuse, refuser


@pytest.fixture
def refuse(tmp_path: Path) -> Refuse:
    """What takes an archive in, and gives the error that it is refused with."""
    return refuser(tmp_path)


GO_MOD = entry("go.mod", b"module e.org/sea\n")

NAMES = {
    "climbs": "../out.go",
    "climbs in its middle": "a/../../out.go",
    "climbs at its end": "a/..",
    "absolute": "/tmp/out.go",
    "absolute after a dot": ".//tmp/out.go",
    "empty part": "a//b.go",
    "drive": "C:/out.go",
    "drive of one file": "c:out.go",
    "backslash": "..\\out.go",
    "backslash inside": "a\\b.go",
    "line break": "a\nb.go",
    "escape sequence": "a\x1b[2Jb.go",
    "eight-bit escape sequence": "a\x9b2Jb.go",
    "too deep": "a/" * 31 + "b.go",
    "part too long": "a" * 101,
    "too long": "aaaaaaaaa/" * 29 + "a" * 20,
    "dot": "a/./b.go",
}


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
@pytest.mark.parametrize("style", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT])
def test_a_name_that_no_repository_could_hold_is_refused_in_a_tar(
    refuse: Refuse, name: str, style: Style
) -> None:
    error = refuse(tar(GO_MOD, entry(name, b"package out\n"), style=style))

    assert isinstance(error, BadMember | TooMuch)
    assert ascii(name)[1:12] in str(error)


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_a_name_that_no_repository_could_hold_is_refused_in_a_zip(
    refuse: Refuse, name: str
) -> None:
    assert isinstance(refuse(zipped({"go.mod": b"", name: b"package out\n"})), BadMember | TooMuch)


def test_a_nul_in_a_name_is_refused_wherever_it_can_stand(refuse: Refuse) -> None:
    in_zip = zipped({"go.mod": b"", "safe.go#.png": b""}).replace(b"safe.go#", b"safe.go\0")
    in_tar = entry("safe", pax_headers={"path": "safe.go\0.png"})

    assert isinstance(refuse(in_zip), BadMember)
    assert isinstance(refuse(tar(GO_MOD, in_tar)), BadMember)


KINDS = {
    "hard link": (entry("a.go", kind=tarfile.LNKTYPE, linkname="go.mod"), "hard link"),
    "hard link outside": (entry("a", kind=tarfile.LNKTYPE, linkname="/etc/passwd"), "hard link"),
    "character device": (entry("a", kind=tarfile.CHRTYPE, devmajor=1, devminor=5), "device"),
    "block device": (entry("a", kind=tarfile.BLKTYPE, devmajor=8), "device"),
    "pipe": (entry("a", kind=tarfile.FIFOTYPE), "device"),
    "sparse": (entry("a", kind=tarfile.GNUTYPE_SPARSE), "sparse"),
    "unheard of": (entry("a", kind=b"Z"), "kind"),
    "link with bytes": (entry("a", b"sea", kind=tarfile.SYMTYPE, linkname="b"), "3 bytes"),
    "folder with bytes": (entry("a", b"sea", kind=tarfile.DIRTYPE), "3 bytes"),
    "file named as a folder": (entry("a", pax_headers={"path": "a/"}), "named as a folder"),
    "no name": (entry(""), "part that is empty"),
}


@pytest.mark.parametrize(("member", "why"), KINDS.values(), ids=KINDS)
def test_what_is_neither_file_nor_folder_is_refused_by_name(
    refuse: Refuse, member: tuple[tarfile.TarInfo, bytes], why: str
) -> None:
    error = refuse(tar(GO_MOD, member))

    assert isinstance(error, BadMember)
    assert error.name in {"a", "a.go", "a/", ""}
    assert why in error.why


@pytest.mark.parametrize(
    "headers",
    [{"size": "3"}, {"GNU.sparse.major": "1", "GNU.sparse.name": "/out"}, {"GNU.sparse.size": "9"}],
    ids=["size", "sparse", "sparse size"],
)
def test_an_extended_header_that_makes_two_archives_of_one_is_refused(
    refuse: Refuse, headers: dict[str, str]
) -> None:
    assert isinstance(
        refuse(tar(GO_MOD, entry("a.go", b"package a\n", pax_headers=headers))), BadMember
    )


@pytest.mark.parametrize("key", ["path", "linkpath", "size", "GNU.sparse.name"])
def test_a_header_that_speaks_for_all_members_may_not_name_them(refuse: Refuse, key: str) -> None:
    everyone = tarfile.TarInfo.create_pax_global_header({key: "/out.go"})

    assert isinstance(refuse(everyone + tar(GO_MOD)), BadMember)


@pytest.mark.parametrize(
    "records",
    [
        *(b"11 path=a\n", b"9 path=a", b"0 path=a\n", b"-9 path=a\n", b"path=a\n", b"7 path\n"),
        *(b"\n", b"999999 path=a\n", b"9" * 400 + b" path=a\n"),
    ],
)
def test_an_extended_header_that_is_none_is_refused(refuse: Refuse, records: bytes) -> None:
    header = entry("x", records, kind=tarfile.XHDTYPE)

    assert isinstance(refuse(tar(header, GO_MOD)), BadArchive)


def test_a_name_that_an_extended_header_gives_counts_and_not_the_plain_one(refuse: Refuse) -> None:
    assert isinstance(
        refuse(tar(GO_MOD, entry("safe.go", pax_headers={"path": "../out.go"}))), BadMember
    )
    longname = entry("././@LongLink", b"../../out.go\0", kind=tarfile.GNUTYPE_LONGNAME)
    assert isinstance(refuse(tar(GO_MOD, longname, entry("safe.go"))), BadMember)


@pytest.mark.parametrize(
    ("entries", "why"),
    [
        ([entry("a.go"), entry("a.go", b"package b\n")], "twice"),
        ([entry("a.go"), entry("./a.go")], "twice"),
        ([entry("a", kind=tarfile.SYMTYPE, linkname="/etc"), entry("a")], "twice"),
        ([entry("a", kind=tarfile.SYMTYPE, linkname="/etc"), entry("a/b.go")], "behind the link"),
        ([entry("a/b.go"), entry("a", kind=tarfile.SYMTYPE, linkname="/etc")], "behind the link"),
        (
            [
                entry("a", kind=tarfile.SYMTYPE, linkname="."),
                entry("a/b", kind=tarfile.SYMTYPE, linkname=".."),
                entry("a/b/c.go"),
            ],
            "behind the link",
        ),
        ([entry("a"), entry("a/b.go")], "which is a file"),
        ([entry("a", kind=tarfile.DIRTYPE), entry("a")], "once as a folder"),
        ([entry("vendor/a"), entry("vendor/a/b.go")], "which is a file"),
    ],
)
def test_members_that_stand_in_each_others_way_are_refused(
    refuse: Refuse, entries: list[tuple[tarfile.TarInfo, bytes]], why: str
) -> None:
    error = refuse(tar(GO_MOD, *entries))

    assert isinstance(error, BadMember)
    assert why in str(error)


def test_links_alone_are_left_out_and_names_that_differ_in_case_are_told(tmp_path: Path) -> None:
    link = entry("passwd", kind=tarfile.SYMTYPE, linkname="/etc/passwd")
    names = [entry("Sea.go"), entry("sea.go"), entry("e\u0301.go"), entry("\u00e9.go")]
    (tmp_path / "brought").write_bytes(tar(GO_MOD, link, *names))

    left = take(tmp_path / "brought", "sea", "v1.0.0", tmp_path / "mod").left

    assert (left[Reason.LINK].count, left[Reason.LINK].example) == (1, "passwd")
    assert left[Reason.CASE].count == 2


def test_a_name_that_is_not_utf8_is_left_out_and_told(tmp_path: Path) -> None:
    (tmp_path / "brought").write_bytes(tar(GO_MOD, entry("se\udce4.go"), style=tarfile.GNU_FORMAT))

    left = take(tmp_path / "brought", "sea", "v1.0.0", tmp_path / "mod").left

    assert left[Reason.NAME].example == "se\\udce4.go"
