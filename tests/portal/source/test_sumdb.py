"""A hash is taken once its database has proven that its log holds it; what is wrong in that is refused."""

import base64
import hashlib
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from portal.source import sumdb
from portal.source.errors import Tampered, Unreachable
from portal.source.moduleset import Database, is_private
from portal.source.proxy import Proxy

NAME = "sum.example.org"
PATH, VERSION = "example.org/sea", "v1.0.0"
H1 = "h1:" + "A" * 42 + "8="
RECORD = f"{PATH} {VERSION} {H1}\n{PATH} {VERSION}/go.mod {H1}\n"
SIGNER = Ed25519PrivateKey.from_private_bytes(b"s" * 32)


def key(signer: Ed25519PrivateKey = SIGNER, name: str = NAME) -> str:
    """Return a verifier's key as the go command writes it."""
    public = b"\1" + signer.public_key().public_bytes_raw()
    own = hashlib.sha256(f"{name}\n".encode() + public).hexdigest()[:8]
    return f"{name}+{own}+{base64.b64encode(public).decode()}"


def signed(size: int, root: bytes, signer: Ed25519PrivateKey = SIGNER, name: str = NAME) -> str:
    """Return the head of a log, signed."""
    text = f"go.sum database tree\n{size}\n{base64.b64encode(root).decode()}\n"
    own = bytes.fromhex(key(signer, name).split("+")[1])
    signature = base64.b64encode(own + signer.sign(text.encode())).decode()
    return f"{text}\n\u2014 {name} {signature}\n"


class Log:
    """A log of `size` records, of which one is RECORD, with all tiles that a database shows of it."""

    def __init__(self, size: int, number: int) -> None:
        records = [RECORD if at == number else f"{at}\n" for at in range(size)]
        rows = [[hashlib.sha256(b"\0" + record.encode()).digest() for record in records]]
        while len(rows[-1]) > 1:
            below = rows[-1]
            pairs = zip(below[::2], below[1::2], strict=False)
            rows.append([hashlib.sha256(b"\1" + a + b).digest() for a, b in pairs])
        self.number = number
        self.tiles: dict[str, bytes] = {}
        for level, row in enumerate(rows[::8]):
            for tile in range((len(row) + 255) // 256):
                hashes = row[tile * 256 : (tile + 1) * 256]
                last = f"{tile:03}" if len(hashes) == 256 else f"{tile:03}.p/{len(hashes)}"
                self.tiles[f"tile/8/{level}/{last}"] = b"".join(hashes)
        self.size, self.root = size, self._root(rows[0])

    def _root(self, hashes: list[bytes]) -> bytes:
        if len(hashes) == 1:
            return hashes[0]
        half = 1 << (len(hashes) - 1).bit_length() - 1
        both = self._root(hashes[:half]) + self._root(hashes[half:])
        return hashlib.sha256(b"\1" + both).digest()

    def answer(self) -> str:
        return f"{self.number}\n{RECORD}\n{signed(self.size, self.root)}"

    def served(self, root: Path) -> tuple[Proxy, ...]:
        """Serve it from a folder, as a proxy passes a database through."""
        base = root / "sumdb" / NAME
        files = {**self.tiles, f"lookup/{PATH}@{VERSION}": self.answer().encode()}
        for path, data in files.items():
            (base / path).parent.mkdir(parents=True, exist_ok=True)
            (base / path).write_bytes(data)
        return (Proxy(f"file://{root}", is_last_on_error=True),)


@given(st.integers(1, 700).flatmap(lambda size: st.tuples(st.just(size), st.integers(0, size - 1))))
def test_a_record_of_any_log_is_proven(shape: tuple[int, int]) -> None:
    log = Log(*shape)
    answer = sumdb.read(log.answer())
    assert answer is not None

    sumdb.prove(answer, key(), log.tiles.__getitem__)


@pytest.mark.parametrize(("size", "number"), [(1, 0), (7, 3), (256, 255), (300, 17), (600, 599)])
def test_another_record_a_spoilt_tile_and_another_head_are_refused(size: int, number: int) -> None:
    log = Log(size, number)
    answer = sumdb.read(log.answer())
    assert answer is not None
    get = log.tiles.__getitem__

    with pytest.raises(Tampered, match="does not hold"):
        sumdb.prove(answer._replace(record=RECORD.replace("A", "B")), key(), get)
    with pytest.raises(Tampered, match="none of number"):
        sumdb.prove(answer._replace(number=size), key(), get)
    with pytest.raises(Tampered, match="does not hold"):
        sumdb.prove(answer._replace(note=signed(size, b"\1" * 32)), key(), get)
    if size > 1:
        with pytest.raises(Tampered, match="does not hold"):
            sumdb.prove(answer, key(), lambda path: bytes([get(path)[0] ^ 1]) * len(get(path)))
        with pytest.raises(Tampered, match="bytes"):
            sumdb.prove(answer, key(), lambda path: get(path)[1:])


@pytest.mark.parametrize(
    ("note", "told"),
    [
        (signed(9, b"r" * 32, Ed25519PrivateKey.from_private_bytes(b"o" * 32)), "not signed by it"),
        (signed(9, b"r" * 32, name="other.example.org"), "not signed by it"),
        (signed(9, b"r" * 32).replace("\n9\n", "\n8\n"), "signed wrongly"),
        ("no tree\n1\n\n", "told of no log"),
        ("", "told of no log"),
    ],
)
def test_a_head_that_the_key_has_not_signed_is_refused(note: str, told: str) -> None:
    assert sumdb.head(signed(9, b"r" * 32), key()) == (9, b"r" * 32)

    with pytest.raises(Tampered, match=told):
        sumdb.head(note, key())


def test_the_go_command_s_own_database_signed_this_head() -> None:
    note = (
        "go.sum database tree\n66327379\nxWutPmGGbpWR/1iGpo4T2OIen8osXrozOwt4QinWKyg=\n\n"
        "\u2014 sum.golang.org Az3grh7C5yhBIx4LGre+Cxy+IpZfAQbghxRv7p159h49g8+zHJS+EDmfu3UMGCrx93kyg"
        "GV0LR6jZIFivT37qTUmIgM=\n"
    )

    assert sumdb.head(note, sumdb.key_of("sum.golang.org")).size == 66_327_379
    with pytest.raises(Tampered):
        sumdb.head(note.replace("66327379", "66327378"), sumdb.key_of("sum.golang.org"))


def test_a_database_of_one_s_own_proves_its_hashes_through_a_proxy(tmp_path: Path) -> None:
    log = Log(300, 17)
    database = Database(log.served(tmp_path), {"GOSUMDB": key()})

    assert database.h1(PATH, VERSION) == H1
    assert not database.doubts
    place = tmp_path / "sumdb" / NAME / f"lookup/{PATH}@{VERSION}"
    place.write_text(place.read_text().replace("AAAA8=", "AAAB8="))
    with pytest.raises(Tampered, match="does not hold"):
        database.h1(PATH, VERSION)


def test_where_no_proof_is_offered_it_is_said(tmp_path: Path) -> None:
    log = Log(300, 17)
    asked = log.served(tmp_path)

    unknown = Database(asked, {"GOSUMDB": NAME})
    assert unknown.h1(PATH, VERSION) == H1
    assert list(unknown.doubts) == [f"the key of {NAME} is not known; write it in GOSUMDB"]
    base = tmp_path / "sumdb" / NAME
    (base / "tile/8/0/000").unlink()
    hidden = Database(asked, {"GOSUMDB": f"{key()} file://{tmp_path}/nowhere"})
    assert hidden.h1(PATH, VERSION) == H1
    assert [doubt.partition(":")[0] for doubt in hidden.doubts] == [f"{NAME} does not show its log"]
    (base / f"lookup/{PATH}@{VERSION}").write_text(f"17\n{RECORD}")
    bare = Database(asked, {"GOSUMDB": key()})
    assert bare.h1(PATH, VERSION) == H1
    assert list(bare.doubts) == [f"{NAME} told hashes without the head of its log"]


@pytest.mark.parametrize(
    "environ",
    [
        {"GOSUMDB": "off"},
        {"GONOSUMDB": "example.org"},
        {"GOPRIVATE": "other.org,*.org/sea"},
    ],
)
def test_what_is_private_is_asked_of_nobody(tmp_path: Path, environ: dict[str, str]) -> None:
    asked = Log(3, 1).served(tmp_path)

    with pytest.raises(Unreachable, match="nobody knows its hash"):
        Database(asked, {"GOSUMDB": key(), **environ}).h1(PATH, VERSION)


@pytest.mark.parametrize(
    ("path", "patterns", "is_so"),
    [
        ("a.org/b/c", "a.org/b", True),
        ("a.org/bc", "a.org/b", False),
        ("x.a.org/b", "*.a.org", True),
        ("a.org/b/c", "a.org/*/c,", True),
        ("a.org", "a.org/*", False),
        ("a.org/b", "", False),
    ],
)
def test_a_pattern_fits_what_a_path_begins_with(path: str, patterns: str, *, is_so: bool) -> None:
    assert is_private(path, patterns) is is_so
