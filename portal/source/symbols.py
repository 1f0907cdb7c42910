"""What one Go file declares: functions, methods, types, fields, constants and variables.

Names are an anchor's names: Func, Type, Type.Method, Type.field, CONST. Source: Go specification,
"Declarations and scope"; go.dev/doc/comment for what is a doc comment.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from textwrap import dedent

from portal.source.golang import Node, Source, Span, first_line, last_line

MAX_SIGNATURE = 400
"""Characters of a signature that are kept; a table of constants can be one `var`."""


class Kind(StrEnum):
    """What a symbol is."""

    FUNC = "func"
    METHOD = "method"
    STRUCT = "struct"
    INTERFACE = "interface"
    TYPE = "type"
    FIELD = "field"
    CONST = "const"
    VAR = "var"

    @property
    def is_type(self) -> bool:
        """Whether the name can stand where a type stands."""
        return self in {Kind.STRUCT, Kind.INTERFACE, Kind.TYPE}


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of a function's body, at any depth."""

    digest: str
    """sha256, in hex, of its tokens: an anchor's S8 is the start of it."""
    span: Span
    line: int
    end_line: int
    depth: int
    """0 for the statements of the body itself."""


@dataclass(frozen=True, slots=True)
class Symbol:
    """One declared name. Lines count from 1; spans count characters of the file's text."""

    name: str
    kind: Kind
    file: str
    """The file's name in its folder."""
    span: Span
    """The declaration without its doc comment."""
    name_span: Span
    line: int
    end_line: int
    doc_line: int
    """The first line of the doc comment; `line` where there is none."""
    doc: str
    signature: str
    """The declaration's head on one line: parameters and results, no body."""
    digest: str
    """sha256, in hex, of the declaration's tokens: an anchor's D8 is the start of it."""
    signature_digest: str
    statements: tuple[Statement, ...]
    """In source order; empty for what has no body."""

    @property
    def owner(self) -> str:
        """The type of a method or field; empty for a name of the package itself."""
        return self.name.rpartition(".")[0]


def declared(source: Source, file: str, *, is_whole: bool = True) -> tuple[Symbol, ...]:
    """Return every symbol that a file declares, in source order; `_` declares nothing.

    Unless `is_whole` none has its doc and its statements, which cost more than all the rest.
    """
    reader = _Reader(source, file, is_whole=is_whole)
    found: list[Symbol] = []
    for node, docs in _documented(source.root):
        found.extend(reader.declaration(node, docs))
    return tuple(symbol for symbol in found if symbol.name.rpartition(".")[2] != "_")


def package_name(source: Source) -> str:
    """Return the name in the package clause; empty where there is none."""
    for node in source.root.children:
        if node.type == "package_clause":
            return source.words(node.named_children[0])
    return ""


@dataclass(frozen=True, slots=True)
class _Found:
    """A declared name and the nodes that make its symbol."""

    name: Node
    kind: Kind
    docs: list[Node]
    whole: Node
    """What the symbol's span covers."""
    signature: str
    digested: Node
    hole: Node | None = None
    """The part of `digested` that is no part of the signature."""
    owner: str = ""
    body: Node | None = None


class _Reader:
    """Turns declaration nodes of one file into symbols."""

    def __init__(self, source: Source, file: str, *, is_whole: bool) -> None:
        self._source = source
        self._file = file
        self._is_whole = is_whole

    def declaration(self, node: Node, docs: list[Node]) -> Iterator[Symbol]:
        match node.type:
            case "function_declaration":
                yield self._function(node, docs, "")
            case "method_declaration":
                if owner := self._receiver(node):
                    yield self._function(node, docs, owner)
            case "type_declaration" | "const_declaration" | "var_declaration":
                yield from self._group(node, docs)

    def _group(self, node: Node, docs: list[Node]) -> Iterator[Symbol]:
        word = node.type.partition("_")[0]
        is_list = any(child.type == "(" for child in node.children)
        for spec, own in _documented(node):
            if spec.type == "var_spec_list":
                for inner, inner_docs in _documented(spec):
                    yield from self._spec(inner, inner_docs, inner, "var")
            elif spec.type.endswith(("_spec", "_alias")):
                whole = spec if is_list else node
                yield from self._spec(spec, own or ([] if is_list else docs), whole, word)

    def _spec(self, spec: Node, docs: list[Node], whole: Node, word: str) -> Iterator[Symbol]:
        if word == "type":
            yield from self._type(spec, docs, whole)
            return
        value = spec.child_by_field_name("value")
        for name in spec.children_by_field_name("name"):
            if name.type == "identifier":
                signature = f"{word} {self._words(spec)}"
                yield self._symbol(_Found(name, Kind(word), docs, whole, signature, spec, value))

    def _type(self, spec: Node, docs: list[Node], whole: Node) -> Iterator[Symbol]:
        name, under = spec.child_by_field_name("name"), spec.child_by_field_name("type")
        if name is None or under is None:
            return
        kinds = {"struct_type": Kind.STRUCT, "interface_type": Kind.INTERFACE}
        kind = kinds.get(under.type, Kind.TYPE) if spec.type == "type_spec" else Kind.TYPE
        if kind is Kind.TYPE:
            signature, hole = f"type {self._words(spec)}", None
        else:
            signature, hole = f"type {self._head(spec, under)} {kind}", under
        yield self._symbol(_Found(name, kind, docs, whole, signature, spec, hole))
        owner = self._source.words(name)
        if kind is Kind.STRUCT:
            for fields in under.named_children:
                for field, own in _documented(fields):
                    yield from self._fields(field, own, owner)
        elif kind is Kind.INTERFACE:
            for method, own in _documented(under):
                if method.type == "method_elem" and (method_name := _field(method, "name")):
                    signature = f"func ({owner}) {self._words(method)}"
                    found = _Found(
                        method_name, Kind.METHOD, own, method, signature, method, None, owner
                    )
                    yield self._symbol(found)

    def _fields(self, field: Node, docs: list[Node], owner: str) -> Iterator[Symbol]:
        if field.type != "field_declaration":
            return
        names = field.children_by_field_name("name") or _embedded(field)
        tag = field.child_by_field_name("tag")
        for name in names:
            if name.type in {"field_identifier", "type_identifier"}:
                signature = self._head(field, tag)
                yield self._symbol(
                    _Found(name, Kind.FIELD, docs, field, signature, field, tag, owner)
                )

    def _function(self, node: Node, docs: list[Node], owner: str) -> Symbol:
        name, body = node.child_by_field_name("name"), node.child_by_field_name("body")
        kind = Kind.METHOD if owner else Kind.FUNC
        signature = self._head(node, body)
        return self._symbol(
            _Found(name or node, kind, docs, node, signature, node, body, owner, body)
        )

    def _receiver(self, node: Node) -> str:
        receiver = node.child_by_field_name("receiver")
        waiting = list(receiver.named_children) if receiver else []
        while waiting:
            part = waiting.pop(0)
            if part.type == "type_identifier":
                return self._source.words(part)
            inner = part.child_by_field_name("type")
            waiting = [inner] if inner else [c for c in part.named_children if c.type != "comment"]
        return ""

    def _statements(self, body: Node) -> Iterator[Statement]:
        waiting = [(child, -1) for child in reversed(body.children)]
        while waiting:
            node, depth = waiting.pop()
            if node.type == "statement_list":
                depth += 1
            elif node.type != "comment" and node.parent and node.parent.type == "statement_list":
                yield Statement(
                    self._source.digest(node),
                    self._source.span(node),
                    first_line(node),
                    last_line(node),
                    depth,
                )
            waiting.extend((child, depth) for child in reversed(node.named_children))

    def _symbol(self, found: _Found) -> Symbol:
        source, whole = self._source, found.whole
        digest = source.digest(found.digested)
        has_hole = found.hole is not None
        short = source.words(found.name)
        return Symbol(
            name=f"{found.owner}.{short}" if found.owner else short,
            kind=found.kind,
            file=self._file,
            span=source.span(whole),
            name_span=source.span(found.name),
            line=first_line(whole),
            end_line=last_line(whole),
            doc_line=first_line(found.docs[0]) if found.docs else first_line(whole),
            doc=doc_of(source.words(comment) for comment in found.docs) if self._is_whole else "",
            signature=found.signature[:MAX_SIGNATURE],
            digest=digest,
            signature_digest=(
                source.digest_without(found.digested, found.hole) if has_hole else digest
            ),
            statements=tuple(self._statements(found.body)) if found.body and self._is_whole else (),
        )

    def _words(self, node: Node) -> str:
        return _one_line(self._source.words(node))

    def _head(self, node: Node, end: Node | None) -> str:
        return _one_line(self._source.slice(node, end)) if end else self._words(node)


def _field(node: Node, name: str) -> Node | None:
    return node.child_by_field_name(name)


def _embedded(field: Node) -> list[Node]:
    """Return the identifier that an embedded field is called by: the last of its type's name."""
    part = field.child_by_field_name("type")
    while part is not None and part.type != "type_identifier":
        part = part.child_by_field_name("name") or part.child_by_field_name("type")
    return [part] if part is not None else []


def _documented(parent: Node) -> Iterator[tuple[Node, list[Node]]]:
    """Yield each named child with the comment lines that stand directly above it.

    A comment behind code on the same line documents nothing below it.
    """
    above: list[Node] = []
    row = -1
    for child in parent.children:
        if child.type == "comment":
            if child.start_point.row == row:
                continue
            follows = bool(above) and above[-1].end_point.row + 1 == child.start_point.row
            if follows:
                above.append(child)
            else:
                above = [child]
        elif child.type not in {"\n", ";"}:
            near = bool(above) and above[-1].end_point.row + 1 == child.start_point.row
            if child.is_named:
                yield child, above if near else []
            above, row = [], child.end_point.row


def doc_of(comments: Iterable[str]) -> str:
    """Return the text of a doc comment, given as its comments or their lines; directives are no doc."""
    lines: list[str] = []
    for comment in map(str.strip, comments):
        if comment.startswith("/*"):
            block = dedent(comment[2:-2].strip("\n")).strip()
            lines.extend(map(str.rstrip, block.split("\n")))
        elif not re.match(r"//[a-z0-9]+:[a-z0-9]|//nolint", comment):
            lines.append(comment[2:].removeprefix(" ").rstrip())
    return "\n".join(lines).strip("\n")


def _one_line(text: str) -> str:
    if not ("\n" in text or "/" in text or "\t" in text or "  " in text):
        return text.strip()
    text = re.sub(r"//[^\n]*|/\*.*?\*/", " ", text, flags=re.DOTALL) if "/" in text else text
    text = re.sub(r"\s+", " ", text).strip()
    return re.sub(r",? ([)\]])", r"\1", re.sub(r"([(\[]) ", r"\1", text))
