"""A repository or source package that wants more than to be read is refused like any archive."""

import gzip
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from portal.source import gitobjects
from portal.source.cargo import take
from portal.source.customs import Limits
from portal.source.errors import BadArchive, BadMember, NotAModule, Tampered, TooMuch
from tests.support.packed import (
    TREE,
    committed,
    debian,
    entry,
    git,
    tar,
    tarred,
)
from tests.support.refusal import SMALL, Refuse, refuser


@pytest.fixture
def refuse(tmp_path: Path) -> Refuse:
    """What takes an archive in, and gives the error that it is refused with."""
    return refuser(tmp_path)


GO_MOD = entry("go.mod", b"module e.org/sea\n")


def tree_of(repository: Path, *lines: str) -> str:
    """Return the hash of a commit whose tree has these lines, unlooked at."""
    made = git(repository, "mktree", "--missing", given="\n".join(lines).encode()).decode().strip()
    return git(repository, "commit-tree", made, "-m", "x").decode().strip()


def raw_tree(repository: Path, *entries: tuple[str, str, str]) -> str:
    """Return the hash of a commit whose tree has (mode, name, hash) that git itself would refuse."""
    data = b"".join(
        f"{mode} {name}".encode("utf-8", "surrogateescape") + b"\0" + bytes.fromhex(sha)
        for mode, name, sha in entries
    )
    command = ("hash-object", "-t", "tree", "-w", "--literally", "--stdin")
    made = git(repository, *command, given=data).decode().strip()
    return git(repository, "commit-tree", made, "-m", "x").decode().strip()


@pytest.mark.parametrize("name", ["..", "../out.go", "/out.go", "a\\b.go", "C:a.go", "a\nb", "."])
def test_a_name_that_git_would_not_make_is_refused(
    refuse: Refuse, tmp_path: Path, name: str
) -> None:
    repository = committed(tmp_path / "repository")
    blob = git(repository, "rev-parse", "HEAD:go.mod").decode().strip()

    commit = raw_tree(repository, ("100644", name, blob))

    assert isinstance(refuse(repository, ref=commit), BadMember)


def test_a_name_that_is_there_twice_in_a_commit_is_refused(refuse: Refuse, tmp_path: Path) -> None:
    repository = committed(tmp_path / "repository")
    blob = git(repository, "rev-parse", "HEAD:go.mod").decode().strip()

    commit = raw_tree(repository, ("100644", "a.go", blob), ("100644", "a.go", blob))

    assert isinstance(refuse(repository, ref=commit), BadMember)


def test_folders_that_hold_themselves_many_times_over_are_refused(
    refuse: Refuse, tmp_path: Path
) -> None:
    repository = committed(tmp_path / "repository")
    sha = git(repository, "rev-parse", "HEAD:go.mod").decode().strip()
    kind = "100644 blob"
    for _level in range(8):  # ten to the eighth files out of nine objects
        lines = "\n".join(f"{kind} {sha}\t{at}" for at in range(10)).encode()
        sha = git(repository, "mktree", given=lines).decode().strip()
        kind = "040000 tree"
    commit = git(repository, "commit-tree", sha, "-m", "x").decode().strip()

    assert isinstance(refuse(repository, ref=commit), TooMuch)


def test_a_repository_that_lacks_an_object_is_refused(refuse: Refuse, tmp_path: Path) -> None:
    repository = committed(tmp_path / "repository")

    assert isinstance(
        refuse(repository, ref=tree_of(repository, f"100644 blob {'1' * 40}\tgo.mod")), BadArchive
    )
    assert isinstance(
        refuse(repository, ref=tree_of(repository, f"040000 tree {'1' * 40}\tpkg")), BadArchive
    )


def test_objects_with_flipped_bits_are_refused(refuse: Refuse, tmp_path: Path) -> None:
    repository = committed(tmp_path / "repository")
    sha = git(repository, "rev-parse", "v1.36.3:pkg/a/a.go").decode().strip()
    blob = repository / ".git/objects" / sha[:2] / sha[2:]
    blob.chmod(0o644)
    data = bytearray(blob.read_bytes())
    data[len(data) // 2] ^= 0x10
    blob.write_bytes(data)

    assert isinstance(refuse(repository, ref="v1.36.3"), BadArchive)


@pytest.mark.skipif(sys.platform != "linux", reason="no other system limits it so")
def test_git_may_ask_for_no_more_memory_than_it_is_given(
    refuse: Refuse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository = committed(tmp_path / "repository")
    tree = git(repository, "rev-parse", "v1.36.3^{tree}").decode().strip()
    word = b"long " * (100 * 1024 * 1024 // 5)
    commit = git(repository, "commit-tree", tree, "-F", "-", given=word).decode().strip()
    limits = Limits()

    assert next(gitobjects.members(repository / ".git", commit, limits)).name == "LICENSE"
    monkeypatch.setattr(gitobjects, "MOST_BYTES", 64 * 1024 * 1024)
    assert next(gitobjects.members(repository / ".git", "v1.36.3", limits)).name == "LICENSE"
    with pytest.raises(NotAModule):
        next(gitobjects.members(repository / ".git", commit, limits))


@pytest.mark.parametrize(
    "address", ["ext::sh -c touch% {ran}", "file:///nowhere", "ssh://nowhere/x"]
)
def test_a_repository_cannot_make_git_run_or_ask_anything(
    refuse: Refuse, tmp_path: Path, address: str
) -> None:
    repository = committed(tmp_path / "repository")
    ran = tmp_path / "ran"
    script = tmp_path / "script"
    script.write_text(f"#!/bin/sh\ntouch {ran}\n")
    script.chmod(0o755)
    for setting, value in {
        "extensions.partialClone": "origin",
        "core.repositoryFormatVersion": "1",
        "remote.origin.promisor": "true",
        "remote.origin.url": address.format(ran=ran),
        "remote.origin.uploadpack": str(script),
        "protocol.ext.allow": "always",
        "protocol.allow": "always",
        "core.sshCommand": str(script),
        "core.fsmonitor": str(script),
        "core.pager": str(script),
        "core.hooksPath": str(tmp_path),
        "alias.cat-file": f"!{script}",
    }.items():
        git(repository, "config", setting, value)
    sha = git(repository, "rev-parse", "v1.36.3:pkg/a/a.go").decode().strip()
    (repository / ".git/objects" / sha[:2] / sha[2:]).unlink()

    assert isinstance(refuse(repository, ref="v1.36.3"), BadArchive)
    assert not ran.exists()


def test_a_repository_that_is_none_is_refused(refuse: Refuse, tmp_path: Path) -> None:
    (tmp_path / "repository/objects").mkdir(parents=True)
    (tmp_path / "repository/HEAD").write_text("ref: refs/heads/main\n")

    assert isinstance(refuse(tmp_path / "repository", ref="main"), NotAModule)


# --- source packages


@pytest.mark.parametrize("name", ["../out.tar.gz", "/etc/out.tar.gz", "a/b.tar.gz"])
def test_a_dsc_names_nothing_but_files_beside_it(refuse: Refuse, tmp_path: Path, name: str) -> None:
    dsc = debian(tmp_path / "package", {})
    dsc.write_text(f"Checksums-Sha256:\n {'0' * 64} 3 {name}\n")

    assert isinstance(refuse(dsc), BadArchive)


def test_a_dsc_that_names_a_link_is_refused(refuse: Refuse, tmp_path: Path) -> None:
    dsc = debian(tmp_path / "package", {"sea_1.tar.gz": gzip.compress(tarred())})
    (tmp_path / "package/sea_1.tar.gz").rename(tmp_path / "elsewhere")
    (tmp_path / "package/sea_1.tar.gz").symlink_to(tmp_path / "elsewhere")

    assert isinstance(refuse(dsc), BadArchive)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text.replace("Checksums-Sha256", "Checksums-Sha1"),
        lambda text: text.replace(" ", "  "),
        lambda text: text + "x" * 2_000_000,
        lambda text: text[:10],
    ],
)
def test_a_dsc_without_hashes_is_refused(
    refuse: Refuse, tmp_path: Path, spoil: Callable[[str], str]
) -> None:
    dsc = debian(tmp_path / "package", {"sea_1.tar.gz": gzip.compress(tarred())})
    dsc.write_text(spoil(dsc.read_text()))

    assert isinstance(refuse(dsc), BadArchive)


def test_a_hostile_archive_in_a_source_package_is_refused_as_elsewhere(
    refuse: Refuse, tmp_path: Path
) -> None:
    climbing = tar(GO_MOD, entry("../../out.go"))
    dsc = debian(tmp_path / "package", {"sea_1.tar.gz": gzip.compress(climbing)})

    assert isinstance(refuse(dsc), BadMember)


def test_a_file_that_is_longer_than_the_dsc_says_is_not_read_to_its_end(
    refuse: Refuse, tmp_path: Path
) -> None:
    dsc = debian(tmp_path / "package", {"sea_1.tar.gz": gzip.compress(tarred())})
    with (tmp_path / "package/sea_1.tar.gz").open("ab") as file:
        file.truncate(10 * 1024**3)

    assert isinstance(refuse(dsc), Tampered)


def test_the_tree_that_is_spoilt_here_is_taken_when_it_is_not(tmp_path: Path) -> None:
    (tmp_path / "brought").write_bytes(tarred(TREE))

    assert take(tmp_path / "brought", "sea", "v1.0.0", tmp_path / "mod", limits=SMALL).snapshot
