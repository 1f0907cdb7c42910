"""The files of one commit, read out of a repository's objects; its work tree is never looked at.

git is a process of its own with fixed arguments. A repository's configuration belongs to whoever made
it, so whatever could make git run something or ask another machine is turned off.
Source: git-cat-file(1), "BATCH OUTPUT"; git-ls-tree(1); git-config(1), "protocol.<name>.allow".
"""

import os
import re
import resource
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, cast

from portal.source.customs import Kind, Limits, Member
from portal.source.errors import BadArchive, NotAModule, TooMuch
from portal.source.inflate import PIECE

_SETTINGS = (
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "core.attributesFile=/dev/null",
    "core.bigFileThreshold=8m",
    "core.packedGitWindowSize=32m",
    "core.packedGitLimit=256m",
    "core.deltaBaseCacheLimit=32m",
    "protocol.allow=never",
    "protocol.ext.allow=never",
)
MOST_BYTES = 1024 * 1024 * 1024
"""Of memory that git may ask for, its files included. A tree, a commit or a difference is whole in memory,
however much it says to be; files from core.bigFileThreshold on are not."""
_ENVIRONMENT = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_ALLOW_PROTOCOL": "",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ATTR_NOSYSTEM": "1",
    "LC_ALL": "C",
}
_REF = re.compile(r"[A-Za-z0-9][\w./+-]{0,249}", re.ASCII)
_LINE = re.compile(rb"(\d{6}) (\w+) ([0-9a-f]{40,64}) +(\d+|-)\t(.+)", re.DOTALL)
_KINDS = {b"100644": Kind.FILE, b"100664": Kind.FILE, b"100755": Kind.FILE, b"120000": Kind.LINK}


def repository(place: Path) -> Path | None:
    """Return the folder of a repository's objects, at a bare one or in a checkout; None: it is none."""
    for folder in (place / ".git", place):
        if (folder / "objects").is_dir() and (folder / "HEAD").is_file():
            return folder
    return None


def members(folder: Path, ref: str, limits: Limits) -> Generator[Member, None, None]:
    """Yield the files of the commit that a branch, tag or commit `ref` names.

    Links and submodules come as what they are. Raises NotAModule where there is no such commit,
    BadArchive for a damaged repository, TooMuch.
    """
    if not _REF.fullmatch(ref):
        raise NotAModule(f"{ref[:200]!a} names no commit; write a tag, a branch or a commit's hash")
    with _git(
        folder, limits, "rev-parse", "--verify", "--end-of-options", f"{ref}^{{commit}}"
    ) as git:
        commit = _output(git).read(100).decode("ascii", "replace").strip()
    if not re.fullmatch(r"[0-9a-f]{40,64}", commit):
        raise NotAModule(f"the repository has no commit {ref!r}")
    with (
        _git(folder, limits, "ls-tree", "-r", "-l", "-z", "--full-tree", "--", commit) as listing,
        _git(folder, limits, "cat-file", "--batch") as objects,
    ):
        for line in _lines(_output(listing)):
            yield _member(line, objects)
        if listing.wait():
            raise BadArchive(
                "git cannot read all of the commit: its repository is damaged, or not whole"
            )


def _member(line: bytes, objects: subprocess.Popen[bytes]) -> Member:
    found = _LINE.fullmatch(line)
    if found is None:
        raise BadArchive("git lists what is no file")
    mode, what, sha, size, name = found.groups()
    kind = Kind.SUBMODULE if what == b"commit" else _KINDS.get(mode, Kind.UNKNOWN)
    is_file = kind is Kind.FILE and size != b"-"
    return Member(
        name.decode("utf-8", "surrogateescape"),
        kind,
        int(size) if is_file else 0,
        _chunks(objects, sha, int(size)) if is_file else lambda: iter(()),
    )


def _lines(listing: IO[bytes]) -> Iterator[bytes]:
    """Yield what NUL ends; raise TooMuch for a name without an end."""
    rest = b""
    while piece := listing.read(PIECE):
        *lines, rest = (rest + piece).split(b"\0")
        yield from lines
        if len(rest) > PIECE:
            raise TooMuch("a name is longer than an import takes")
    if rest:
        raise BadArchive("git ended in the middle of a name")


def _chunks(
    objects: subprocess.Popen[bytes], sha: bytes, size: int
) -> Callable[[], Iterator[bytes]]:
    def chunks() -> Iterator[bytes]:
        given, taken = cast("IO[bytes]", objects.stdin), _output(objects)
        try:
            os.write(
                given.fileno(), sha + b"\n"
            )  # past the buffer, which would be flushed once more
        except BrokenPipeError as error:
            raise BadArchive("git ended") from error
        if taken.readline(200) != b"%s blob %d\n" % (sha, size):
            raise BadArchive(f"the repository lacks {sha.decode()}, or it is damaged")
        left = size
        while left:
            piece = taken.read(min(left, PIECE))
            if not piece:
                raise BadArchive(f"git ended while it read {sha.decode()}")
            left -= len(piece)
            yield piece
        taken.read(1)

    return chunks


@contextmanager
def _git(folder: Path, limits: Limits, *command: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run git on the repository in `folder`; it is ended with the block, or after its time."""
    program = shutil.which("git")
    if program is None:
        raise BadArchive("git is needed to read a repository, and it is not installed")
    where = folder.resolve()
    settings = [part for each in (*_SETTINGS, f"safe.directory={where}") for part in ("-c", each)]
    with subprocess.Popen(  # noqa: S603  (fixed arguments; `ref` is matched before)
        [program, "--no-pager", f"--git-dir={where}", *settings, *command],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd="/",
        env=_ENVIRONMENT | {"PATH": os.environ.get("PATH", os.defpath)},
    ) as git:
        _cap(git)
        alarm = threading.Timer(limits.seconds, git.kill)
        alarm.daemon = True
        alarm.start()
        try:
            yield git
        finally:
            alarm.cancel()
            git.kill()


def _cap(git: subprocess.Popen[bytes]) -> None:
    """Let git have no more than MOST_BYTES; where the platform knows no such limit, its settings are all."""
    if sys.platform == "linux":
        with suppress(ProcessLookupError):
            resource.prlimit(git.pid, resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES))


def _output(git: subprocess.Popen[bytes]) -> IO[bytes]:
    return cast("IO[bytes]", git.stdout)
