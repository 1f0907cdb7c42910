"""No page carries a script or a style of its own: the policy would block it, and so does this."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contracts import catalogs
from tests.contracts.catalogs import ROOT

_INLINE = {
    "inline script": re.compile(r"<script(?![^>]*\bsrc=)[^>]*>", re.IGNORECASE),
    "inline style": re.compile(r"<style\b|\sstyle\s*=", re.IGNORECASE),
    "event handler": re.compile(r"<[^>]*\son[a-z]+\s*=", re.IGNORECASE),
    "script address": re.compile(r"(?:href|src)\s*=\s*[\"']\s*javascript:", re.IGNORECASE),
    "unescaped text": re.compile(r"\|\s*safe\b|\{%\s*autoescape off"),
}


def inline(source: str) -> Iterator[str]:
    """Yield what of `source` the Content-Security-Policy forbids."""
    for name, pattern in _INLINE.items():
        if pattern.search(source):
            yield name


def test_no_template_holds_inline_script_or_style() -> None:
    found = {
        str(path.relative_to(ROOT)): list(inline(path.read_text(encoding="utf-8")))
        for path in catalogs.templates(ROOT)
    }

    assert {place: names for place, names in found.items() if names} == {}


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("<script>alert(1)</script>", "inline script"),
        ("<p style='color: red'>", "inline style"),
        ("<button onclick='go()'>", "event handler"),
        ("<a href='javascript:go()'>", "script address"),
        ("{{ page.text|safe }}", "unescaped text"),
    ],
)
def test_planted_markup_is_noticed(source: str, name: str) -> None:
    assert list(inline(source)) == [name]


def test_no_script_of_ours_writes_markup() -> None:
    forbidden = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(")
    scripts = sorted(Path(ROOT / "static" / "js").rglob("*.js"))

    assert scripts
    assert [
        path.name for path in scripts if forbidden.search(path.read_text(encoding="utf-8"))
    ] == []
