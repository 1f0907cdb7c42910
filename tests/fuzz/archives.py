"""Archives, repositories and source packages that are spoilt: taken in, or refused with a SourceError."""

import gzip
import hashlib
import shutil
import zipfile
from contextlib import suppress
from pathlib import Path
from random import Random

from portal.source.cargo import take
from portal.source.customs import Limits
from portal.source.errors import SourceError
from portal.source.fetch import ModuleCache
from portal.source.snapshot import Shelf, dump, parse
from tests.fuzz.mutation import spoilt
from tests.support.packed import PACKERS, TREE, committed, debian, entry, git, tar, tarred, zipped

LIMITS = Limits(members=300, total_bytes=4_000_000, file_bytes=200_000, free_bytes=1_000_000)
PARTS = [
    *(b"../", b"/", b"./", b"\\", b"C:", b"\0", b"vendor/", b"go.mod", b".git", b"PK\x01\x02"),
    *(
        b"ustar\x0000",
        b"ustar  \0",
        b"27 path=../../../etc/passwd\n",
        b"30 GNU.sparse.size=999999\n",
    ),
    *(b"\x80\0\0\0\0\0\0\x02", b"77777777777\0", b"\xff" * 8, b"\0" * 512, b"x" * 300),
    *(b"module ../out\n", b"module e.org/a\n", "航海".encode()),
]


class _Taker:
    """What the targets here have in common: a place for what is brought, and what must hold after."""

    def __init__(self, data: Path) -> None:
        """Keep everything below `data`."""
        self._brought = data / "brought"
        self._mod = data / "mod"
        data.mkdir(parents=True, exist_ok=True)

    def _take(self, place: Path, ref: str = "") -> None:
        try:
            with suppress(SourceError):
                snapshot = take(place, "sea", "v1.0.0", self._mod, ref=ref, limits=LIMITS).snapshot
                assert parse(dump(Shelf((snapshot,)))).snapshots == (snapshot,)
                cache = ModuleCache([self._mod])
                for module in snapshot.modules:
                    cache.verify(module)
                return
            assert not [p for p in self._mod.rglob("*") if p.is_file() or ".part" in p.name]
        finally:
            shutil.rmtree(self._mod, ignore_errors=True)


class Tarballs(_Taker):
    """Tar archives: what is inside is spoilt, or what it is packed in."""

    name = "tar"
    _seeds = (
        tarred(TREE),
        tarred(TREE, "./sea-1.0/"),
        tarred({name: data for name, data in TREE.items() if "deep" in name}, style=1),
        tar(entry("a", kind=b"2", linkname="/etc"), entry("go.mod", b"module a.b\n"), entry("a/b")),
    )

    def play(self, chance: Random) -> object:
        """Take one in."""
        packer = chance.choice(list(PACKERS))
        if chance.random() < 0.5:
            data = PACKERS[packer](_sound(spoilt(chance, self._seeds, PARTS), chance))
        else:
            data = spoilt(chance, [PACKERS[packer](seed) for seed in self._seeds], PARTS)
        self._brought.write_bytes(data)
        self._take(self._brought)
        return data


def _sound(data: bytes, chance: Random) -> bytes:
    """Return a tar whose headers have the right checksums, as often as not: else few get past them."""
    if chance.random() < 0.3:
        return data
    made = bytearray(data)
    for at in range(0, len(made) - 511, 512):
        if made[at + 257 : at + 262] == b"ustar":
            made[at + 148 : at + 156] = b" " * 8
            made[at + 148 : at + 156] = b"%06o\0 " % sum(made[at : at + 512])
    return bytes(made)


class Zips(_Taker):
    """Zip archives."""

    name = "zip"

    def play(self, chance: Random) -> object:
        """Take one in."""
        data = spoilt(chance, [zipped(TREE), zipped(TREE, "k8s.io/a@v1.0.0/"), _stored()], PARTS)
        self._brought.write_bytes(data)
        self._take(self._brought)
        return data


def _stored() -> bytes:
    """Return a zip whose members are not compressed, so that what is strewn in stays what it is."""
    import io

    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, data in TREE.items():
            archive.writestr(name, data)
    return made.getvalue()


class Repositories(_Taker):
    """Git repositories: one file of the repository's own is spoilt, and a tree that git would not make."""

    name = "git"

    def __init__(self, data: Path) -> None:
        """Make one repository, with packed and loose objects."""
        super().__init__(data)
        self._root = committed(data / "repository") / ".git"
        self._blob = git(self._root, "rev-parse", "HEAD:go.mod").decode().strip()
        git(self._root, "repack", "-q", "-d")
        (self._root.parent / "more.go").write_text("package more\n")
        git(self._root.parent, "add", "--all", "--force")
        git(self._root.parent, "commit", "-q", "-m", "More")
        self._files = [
            p
            for p in sorted(self._root.rglob("*"))
            if p.is_file() and "hooks" not in p.parts and p.suffix != ".sample"
        ]

    def play(self, chance: Random) -> object:
        """Take a commit in."""
        if chance.random() < 0.4:
            return self._odd_tree(chance)
        place = chance.choice(self._files)
        good = place.read_bytes()
        place.chmod(0o644)
        try:
            place.write_bytes(spoilt(chance, [good], PARTS))
            self._take(self._root, "main")
        finally:
            place.write_bytes(good)
        return place

    def _odd_tree(self, chance: Random) -> object:
        sha = bytes.fromhex(self._blob)
        good = b"".join(
            mode + b" " + name + b"\0" + sha
            for mode, name in (
                (b"100644", b"go.mod"),
                (b"100755", b"a.go"),
                (b"120000", b"link"),
                (b"160000", b"sub"),
            )
        )
        data = spoilt(chance, [good], PARTS)
        header = b"tree %d\0" % len(data)
        name = hashlib.sha1(header + data, usedforsecurity=False).hexdigest()
        commit = b"tree %s\nauthor a <a> 0 +0000\ncommitter a <a> 0 +0000\n\nx\n" % name.encode()
        made = [(name, header + data)]
        header = b"commit %d\0" % len(commit)
        top = hashlib.sha1(header + commit, usedforsecurity=False).hexdigest()
        made.append((top, header + commit))
        places = []
        import zlib

        for sha1, data in made:
            place = self._root / "objects" / sha1[:2] / sha1[2:]
            place.parent.mkdir(exist_ok=True)
            if not place.exists():
                place.write_bytes(zlib.compress(data))
                places.append(place)
        try:
            self._take(self._root, top)
        finally:
            for place in places:
                place.unlink()
        return made


class Packages(_Taker):
    """Debian source packages: the .dsc is spoilt, or an archive whose hash it names."""

    name = "dsc"

    def play(self, chance: Random) -> object:
        """Take one in."""
        files = {
            "sea_1.orig.tar.gz": gzip.compress(tarred(TREE, "sea-1/")),
            "sea_1.orig-more.tar.gz": gzip.compress(tarred({"m/a.go": b"package a\n"})),
            "sea_1-1.debian.tar.gz": gzip.compress(tarred({"debian/patches/a.patch": b"-\n"})),
        }
        spoil = chance.choice([*files, "dsc"])
        if spoil in files:
            inner = _sound(spoilt(chance, [gzip.decompress(files[spoil])], PARTS), chance)
            files[spoil] = gzip.compress(inner)
        dsc = debian(self._brought.with_name("package"), files)
        if spoil == "dsc":
            dsc.write_bytes(spoilt(chance, [dsc.read_bytes()], PARTS))
        self._take(dsc)
        return spoil
