"""Static files as an installed site serves them: every name carries its content's hash."""

import json
import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import pytest
from django.conf import settings
from django.core.management import call_command
from django.http import HttpResponseBase
from django.test import override_settings

from tests.support.caller import Caller

HASHED = re.compile(r"\.[0-9a-f]{12}\.\w+$")
CSS_REFERENCE = re.compile(r"""@import\s+["']([^"']+)["']|url\(\s*["']?([^"')]+)["']?\s*\)""")
JS_REFERENCE = re.compile(
    r"""(?:(?<!["'])\bfrom|^\s*import|\bimport\()\s*["']([^"']+)["']""", re.MULTILINE
)
PAGE_REFERENCE = re.compile(r"""(?:href|src)="(/static/[^"#]+)""")
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of a site that runs without PORTOLAN_DEBUG, with all that it serves."""
    assert settings.BUNDLES, "`make assets` builds the fonts"
    root = tmp_path_factory.mktemp("static")
    hashed = {"BACKEND": "portal.assets.HashedStorage"}
    with override_settings(
        STATIC_ROOT=root,
        STORAGES=settings.STORAGES | {"staticfiles": hashed},
        SERVESTATIC_USE_FINDERS=False,
        SERVESTATIC_AUTOREFRESH=False,
    ):
        call_command("collectstatic", interactive=False, verbosity=0)
        yield root


def hashed_files(root: Path, suffix: str) -> list[Path]:
    found = [path for path in root.rglob(f"*{suffix}") if HASHED.search(path.name)]
    assert found
    return found


def loose_ends(root: Path, path: Path, references: list[str]) -> list[str]:
    """Return references of `path` that are not hashed, or lead nowhere."""
    return [
        f"{path.relative_to(root)}: {reference}"
        for reference in references
        if not reference.startswith(("#", "data:"))
        and not (
            HASHED.search(PurePosixPath(reference).name) and (path.parent / reference).is_file()
        )
    ]


def test_every_style_sheet_names_hashed_files_that_exist(collected: Path) -> None:
    for path in hashed_files(collected, ".css"):
        text = COMMENT.sub("", path.read_text(encoding="utf-8"))
        references = [first or second for first, second in CSS_REFERENCE.findall(text)]

        assert loose_ends(collected, path, references) == []


def test_every_module_imports_hashed_modules_that_exist(collected: Path) -> None:
    imports = 0
    for path in hashed_files(collected, ".js"):
        references = JS_REFERENCE.findall(COMMENT.sub("", path.read_text(encoding="utf-8")))
        imports += len(references)

        assert loose_ends(collected, path, references) == []
    assert imports, "no import was looked at"


def test_every_file_but_the_manifest_is_in_the_manifest(collected: Path) -> None:
    manifest = json.loads((collected / "staticfiles.json").read_text(encoding="utf-8"))

    names = {str(path.relative_to(settings_dir)) for settings_dir, path in originals()}
    assert names == set(manifest["paths"])


def originals() -> Iterator[tuple[Path, Path]]:
    for folder in settings.STATICFILES_DIRS:
        for path in Path(folder).rglob("*"):
            if path.is_file():
                yield Path(folder), path


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("path", ["/", "/zh-hans/", "/learn/", "/zh-hans/learn/"])
async def test_pages_of_both_languages_name_hashed_files_that_exist(
    collected: Path, path: str
) -> None:
    page = (await Caller().get(path)).content.decode()
    references = PAGE_REFERENCE.findall(page)

    assert references
    for reference in references:
        assert HASHED.search(reference)
        assert (collected / reference.removeprefix("/static/")).is_file()


async def served(path: str) -> HttpResponseBase:
    answer: HttpResponseBase = await Caller().get(f"/static/{path}")
    return answer


async def test_a_hashed_file_is_kept_by_browsers_and_a_plain_name_is_not(collected: Path) -> None:
    hashed = next(path for path in hashed_files(collected / "css", ".css"))

    forever = await served(f"css/{hashed.name}")
    briefly = await served("css/portolan.css")

    assert "immutable" in forever["Cache-Control"]
    assert "immutable" not in briefly["Cache-Control"]


async def test_fonts_are_served(collected: Path) -> None:
    font = hashed_files(collected / "fonts", ".woff2")[0]

    answer = await served(f"fonts/{font.name}")

    assert answer.status_code == 200
    assert answer["Content-Type"] == "font/woff2"
