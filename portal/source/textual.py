"""What protocol buffer, SQL and YAML files declare, by their statements: for files that have no parser here.

A name, where its statement stands, and a digest of the statement without comments and layout: as much
as an anchor needs. In proto files messages, enums, services and their calls; in SQL what is created; in
YAML the objects of Kubernetes, as KIND.NAME.
Source: protobuf.dev, "Protocol Buffers Version 3 Language Specification"; ISO/IEC 9075-2, "Lexical
elements"; YAML 1.2, 9.2 (streams); Kubernetes API conventions, "Types (Kinds)".
"""

import hashlib
import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from portal.source import lexer
from portal.source.declared import DIGEST, Declared, Mark
from portal.source.symbols import MAX_SIGNATURE, Kind

MAX_NESTING = 20
"""Messages within messages; what lies deeper is passed over."""


@dataclass(frozen=True, slots=True)
class _Statement:
    """A declaration as it was found; places count characters of the text."""

    name: str
    kind: Kind
    start: int
    end: int
    name_start: int
    head_end: int


class _Text:
    """A file's text, its lines and the comments that end on each."""

    def __init__(self, data: bytes) -> None:
        self.text = data.decode("utf-8", "replace")
        self._ends = [found.start() for found in re.finditer("\n", self.text)]
        self.comments: dict[int, int] = {}
        """Last line to first line of every run of comments."""

    def line(self, at: int) -> int:
        """Return the line, from 1, of a character."""
        return bisect_right(self._ends, at - 1) + 1

    def note(self, start: int, end: int) -> None:
        """Note a comment; one that begins below another is of the same run."""
        first = self.line(start)
        self.comments[self.line(end - 1)] = self.comments.pop(first - 1, first)

    def mark(self, one: _Statement, digest: str, signature_digest: str) -> Mark:
        """Return the mark of a statement."""
        line = self.line(one.start)
        head = self.text[one.start : min(one.head_end, one.start + 4 * MAX_SIGNATURE)]
        return Mark(
            one.name,
            one.kind.value,
            one.start,
            one.end,
            one.name_start,
            line,
            self.line(max(one.start, one.end - 1)),
            self.comments.get(line - 1, line),
            " ".join(head.split())[:MAX_SIGNATURE],
            digest[:DIGEST],
            signature_digest[:DIGEST],
        )


# --- protocol buffers

_PROTO = re.compile(
    rf"(?P<comment>{lexer.COMMENT})|(?P<literal>{lexer.LITERAL})|(?P<sign>[{{}};])"
    r"|(?P<what>message|enum|service|rpc)\s+(?P<name>[A-Za-z_]\w*)|(?P<word>[\w.]+)"
)
_PROTO_KINDS = {
    "message": Kind.STRUCT,
    "enum": Kind.TYPE,
    "service": Kind.INTERFACE,
    "rpc": Kind.METHOD,
}


def proto(data: bytes) -> Declared:
    """Return what a proto file declares; what is none declares nothing and raises nothing."""
    text = _Text(data)
    marks = [
        text.mark(
            one,
            lexer.digest(text.text[one.start : one.end]),
            lexer.digest(text.text[one.start : one.head_end]),
        )
        for one in _proto_statements(text)
    ]
    package = re.search(r"^[ \t]*package[ \t]+([\w.]+)[ \t]*;", text.text, re.MULTILINE)
    imports = {
        path.rpartition("/")[2]: path
        for path in re.findall(
            r'^import[ \t]+(?:public[ \t]+|weak[ \t]+)?"([^"\n]+)"', text.text, re.MULTILINE
        )
    }
    marks.sort(key=lambda mark: mark.start)
    return Declared(package[1] if package else "", "", imports, tuple(marks))


def _proto_statements(text: _Text) -> Iterator[_Statement]:
    scopes: list[re.Match[str] | None] = []
    heads: list[int] = []
    pending: re.Match[str] | None = None
    is_first = True  # of a statement: `message` may be the name of a field
    for found in _PROTO.finditer(text.text):
        if found["comment"] is not None:
            text.note(*found.span())
            continue
        sign = found["sign"]
        if sign == "{":
            scopes.append(pending)
            heads.append(found.start())
            pending = None
        elif sign == "}" and scopes:
            opened, head = scopes.pop(), heads.pop()
            if opened is not None:
                yield from _proto_statement(scopes, opened, found.end(), head)
        elif sign == ";" and pending is not None:
            yield from _proto_statement(scopes, pending, found.end(), found.start())
            pending = None
        elif found["what"] is not None and is_first:
            pending = found
        is_first = sign is not None


def _proto_statement(
    scopes: list[re.Match[str] | None], found: re.Match[str], end: int, head: int
) -> Iterator[_Statement]:
    if len(scopes) <= MAX_NESTING:
        owners = [scope["name"] for scope in scopes if scope is not None]
        name = ".".join((*owners, found["name"]))
        kind = _PROTO_KINDS[found["what"]]
        yield _Statement(name, kind, found.start(), end, found.start("name"), head)


# --- SQL

_SQL = re.compile(
    r"(?P<comment>--[^\n]*|/\*(?s:.*?)(?:\*/|\Z))"
    r"|'(?:[^']|'')*(?:'|\Z)|\"(?:[^\"]|\"\")*(?:\"|\Z)|`[^`]*(?:`|\Z)"
    r"|\$\$(?s:.*?)(?:\$\$|\Z)|(?P<end>;)|[^\s;'\"`$/-]+|\S"
)
_CREATE = re.compile(
    r"CREATE\s+(?:OR\s+REPLACE\s+)?(?:(?:TEMPORARY|TEMP|UNIQUE|UNLOGGED|MATERIALIZED|FULLTEXT)\s+)*"
    r"(?P<what>TABLE|VIEW|INDEX|FUNCTION|PROCEDURE|TRIGGER|SEQUENCE|TYPE|SCHEMA|DATABASE)\s+"
    r"(?:IF\s+NOT\s+EXISTS\s+)?(?P<name>[\w.`\"\[\]$]{1,200})",
    re.IGNORECASE,
)
_SQL_KINDS = {"TABLE": Kind.STRUCT, "FUNCTION": Kind.FUNC, "PROCEDURE": Kind.FUNC}


def sql(data: bytes) -> Declared:
    """Return what the statements of an SQL file create; it raises nothing."""
    text = _Text(data)
    marks: list[Mark] = []
    tokens: list[str] = []
    start = -1
    for found in _SQL.finditer(text.text):
        if found["comment"] is not None:
            text.note(*found.span())
        elif found["end"] is None:
            start = found.start() if start < 0 else start
            tokens.append(found[0])
        elif start >= 0:
            marks.extend(_created(text, start, found.end(), tokens))
            tokens, start = [], -1
    if start >= 0:
        marks.extend(_created(text, start, len(text.text), tokens))
    return Declared("", "", {}, tuple(marks))


def _created(text: _Text, start: int, end: int, tokens: list[str]) -> Iterator[Mark]:
    found = _CREATE.match(text.text, start, end)
    if found:
        name = re.sub(r"[`\"\[\]]", "", found["name"]).strip(".")
        kind = _SQL_KINDS.get(found["what"].upper(), Kind.TYPE)
        quoted = re.compile(r"[`\"\[]*").match(text.text, found.start("name"))
        begin = quoted.end() if quoted else found.start("name")
        if name:
            one = _Statement(name, kind, start, end, begin, found.end())
            yield text.mark(one, _digest(tokens), _digest(found[0].split()))


# --- YAML

_KEY = re.compile(r"(?P<indent> *)(?P<key>kind|metadata|name):[ \t]*(?P<value>[^\s#]*)")


def yaml(data: bytes) -> Declared:
    """Return the objects of Kubernetes that a YAML file holds, as KIND.NAME; it raises nothing."""
    text = _Text(data)
    marks: list[Mark] = []
    start = 0
    for end in (
        *(m.start() for m in re.finditer(r"^---", text.text, re.MULTILINE)),
        len(text.text),
    ):
        marks.extend(_object(text, start, end))
        start = end
    return Declared("", "", {}, tuple(marks))


def _object(text: _Text, start: int, end: int) -> Iterator[Mark]:
    kind = name = ""
    at = name_start = begin = start
    is_in_metadata = False
    kept: list[str] = []
    for line in text.text[start:end].splitlines(keepends=True):
        if line.strip() and not line.lstrip().startswith(("#", "---")):
            begin = begin if kept else at
            kept.append(line.rstrip())
            found = _KEY.match(line)
            if not line[0].isspace():
                is_in_metadata = line.startswith("metadata:")
            if found and not found["indent"] and found["key"] == "kind":
                kind = kind or found["value"].strip("\"'")
            elif found and is_in_metadata and found["key"] == "name" and not name:
                name = found["value"].strip("\"'")
                name_start = at + found.start("value")
                name_start += text.text.startswith(('"', "'"), name_start)
        at += len(line)
    if re.fullmatch(r"[A-Za-z]\w*", kind) and re.fullmatch(r"[\w.:-]{1,253}", name):
        head = text.text.find("\n", begin)
        one = _Statement(
            f"{kind}.{name}", Kind.VAR, begin, end, name_start, head if head >= 0 else end
        )
        yield text.mark(one, _digest(kept), _digest([kind, name]))


def _digest(pieces: list[str]) -> str:
    return hashlib.sha256("\0".join(pieces).encode("utf-8", "surrogatepass")).hexdigest()
