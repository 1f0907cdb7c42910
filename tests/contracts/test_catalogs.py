"""Both catalogs are complete, and the check notices when they are not."""

import shutil
from pathlib import Path

import pytest

from tests.contracts import catalogs
from tests.contracts.catalogs import ROOT


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Return a small site with one translated string."""
    place = tmp_path / "portal" / "templates"
    place.mkdir(parents=True)
    (tmp_path / "dashboard").mkdir()
    (place / "page.html").write_text("{% load i18n %}{% translate 'Pods' %}", encoding="utf-8")
    for language in catalogs.LANGUAGES:
        shutil.copytree(ROOT / "locale" / language, tmp_path / "locale" / language)
    catalogs.write(tmp_path)
    chinese = tmp_path / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
    text = chinese.read_text(encoding="utf-8")
    chinese.write_text(
        text.replace('msgid "Pods"\nmsgstr ""', 'msgid "Pods"\nmsgstr "Pod"'), encoding="utf-8"
    )
    return tmp_path


def test_both_catalogs_are_complete() -> None:
    assert list(catalogs.problems(ROOT)) == []


def test_no_template_speaks_without_the_translator() -> None:
    spoken = {
        str(path.relative_to(ROOT)): words
        for path in catalogs.templates(ROOT)
        if (words := catalogs.bare_words(path.read_text(encoding="utf-8")))
    }

    assert spoken == {}


def test_an_untranslated_string_is_noticed(tree: Path) -> None:
    assert list(catalogs.problems(tree)) == []

    (tree / "portal" / "page.py").write_text('text = _("Surprise %(name)s")\n', encoding="utf-8")
    catalogs.write(tree)

    assert list(catalogs.problems(tree)) == ["zh_Hans: not translated: 'Surprise %(name)s'"]


def test_a_string_that_is_in_no_catalog_is_noticed(tree: Path) -> None:
    (tree / "portal" / "page.py").write_text('text = _("Surprise")\n', encoding="utf-8")

    assert "zh_Hans: not in the catalog (portal/page.py): 'Surprise'" in list(
        catalogs.problems(tree)
    )


@pytest.mark.parametrize(
    "source",
    ["<p>Hello there</p>", "<a aria-label='Close window'></a>", "{% if x %}Hello{% endif %}"],
)
def test_bare_words_are_noticed(source: str) -> None:
    assert catalogs.bare_words(source)


def test_translated_words_and_code_are_left_alone() -> None:
    page = "{% blocktranslate %}Hello{% endblocktranslate %}<code>kubectl get pods</code>{{ page.name }}"

    assert catalogs.bare_words(page) == []
