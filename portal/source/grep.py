"""Text in the code of one version: the answer to a question, in batches that are soon done.

Lines match as for grep: an expression never reaches over a line's end. Source: "Regular Expression
Matching with a Trigram Index" (trigrams choose candidates, and every candidate is read).
"""

from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import chain, islice
from typing import NamedTuple

from portal.source.codequery import Query, counter, matcher
from portal.source.heads import Candidates
from portal.source.required import required_parts
from portal.source.sieve import Joined, Sieve
from portal.source.view import Text, View

LINES_LIMIT = 2_000
"""Lines that are told of one file; the rest are counted."""
FIRST_BYTES, FIRST_TEXTS, MOST = 64 * 1024, 8, 16
"""How much text is looked through together: little first, for a page is soon full; twice as much, up to so
many times, once the smaller part of it matched."""
SKIMMED, COMMON = 64, 1 / 4
"""Of what so great a part of all texts may hold, a page is often full before candidates are chosen: the
first so many files are looked through without."""
NOWHERE = -1
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
        self._files = _files(view)
        self._required = required_parts(query)
        self._sieve = Sieve(query, self._required)
        self._spans: dict[int, Callable[[int], Sequence[tuple[int, int]]]] = {}
        self._is_whole = not self._sieve.is_by_line
        self._is_meant = _path_filter(query)

    def batch(self, start: int, enough: Callable[[int, int], bool]) -> Batch:
        """Return what matches from the file number `start` on.

        Ends after the file at which `enough` says so of (files read, lines found).
        """
        hits: list[Hit] = []
        lines = read = 0
        size = 1
        numbers = self._numbers(start)
        while chunk := self._chunk(numbers, size):
            passed = self._sieve.passed(Joined([text for _number, text in chunk]))
            for place in passed:
                number, text = chunk[place]
                if hit := self._look(self._files.order[number][0], text):
                    hits.append(hit)
                    lines += hit.total
                    if enough(read + place + 1, lines):
                        return Batch(tuple(hits), number + 1)
            read += len(chunk)
            if enough(read, lines):
                return Batch(tuple(hits), chunk[-1][0] + 1)
            if 2 * len(passed) < len(chunk):
                size = min(2 * size, MOST)
        return Batch(tuple(hits), None)

    def _chunk(self, numbers: Iterator[int], size: int) -> list[tuple[int, Text]]:
        """Return the next files and what of them may match."""
        chunk: list[tuple[int, Text]] = []
        room, count = size * FIRST_BYTES, size * FIRST_TEXTS
        while room > 0 and len(chunk) < count and (number := next(numbers, None)) is not None:
            _path, segment, blob = self._files.order[number]
            if text := self._text(number, segment, blob):
                chunk.append((number, text))
                room -= sum([end - start for start, end in text.spans])
        return chunk

    def _numbers(self, start: int) -> Iterator[int]:
        """Yield the numbers of the files that may match, from `start` on."""
        if start < SKIMMED and self._is_common:
            yield from filter(self._is_meant_at, self._files.texts_between(start, SKIMMED))
            start = SKIMMED
        places = self._places
        yield from filter(self._is_meant_at, islice(places, bisect_left(places, start), None))

    def _is_meant_at(self, number: int) -> bool:
        return self._is_meant is None or self._is_meant(self._files.order[number][0])

    @cached_property
    def _heads(self) -> list[set[int]]:
        """The heads of each segment that may match."""
        return [
            {numbers[at] for at in self._sieve.passed(texts)}
            for numbers, texts in self._files.heads
        ]

    @cached_property
    def _is_common(self) -> bool:
        headed = sum(
            len(segment.grams.headed[head])
            for segment, heads in zip(self._view.segments, self._heads, strict=True)
            for head in heads
        )
        return headed > COMMON * len(self._files.order) or any(
            segment.grams.share(parts, COMMON, folds=self._query.folds) > COMMON
            for segment in self._view.segments
            for parts in self._required
        )

    def _text(self, number: int, segment: int, blob: int) -> Text | None:
        """Return a text and where it may match; None: nowhere."""
        if self._is_whole or (number < SKIMMED and self._is_common):
            text = self._view.hot(segment, blob)
            return Text(text.data, ((0, len(text.data)),), text.has_odd)
        spans = self._spans[segment](blob)
        if not spans:
            return None
        text = self._view.hot(segment, blob)
        return Text(text.data, _joined(spans, len(text.data)), text.has_odd)

    @cached_property
    def _places(self) -> Sequence[int]:
        """The numbers of the files that may match, in order."""
        found: set[int] = set()
        for number, places in enumerate(self._files.places):
            blobs = self._blobs(number)
            found.update(map(places.first.__getitem__, blobs))
            for blob in places.more.keys() & blobs:
                found.update(places.more[blob])
        found.discard(NOWHERE)
        return sorted(found)

    def _blobs(self, number: int) -> Iterable[int]:
        """Return the blobs of a segment that may match; where in them is taken note of."""
        segment, heads = self._view.segments[number], self._heads[number]
        grams = segment.grams
        told: list[Candidates] = []
        for parts in self._required:
            found = segment.candidates(parts, folds=self._query.folds)
            if found is None:
                self._is_whole = True
                return grams.texts()
            told.append(found)
        if len(told) == 1 and not heads:
            self._spans[number] = told[0].spans
            return told[0].blobs

        def spans(blob: int) -> list[tuple[int, int]]:
            places = [place for each in told for place in each.spans(blob)]
            if grams.head_of(blob) in heads:
                places.append((0, grams.start(blob)))
            return places

        self._spans[number] = spans
        return {*chain(*(each.blobs for each in told), *(grams.headed[head] for head in heads))}

    def _look(self, path: str, text: Text) -> Hit | None:
        data = text.data
        lines: list[Line] = []
        total = number = counted = 0
        last_end = -1
        spans: list[tuple[int, int]] = []

        def close() -> None:
            if spans and len(lines) < self._most:
                lines.append(_line(data, number, spans))
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


def _joined(spans: Sequence[tuple[int, int]], size: int) -> list[tuple[int, int]]:
    """Return spans of a text of so many bytes in order, those that touch each other as one."""
    if len(spans) == 1:
        return [(spans[0][0], min(spans[0][1], size))]
    joined: list[tuple[int, int]] = []
    for start, stop in sorted(spans):
        end = min(stop, size)
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return joined


def _path_filter(query: Query) -> Callable[[str], bool] | None:
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


@dataclass(frozen=True, slots=True)
class _Places:
    """Where the blobs of a segment are in the order of files."""

    first: "array[int]"
    """Blob to the place of its first file, or NOWHERE."""
    more: dict[int, list[int]]
    """Blob to the places of its other files."""


@dataclass(frozen=True, slots=True)
class _Files:
    """The files of a version in the order in which they are looked through, and their places in it."""

    order: list[tuple[str, int, int]]
    """(path, segment, blob)."""
    places: list[_Places]
    """For each segment, where its blobs are in that order."""
    texts: list[int]
    """The places of files that are text."""
    heads: list[tuple[Sequence[int], Joined]]
    """For each segment, the numbers of its heads, and they themselves."""

    def texts_between(self, start: int, stop: int) -> list[int]:
        """Return the places of texts from `start` on, before `stop`."""
        return self.texts[bisect_left(self.texts, start) : bisect_left(self.texts, stop)]


@lru_cache(maxsize=16)
def _files(view: View) -> _Files:
    order = sorted(
        ((path, *where) for where, paths in view.paths.items() for path in paths), key=_rank
    )
    places = [
        _Places(array("i", [NOWHERE]) * (1 + max(each.grams.texts(), default=0)), {})
        for each in view.segments
    ]
    texts: list[int] = []
    known = [set(each.grams.texts()) for each in view.segments]
    for at, (_path, segment, blob) in enumerate(order):
        if blob in known[segment]:
            texts.append(at)
            if places[segment].first[blob] == NOWHERE:
                places[segment].first[blob] = at
            else:
                places[segment].more.setdefault(blob, []).append(at)
    heads = [
        (numbers, Joined([Text.of(each.grams.head(number)) for number in numbers]))
        for each in view.segments
        for numbers in (each.grams.heads,)
    ]
    return _Files(order, places, texts, heads)


def _line(data: bytes, number: int, spans: list[tuple[int, int]]) -> Line:
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


def _rank(candidate: tuple[str, int, int]) -> tuple[int, str]:
    """Order Go first, then what is no test, then what nobody wrote by hand."""
    path = candidate[0]
    name = path.rpartition("/")[2]
    if name.endswith("_test.go") or "/testdata/" in path or "/testing/" in path:
        return 2, path
    if name.startswith(("zz_generated", "generated.")) or name.endswith((".pb.go", ".pb.gw.go")):
        return 3, path
    return (0 if name.endswith(".go") else 1), path
