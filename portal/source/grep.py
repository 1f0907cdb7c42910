"""Text in the code of one version: the answer to a question, in batches that are soon done.

Lines match as for grep: an expression never reaches over a line's end. Source: "Regular Expression
Matching with a Trigram Index" (an index chooses candidates, and every candidate is read).
"""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import NamedTuple

from portal.source.codequery import Query, counter, matcher
from portal.source.fileorder import Window, order_of
from portal.source.heads import Candidates
from portal.source.required import required_parts
from portal.source.sieve import Joined, Sieve
from portal.source.view import Text, View

LINES_LIMIT = 2_000
"""Lines that are told of one file; the rest are counted."""
FIRST_BYTES, FIRST_TEXTS, MOST = 64 * 1024, 8, 8
"""How much text is looked through together: little first, for a page is soon full; twice as much, up to so
many times, once the smaller part of it matched."""
SHOWN_CHARACTERS = 400
"""Of a line, around its first hit: generated files have lines of a megabyte."""


class Line(NamedTuple):
    """One line, from 1; `spans` count characters of `text`, which may be a part of it.

    One without a span is told because it stands near one that matches.
    """

    number: int
    text: str
    spans: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Hit:
    """One file that matches. `total` counts its matching lines, of which LINES_LIMIT are told."""

    path: str
    lines: tuple[Line, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Batch:
    """What was found between two places of the order of files; `next` is where to go on, None: nowhere."""

    hits: tuple[Hit, ...]
    next: int | None


Spans = Sequence[tuple[int, int]]


class _Chosen(NamedTuple):
    """Files that may match."""

    places: Sequence[int]
    """In order."""
    spans: Callable[[int, int], Spans | None]
    """Returns where in a blob of a segment it may; None: anywhere, its head and all."""


class Grep:
    """One question put to one version: which files may match, and what each holds.

    Belongs to the process that made it.
    """

    def __init__(self, view: View, query: Query, most: int = LINES_LIMIT) -> None:
        """Read nothing yet; raises BadQuery. `most` lines of a file are told, all are counted."""
        self._most = most
        self._view = view
        self._query = query
        self._matcher = matcher(query)
        self._counter = counter(query)
        self._order = order_of(view)
        self._required = required_parts(query)
        self._sieve = Sieve(query, self._required)
        self._chosen: dict[int, _Chosen] = {}
        self._is_meant = path_filter(query)

    def batch(self, start: int, enough: Callable[[int, int], bool]) -> Batch:
        """Return what matches from the file number `start` on.

        Ends after the file at which `enough` says so of (files read, lines found).
        """
        hits: list[Hit] = []
        lines = read = 0
        size = 1
        texts = self._texts(start)
        while chunk := _chunk(texts, size):
            passed = self._sieve.passed(Joined([text for _number, text in chunk]))
            for at in passed:
                place, text = chunk[at]
                if hit := self._look(self._order.files[place][0], text):
                    hits.append(hit)
                    lines += hit.total
                    if enough(read + at + 1, lines):
                        return Batch(tuple(hits), place + 1)
            read += len(chunk)
            if enough(read, lines):
                return Batch(tuple(hits), chunk[-1][0] + 1)
            if 2 * len(passed) < len(chunk):
                size = min(2 * size, MOST)
        return Batch(tuple(hits), None)

    def _texts(self, start: int) -> Iterator[tuple[int, Text]]:
        """Yield the files that may match from `start` on, and where they may."""
        for window in self._order.windows:
            if window.stop <= start:
                continue
            chosen = self._choose(window)
            for place in islice(chosen.places, bisect_left(chosen.places, start), None):
                path, segment, blob = self._order.files[place]
                if self._is_meant is not None and not self._is_meant(path):
                    continue
                if (spans := chosen.spans(segment, blob)) is None:
                    text = self._view.hot(segment, blob)
                    yield place, Text(text.data, ((0, len(text.data)),), text.has_odd)
                elif spans:
                    text = self._view.hot(segment, blob)
                    yield place, Text(text.data, _joined(spans, len(text.data)), text.has_odd)

    def _choose(self, window: Window) -> "_Chosen":
        """Return which files of a window may match, kept."""
        if window.start not in self._chosen:
            self._chosen[window.start] = self._chosen_of(window)
        return self._chosen[window.start]

    def _chosen_of(self, window: Window) -> "_Chosen":
        told: list[list[Candidates]] = []
        for segment in self._view.segments:
            told.append([])
            for parts in self._required:
                found = segment.candidates(parts, folds=self._query.folds, within=window.within)
                if found is None:
                    first = bisect_left(self._order.texts, window.start)
                    last = bisect_left(self._order.texts, window.stop, first)
                    return _Chosen(self._order.texts[first:last], lambda _segment, _blob: None)
                told[-1].append(found)
        places: set[int] = set()
        for number, each in enumerate(told):
            for one in each:
                places |= self._order.places(number, one.blobs)
            if heads := self._heads[number]:
                headed = self._view.segments[number].grams.headed
                blobs = {blob for head in heads for blob in headed[head]}
                places |= self._order.places(number, blobs.intersection(window.blobs[number]))

        is_by_line = self._sieve.is_by_line
        spans_of = [[one.spans for one in each] for each in told]

        def spans(segment: int, blob: int) -> Spans | None:
            if not is_by_line:
                return None
            asked, heads = spans_of[segment], self._heads[segment]
            if len(asked) == 1 and not heads:
                return asked[0](blob)
            grams = self._view.segments[segment].grams
            found = [span for each in asked for span in each(blob)]
            if heads and grams.head_of(blob) in heads:
                found.append((0, grams.start(blob)))
            return found

        inside = sorted(place for place in places if window.start <= place < window.stop)
        return _Chosen(inside, spans)

    @cached_property
    def _heads(self) -> list[set[int]]:
        """The heads of each segment that may match."""
        sieve = Sieve(self._query, self._required)  # heads tell nothing of what is common in texts
        return [{numbers[at] for at in sieve.passed(texts)} for numbers, texts in self._order.heads]

    def _look(self, path: str, text: Text) -> Hit | None:
        data = text.data
        lines: list[Line] = []
        total = number = counted = 0
        last_end = -1
        spans: list[tuple[int, int]] = []

        def close() -> None:
            if spans and len(lines) < self._most:
                lines.append(line_around(data, number, spans))
            spans.clear()

        for at, last in text.spans:
            for start, end in self._matcher(data, at, last):
                if start >= last_end:  # of another line
                    close()
                    total += 1
                    last_end = data.find(b"\n", start)
                    last_end = len(data) if last_end < 0 else last_end
                    if len(lines) >= self._most:
                        total += self._counter(data, last_end + 1, last)
                        break
                    number += data.count(b"\n", counted, start) + (0 if number else 1)
                    counted = start
                spans.append((start, min(end, last_end)))
        close()
        if self._query.context and lines:
            lines = list(_with_context(data, lines, self._query.context))
        return Hit(path, tuple(lines), total) if total else None


def _chunk(texts: Iterator[tuple[int, Text]], size: int) -> list[tuple[int, Text]]:
    """Return the next files that are looked through together."""
    chunk: list[tuple[int, Text]] = []
    room, count = size * FIRST_BYTES, size * FIRST_TEXTS
    while room > 0 and len(chunk) < count and (one := next(texts, None)) is not None:
        chunk.append(one)
        room -= sum([end - start for start, end in one[1].spans])
    return chunk


def _joined(spans: Sequence[tuple[int, int]], size: int) -> list[tuple[int, int]]:
    """Return spans of a text of so many bytes in order, those that touch each other as one.

    They begin inside of it; where they end behind it, it is its end that is told.
    """
    joined: list[tuple[int, int]] = []
    begin, end = spans[0]
    if len(spans) > 1:
        first, *others = sorted(spans)
        begin, end = first
        for start, stop in others:
            if start > end:
                joined.append((begin, end))
                begin, end = start, stop
            elif stop > end:
                end = stop
    joined.append((begin, min(end, size)))
    return joined


def path_filter(query: Query) -> Callable[[str], bool] | None:
    """Return what tells whether a question means a path; None: all of them."""
    wanted = [part.lower() for part in query.path if not part.startswith("-")]
    barred = [part[1:].lower() for part in query.path if part.startswith("-") and len(part) > 1]
    if not (wanted or barred or query.suffixes):
        return None

    def is_meant(path: str) -> bool:
        lower = path.lower()
        return (
            (not query.suffixes or lower.endswith(query.suffixes))
            and all(part in lower for part in wanted)
            and not any(part in lower for part in barred)
        )

    return is_meant


def line_around(data: bytes, number: int, spans: list[tuple[int, int]]) -> Line:
    """Return the line around `spans`, which count bytes of `data` and lie in one line."""
    begin = data.rfind(b"\n", 0, spans[0][0]) + 1
    end = data.find(b"\n", spans[0][0])
    end = len(data) if end < 0 else end
    if end - begin > SHOWN_CHARACTERS:
        begin = max(begin, spans[0][0] - SHOWN_CHARACTERS // 4)
        end = min(end, begin + SHOWN_CHARACTERS)
    text, places = "", []
    at = begin
    for start, stop in spans:
        if start >= end:
            break
        text += data[at:start].decode("utf-8", "replace")
        first = len(text)
        text += data[start : min(stop, end)].decode("utf-8", "replace")
        places.append((first, len(text)))
        at = min(stop, end)
    text += data[at:end].decode("utf-8", "replace")
    return Line(number, text.rstrip("\r"), tuple(places))


def _with_context(data: bytes, hits: list[Line], around: int) -> Iterator[Line]:
    """Yield the lines that match and those near them, each once, in order."""
    texts = data.split(b"\n")
    if texts and not texts[-1]:
        texts.pop()
    told = 0
    for at, hit in enumerate(hits):
        until = hits[at + 1].number if at + 1 < len(hits) else len(texts) + 1
        for number in range(max(hit.number - around, told + 1), hit.number):
            yield Line(number, _shown(texts[number - 1]), ())
        yield hit
        told = min(hit.number + around, until - 1)
        for number in range(hit.number + 1, min(told, len(texts)) + 1):
            yield Line(number, _shown(texts[number - 1]), ())


def _shown(line: bytes) -> str:
    return line[:SHOWN_CHARACTERS].decode("utf-8", "replace").rstrip("\r")
