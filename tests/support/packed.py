"""Source trees packed in every way that an import takes: for tests of good ones, and to spoil."""

import bz2
import gzip
import hashlib
import io
import lzma
import os
import subprocess
import tarfile
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal

import zstandard

Style = Literal[0, 1, 2]
"""One of tarfile's."""
Tree = Mapping[str, bytes]

TREE: Tree = {
    "go.mod": b"module k8s.io/kubernetes\n",
    "LICENSE": b"Apache License\nVersion 2.0\n",
    "pkg/a/a.go": b"package a\n\n// A is one.\nfunc A() string { return `a` }\n",
    "pkg/" + "deep/" * 20 + "d.go": b"package d\n",
    "vendor/e.org/v.go": b"package v\n",
    "staging/src/k8s.io/api/go.mod": b"module k8s.io/api\n",
    "staging/src/k8s.io/api/core/v1/types.go": b"package v1\n\ntype Pod struct{}\n",
}
"""With a staging module, a vendored one, and a name too long for a plain tar header."""

PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "tar": lambda data: data,
    "tar.gz": gzip.compress,
    "tar.bz2": bz2.compress,
    "tar.xz": lzma.compress,
    "tar.zst": zstandard.ZstdCompressor(write_checksum=True).compress,
}


def folder(root: Path, tree: Tree = TREE) -> Path:
    """Return `root` with the files of a tree in it."""
    for name, data in tree.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(data)
    return root


Entry = tuple[tarfile.TarInfo, bytes]


def entry(name: str, data: bytes = b"", kind: bytes = tarfile.REGTYPE, **more: object) -> Entry:
    """Return a tar member of any kind and its bytes; `more` are fields of its header."""
    info = tarfile.TarInfo(name)
    info.type = kind
    info.size = len(data)
    for key, value in more.items():
        setattr(info, key, value)
    return info, data


def tar(*entries: Entry, style: Style = tarfile.PAX_FORMAT) -> bytes:
    """Return a tar archive of `entry`s, however odd they are."""
    blocks = []
    for info, data in entries:
        head = info.tobuf(style, "utf-8", "surrogateescape")
        blocks += [head, data, b"\0" * (-len(data) % tarfile.BLOCKSIZE)]
    return b"".join(blocks) + b"\0" * 2 * tarfile.BLOCKSIZE


def tarred(tree: Tree = TREE, top: str = "", style: Style = tarfile.PAX_FORMAT) -> bytes:
    """Return a tree as a tar archive, all of it below `top`."""
    return tar(*(entry(top + name, data) for name, data in tree.items()), style=style)


def zipped(tree: Tree = TREE, top: str = "") -> bytes:
    """Return a tree as a zip archive, all of it below `top`."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in tree.items():
            archive.writestr(top + name, data)
    return made.getvalue()


def git(repository: Path, *command: str, given: bytes = b"") -> bytes:
    """Return what git says, on a repository, with nobody's configuration."""
    who = {
        f"GIT_{role}_{what}": "sea"
        for role in ("AUTHOR", "COMMITTER")
        for what in ("NAME", "EMAIL")
    }
    nobody = {
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "PATH": os.environ["PATH"],
    }
    return subprocess.run(
        ["git", "-C", str(repository), *command],
        input=given,
        env=nobody | who,
        check=True,
        capture_output=True,
    ).stdout


def committed(root: Path, tree: Tree = TREE, tag: str = "v1.36.3") -> Path:
    """Return a repository with the tree in a commit that `tag` names, and another tree checked out."""
    folder(root, tree)
    git(root, "init", "-q", "-b", "main")
    git(root, "add", "--all", "--force")
    git(root, "commit", "-q", "-m", "Sail")
    git(root, "tag", "-a", tag, "-m", tag)
    (root / "later.go").write_text("package later\n")
    git(root, "add", "--all", "--force")
    git(root, "commit", "-q", "-m", "Go on")
    return root


def debian(root: Path, files: Mapping[str, bytes], name: str = "sea_1.36.3-1") -> Path:
    """Return a .dsc that names files beside it, as they are."""
    root.mkdir(parents=True, exist_ok=True)
    lines = []
    for file, data in files.items():
        (root / file).write_bytes(data)
        lines.append(f" {hashlib.sha256(data).hexdigest()} {len(data)} {file}")
    dsc = root / f"{name}.dsc"
    text = ["Format: 3.0 (quilt)", "Source: sea", "Checksums-Sha256:", *lines, "Files:", ""]
    dsc.write_text("\n".join(text))
    return dsc
