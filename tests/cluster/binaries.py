"""The binaries of a control plane: found, or built once into a cache that outlives the checkout."""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.cluster import toolchain

HERE = Path(__file__).parent
DEFAULT_VERSION = "v1.36.3"
OLD_ETCD = "etcd-v3.5.12"
"""A module of etcd alone, the last that an API server of 1.36 does not trust with WatchList."""
STAMPED = ("k8s.io/client-go/pkg/version", "k8s.io/component-base/version")
"""The packages that releases stamp: what a client calls itself, and what /version says."""


class BuildFailed(RuntimeError):
    """Go could not build the control plane; its own words are above."""


class UnknownVersion(ValueError):
    """No folder beside this module describes that server version."""


def versions() -> list[str]:
    """Return the server versions that can be built, oldest first."""
    found = [folder.parent.name for folder in HERE.glob("v*/go.mod")]
    return sorted(found, key=lambda name: [int(part) for part in re.findall(r"\d+", name)])


def modules() -> list[str]:
    """Return everything that `obtain` takes: the server versions, and what else tests start."""
    return [*versions(), OLD_ETCD]


def spelled(version: str) -> str:
    """Return `version` as tags spell it: 1.24.17 is v1.24.17."""
    return f"v{version}" if version[:1].isdigit() else version


def obtain(version: str) -> Mapping[str, Path]:
    """Return the path of every binary by its name, building what is neither given nor cached.

    What the version's module does not list (etcd, kubectl) is that of DEFAULT_VERSION.
    KUBEBUILDER_ASSETS names a folder whose binaries are taken for that version's first (the envtest
    convention). Raises UnknownVersion, BuildFailed and toolchain.NoGo.
    """
    if not (HERE / version / "go.mod").is_file():
        raise UnknownVersion(f"{version} is not one of {', '.join(versions())}")
    lent = {} if version == DEFAULT_VERSION else _obtain(DEFAULT_VERSION)
    return {**lent, **_obtain(version)}


def _obtain(version: str) -> dict[str, Path]:
    """Return the binaries that the version's own module lists."""
    packages = _packages(HERE / version)
    given = _given(packages) if version == DEFAULT_VERSION else {}
    wanted = {name: package for name, package in packages.items() if name not in given}
    if not wanted:
        return given
    folder = cache_folder(version)
    if not all((folder / name).is_file() for name in wanted):
        _build(version, packages, folder)
    return {**{name: folder / name for name in wanted}, **given}


def cache_folder(version: str) -> Path:
    """Return where the binaries of `version` are kept, whether or not they are there yet."""
    module = HERE / version
    digest = hashlib.sha256()
    for part in (module / "go.mod", module / "go.sum", *sorted(module.glob("*/*.go"))):
        digest.update(part.read_bytes())
    digest.update("\0".join(_flags(version)).encode())
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "portolan" / "cluster" / f"{version}-{digest.hexdigest()[:12]}"


def _packages(module: Path) -> dict[str, str]:
    """Return the package to build for each binary.

    The kubemark command opens an unauthenticated port on all interfaces, so the module's own
    `hollow`, made of the same package, is built in its place.
    """
    go_mod = (module / "go.mod").read_text(encoding="utf-8")
    block = re.search(r"^tool \(\n(.*?)^\)", go_mod, re.MULTILINE | re.DOTALL)
    tools = block[1].split() if block else re.findall(r"^tool (\S+)", go_mod, re.MULTILINE)
    packages = {_binary(package): package for package in tools}
    if packages.pop("kubemark", None):
        packages["hollow"] = "./hollow"
    return packages


def _binary(package: str) -> str:
    # The main package of etcd is called server.
    return "etcd" if package.startswith("go.etcd.io/etcd/server") else package.rpartition("/")[2]


def _given(packages: Mapping[str, str]) -> dict[str, Path]:
    assets = os.environ.get("KUBEBUILDER_ASSETS")
    if not assets:
        return {}
    candidates = {name: Path(assets) / name for name in packages}
    return {name: path for name, path in candidates.items() if os.access(path, os.X_OK)}


def _flags(version: str) -> list[str]:
    major, minor = re.findall(r"\d+", version)[:2]
    stamps = {
        "gitVersion": version,
        "gitMajor": major,
        "gitMinor": minor,
        "gitTreeState": "clean",
    }
    linker = " ".join(
        ["-s -w", *(f"-X {at}.{key}={value}" for at in STAMPED for key, value in stamps.items())]
    )
    return ["-trimpath", "-ldflags", linker]


def _build(version: str, packages: Mapping[str, str], folder: Path) -> None:
    with _locked(folder.with_name(f"{folder.name}.lock")):
        if all((folder / name).is_file() for name in packages):
            return
        module = HERE / version
        go = toolchain.find(toolchain.required_by((module / "go.mod").read_text(encoding="utf-8")))
        print(f"Building {version} with {go}, once: some minutes", flush=True)
        begun = time.monotonic()
        fresh = Path(tempfile.mkdtemp(prefix=f"{folder.name}.", dir=folder.parent))
        try:
            _compile(go, version, list(packages.values()), fresh)
            shutil.rmtree(folder, ignore_errors=True)
            fresh.rename(folder)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
        print(f"Built {len(packages)} binaries in {time.monotonic() - begun:.0f} s", flush=True)


def _compile(go: str, version: str, packages: list[str], folder: Path) -> None:
    # Without a Go toolchain download: `find` chose one that is new enough.
    environment = {**os.environ, "CGO_ENABLED": "0", "GOTOOLCHAIN": "local", "GOWORK": "off"}
    command = [go, "build", *_flags(version), "-o", f"{folder}{os.sep}", *packages]
    done = subprocess.run(command, cwd=HERE / version, env=environment, check=False)
    if done.returncode != 0:
        raise BuildFailed(f"go build of {version} ended with {done.returncode}")
    if (folder / "server").exists():
        (folder / "server").rename(folder / "etcd")


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold the file lock `path`: of two starts, one builds and the other waits for it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
