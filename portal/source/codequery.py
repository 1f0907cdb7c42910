"""A question to the code, as readers type it: filters first, then words or an expression.

Filters are those of Sourcegraph and Zoekt: `repo:` `version:` `path:` `lang:` `kind:` `case:` `context:`;
what is left is looked for as it stands, or between slashes as a regular expression of RE2.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import re2

from portal.source.errors import BadQuery

QUERY_LIMIT = 500
"""Characters of a question."""
MAX_MEM = 16 * 1024 * 1024
"""What RE2 may use for an expression's automata; a larger one is refused by RE2 itself."""
REPEATS_LIMIT = 5_000
"""How much may be counted in `{}` in all: for five alternatives like `x{1,1000}` RE2 takes 0.04 s, and 1.8 s
for 33, for its time grows with the square."""
SPANS_LIMIT = 50
"""Matches that are looked for on one line. An expression may read on to the line's end for each of them,
and generated files have lines of megabytes."""

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
    "gate": r'\bFeature = "\w*{0}',
    "metric": r'\bName:\s+"{0}',
    "event": r'\bEventf?\(.*"{0}[A-Z]?\w*"|^\s*(?:const )?\w*\b\s+(?:string )?\s*= "{0}\w*"',
    "condition": r'ConditionType\s+= "{0}|\bType:\s+"{0}[A-Z]?\w*"',
}
"""What a string stands for, as Go that says so is written; the braces are for its beginning, or for any part
of a gate's name. What an import has noted is better, where it did (portal.source.factgrep)."""

FILTERS = ("repo", "version", "path", "lang", "kind", "case", "context")
CONTEXT_LIMIT = 10


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
    asked: str = ""
    """What of such a name is asked for, as it was typed; `text` is a pattern then."""
    path: tuple[str, ...] = ()
    """Parts that a path must hold; one that begins with `-` it must not."""
    lang: str = ""
    context: int = 0
    """Lines that are told before and after each that matches."""

    @property
    def folds(self) -> bool:
        """Whether upper and lower case are alike somewhere in it: an expression may say so itself."""
        return not self.is_exact or (
            self.is_regex and re.search(r"\(\?[a-zA-Z-]*i", self.text) is not None
        )

    @property
    def suffixes(self) -> tuple[str, ...]:
        """The endings of the files that `lang` lets through; empty for all."""
        return LANGUAGES[self.lang] if self.lang else ()


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
    asked = wanted if kind else ""
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
        asked=asked,
        path=tuple(found.get("path", ())),
        lang=lang,
        context=_context(_only(found, "context")),
    )
    matcher(query)  # raises where the expression is none
    return query


def _context(text: str) -> int:
    if not text:
        return 0
    if not (text.isascii() and text.isdigit() and int(text) <= CONTEXT_LIMIT):
        raise BadQuery(f"context: takes a number up to {CONTEXT_LIMIT}")
    return int(text)


Search = Callable[[bytes, int, int], tuple[int, int] | None]
"""Returns the first place between two offsets."""
Matcher = Callable[[bytes, int, int], Iterator[tuple[int, int]]]


def matcher(query: Query) -> Matcher:
    """Return what yields the places that match between two offsets, in order; raise BadQuery."""
    return _in_lines(searcher(query))


def searcher(query: Query) -> Search:
    """Return what finds a place that matches; raise BadQuery."""
    if not query.is_regex and (query.is_exact or query.text.upper() == query.text.lower()):
        return word(query.text.encode())
    pattern = query.text if query.is_regex else re2.escape(query.text)
    return expression(f"(?m){pattern}", is_exact=query.is_exact)


_COUNTED = re.compile(r"\\.|\{(\d+)(?:,(\d*))?\}", re.ASCII | re.DOTALL)


def expression(pattern: str, *, is_exact: bool) -> Search:
    """Return what finds an expression; raise BadQuery for one that RE2 does not know, or not soon enough."""
    if sum(int(most or least or 0) for least, most in _COUNTED.findall(pattern)) > REPEATS_LIMIT:
        raise BadQuery(f"more than {REPEATS_LIMIT} repetitions counted in all")
    options = re2.Options()
    options.case_sensitive = is_exact
    options.never_nl = True
    options.max_mem = MAX_MEM
    options.log_errors = False
    try:
        compiled = re2.compile(pattern.encode(), options=options)
    except re2.error as error:
        raise BadQuery(f"no expression as RE2 knows it: {_said(error)}") from error

    def search(data: bytes, at: int, last: int) -> tuple[int, int] | None:
        match = compiled.search(data, at, last)
        return match.span() if match else None

    return search


def word(wanted: bytes) -> Search:
    """Return what finds a text as it stands."""

    def find(data: bytes, at: int, last: int) -> tuple[int, int] | None:
        start = data.find(wanted, at, last)
        return (start, start + len(wanted)) if start >= 0 else None

    return find


def _in_lines(find: Search) -> Matcher:
    """Return what yields the matches that `find` gives, SPANS_LIMIT of a line at the most.

    A match of nothing is none, and counts: an expression may match nothing at every character.
    """

    def matches(data: bytes, at: int, last: int) -> Iterator[tuple[int, int]]:
        line_end, tries = -1, 0
        while at <= last and (found := find(data, at, last)):
            start, end = found
            if end > start:
                yield found
            if start >= line_end:
                line_end = data.find(b"\n", start)
                line_end = last if line_end < 0 else line_end
                tries = 0
            tries += 1
            at = max(end, at + 1) if tries < SPANS_LIMIT else line_end + 1

    return matches


def counter(query: Query) -> Callable[[bytes, int, int], int]:
    """Return what counts the lines that have a match between two offsets; raise BadQuery."""
    find = searcher(query)

    def count(data: bytes, at: int, last: int) -> int:
        lines = tries = 0
        line_end = -1
        while at < last and (found := find(data, at, last)):
            start, end = found
            if start >= line_end:
                line_end = data.find(b"\n", start, last)
                line_end = last if line_end < 0 else line_end
                tries = 0
            tries += 1
            lines += end > start
            at = line_end + 1 if end > start or tries >= SPANS_LIMIT else max(end, at + 1)
        return lines

    return count


def _said(error: Exception) -> str:
    said = error.args[0] if error.args else ""
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)


def _only(found: dict[str, list[str]], name: str) -> str:
    values = found.get(name, [])
    if len(values) > 1:
        raise BadQuery(f"{name}: twice")
    return values[0] if values else ""
