"""The content check: every anchor resolves, every number has its line, every chapter its pair.

What no one can check because the source is not imported is not a problem; `unchecked` names it.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from portal.source.errors import SourceError
from portal.walkthrough import claims, shelfmark
from portal.walkthrough.blocks import register_blocks, resolves
from portal.walkthrough.chapter import Chapter, ContentError, Route, read_chapter, read_front
from portal.walkthrough.library import LANGUAGES, Entry, Library, read_library
from portal.walkthrough.links import Links
from portal.walkthrough.pane import PaneError, parse_pane
from portal.walkthrough.render import (
    REFERENCE,
    TooLong,
    UnknownBlock,
    beside_names,
    registered,
)
from portal.walkthrough.stock import Where, stock

NOWHERE = Links("/symbol/", "/source/", "/learn/")


def check_content(root: Path | None = None, where: Where | None = None) -> list[str]:
    """Return what is wrong with the books, one sentence each; nothing: they are in order."""
    where = where or shelfmark.where()
    register_blocks_once()
    library = read_library(root or shelfmark.walkthroughs())
    problems = list(library.problems)
    for book in library.books.values():
        for pair in book.chapters.values():
            problems += [
                f"{entry.language}/{entry.book}/{entry.slug}.md: {problem}"
                for entry in pair.values()
                for problem in _chapter(entry, library, where)
            ]
            problems += _pair(pair)
    return problems


def unchecked(where: Where | None = None) -> list[str]:
    """Return the modules whose source is not here, so that anchors into them were not checked."""
    where = where or shelfmark.where()
    store = stock(where)
    absent: list[str] = []
    for snapshot in store.shelf.snapshots:
        try:
            absent += [str(module) for module in store.cache.absent(snapshot.modules)]
        except SourceError as error:
            absent.append(str(error))
    return absent


def register_blocks_once() -> None:
    """Have the blocks registered where Django did not start: in a plain script."""
    if "code" not in beside_names():
        register_blocks()


def _chapter(entry: Entry, library: Library, where: Where) -> Iterator[str]:
    try:
        chapter = read_chapter(entry.text, NOWHERE, beside_names())
    except (ContentError, TooLong) as error:
        yield str(error)
        return
    yield from _blocks(chapter, where)
    yield from _numbers(entry, chapter)
    yield from _links(entry, library, where)
    shelf = stock(where).shelf
    if chapter.front.project not in {snapshot.project for snapshot in shelf.snapshots}:
        yield f"no snapshot of {chapter.front.project} is listed"
    for anchor in chapter.front.anchors:
        if problem := resolves(where, str(anchor)):
            yield problem
    if chapter.front.route is not None:
        yield from _route(chapter.front.route, where)


def _blocks(chapter: Chapter, where: Where) -> Iterator[str]:
    for section, block in chapter.blocks:
        try:
            kind = registered(block.name)
        except UnknownBlock as error:
            yield f"#{section.id}: {error}"
            continue
        for problem in kind.check(block, where):
            yield f"#{section.id}: {problem}"


def _numbers(entry: Entry, chapter: Chapter) -> Iterator[str]:
    """Yield the numbers that prose names and no gutter has, and the other way round."""
    _, body = read_front(entry.text)
    outside_code = re.sub(r"^```.*?^```|`[^`\n]*`", "", body, flags=re.DOTALL | re.MULTILINE)
    named = {int(number) for number in re.findall(REFERENCE, outside_code)}
    shown: list[int] = []
    for _, block in chapter.blocks:
        if block.name == "code":
            try:
                shown += [number for number, _ in parse_pane(block.info, block.body).notes]
            except (PaneError, ValueError):
                continue  # reported with the block
    yield from (f"{{{n}}} stands in prose but beside no line" for n in sorted(named - {*shown}))
    yield from (f"note {n} stands beside a line but in no prose" for n in sorted({*shown} - named))
    if len(shown) != len(set(shown)):
        yield "a note's number stands beside two lines: numbers count through the chapter"


def _links(entry: Entry, library: Library, where: Where) -> Iterator[str]:
    _, body = read_front(entry.text)
    prose = re.sub(r"^```.*?^```", "", body, flags=re.DOTALL | re.MULTILINE)
    for target in re.findall(r"\]\(([^)\s]*)[^)]*\)", prose):
        if target.startswith("go:"):
            if problem := resolves(where, target):
                yield problem
        elif target.startswith("chapter:"):
            book, _, slug = target.removeprefix("chapter:").partition("/")
            if book not in library.books or slug not in library.books[book].chapters:
                yield f"{target}: there is no such chapter"
        elif not target.startswith(("https://", "http://", "#")):
            yield f"{target!r}: link to go:…, chapter:BOOK/CHAPTER, #section or https://…"


def _route(route: Route, where: Where) -> Iterator[str]:
    """Yield where a route differs from the calls that wrap the chain, if they are here to read."""
    store = stock(where)
    held = store.shelf.holder(route.anchor.importpath)
    if held is None:
        yield f"{route.anchor}: no snapshot in content/snapshots.toml holds this package"
        return
    try:
        found = claims.wrapping(where, held[0].key, route.anchor)
    except SourceError:
        return
    stops = [(stop.importpath, stop.name) for stop in route.stops]
    instead = {stop.instead for stop in route.stops if stop.instead}
    written = [(call.importpath, call.name) for call in found if call.name not in instead]
    if stops != written[::-1]:
        odd = sorted({name for _, name in set(stops) ^ set(written)}) or ["their order"]
        yield f"the route differs from the source in {', '.join(odd)}"


def _pair(pair: dict[str, Entry]) -> Iterator[str]:
    """Yield where the two languages of a chapter differ in what is no language."""
    if set(pair) != set(LANGUAGES):
        return  # reported as missing
    try:
        both = [read_chapter(pair[name].text, NOWHERE, beside_names()) for name in LANGUAGES]
    except (ContentError, TooLong):
        return
    first, second = both
    name = f"{pair[LANGUAGES[0]].book}/{pair[LANGUAGES[0]].slug}.md"
    facts = [
        (
            c.front.order,
            c.front.verified_at,
            c.front.project,
            c.front.route,
            c.front.chart and (len(c.front.chart.lanes), c.front.chart.stops),
        )
        for c in both
    ]
    if facts[0] != facts[1]:
        yield f"{name}: the two languages differ in order, project, verified_at, route or chart"
    if [s.id for s in first.sections] != [s.id for s in second.sections]:
        yield f"{name}: the two languages differ in their sections"
    shapes = [
        [(b.name, b.info, b.body if b.name == "code" else "") for _, b in chapter.blocks]
        for chapter in both
    ]
    if shapes[0] != shapes[1]:
        yield f"{name}: the two languages differ in their code, claims or evidence"
