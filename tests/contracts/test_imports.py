"""Each import rule is kept, and notices when it is not: one planted violation for each contract."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

PLANTS = {
    "halves": ("portal/walkthrough/planted.py", "import dashboard.errors"),
    "live-alone": ("dashboard/views/planted.py", "import portal.env"),
    "live-layers": ("dashboard/wire/planted.py", "import dashboard.cache.store"),
    "demo-aside": ("dashboard/demo/planted.py", "import dashboard.cache.clock"),
    "demo-unseen": ("dashboard/clusters/planted.py", "import dashboard.demo.berth"),
    "gate": ("dashboard/views/planted.py", "import dashboard.clusters.fleet"),
    "cache-layers": ("dashboard/cache/store.py", "import dashboard.cache.reflector"),
    "reading-layers": ("portal/source/planted.py", "import portal.walkthrough.anchors"),
    "accounts-beside": ("portal/accounts/planted.py", "import portal.walkthrough.anchors"),
    "plain": ("dashboard/query/planted.py", "import django.conf"),
    "door-kubernetes": ("dashboard/client/planted.py", "import kubernetes.aio"),
    "door-msgspec": ("dashboard/access/planted.py", "import msgspec"),
    "door-zstandard": ("dashboard/query/planted.py", "import zstandard"),
    "door-re2": ("portal/walkthrough/planted.py", "import re2"),
    "door-tree-sitter": ("portal/walkthrough/planted.py", "import tree_sitter"),
    "door-pygments": ("portal/walkthrough/planted.py", "import pygments.lexers"),
    "door-markdown": ("portal/crosslinks/planted.py", "import markdown"),
}


def contracts() -> dict[str, str]:
    """Return the name of every contract by its id."""
    config = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return {item["id"]: item["name"] for item in config["tool"]["importlinter"]["contracts"]}


def lint(folder: Path, contract: str) -> subprocess.CompletedProcess[str]:
    command = [
        str(Path(sys.executable).with_name("lint-imports")),
        "--no-cache",
        "--contract",
        contract,
    ]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the house that a test may spoil, if it mends it again."""
    copy = tmp_path_factory.mktemp("house")
    for package in ("portal", "dashboard"):
        shutil.copytree(
            ROOT / package, copy / package, ignore=shutil.ignore_patterns("__pycache__")
        )
    shutil.copy(ROOT / "pyproject.toml", copy)
    return copy


def test_every_contract_has_a_planted_violation() -> None:
    assert set(PLANTS) == set(contracts())


@pytest.mark.parametrize("contract", PLANTS)
def test_a_planted_violation_breaks_its_contract(house: Path, contract: str) -> None:
    place, statement = PLANTS[contract]
    path = house / place
    path.parent.mkdir(parents=True, exist_ok=True)
    before = path.read_text(encoding="utf-8") if path.exists() else None
    path.write_text(f"{before or ''}\n{statement}\n", encoding="utf-8")
    if not (path.parent / "__init__.py").exists():
        (path.parent / "__init__.py").touch()
    try:
        result = lint(house, contract)
    finally:
        path.unlink() if before is None else path.write_text(before, encoding="utf-8")

    assert result.returncode != 0
    assert f"{contracts()[contract]} BROKEN" in result.stdout
