"""What one Java file declares, as the index keeps it: the sister of golang and symbols.

Names are Type, Type.member and Outer.Inner.member, without the package; a constructor is called as its
type is: Type.Type. Methods of one name are as many symbols of that name.
Source: Java Language Specification, chapters 3 (tokens), 7 (packages and imports), 8 and 9 (members).
"""

import hashlib
import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from functools import lru_cache

from tree_sitter import Language

from portal.source.declared import DIGEST, Declared, Mark
from portal.source.golang import Node, Source, first_line, last_line
from portal.source.symbols import MAX_SIGNATURE, Kind

MAX_NESTING = 20
"""Types within types; what lies deeper is passed over."""

_TYPES = {
    "class_declaration": Kind.STRUCT,
    "record_declaration": Kind.STRUCT,
    "enum_declaration": Kind.TYPE,
    "interface_declaration": Kind.INTERFACE,
    "annotation_type_declaration": Kind.INTERFACE,
}
_MEMBERS = {
    "method_declaration": Kind.METHOD,
    "constructor_declaration": Kind.METHOD,
    "compact_constructor_declaration": Kind.METHOD,
    "annotation_type_element_declaration": Kind.METHOD,
    "enum_constant": Kind.CONST,
}
_FIELDS = {"field_declaration", "constant_declaration"}
_COMMENTS = {"line_comment", "block_comment"}
_ATOMS = {"string_literal", "character_literal"}


def read(data: bytes) -> Declared:
    """Return what a Java file declares; what is no Java declares nothing and raises nothing.

    An import on demand stands under `PACKAGE.*`.
    """
    source = Source(data.decode("utf-8", "replace"), _java())
    reader = _Reader(source)
    marks = sorted(reader.marks(), key=lambda mark: (mark.start, -mark.end, mark.name_start))
    return Declared(_package(source), "", _imports(source), tuple(marks))


@lru_cache(maxsize=1)
def _java() -> Language:
    import tree_sitter_java  # whoever imports no Java loads no grammar for it

    return Language(tree_sitter_java.language())


def _package(source: Source) -> str:
    for node in source.root.children:
        if node.type == "package_declaration":
            for child in node.named_children:
                if child.type in {"identifier", "scoped_identifier"}:
                    return _path(source, child)
    return ""


def _imports(source: Source) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for node in source.root.children:
        if node.type == "import_declaration":
            path, is_all = "", False
            for child in node.named_children:
                if child.type == "asterisk":
                    is_all = True
                elif child.type not in _COMMENTS:
                    path = _path(source, child)
            if path:
                found[f"{path}.*" if is_all else path.rpartition(".")[2]] = path
    return found


def _path(source: Source, node: Node) -> str:
    return re.sub(r"\s+", "", source.words(node))


class _Reader:
    """Turns the declarations of one file into marks."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._starts: list[int] = []
        self._tokens: list[bytes] = []
        for leaf in _leaves(source.root):
            self._starts.append(leaf.start_byte)
            self._tokens.append(source.words(leaf).encode("utf-8", "surrogatepass"))

    def marks(self) -> Iterator[Mark]:
        """Yield a mark for every type and member, in no order."""
        waiting: list[tuple[Node, str, int]] = [(self._source.root, "", 0)]
        while waiting:
            parent, owner, depth = waiting.pop()
            above: Node | None = None
            end, row = parent, -1
            for node in parent.named_children:
                if node.type in _COMMENTS:
                    is_behind = (
                        node.start_point.row == row
                    )  # behind code: it documents nothing below
                    if not is_behind and (above is None or not _touches(end, node)):
                        above = node
                    end = node
                    continue
                doc = above if above is not None and _touches(end, node) else None
                above, row = None, node.end_point.row
                if node.type in _TYPES:
                    yield from self._mark(node, owner, _TYPES[node.type], doc)
                    body = node.child_by_field_name("body")
                    if body is not None and depth < MAX_NESTING:
                        waiting.append((body, self._named(node, owner), depth + 1))
                elif node.type == "enum_body_declarations":
                    waiting.append((node, owner, depth))
                elif owner and node.type in _MEMBERS:
                    yield from self._mark(node, owner, _MEMBERS[node.type], doc)
                elif owner and node.type in _FIELDS:
                    yield from self._fields(node, owner, doc)

    def _fields(self, node: Node, owner: str, doc: Node | None) -> Iterator[Mark]:
        modifiers = node.named_children[0] if node.named_children else node
        words = self._source.words(modifiers).split() if modifiers.type == "modifiers" else []
        is_constant = node.type == "constant_declaration" or {"static", "final"} <= {*words}
        for declarator in node.children_by_field_name("declarator"):
            kind = Kind.CONST if is_constant else Kind.FIELD
            value = declarator.child_by_field_name("value")
            yield from self._mark(declarator, owner, kind, doc, whole=node, hole=value)

    def _mark(
        self,
        node: Node,
        owner: str,
        kind: Kind,
        doc: Node | None,
        *,
        whole: Node | None = None,
        hole: Node | None = None,
    ) -> Iterator[Mark]:
        name = node.child_by_field_name("name")
        if name is None or name.start_byte == name.end_byte:
            return
        whole = whole or node
        hole = hole or node.child_by_field_name("body")
        span = self._source.span(whole)
        head_end = self._source.span(hole).start if hole else span.end
        head = self._source.text[span.start : min(head_end, span.start + 4 * MAX_SIGNATURE)]
        yield Mark(
            self._named(node, owner),
            kind.value,
            span.start,
            span.end,
            self._source.span(name).start,
            first_line(whole),
            last_line(whole),
            first_line(doc) if doc else first_line(whole),
            " ".join(head.split()).rstrip(" =;")[:MAX_SIGNATURE],
            self._digest((whole.start_byte, whole.end_byte)),
            self._digest(
                (whole.start_byte, hole.start_byte if hole else whole.end_byte),
                (hole.end_byte if hole else whole.end_byte, whole.end_byte),
            ),
        )

    def _named(self, node: Node, owner: str) -> str:
        name = node.child_by_field_name("name")
        short = self._source.words(name) if name is not None else ""
        return f"{owner}.{short}" if owner else short

    def _digest(self, *spans: tuple[int, int]) -> str:
        """Return the sha256 of the tokens that begin in `spans`, as many digits of it as are kept."""
        summary = hashlib.sha256()
        for start, end in spans:
            for at in range(bisect_left(self._starts, start), bisect_left(self._starts, end)):
                summary.update(self._tokens[at] + b"\0")
        return summary.hexdigest()[:DIGEST]


def _leaves(root: Node) -> Iterator[Node]:
    """Yield the tokens of a file in order: literals whole, no comments."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if node.type in _COMMENTS:
            continue
        if node.type in _ATOMS or not node.child_count:
            yield node
        else:
            waiting.extend(reversed(node.children))


def _touches(above: Node, below: Node) -> bool:
    return bool(above.end_point.row + 1 >= below.start_point.row)
