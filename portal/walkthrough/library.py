"""The books on the shelf: which chapters there are, in which order, in which languages.

    content/walkthroughs/LANGUAGE/BOOK/book.md        title, lead, order
    content/walkthroughs/LANGUAGE/BOOK/CHAPTER.md     front matter and text

Every chapter is a pair, English and Simplified Chinese; one without the other is a content error,
and until it is mended readers of the other language get the one there is.
"""

from dataclasses import dataclass
from pathlib import Path

from portal.walkthrough.chapter import ContentError, Front, read_front, split_front

LANGUAGES = ("en", "zh-hans")
"""Django's language codes, which are also the folders' names."""
BOOK_FILE = "book.md"


@dataclass(frozen=True, slots=True)
class Entry:
    """One chapter in one language, as it lies on disk."""

    book: str
    slug: str
    language: str
    text: str
    front: Front


@dataclass(frozen=True, slots=True)
class BookFront:
    """What a book says about itself in one language."""

    title: str
    lead: str
    order: int


@dataclass(frozen=True, slots=True)
class Book:
    """One book in all its languages."""

    slug: str
    fronts: dict[str, BookFront]
    chapters: dict[str, dict[str, Entry]]
    """Chapter -> language -> entry, in reading order."""

    def front(self, language: str) -> BookFront:
        """Return the book's title and lead, in another language if this one has none."""
        return self.fronts.get(language) or next(iter(self.fronts.values()))

    def chapter(self, slug: str, language: str) -> Entry | None:
        """Return a chapter, in another language if this one has none; None: no such chapter."""
        pair = self.chapters.get(slug)
        if pair is None:
            return None
        return pair.get(language) or next(iter(pair.values()))

    def listing(self, language: str) -> list[Entry]:
        """Return all chapters in reading order, each in this language where it can be."""
        return [pair.get(language) or next(iter(pair.values())) for pair in self.chapters.values()]

    def neighbours(self, slug: str, language: str) -> tuple[Entry | None, Entry | None]:
        """Return the chapters before and after one; None where the book begins or ends."""
        chapters = self.listing(language)
        index = [entry.slug for entry in chapters].index(slug)
        before = chapters[index - 1] if index else None
        after = chapters[index + 1] if index + 1 < len(chapters) else None
        return before, after


@dataclass(frozen=True, slots=True)
class Library:
    """All books, in order, and what is wrong with them."""

    books: dict[str, Book]
    problems: tuple[str, ...]


def read_library(root: Path) -> Library:
    """Return the library under content/walkthroughs; what cannot be read is a problem, no book."""
    problems: list[str] = []
    books: dict[str, Book] = {}
    for path in sorted(root.glob(f"*/*/{BOOK_FILE}")):
        language, slug = path.parts[-3:-1]
        try:
            front = _book_front(path.read_text(encoding="utf-8"))
        except (ContentError, UnicodeDecodeError) as error:
            problems.append(f"{_name(root, path)}: {error}")
            continue
        book = books.setdefault(slug, Book(slug, {}, {}))
        book.fronts[language] = front
        for file in sorted(path.parent.glob("*.md")):
            if file.name != BOOK_FILE:
                _add_chapter(book, root, file, problems)
    ordered = sorted(books.values(), key=lambda book: (book.front(LANGUAGES[0]).order, book.slug))
    for book in ordered:
        by_order = sorted(book.chapters.items(), key=lambda item: _order(item[1]))
        book.chapters.clear()
        book.chapters.update(by_order)
        problems.extend(_unpaired(book))
    return Library({book.slug: book for book in ordered}, tuple(problems))


def _add_chapter(book: Book, root: Path, file: Path, problems: list[str]) -> None:
    try:
        text = file.read_text(encoding="utf-8")
        front, _ = read_front(text)
    except (ContentError, UnicodeDecodeError) as error:
        problems.append(f"{_name(root, file)}: {error}")
        return
    language = file.parts[-3]
    book.chapters.setdefault(file.stem, {})[language] = Entry(
        book.slug, file.stem, language, text, front
    )


def _book_front(text: str) -> BookFront:
    table, _ = split_front(text)
    title, lead, order = (table.get(name) for name in ("title", "lead", "order"))
    if not (isinstance(title, str) and isinstance(lead, str) and isinstance(order, int)):
        raise ContentError("front matter: a book has a title, a lead and a whole number as order")
    return BookFront(title, lead, order)


def _unpaired(book: Book) -> list[str]:
    problems = [
        f"{language}/{book.slug}/{BOOK_FILE} is missing: books are pairs"
        for language in LANGUAGES
        if language not in book.fronts
    ]
    for slug, pair in book.chapters.items():
        problems += [
            f"{language}/{book.slug}/{slug}.md is missing: chapters are pairs"
            for language in LANGUAGES
            if language not in pair
        ]
    return problems


def _order(pair: dict[str, Entry]) -> tuple[int, str]:
    first = next(iter(pair.values()))
    return first.front.order, first.slug


def _name(root: Path, path: Path) -> str:
    return path.relative_to(root).as_posix()
