"""Where a symbol is used, without a type checker: what the import rules decide, and what they do not.

Every identifier of the name is found, in code and not in comments or strings. `pkg.Name` in a file
that imports the package, and an exported name inside it, are exact; an unexported one is, where its
file declares no other of that name. A member is found by its name alone: which type stands before the
dot takes a type checker, so it is a candidate, and said to be one, unless portal.source.exact knows;
likely, where no other type of the version has a member of that name.
Source: Go specification, "Declarations and scope", "Qualified identifiers".
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple, Protocol

from portal.source.buildtags import is_test
from portal.source.declared import Mark
from portal.source.errors import BadPath, NoSuchFile
from portal.source.exact.answers import Verdict
from portal.source.index import Index
from portal.source.lexer import COMMENT, LITERAL
from portal.source.symbols import Kind

LINE_CHARACTERS = 300


class Certainty(StrEnum):
    """How sure it is that a use is of the symbol that was asked for."""

    EXACT = "exact"
    LIKELY = "likely"
    CANDIDATE = "candidate"


class Use(NamedTuple):
    """One identifier in code. `line` counts from 1; `start` and `end` count characters of `text`."""

    path: str
    line: int
    text: str
    start: int
    end: int
    within: str
    """The symbol whose declaration it stands in; "" outside of all."""
    is_call: bool
    is_definition: bool
    certainty: Certainty


@dataclass(frozen=True, slots=True)
class Uses:
    """Those in some files; `next` is the number of the file to go on with, None: there is none."""

    uses: tuple[Use, ...]
    next: int | None
    files: int
    """How many files may hold one, in all."""


class Judge(Protocol):
    """Knows the uses of one symbol: portal.source.exact."""

    def __call__(self, path: str, offset: int) -> Verdict:
        """Say whether the identifier at a byte's offset in a file is the symbol."""

    def may_be_in(self, path: str) -> bool:
        """Whether an identifier of a file may be the symbol."""


class References:
    """The uses of one symbol at one version. Belongs to the process that made the index."""

    def __init__(
        self, index: Index, importpath: str, name: str, judge: Judge | None = None
    ) -> None:
        """Choose the files: the package's own first, then those that import it, then others.

        `judge` is Go's type checker, where it has been run; what it does not know is as without it.
        """
        self.index = index
        self._judge = judge
        self._importpath = importpath
        self._name = name
        self._last = name.rpartition(".")[2]
        self._word = self._last.encode()
        self._is_member = "." in name
        self._is_alone = self._is_member and self._declared_once()
        self._order = list(self._files())

    @property
    def is_checked(self) -> bool:
        """Whether Go's type checker has judged: candidates are then what it could not judge."""
        return self._judge is not None

    def batch(self, start: int, enough: Callable[[int, int], bool]) -> Uses:
        """Return the uses from file number `start` on; ends when `enough` of (files, uses)."""
        found: list[Use] = []
        at = start
        for path, segment, blob in self._order[start:]:
            at += 1
            data = self.index.view.hot(segment, blob).data
            if self._word in data:  # not every candidate has it
                found.extend(self._in(path, segment, blob, data.decode("utf-8", "replace")))
            if enough(at - start, len(found)):
                break
        return Uses(tuple(found), at if at < len(self._order) else None, len(self._order))

    def _declared_once(self) -> bool:
        """Whether no other type of the version has a member of this name."""
        found = [
            name
            for segment in self.index.view.segments
            for name in segment.names_ending(self._last, 3)
            if name.name.endswith(f".{self._last}")
        ]
        if {one.name for one in found} != {self._name}:
            return False
        places = self.index.locate(self._importpath, self._name)
        return bool(places) and sum(len(one.at) for one in found) == len(places)

    def _files(self) -> Iterator[tuple[str, int, int]]:
        view = self.index.view
        folders = set(self.index.folders(self._importpath))
        is_wide = self._is_member and self._last[:1].isupper()
        own, importing, others = [], [], []
        for number, segment in enumerate(view.segments):
            importers = set(segment.importers(self._importpath))
            found = segment.having(self._last)  # what stands in a head is no code
            # Too short a name for an index of trigrams: the package and who imports it.
            blobs = found.blobs if found else sorted(importers | self._blobs_in(folders, number))
            for blob in blobs:
                for path in view.paths.get((number, blob), ()):
                    if not path.endswith(".go"):
                        continue
                    where = path, number, blob
                    if path.rpartition("/")[0] in folders:
                        own.append(where)
                    elif self._judge is not None and not self._judge.may_be_in(path):
                        continue
                    elif blob in importers:
                        importing.append(where)
                    elif is_wide:
                        others.append(where)
        for group in (own, importing, others):
            yield from sorted(group, key=lambda where: (is_test(where[0]), where[0]))

    def _blobs_in(self, folders: Iterable[str], number: int) -> set[int]:
        """Return the blobs of segment `number` that lie in `folders`."""
        view = self.index.view
        found: set[int] = set()
        for folder in folders:
            with suppress(NoSuchFile, BadPath):
                for entry in view.listing(folder):
                    if not entry.is_folder:
                        segment, blob = view.find(
                            f"{folder}/{entry.name}" if folder else entry.name
                        )
                        if segment == number:
                            found.add(blob)
        return found

    def _in(self, path: str, segment: int, blob: int, text: str) -> Iterator[Use]:
        outline = self.index.view.segments[segment].outline(blob)
        if outline is None:
            return
        is_own = self.index.importpath_of(path) == self._importpath
        aliases = {a for a, imported in outline.imports.items() if imported == self._importpath}
        marks = [mark for mark in outline.symbols if mark.kind != Kind.FIELD]
        starts = [mark.start for mark in marks]
        definitions = {mark.name_start: mark for mark in outline.symbols}
        is_shadowed = is_own and not self._is_member and _declares(text, self._last)
        line, counted = 1, 0
        for start, end in _places(text, outline.symbols, self._last):
            line += text.count("\n", counted, start)
            counted = start
            definition = definitions.get(start)
            if definition is not None and (definition.name != self._name or not is_own):
                continue
            certainty = self._certainty(text, start, is_own=is_own, aliases=aliases)
            if is_shadowed and certainty is Certainty.EXACT:
                certainty = Certainty.LIKELY
            if definition is not None:
                certainty = Certainty.EXACT
            elif self._judge is not None:
                certainty = _judged(self._judge(path, _offset(text, start)), certainty)
            if certainty is None:
                continue
            within = _within(marks, starts, start)
            yield _use((path, line), text, (start, end), within, certainty, definition)

    def _certainty(
        self, text: str, start: int, *, is_own: bool, aliases: set[str]
    ) -> Certainty | None:
        """Return how sure it is that the identifier at `start` is the symbol; None: it is another."""
        before = text[max(0, start - 80) : start].rstrip()
        is_selected = before.endswith(".") and not before.endswith("...")
        end = start + len(self._last)
        is_key = re.match(r"\s*:(?!=)", text[end : end + 40]) is not None
        if self._is_member:
            known = Certainty.LIKELY if self._is_alone else Certainty.CANDIDATE
            return known if is_selected or is_key else None
        if is_selected:
            qualifier = re.search(r"(\w+)\s*\.$", before)
            is_ours = qualifier is not None and qualifier[1] in aliases
            return Certainty.EXACT if is_ours else None
        if not is_own:
            return None
        return Certainty.LIKELY if is_key else Certainty.EXACT  # a field's name, or a map's key


def _places(text: str, marks: Iterable[Mark], name: str) -> Iterator[tuple[int, int]]:
    """Yield where `name` stands in the code of declarations; those that hold it not are not read."""
    pattern = _identifiers(name)
    at, done = text.find(name), 0
    for mark in marks:
        if mark.start < done:  # a member, inside its type
            continue
        if at < mark.start:
            at = text.find(name, mark.start)
        if at < 0:
            return
        done = mark.end
        if at < mark.end:
            for match in pattern.finditer(text, mark.start, mark.end):
                if match[1]:
                    yield match.span(1)


def _offset(text: str, start: int) -> int:
    """Return a character's offset in bytes."""
    return start if text.isascii() else len(text[:start].encode("utf-8", "surrogatepass"))


def _judged(verdict: Verdict, certainty: Certainty | None) -> Certainty | None:
    match verdict:
        case Verdict.IS:
            return Certainty.EXACT
        case Verdict.IS_NOT:
            return None
    return certainty


def _within(marks: list[Mark], starts: list[int], at: int) -> str:
    place = bisect_right(starts, at) - 1
    return marks[place].name if place >= 0 and at < marks[place].end else ""


def _use(
    where: tuple[str, int],
    text: str,
    span: tuple[int, int],
    within: str,
    certainty: Certainty,
    definition: Mark | None,
) -> Use:
    start, end = span
    begin = text.rfind("\n", 0, start) + 1
    stop = text.find("\n", start)
    line = text[begin : stop if stop >= 0 else len(text)]
    kept = line[:LINE_CHARACTERS]
    is_call = re.match(r"\s*(?:\[[^\]\n]*\])?\(", text[end : end + 80]) is not None
    return Use(
        *where,
        kept,
        start - begin,
        end - begin,
        within,
        is_call=is_call and definition is None,
        is_definition=definition is not None,
        certainty=certainty,
    )


def _declares(text: str, name: str) -> bool:
    """Return whether some function of a file may declare a local of this name."""
    word = re.escape(name)
    local = rf"\b{word}\b[\w, ]*:=|\bvar {word}\b|[(,]\s*{word}(?:, \w+)* [\w*\[.]"
    return re.search(local, text) is not None


@lru_cache(maxsize=64)
def _identifiers(name: str) -> re.Pattern[str]:
    return re.compile(rf"{COMMENT}|{LITERAL}|(?<!\w)({re.escape(name)})(?!\w)")
