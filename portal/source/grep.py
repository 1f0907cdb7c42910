"""Text in the code of one version: a question read, and its answer in batches, each soon done.

Filters are those of Sourcegraph and Zoekt: `repo:` `version:` `path:` `lang:` `kind:`; what is left is
looked for as it stands, or between slashes as a regular expression. Lines match as for grep: an
expression never reaches over a line's end. Source: RE2's syntax; russcox's "Regular Expression
Matching with a Trigram Index" (trigrams choose candidates, and every candidate is read).
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import re2

from portal.source.errors import BadQuery
from portal.source.segment import SHORTEST
from portal.source.view import View

QUERY_LIMIT = 500
"""Characters of a question."""
MAX_MEM = 16 * 1024 * 1024
"""What RE2 may use for an expression's automata; a larger one is refused by RE2 itself."""
LINES_LIMIT = 2_000
"""Lines that are told of one file; the rest are counted."""
SHOWN_CHARACTERS = 400
"""Of a line, around its first hit: generated files have lines of a megabyte."""

LANGUAGES = {
    "go": (".go",),
    "proto": (".proto",),
    "yaml": (".yaml", ".yml"),
    "json": (".json",),
    "java": (".java",),
    "sql": (".sql",),
    "markdown": (".md",),
    "shell": (".sh",),
}
KINDS = {
    "flag": r'\b(?:fs|fss|pflag|\w*[fF]lags?(?:\(\)|Set)?)\.\w+\((?:[^"]*,\s?)?"{0}[a-z0-9.-]*",',
    "gate": r'\bFeature = "{0}',
    "metric": r'\bName:\s+"{0}',
    "event": r'\bEventf?\(.*"{0}[A-Z]?\w*"|^\s*(?:const )?\w*\b\s+(?:string )?\s*= "{0}\w*"',
    "condition": r'ConditionType\s+= "{0}|\bType:\s+"{0}[A-Z]?\w*"',
}
"""What a string stands for, as Go that says so is written; the braces are for its beginning."""

FILTERS = ("repo", "version", "path", "lang", "kind", "case")


@dataclass(frozen=True, slots=True)
class Query:
    """A question as it was read. Empty filters let everything through."""

    text: str
    is_regex: bool = False
    is_exact: bool = False
    """Whether upper and lower case differ: they do once the text has an upper-case letter."""
    repo: str = ""
    version: str = ""
    kind: str = ""
    path: tuple[str, ...] = ()
    """Parts that a path must hold; one that begins with `-` it must not."""
    lang: str = ""

    @property
    def suffixes(self) -> tuple[str, ...]:
        """The endings of the files that `lang` lets through; empty for all."""
        return LANGUAGES[self.lang] if self.lang else ()


class Line(NamedTuple):
    """One line that matches, from 1; `spans` count characters of `text`, which may be a part of it."""

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
    looked: int
    """Files that were read for it."""


def read(text: str) -> Query:
    """Return the question that `text` asks; raise BadQuery with what to write instead."""
    if len(text) > QUERY_LIMIT:
        raise BadQuery(f"longer than {QUERY_LIMIT} characters")
    found: dict[str, list[str]] = {}
    rest: list[str] = []
    for word in re.findall(r"/(?:[^/\\]|\\.)+/(?=\s|$)|\"(?:[^\"\\]|\\.)*\"|\S+", text):
        name, colon, value = word.partition(":")
        if colon and name.lower() in FILTERS and value and not rest:
            found.setdefault(name.lower(), []).append(value)
        else:
            rest.append(word)
    wanted = " ".join(rest)
    is_regex = len(wanted) > 2 and wanted.startswith("/") and wanted.endswith("/")
    if is_regex:
        wanted = wanted[1:-1].replace(r"\/", "/")
    elif len(wanted) > 2 and wanted.startswith('"') and wanted.endswith('"'):
        wanted = re.sub(r'\\(["\\])', r"\1", wanted[1:-1])
    kind = _only(found, "kind")
    if kind and kind not in KINDS:
        raise BadQuery(f"kind:{kind} is none of {', '.join(KINDS)}")
    if kind and is_regex:
        raise BadQuery("kind: takes words, no expression")
    if not wanted and not kind:
        raise BadQuery("nothing to look for beside the filters")
    lang = _only(found, "lang").lower()
    if lang and lang not in LANGUAGES:
        raise BadQuery(f"lang:{lang} is none of {', '.join(LANGUAGES)}")
    case = _only(found, "case")
    if case not in {"", "yes", "no"}:
        raise BadQuery("case: takes yes or no")
    letters = re.sub(r"\\.", "", wanted) if is_regex else wanted
    if kind:
        wanted, is_regex = KINDS[kind].format(re2.escape(wanted)), True
    query = Query(
        text=wanted,
        is_regex=is_regex,
        is_exact=case == "yes" or bool(kind) or (not case and letters != letters.lower()),
        repo=_only(found, "repo"),
        version=_only(found, "version"),
        kind=kind,
        path=tuple(found.get("path", ())),
        lang=lang,
    )
    _matcher(query)  # raises where the expression is none
    return query


class Grep:
    """One question put to one version: the order of its candidates, and what each holds.

    Belongs to the process that made it.
    """

    def __init__(self, view: View, query: Query, most: int = LINES_LIMIT) -> None:
        """Choose the candidates; raises BadQuery. `most` lines of a file are told, all are counted."""
        self._most = most
        self._view = view
        self._query = query
        self._matcher = _matcher(query)
        self._files = _files(view)
        self._required = required_parts(query)
        self._holds = (
            _sieve(self._required[0], is_exact=query.is_exact) if len(self._required) == 1 else None
        )
        self._order = self._candidates()

    @property
    def total(self) -> int:
        """How many files may match."""
        return len(self._order)

    def batch(self, start: int, enough: Callable[[int, int], bool]) -> Batch:
        """Return what matches from the file number `start` on.

        Ends after the file at which `enough` says so of (files read, lines found).
        """
        hits: list[Hit] = []
        lines = 0
        at = start
        for number in self._order[start:]:
            at += 1
            path, segment, blob = self._files.order[number]
            data = self._view.hot(segment, blob)
            if (self._holds is None or self._holds(data)) and (hit := self._look(path, data)):
                hits.append(hit)
                lines += hit.total
            if enough(at - start, lines):
                break
        return Batch(tuple(hits), at if at < len(self._order) else None, at - start)

    def _candidates(self) -> list[int]:
        query, files = self._query, self._files
        found: set[int] = set()
        for number, segment in enumerate(self._view.segments):
            for parts in self._required:
                blobs = segment.candidates(parts)
                if blobs is None:
                    blobs = segment.texts()
                places = files.places[number]
                for blob in blobs:
                    found.update(places.get(blob, ()))
        wanted = [part.lower() for part in query.path if not part.startswith("-")]
        barred = [part[1:].lower() for part in query.path if part.startswith("-") and len(part) > 1]
        if not (wanted or barred or query.suffixes):
            return sorted(found)

        def is_meant(path: str) -> bool:
            lower = path.lower()
            return (
                (not query.suffixes or lower.endswith(query.suffixes))
                and all(part in lower for part in wanted)
                and not any(part in lower for part in barred)
            )

        return sorted(at for at in found if is_meant(files.order[at][0]))

    def _look(self, path: str, data: bytes) -> Hit | None:
        lines: list[Line] = []
        total = number = counted = 0
        last_end = -1
        spans: list[tuple[int, int]] = []

        def close() -> None:
            if spans and len(lines) < self._most:
                lines.append(_line(data, number, spans))
            spans.clear()

        for start, end in self._matcher(data):
            if start >= last_end:  # of another line
                close()
                total += 1
                number += data.count(b"\n", counted, start) + (0 if number else 1)
                counted = start
                last_end = data.find(b"\n", start)
                last_end = len(data) if last_end < 0 else last_end
            spans.append((start, min(end, last_end)))
        close()
        return Hit(path, tuple(lines), total) if total else None


@dataclass(frozen=True, slots=True)
class _Files:
    """The files of a version in the order in which they are looked through, and their places in it."""

    order: list[tuple[str, int, int]]
    """(path, segment, blob)."""
    places: list[dict[int, tuple[int, ...]]]
    """For each segment, blob to the places of its files."""


@lru_cache(maxsize=16)
def _files(view: View) -> _Files:
    order = sorted(
        ((path, *where) for where, paths in view.paths.items() for path in paths), key=_rank
    )
    places: list[dict[int, tuple[int, ...]]] = [{} for _segment in view.segments]
    for at, (_path, segment, blob) in enumerate(order):
        places[segment][blob] = (*places[segment].get(blob, ()), at)
    return _Files(order, places)


def _sieve(parts: list[str], *, is_exact: bool) -> Callable[[bytes], bool] | None:
    """Return what tells in no time that a text cannot match, where `parts` are required.

    Finding a word costs a hundredth of what an expression does, and a tenth with capitals aside.
    """
    wanted = [part.encode() for part in parts if part]
    if not wanted:
        return None
    if is_exact:
        return lambda data: all(part in data for part in wanted)
    longest = max(wanted, key=len).lower()

    def holds(data: bytes) -> bool:
        # Two letters beyond ASCII fold into it: the Kelvin sign, and the long s.
        return longest in data.lower() or b"\xe2\x84\xaa" in data or b"\xc5\xbf" in data

    return holds


def required_parts(query: Query) -> list[list[str]]:
    """Return what a text must hold: of at least one of the lists, every part.

    An empty part list says nothing: everything is a candidate.
    """
    if not query.is_regex:
        return [[_folding(query.text)]]
    return [_literals(each) for each in _alternatives(query.text)]


def _folding(text: str) -> str:
    """Return the longest part of `text` whose letters fold alike for everybody: ASCII."""
    return max(re.split(r"[^\x20-\x7e]+", text), key=len)


def _alternatives(pattern: str) -> list[str]:
    """Return the parts of an expression between the `|` that stand in no group or class."""
    parts, depth, in_class, at, begin = [], 0, False, 0, 0
    while at < len(pattern):
        sign = pattern[at]
        if sign == "\\":
            at += 1
        elif in_class:
            in_class = sign != "]"
        elif sign == "[":
            in_class = True
            at += len(re.match(r"\^?\]?", pattern[at + 1 :])[0])  # type: ignore[index]  # fits always
        elif sign in "()":
            depth += 1 if sign == "(" else -1
        elif sign == "|" and depth == 0:
            parts.append(pattern[begin:at])
            begin = at + 1
        at += 1
    return [*parts, pattern[begin:]]


_PIECE = re.compile(
    r"\\Q(?P<quoted>.*?)\\E|\\(?P<escaped>[^\w\s])|(?P<plain>[^\\\[\](){}|.*+?^$])"
    r"|\\(?:x\{[^}]*\}|[pP]\{[^}]*\}|x..|.)|\[\^?\]?(?:\\.|[^\]\\])*\]|[.^$]|(?P<open>\()|(?P<rest>.)",
    re.DOTALL,
)
_REPEAT = re.compile(r"(?P<some>\+\??)|(?P<maybe>[*?]\??|\{(?P<least>\d*)[\d,]*\}\??)")


def _literals(pattern: str) -> list[str]:
    """Return texts that whatever matches `pattern` must hold; what is in groups is passed over."""
    found, run, at = [], "", 0
    while at < len(pattern):
        piece = _PIECE.match(pattern, at)
        if piece is None:
            break
        at = piece.end()
        if piece["open"]:
            at = _closing(pattern, at)
        text = piece["quoted"] or piece["escaped"] or piece["plain"] or ""
        if not text.isascii():
            text = ""
        repeat = _REPEAT.match(pattern, at)
        if repeat is not None:
            at = repeat.end()
            if repeat["some"] and text:
                found.append(run + text)
                run = text if len(text) == 1 else ""
                continue
            run, text = (run + text[:-1]) if len(text) > 1 else run, ""
        if not text:
            found.append(run)
            run = ""
        run += text
    return [part for part in (*found, run) if len(part) >= SHORTEST]


def _closing(pattern: str, at: int) -> int:
    """Return the place behind the bracket that closes a group which is open at `at`."""
    depth = 1
    while at < len(pattern) and depth:
        piece = _PIECE.match(pattern, at)
        if piece is None:
            return len(pattern)
        at = piece.end()
        if piece["open"]:
            depth += 1
        elif piece["rest"] == ")":
            depth -= 1
    return at


_Matcher = Callable[[bytes], Iterator[tuple[int, int]]]


def _matcher(query: Query) -> _Matcher:
    """Return what yields the places in a text that match, in order; raise BadQuery."""
    if not query.is_regex and (query.is_exact or query.text.upper() == query.text.lower()):
        return _finder(query.text.encode())
    options = re2.Options()
    options.case_sensitive = query.is_exact
    options.never_nl = True
    options.max_mem = MAX_MEM
    options.log_errors = False
    pattern = query.text if query.is_regex else re2.escape(query.text)
    try:
        compiled = re2.compile(f"(?m){pattern}".encode(), options=options)
    except re2.error as error:
        raise BadQuery(f"no expression as RE2 knows it: {_said(error)}") from error

    def search(data: bytes) -> Iterator[tuple[int, int]]:
        for match in compiled.finditer(data):
            if match.end() > match.start():
                yield match.span()

    return search


def _finder(wanted: bytes) -> _Matcher:
    def find(data: bytes) -> Iterator[tuple[int, int]]:
        at = data.find(wanted)
        while at >= 0:
            yield at, at + len(wanted)
            at = data.find(wanted, at + len(wanted))

    return find


def _said(error: Exception) -> str:
    said = error.args[0] if error.args else ""
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)


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


def _rank(candidate: tuple[str, int, int]) -> tuple[int, str]:
    """Order Go first, then what is no test, then what nobody wrote by hand."""
    path = candidate[0]
    name = path.rpartition("/")[2]
    if name.endswith("_test.go") or "/testdata/" in path or "/testing/" in path:
        return 2, path
    if name.startswith(("zz_generated", "generated.")) or name.endswith((".pb.go", ".pb.gw.go")):
        return 3, path
    return (0 if name.endswith(".go") else 1), path


def _only(found: dict[str, list[str]], name: str) -> str:
    values = found.get(name, [])
    if len(values) > 1:
        raise BadQuery(f"{name}: twice")
    return values[0] if values else ""
