"""Every locked dependency is listed with its licence, and no lock names a registry."""

import re

from tests.contracts import licences
from tests.contracts.licences import ROOT


def test_every_locked_dependency_is_listed_with_its_licence() -> None:
    text = (ROOT / "LICENSES.md").read_text(encoding="utf-8")

    assert list(licences.problems(ROOT, text)) == []


def test_a_dependency_without_a_licence_is_noticed() -> None:
    text = (ROOT / "LICENSES.md").read_text(encoding="utf-8")
    name, version = next(licences.pins(ROOT))
    planted = re.sub(rf"\| {name} \| .*\n", "", text)

    assert list(licences.problems(ROOT, planted)) == [f"{name} {version} is not listed"]


def test_no_lock_names_a_registry() -> None:
    pins = [path.read_text("utf-8") for path in (ROOT / "requirements").glob("*.txt")]
    packages = (ROOT / "package-lock.json").read_text("utf-8")

    assert not any(re.search(r"https?://|--index", text) for text in pins)
    assert '"resolved"' not in packages
