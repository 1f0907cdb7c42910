"""Secrets that Portolan makes for itself."""

import multiprocessing
from pathlib import Path

import pytest

from portal.secretfile import NoSecret, private_file, secret_file

PROCESSES = 4


def read_when_all_are_ready(path: Path, barrier: "multiprocessing.synchronize.Barrier") -> str:
    barrier.wait(30)
    return secret_file(path, 24)


def test_a_secret_is_made_once_and_then_kept(tmp_path: Path) -> None:
    made = secret_file(tmp_path / "secret", 24)

    assert len(made) == 32
    assert secret_file(tmp_path / "secret", 24) == made
    assert secret_file(tmp_path / "another", 24) != made


def test_nobody_but_its_owner_reads_a_secret(tmp_path: Path) -> None:
    path = tmp_path / "secret"

    secret_file(path, 24)

    assert path.stat().st_mode & 0o777 == 0o600
    assert [found.name for found in tmp_path.iterdir()] == ["secret"], "no draft is left"


def test_a_secret_that_others_could_read_is_closed_to_them(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    made = secret_file(path, 24)
    path.chmod(0o644)

    assert secret_file(path, 24) == made
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("content", [b"", b"\n", b"short", b"\xff" * 40])
def test_a_file_that_holds_no_secret_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "secret"
    path.write_bytes(content)

    with pytest.raises(NoSecret, match="secret there holds no secret; delete it"):
        secret_file(path, 24)


def test_a_secret_that_cannot_be_made_says_why(tmp_path: Path) -> None:
    with pytest.raises(NoSecret, match="secret cannot be made or read there: No such file"):
        secret_file(tmp_path / "absent" / "secret", 24)


def test_processes_that_start_at_once_agree(tmp_path: Path) -> None:
    with multiprocessing.get_context("spawn").Manager() as manager:
        barrier = manager.Barrier(PROCESSES)
        with multiprocessing.get_context("spawn").Pool(PROCESSES) as pool:
            seen = pool.starmap(
                read_when_all_are_ready, [(tmp_path / "secret", barrier)] * PROCESSES, chunksize=1
            )

    assert len(set(seen)) == 1
    assert len(seen[0]) == 32


def test_a_private_file_keeps_its_content_and_loses_its_readers(tmp_path: Path) -> None:
    path = tmp_path / "database"
    path.write_bytes(b"kept")
    path.chmod(0o664)

    private_file(path)

    assert path.read_bytes() == b"kept"
    assert path.stat().st_mode & 0o777 == 0o600
