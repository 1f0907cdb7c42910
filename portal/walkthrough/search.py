"""Chapters by title, lead, heading and the words of their prose."""

import asyncio
import re
from dataclasses import dataclass
from functools import lru_cache

from portal.walkthrough.chapter import PREFACE, ContentError, split_sections
from portal.walkthrough.library import Entry, Library

AROUND = 48
"""Characters that an excerpt shows on either side of what was found."""

_FRONT = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
"""The front matter, which the library has read already: reading YAML again takes 10 ms."""
_FENCE = re.compile(r"^(`{3,}).*?^\1`*\s*?$", re.MULTILINE | re.DOTALL)
_MARKS = re.compile(r"[`*_#>|]+|\s*\{\d+\}")
"""Markdown's own, and the numbers that lead to lines of code."""
_LINK = re.compile(r"\[([^\]]*)\]\([^)\s]*\)")


@dataclass(frozen=True, slots=True)
class Passage:
    """One section as plain words; `id` is "" for what stands before the first heading."""

    id: str
    title: str
    text: str
    lower: str


@dataclass(frozen=True, slots=True)
class ChapterHit:
    """One place in a chapter. `excerpt` holds the words, cut out of their sentence."""

    entry: Entry
    section: str
    """The id of its section; "" is the chapter's beginning."""
    section_title: str
    excerpt: str


@dataclass(frozen=True, slots=True)
class ChaptersFound:
    """The best hits, at most one a chapter, and how many chapters hold the words."""

    hits: tuple[ChapterHit, ...]
    total: int
    searched: int


async def find_chapters(
    library: Library, language: str, parts: tuple[str, ...], limit: int
) -> ChaptersFound:
    """Return the chapters that hold all of `parts` (in lower case): titles first, prose last.

    Within a rank in reading order. Other work goes on between two chapters.
    """
    chapters = [entry for book in library.books.values() for entry in book.listing(language)]
    found: list[tuple[int, int, ChapterHit]] = []
    for at, entry in enumerate(chapters):
        if fit := _fit(entry, parts):
            found.append((fit[0], at, fit[1]))
        await asyncio.sleep(0)
    found.sort(key=lambda one: one[:2])
    return ChaptersFound(tuple(hit for *_order, hit in found[:limit]), len(found), len(chapters))


def _fit(entry: Entry, parts: tuple[str, ...]) -> tuple[int, ChapterHit] | None:
    """Return the best place of a chapter and its rank: 0 title, 1 lead, 2 heading, 3 prose."""
    front = entry.front
    if not parts:
        return None
    if _holds(front.title.lower(), parts):
        return 0, ChapterHit(entry, "", "", front.lead)
    if _holds(f"{front.title} {front.lead}".lower(), parts):
        return 1, ChapterHit(entry, "", "", front.lead)
    passages = _passages(entry.text)
    for passage in passages:
        if _holds(passage.title.lower(), parts):
            return 2, ChapterHit(entry, passage.id, passage.title, _start(passage.text))
    for passage in passages:
        if _holds(passage.lower, parts):
            excerpt = _around(passage, parts)
            return 3, ChapterHit(entry, passage.id, passage.title, excerpt)
    return None


def _holds(text: str, parts: tuple[str, ...]) -> bool:
    return all(part in text for part in parts)


def _around(passage: Passage, parts: tuple[str, ...]) -> str:
    """Return the words around the first of `parts`, whole words as far as they reach."""
    at = passage.lower.find(parts[0])
    start, stop = max(at - AROUND, 0), min(at + len(parts[0]) + AROUND, len(passage.text))
    text = passage.text[start:stop]
    if start and " " in text[:AROUND]:
        text = text.partition(" ")[2]
    if stop < len(passage.text) and " " in text[-AROUND:]:
        text = text.rpartition(" ")[0]
    return f"{'…' if start else ''}{text}{'…' if stop < len(passage.text) else ''}"


def _start(text: str) -> str:
    cut = text[: 2 * AROUND]
    return cut if len(text) <= len(cut) else f"{cut.rpartition(' ')[0] or cut}…"


@lru_cache(maxsize=512)
def _passages(text: str) -> tuple[Passage, ...]:
    """Return a chapter's prose by section, without code, marks and the addresses of links."""
    try:
        sections = split_sections(_FRONT.sub("", text))
    except ContentError:
        return ()  # the content check says so; a chapter that cannot be shown is not found
    passages = []
    for id_, title, markdown in sections:
        prose = _LINK.sub(r"\1", _FENCE.sub(" ", markdown))
        # Lower case may be longer than the text in scripts that books are not written in.
        plain = " ".join(_MARKS.sub("", prose).split())
        passages.append(Passage("" if id_ == PREFACE else id_, title, plain, plain.lower()))
    return tuple(passages)
