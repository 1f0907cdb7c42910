"""What strings of a Go file stand for: flags, metrics, reasons of events, types of conditions.

Read from what the file declares and its text, without another look at the tree, by how Go that means them
is written: calls of pflag, Opts of component-base/metrics, calls of EventRecorder, literals of conditions.
Files that import `testing` say nothing. Source: github.com/spf13/pflag#FlagSet;
component-base/metrics#KubeOpts; client-go/tools/record#EventRecorder; client-go/tools/events#EventRecorder;
KEP-1623 for conditions.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import cached_property
from itertools import islice
from typing import NamedTuple

from portal.source.declared import Declared, Mark
from portal.source.symbols import Kind

FLAG, METRIC, EVENT, CONDITION = "flag", "metric", "event", "condition"
KINDS = (FLAG, METRIC, EVENT, CONDITION)
CONSTANT = "constant"
"""A constant that is a string: what the others may be written as."""

CALL_CHARACTERS = 1_200
"""Of a call or a literal that are read: no more of it comes before the name."""
MOST = 1_000
"""Calls of a sort that are read of a file; Kubernetes has 300 in one."""

_FLAGS = frozenset(
    {
        "flag",
        "github.com/spf13/pflag",
        "github.com/spf13/cobra",
        "k8s.io/component-base/cli/flag",
    }
)
_METRICS = ("k8s.io/component-base/metrics", "github.com/prometheus/client_golang/prometheus")
_NAME = r'(?:"([^"\\\n]+)"|((?:\w+\.)?[A-Za-z_]\w*))'
_ARGUMENT = r'(?:[^,()"]|\((?:[^()]|\([^()]*\)){0,400}\)){1,400}'
_VALUES = (
    r"(?:Bool|String|Int\d*|Uint\d*|Float\d\d|Duration|IP|IPNet|Count)(?:Slice|Array|ToString)?"
)
_FLAG = re.compile(
    rf"\.(?:[A-Z]\w*)?Var(?:P|PF)?\(\s*{_ARGUMENT},\s*{_NAME}\s*,"
    rf"|\b(?:fs|fss|p?flag|\w*[fF]lags?(?:\(\)|Set)?)\.{_VALUES}P?\(\s*{_NAME}\s*,"
)
_OPTS = re.compile(
    r"\b(?:Counter|Gauge|Histogram|Summary|TimingHistogram|TimingRatioHistogram)Opts\{"
)
_DESC = re.compile(r"\bNewDesc\(")
_BUILT = re.compile(r"(?:\w+\.)?BuildFQName\(")
_FIELD = re.compile(rf"\b(Namespace|Subsystem|Name):\s*{_NAME}\s*[,}}]")
_EVENT = re.compile(r"\.(?:Annotated)?Eventf?\(")
_EVENT_TYPE = re.compile(r'(?:\w+\.)?EventType(?:Normal|Warning)|"(?:Normal|Warning)"')
_CONDITION = re.compile(r"Condition\{")
"""The end of a literal's type: what it begins with does not matter, and is looked for ten times as long."""
_TYPE = re.compile(rf"\bType:\s*{_NAME}\s*[,}}]")
_CONST = re.compile(r'const (\w+)(?: ((?:\w+\.)?\w+))? = "([^"\\]+)"')
_LINE = re.compile("\n")
_WHOLE_NAME = re.compile(_NAME)


class StringFact(NamedTuple):
    """A string, or a constant in place of one, that stands for something."""

    kind: str
    """One of KINDS, or CONSTANT."""
    name: str
    """The string; "" where a constant of another file is written."""
    full: str
    """A metric's name with its namespace and subsystem; "" where one is neither string nor constant.

    Where constants of other files stand in it, its parts with a space between, those as in `constant`.
    """
    constant: str
    """IMPORTPATH#NAME of the constant that is written, `#NAME` of one of the package; "" for a string."""
    line: int
    within: str
    """The declaration that it stands in, "" for none; of a CONSTANT, that one."""


def string_facts(text: str, declared: Declared) -> tuple[StringFact, ...]:
    """Return what strings of a file of this text, that declares this, stand for, in order of lines."""
    imports = frozenset(declared.imports.values())
    if "testing" in imports:
        return ()
    reader = _Reader(text, declared)
    found = [*reader.constants()]
    if imports & _FLAGS:
        found += reader.flags()
    if any(path in imports for path in _METRICS):
        found += reader.metrics()
    if "Event(" in text or "Eventf(" in text:
        found += reader.events()
    if "Condition{" in text:
        found += reader.conditions()
    return tuple(sorted(found, key=lambda fact: fact.line))


class _Reader:
    def __init__(self, text: str, declared: Declared) -> None:
        self._text = text
        self._imports = declared.imports
        self._marks = [mark for mark in declared.symbols if mark.kind != Kind.FIELD]
        self._starts = [mark.start for mark in self._marks]
        self._values: dict[str, str] = {}
        self._constants: list[tuple[Mark, str, str]] = []
        for mark in self._marks:
            if mark.kind == Kind.CONST and (found := _CONST.fullmatch(mark.signature)):
                self._values[mark.name] = found[3]
                self._constants.append((mark, found[2] or "", found[3]))

    def constants(self) -> Iterator[StringFact]:
        for mark, type_name, value in self._constants:
            yield StringFact(CONSTANT, value, "", "", mark.line, mark.name)
            if type_name.endswith("ConditionType"):
                yield StringFact(CONDITION, value, "", "", mark.line, mark.name)

    def flags(self) -> Iterator[StringFact]:
        for found in islice(_FLAG.finditer(self._text), MOST):
            literal, constant = found[1] or found[3], found[2] or found[4]
            at = found.start(1) if found[1] else found.start(found.lastindex or 0)
            yield from self._fact(FLAG, literal, constant, at)

    def metrics(self) -> Iterator[StringFact]:
        for found in islice(_OPTS.finditer(self._text), MOST):
            parts: dict[str, tuple[str, int]] = {}
            end = _closing(self._text, found.end(), self._end(found.end()))
            for field in _FIELD.finditer(self._text, found.end(), end):
                parts[field[1]] = (
                    field[0].partition(":")[2].strip(" \t\n,}"),
                    field.start(2) if field[2] else field.start(3),
                )
            if "Name" in parts:
                yield from self._metric(
                    [parts[part] for part in ("Namespace", "Subsystem", "Name") if part in parts]
                )
        for found in islice(_DESC.finditer(self._text), MOST):
            end = self._end(found.end())
            named = _arguments(self._text, found.end(), end)[:1]
            if named and (built := _BUILT.match(named[0][0])):
                named = _arguments(self._text, named[0][1] + built.end(), end)
            if named:
                yield from self._metric(named)

    def _metric(self, parts: list[tuple[str, int]]) -> Iterator[StringFact]:
        """Yield a metric whose name has these parts, each as written and where; the last is its own."""
        name, at = parts[-1]
        if written := _WHOLE_NAME.fullmatch(name):
            known = [self._part(part) for part, _at in parts]
            full = "" if None in known else " ".join(filter(None, known))
            for fact in self._fact(METRIC, written[1], written[2], at):
                yield fact._replace(full=full if "#" in full else full.replace(" ", "_"))

    def _part(self, written: str) -> str | None:
        """Return a string, or the constant of another file that stands for one; None: neither is written."""
        if written == '""':
            return ""
        name = _WHOLE_NAME.fullmatch(written)
        if name is None:
            return None
        return name[1] or self._values.get(name[2]) or self._constant(name[2])

    def _constant(self, written: str) -> str | None:
        """Return a constant of another file as StringFact has it; None for one of no import."""
        qualifier, _dot, name = written.rpartition(".")
        if qualifier and qualifier not in self._imports:
            return None
        return f"{self._imports[qualifier] if qualifier else ''}#{name}"

    def events(self) -> Iterator[StringFact]:
        for found in islice(_EVENT.finditer(self._text), MOST):
            arguments = _arguments(self._text, found.end(), self._end(found.end()))
            typed = [n for n, (one, _at) in enumerate(arguments) if _EVENT_TYPE.fullmatch(one)]
            if not typed and len(arguments) < 4:
                continue  # of another kind
            place = typed[0] + 1 if typed else 3 if "Annotated" in found[0] else 2
            if place < len(arguments):
                reason, at = arguments[place]
                if name := _WHOLE_NAME.fullmatch(reason):
                    yield from self._fact(EVENT, name[1], name[2], at)

    def conditions(self) -> Iterator[StringFact]:
        for found in islice(_CONDITION.finditer(self._text), MOST):
            end = _closing(self._text, found.end(), self._end(found.end()))
            if field := _TYPE.search(self._text, found.end(), end):
                at = field.start(field.lastindex or 0)
                yield from self._fact(CONDITION, field[1], field[2], at)

    def _fact(
        self, kind: str, literal: str | None, constant: str | None, at: int
    ) -> Iterator[StringFact]:
        """Yield what stands at a place, unless it is a variable that nobody declares."""
        place = bisect_right(self._starts, at) - 1
        mark = self._marks[place] if place >= 0 and at < self._marks[place].end else None
        line = bisect_right(self._lines, at)
        begin = self._lines[line - 1]
        if mark is None or self._text[begin:at].lstrip().startswith("//"):
            return  # in a comment
        if literal:
            yield StringFact(kind, literal, "", "", line, mark.name)
        elif constant and (meant := self._constant(constant)):
            yield StringFact(kind, self._values.get(constant, ""), "", meant, line, mark.name)

    @cached_property
    def _lines(self) -> list[int]:
        """Where each line begins."""
        return [0, *(found.end() for found in _LINE.finditer(self._text))]

    def _end(self, at: int) -> int:
        return min(len(self._text), at + CALL_CHARACTERS)


_TOKEN = re.compile(r'"(?:[^"\\\n]|\\.)*"|`[^`]*`|[()\[\]{},]')


def _closing(text: str, start: int, end: int) -> int:
    """Return the end of a literal whose bracket was opened before `start`, `end` at the most."""
    depth = 1
    for token in _TOKEN.finditer(text, start, end):
        depth += (token[0] in "([{") - (token[0] in ")]}")
        if depth == 0:
            return token.end()
    return end


def _arguments(text: str, start: int, end: int) -> list[tuple[str, int]]:
    """Return the first arguments of a call, five at the most, and where each begins."""
    found: list[tuple[str, int]] = []
    depth, at = 0, start
    for token in _TOKEN.finditer(text, start, end):
        sign = token[0]
        if sign in "([{":
            depth += 1
        elif depth and sign in ")]}":
            depth -= 1
        elif depth == 0 and sign in ",)":
            piece = text[at : token.start()]
            found.append((piece.strip(), at + len(piece) - len(piece.lstrip())))
            at = token.end()
            if sign == ")" or len(found) == 5:
                break
    return found
