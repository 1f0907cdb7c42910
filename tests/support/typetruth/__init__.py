"""What Go's own type checker says about a version: who implements what. Made once, and kept between runs."""

import hashlib
import json
import os
import re
import subprocess
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from portal.source import foreign
from portal.source.snapshot import Snapshot
from tests.cluster import toolchain
from tests.support.source import bring

HERE = Path(__file__).parent
KEPT = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "portolan" / "typetruth"
VERSIONS = ("v1.36.3", "v1.20.2")
"""The pinned version of Kubernetes, and the old one."""
LISTED = "ImportPath,Dir,GoFiles,Imports,ImportMap,Module"
STAGING = re.compile(r"^(\s*)(?:replace )?(k8s\.io/\S+) => \./staging/\S+$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class TypeTruth:
    """Go's answer. A type or interface is named `IMPORTPATH.Name`."""

    packages: int
    faulty: tuple[str, ...]
    """The packages that did not check without errors; what could be checked of them takes part."""
    types: frozenset[str]
    interfaces: frozenset[str]
    pairs: dict[tuple[str, str], bool]
    """(interface, type) to whether the pointer alone implements it."""
    methods: dict[str, dict[str, str]]
    """The methods of the types that were asked for, as portal.source.foreign has them."""


def asked() -> list[str]:
    """Return what portal.source.foreign knows, but for what the language itself declares."""
    declared = [f"{importpath}.{name}" for importpath, name, *_ in foreign.types() if importpath]
    return declared + [key.removeprefix("$") for key in foreign.aliases()]


def obtain(snapshot: Snapshot, names: Iterable[str]) -> TypeTruth:
    """Return the truth about a version for linux/amd64 without cgo; `names` are types of other modules.

    The first time that takes a minute, and the network for the modules that the version needs.
    Raises toolchain.NoGo.
    """
    names = sorted(names)
    digest = hashlib.sha256(f"{snapshot.id} {names}".encode())
    for part in (Path(__file__), *sorted(HERE.glob("*.go"))):
        digest.update(part.read_bytes())
    place = KEPT / f"{snapshot.version}-{digest.hexdigest()[:12]}.json"
    if not place.is_file():
        KEPT.mkdir(parents=True, exist_ok=True)
        begun = time.monotonic()
        answer = _ask(snapshot, names)
        place.with_suffix(".part").write_bytes(answer)
        place.with_suffix(".part").replace(place)
        print(f"Go checked {snapshot.key} in {time.monotonic() - begun:.0f} s", flush=True)
    return _read(json.loads(place.read_bytes()))


def _read(found: dict[str, Any]) -> TypeTruth:
    return TypeTruth(
        found["Packages"],
        tuple(found["Faulty"] or ()),
        frozenset(found["Types"]),
        frozenset(found["Interfaces"]),
        {(pair["Interface"], pair["Type"]): pair["Pointer"] for pair in found["Pairs"]},
        {name: methods for name, methods in found["Methods"].items() if methods},
    )


def _ask(snapshot: Snapshot, names: Iterable[str]) -> bytes:
    module = KEPT / snapshot.version
    module.mkdir(exist_ok=True)
    text, sums = _module(snapshot)
    (module / "go.mod").write_text(text, encoding="utf-8")
    (module / "go.sum").write_text(sums, encoding="utf-8")
    go = toolchain.find(
        max(map(toolchain.required_by, (text, (HERE / "go.mod").read_text(encoding="utf-8"))))
    )
    environment = {
        **os.environ,
        "CGO_ENABLED": "0",
        "GOOS": "linux",
        "GOARCH": "amd64",
        "GOFLAGS": "-mod=mod",
        "GOTOOLCHAIN": "local",
        "GOWORK": "off",
        # Their hashes are those of the snapshot; the main module's go.sum has all the others.
        "GONOSUMDB": "k8s.io/*",
    }
    program = module / "typetruth"
    build = [go, "build", "-o", str(program), "."]
    subprocess.run(build, cwd=HERE, env={**environment, "GOFLAGS": ""}, check=True)
    patterns = [f"{one.path}/..." for one in snapshot.modules]
    listing = subprocess.run(
        [go, "list", "-e", "-deps", f"-json={LISTED}", *patterns],
        cwd=module,
        env=environment,
        check=True,
        stdout=subprocess.PIPE,
    )
    modules = [one.path for one in snapshot.modules]
    arguments = [*modules, *(f"-{name}" for name in names)]
    checking = subprocess.run(
        [str(program), *arguments], input=listing.stdout, check=True, stdout=subprocess.PIPE
    )
    return checking.stdout


def _module(snapshot: Snapshot) -> tuple[str, str]:
    """Return go.mod and go.sum of a module that requires the whole snapshot.

    They are those of the main module, with published versions in place of its staging folders.
    """
    main = snapshot.modules[0]
    holding = bring([main]).find(main)
    text = holding.read("go.mod", 1 << 20).decode()
    staged = next(one.version for one in snapshot.modules if one.path == "k8s.io/api")
    text = STAGING.sub(lambda at: f"{at[1]}{at[2]} => {at[2]} {staged}", text)
    text = re.sub(r"^module .*$", "module typetruth", text, flags=re.MULTILINE)
    text = re.sub(r"^\s*k8s\.io/\S+ v0\.0\.0(?: //.*)?$", "", text, flags=re.MULTILINE)
    requires = "".join(f"\t{one.path} {one.version}\n" for one in snapshot.modules)
    text += f"\nrequire (\n{requires})\n"
    sums = holding.read("go.sum", 1 << 24).decode()
    return text, sums + "".join(f"{m.path} {m.version} {m.h1}\n" for m in snapshot.modules)
