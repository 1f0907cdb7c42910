"""Both catalogs against the strings in code and templates; `--write` brings them up to date.

Django's own extraction needs GNU gettext; this needs Babel alone.
"""

import re
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path

from babel.messages import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po
from django.template.base import Lexer, TokenType
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parents[2]
LANGUAGES = {"en": "en", "zh_Hans": "zh_Hans"}
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
UNTRANSLATED = frozenset(
    {"Portolan", "JSON", "YAML", "CSV", "kubectl", "English", "中文", "Ctrl", "K"}
)
"""Words that read the same in both languages."""

_VARIABLE = re.compile(r"%\(\w+\)[sd]|%[sd]")
_WORDS = re.compile(r"[A-Za-z\u4e00-\u9fff]{2,}")

Message = tuple[str, str | tuple[str, ...], str | None]


def messages(root: Path) -> Iterator[Message]:
    """Yield place, msgid and context of every translatable string of portal and dashboard."""
    for path in sorted(root.glob("portal/**/*.py")) + sorted(root.glob("dashboard/**/*.py")):
        yield from _extracted(path.read_bytes(), path.relative_to(root))
    for path in templates(root):
        # In parentheses, for templatize keeps the indentation of the page.
        source = f"({templatize(path.read_text(encoding='utf-8'))})"
        yield from _extracted(source.encode(), path.relative_to(root))


def templates(root: Path) -> list[Path]:
    """Return every template of the site."""
    return sorted(root.glob("portal/**/templates/**/*.html")) + sorted(
        root.glob("dashboard/**/templates/**/*.html")
    )


def _extracted(source: bytes, place: Path) -> Iterator[Message]:
    for _line, text, _comments, context in extract("python", BytesIO(source), KEYWORDS):
        if text and text != "":
            yield str(place), text, context


def catalog(root: Path, language: str) -> Catalog:
    """Return the catalog of `language` as it is in the tree."""
    with (root / "locale" / language / "LC_MESSAGES" / "django.po").open("rb") as file:
        return read_po(file, locale=LANGUAGES[language])


def problems(root: Path) -> Iterator[str]:
    """Yield what is missing, left over or wrong in the catalogs."""
    wanted: dict[tuple[str, str | None], tuple[str, str | tuple[str, ...]]] = {}
    for place, text, context in messages(root):
        wanted.setdefault((_first(text), context), (place, text))
    for language in LANGUAGES:
        found = catalog(root, language)
        have = {(_first(item.id), item.context): item for item in found if item.id}
        for key, (place, _text) in wanted.items():
            if key not in have:
                yield f"{language}: not in the catalog ({place}): {key[0]!r}"
        for key in have:
            if key not in wanted:
                yield f"{language}: no longer used: {key[0]!r}"
        if language == "en":
            continue  # English is in the code
        for key, item in have.items():
            strings = item.string if isinstance(item.string, tuple | list) else (item.string,)
            if not all(strings) or item.fuzzy:
                yield f"{language}: not translated: {key[0]!r}"
            elif any(_variables(text or "") != _variables(key[0]) for text in strings):
                yield f"{language}: other variables than in English: {key[0]!r}"


def _first(text: str | tuple[str, ...] | list[str]) -> str:
    return text if isinstance(text, str) else text[0]


def _variables(text: str) -> list[str]:
    return sorted(_VARIABLE.findall(text))


class _Bare(HTMLParser):
    """Collects words that a reader sees and no translator does."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._verbatim = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._verbatim += tag in {"code", "kbd", "samp", "script", "style", "title"}
        for name, value in attrs:
            if name in {"aria-label", "title", "placeholder", "alt"} and value:
                self.handle_data(value)

    def handle_endtag(self, tag: str) -> None:
        self._verbatim -= tag in {"code", "kbd", "samp", "script", "style", "title"}

    def handle_data(self, data: str) -> None:
        if not self._verbatim:
            self.found += [word for word in _WORDS.findall(data) if word not in UNTRANSLATED]


def bare_words(source: str) -> list[str]:
    """Return the words of a template that stand outside every translation tag."""
    page, inside = [], False
    for token in Lexer(source).tokenize():
        if token.token_type is TokenType.BLOCK:
            name = token.contents.split()[0]
            inside = (inside or name == "blocktranslate") and name != "endblocktranslate"
            inside = (inside or name == "comment") and name != "endcomment"
            page.append("\u2026")
        elif token.token_type is TokenType.TEXT and not inside:
            page.append(token.contents)
        else:
            page.append("\u2026")
    parser = _Bare()
    parser.feed("".join(page))
    return parser.found


def write(root: Path) -> None:
    """Add new strings to both catalogs and drop the unused ones; translations are kept."""
    for language, tag in LANGUAGES.items():
        path = root / "locale" / language / "LC_MESSAGES" / "django.po"
        path.parent.mkdir(parents=True, exist_ok=True)
        old = catalog(root, language) if path.exists() else Catalog(locale=tag)
        new = Catalog(locale=tag, project="Portolan", charset="utf-8", fuzzy=False)
        new.creation_date = (
            old.creation_date
        )  # a date that moved alone would be a change of nothing
        new.header_comment = "# Portolan's strings. Sources are English; see CONTRIBUTING.md."
        for _place, text, context in messages(root):
            known = old.get(_first(text), context)
            new.add(text, known.string if known else None, context=context)
        with path.open("wb") as file:
            write_po(file, new, sort_output=True, omit_header=False, width=100, no_location=True)


if __name__ == "__main__":
    if "--write" in sys.argv:
        write(ROOT)
    sys.exit("\n".join(problems(ROOT)) or None)
