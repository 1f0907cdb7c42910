"""Where a symbol is used, without a type checker: what the import rules decide, and what they do not.

Every identifier of the name is found, in code and not in comments or strings. `pkg.Name` in a file
that imports the package, and an exported name inside it, are exact; an unexported one is, where its
file declares no other of that name. A member is found by its name alone: which type stands before the
dot takes a type checker, so it is a candidate, and said to be one, unless portal.source.exact knows;
likely, where no other type of the version has a member of that name.
Source: Go specification, "Declarations and scope", "Qualified identifiers".
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from itertools import chain, islice
from typing import NamedTuple, Protocol

from portal.source.declared import Declared, Mark
from portal.source.exact.answers import Verdict
from portal.source.index import Index
from portal.source.occurrence import in_code, is_called, is_key, may_shadow, occurrences, qualifier
from portal.source.symbols import Kind
from portal.source.using import GoFile, Using

LINE_CHARACTERS = 300
_FIELD = Kind.FIELD.value


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


class Place(NamedTuple):
    """Where looking goes on."""

    file: int = 0
    """Its number in the order in which files are looked through."""
    use: int = 0
    """How many of its uses were given."""


FIRST = Place()


@dataclass(frozen=True, slots=True)
class Uses:
    """Those in some files; `next` is where to go on with, None: there are no others."""

    uses: tuple[Use, ...]
    next: Place | None
    looked: int
    """How many files were looked through in all, from the first on."""


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
        """Ask for the uses of a symbol: in its own package, then in those that import it, then in others.

        `judge` is Go's type checker, where it has been run; what it does not know is as without it.
        """
        self.index = index
        self._judge = judge
        self._importpath = importpath
        self._name = name
        self._last = name.rpartition(".")[2]
        self._word = self._last.encode("utf-8", "surrogatepass")
        self._is_member = "." in name
        self.files = Using(
            index,
            importpath,
            self._last,
            is_exported=self._last[:1].isupper(),
            is_member=self._is_member,
            may_be_in=judge.may_be_in if judge else lambda _path: True,
        )

    @property
    def is_checked(self) -> bool:
        """Whether Go's type checker has judged: candidates are then what it could not judge."""
        return self._judge is not None

    def batch(self, start: Place, enough: Callable[[int, int], bool]) -> Uses:
        """Return the uses from a place on; ends when `enough` of (files, uses), after one of either.

        What follows `next` may be none: it was not looked at.
        """
        found: list[Use] = []
        at, given = start
        while (file := self.files.get(at)) is not None:
            data = self.index.view.hot(file.segment, file.blob).data
            if self._word in data:
                for use in islice(self._in(file, data.decode("utf-8", "replace")), given, None):
                    if found and enough(at - start.file, len(found)):
                        return Uses(tuple(found), Place(at, given), at)
                    found.append(use)
                    given += 1
            at, given = at + 1, 0
            if enough(at - start.file, len(found)):
                break
        return Uses(tuple(found), None if self.files.ends_at(at) else Place(at), at)

    @cached_property
    def _is_alone(self) -> bool:
        return self._is_member and self._declared_once()

    def _declared_once(self) -> bool:
        """Whether no other type of the version has a member of this name."""
        found = [
            name
            for segment in self.index.view.segments
            for name in segment.code.names_ending(self._last, 3)
            if name.name.endswith(f".{self._last}")
        ]
        if {one.name for one in found} != {self._name}:
            return False
        places = self.index.locate(self._importpath, self._name)
        return bool(places) and sum(len(one.at) for one in found) == len(places)

    def _in(self, file: GoFile, text: str) -> Iterator[Use]:
        is_own = self.index.importpath_of(file.path) == self._importpath
        places = (at for at in occurrences(text, self._last) if is_own or self._may_be(text, at))
        first = next(places, None)
        # Most files are done with here: what the file declares is read for what may be a use alone.
        if first is None or (outline := self._outline(file)) is None:
            return
        aliases = {a for a, imported in outline.imports.items() if imported == self._importpath}
        definitions = {
            mark.name_start: mark for mark in outline.symbols if mark.name.endswith(self._last)
        }
        is_shadowed = is_own and not self._is_member and may_shadow(text, self._last)
        within = _Within(outline.symbols)
        line, counted = 1, 0
        for start in in_code(text, outline.symbols, chain((first,), places)):
            definition = definitions.get(start)
            if definition is not None and (definition.name != self._name or not is_own):
                continue
            certainty = self._certainty(text, start, is_own=is_own, aliases=aliases)
            if is_shadowed and certainty is Certainty.EXACT:
                certainty = Certainty.LIKELY
            if definition is not None:
                certainty = Certainty.EXACT
            elif self._judge is not None:
                certainty = _judged(self._judge(file.path, _offset(text, start)), certainty)
            if certainty is None:
                continue
            line += text.count("\n", counted, start)
            counted = start
            span = start, start + len(self._last)
            yield _use((file.path, line), text, span, within.name(start), certainty, definition)

    def _outline(self, file: GoFile) -> Declared | None:
        return self.index.view.segments[file.segment].code.outline(file.blob)

    def _may_be(self, text: str, start: int) -> bool:
        """Whether an identifier of another package's file is a member, or of what is imported."""
        if qualifier(text, start) is not None:
            return True
        return self._is_member and is_key(text, start + len(self._last))

    def _certainty(
        self, text: str, start: int, *, is_own: bool, aliases: set[str]
    ) -> Certainty | None:
        """Return how sure it is that the identifier at `start` is the symbol; None: it is another."""
        before = qualifier(text, start)
        end = start + len(self._last)
        if self._is_member:
            known = Certainty.LIKELY if self._is_alone else Certainty.CANDIDATE
            return known if before is not None or is_key(text, end) else None
        if before is not None:
            return Certainty.EXACT if before in aliases else None
        if not is_own:
            return None
        return Certainty.LIKELY if is_key(text, end) else Certainty.EXACT  # a field, or a map's key


class _Within:
    """Says in which declaration of a file a place is."""

    def __init__(self, marks: Sequence[Mark]) -> None:
        self._marks = marks
        self._starts: list[int] = []

    def name(self, at: int) -> str:
        if not self._starts:
            self._marks = [mark for mark in self._marks if mark.kind != _FIELD]
            self._starts = [mark.start for mark in self._marks]
        place = bisect_right(self._starts, at) - 1
        return self._marks[place].name if place >= 0 and at < self._marks[place].end else ""


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
    return Use(
        *where,
        kept,
        start - begin,
        end - begin,
        within,
        is_call=definition is None and is_called(text, end),
        is_definition=definition is not None,
        certainty=certainty,
    )
