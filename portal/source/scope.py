"""Which declared name each identifier of a Go file means, where the language's rules alone decide.

Resolved: names of the package, `pkg.Name` through the imports, fields and methods of a parameter
or receiver whose type is the package's own, keys of its struct literals. Shadowed names, methods of
values of unknown type and promoted fields are left alone: never guessed.
Source: Go specification, "Declarations and scope", "Composite literals".
"""

import contextlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from portal.source.golang import Node, Source, Span
from portal.source.imports import import_table
from portal.source.symbols import Kind, Symbol


class Use(StrEnum):
    """How an identifier is used; the value is its class on a page."""

    FUNC = "fn"
    TYPE = "ty"
    OTHER = "id"


@dataclass(frozen=True, slots=True)
class Reference:
    """An identifier that names exactly one symbol."""

    span: Span
    importpath: str
    name: str
    use: Use
    is_definition: bool = False


SCOPES = frozenset(
    {
        "block",
        "func_literal",
        "function_type",
        "if_statement",
        "for_statement",
        "expression_switch_statement",
        "type_switch_statement",
        "select_statement",
        "expression_case",
        "default_case",
        "type_case",
        "communication_case",
    }
)


def use_of(kind: Kind) -> Use:
    """Return how a symbol of this kind looks on a page."""
    if kind in {Kind.FUNC, Kind.METHOD}:
        return Use.FUNC
    return Use.TYPE if kind.is_type else Use.OTHER


def references(
    source: Source, importpath: str, names: Mapping[str, Kind], declared: Iterable[Symbol]
) -> list[Reference]:
    """Return the identifiers of a file that name one symbol, in source order, without overlaps.

    `names` are those of the whole package, `declared` those of this file.
    """
    walker = _Walker(source, importpath, names)
    # A generated expression may nest deeper than the interpreter: what was found is still right.
    with contextlib.suppress(RecursionError):
        walker.visit(source.root)
    found = {reference.span: reference for reference in walker.found}
    for symbol in declared:
        found.setdefault(
            symbol.name_span,
            Reference(
                symbol.name_span, importpath, symbol.name, use_of(symbol.kind), is_definition=True
            ),
        )
    return sorted(found.values(), key=lambda reference: reference.span)


class _Walker:
    """Walks one file with a stack of scopes: local name -> its type in this package, if known."""

    def __init__(self, source: Source, importpath: str, names: Mapping[str, Kind]) -> None:
        self.found: list[Reference] = []
        self._source = source
        self._importpath = importpath
        self._names = names
        self._imports = import_table(source)
        self._scopes: list[dict[str, str]] = []
        self._visitors: dict[str, Callable[[Node], None]] = {
            "import_declaration": self._nothing,
            "package_clause": self._nothing,
            "comment": self._nothing,
            "interpreted_string_literal": self._nothing,
            "function_declaration": self._function,
            "method_declaration": self._function,
            "method_elem": self._function,
            "type_spec": self._type,
            "type_alias": self._type,
            "parameter_list": self._parameters,
            "type_parameter_list": self._parameters,
            "short_var_declaration": self._assignment,
            "range_clause": self._assignment,
            "receive_statement": self._assignment,
            "var_spec": self._variables,
            "const_spec": self._variables,
            "type_switch_statement": self._type_switch,
            "selector_expression": self._selector,
            "qualified_type": self._qualified,
            "composite_literal": self._composite,
            "keyed_element": self._keyed_expression,
            "identifier": self._name,
            "type_identifier": self._name,
        }

    def visit(self, node: Node) -> None:
        """Visit a node by its own rule, else its children in order."""
        if visitor := self._visitors.get(node.type):
            visitor(node)
        elif node.type in SCOPES:
            self._scoped(node.children)
        else:
            for child in node.children:
                self.visit(child)

    def _scoped(self, nodes: Iterable[Node]) -> None:
        self._scopes.append({})
        for node in nodes:
            self.visit(node)
        self._scopes.pop()

    def _nothing(self, node: Node) -> None:
        """Hold no identifier that could name a symbol."""

    def _function(self, node: Node) -> None:
        parts = ("type_parameters", "receiver", "parameters", "result", "body")
        self._scoped(filter(None, map(node.child_by_field_name, parts)))

    def _type(self, node: Node) -> None:
        name = node.child_by_field_name("name")
        if self._scopes and name is not None:
            self._declare([name])
        parts = ("type_parameters", "type")
        self._scoped(filter(None, map(node.child_by_field_name, parts)))

    def _parameters(self, node: Node) -> None:
        for parameter in node.named_children:
            kind = parameter.child_by_field_name("type")
            if kind is not None:
                self._receiver_parameters(kind)
                self.visit(kind)
        for parameter in node.named_children:
            kind = parameter.child_by_field_name("type")
            self._declare(
                parameter.children_by_field_name("name"),
                self._own_type(kind) if parameter.type == "parameter_declaration" else "",
            )

    def _receiver_parameters(self, kind: Node) -> None:
        """Declare K and V of a receiver `*Map[K, V]`, which stand for types of its own."""
        listed = kind.parent.parent if kind.parent is not None else None
        method = listed.parent if listed is not None else None
        if method is None or method.type != "method_declaration":
            return
        if method.child_by_field_name("receiver") != listed:
            return
        generic = kind.named_children[0] if kind.type == "pointer_type" else kind
        arguments = generic.child_by_field_name("type_arguments")
        for argument in arguments.named_children if arguments is not None else ():
            self._declare(argument.named_children[:1])

    def _assignment(self, node: Node) -> None:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if right is not None:
            self.visit(right)
        if left is None:
            return
        if any(child.type == ":=" for child in node.children):
            self._declare(left.named_children)
        else:
            self.visit(left)

    def _variables(self, node: Node) -> None:
        kind, value = node.child_by_field_name("type"), node.child_by_field_name("value")
        for part in (kind, value):
            if part is not None:
                self.visit(part)
        if self._scopes:
            self._declare(node.children_by_field_name("name"), self._own_type(kind))

    def _type_switch(self, node: Node) -> None:
        alias = node.child_by_field_name("alias")
        self._scopes.append({})
        for child in node.children:
            if alias is not None and child.type == "{":
                self._declare(alias.named_children)
            if alias is None or child != alias:
                self.visit(child)
        self._scopes.pop()

    def _selector(self, node: Node) -> None:
        operand, field = node.child_by_field_name("operand"), node.child_by_field_name("field")
        if operand is None or field is None:
            return
        if operand.type != "identifier":
            self.visit(operand)
            return
        name, member = self._source.words(operand), self._source.words(field)
        local = self._local(name)
        if local is None and name not in self._names and name in self._imports:
            self._found(field, self._imports[name], member, _called(node))
            return
        self.visit(operand)
        own = f"{local}.{member}"
        if local and own in self._names:
            self._found(field, self._importpath, own, use_of(self._names[own]))

    def _qualified(self, node: Node) -> None:
        package, name = node.child_by_field_name("package"), node.child_by_field_name("name")
        if package is None or name is None:
            return
        alias = self._source.words(package)
        if alias in self._imports and self._local(alias) is None:
            self._found(name, self._imports[alias], self._source.words(name), Use.TYPE)

    def _composite(self, node: Node) -> None:
        kind, body = node.child_by_field_name("type"), node.child_by_field_name("body")
        if kind is not None:
            self.visit(kind)
        if body is not None:
            self._literal(body, kind)

    def _literal(self, body: Node, kind: Node | None) -> None:
        """Visit the elements of a literal of type `kind`; None: a type that is not written here."""
        inner = _element_type(kind)
        for element in body.named_children:
            if element.type == "keyed_element":
                key, value = element.named_children[0], element.named_children[-1]
                self._key(key, kind)
                self._element(value, inner)
            else:
                self._element(element, inner)

    def _element(self, element: Node, kind: Node | None) -> None:
        for child in element.named_children if element.type == "literal_element" else [element]:
            if child.type == "literal_value":
                self._literal(child, kind)
            else:
                self.visit(child)

    def _key(self, key: Node, kind: Node | None) -> None:
        name = key.named_children[0] if key.named_children else key
        if name.type != "identifier" or (kind is not None and kind.type.endswith(_COLLECTIONS)):
            self._element(key, kind.child_by_field_name("key") if kind is not None else None)
            return
        own = f"{self._own_type(kind)}.{self._source.words(name)}"
        if own in self._names:
            self._found(name, self._importpath, own, Use.OTHER)

    def _keyed_expression(self, node: Node) -> None:
        for child in node.named_children:
            self._element(child, None)

    def _name(self, node: Node) -> None:
        name = self._source.words(node)
        if name in self._names and self._local(name) is None:
            self._found(node, self._importpath, name, use_of(self._names[name]))

    def _found(self, node: Node, importpath: str, name: str, use: Use) -> None:
        self.found.append(Reference(self._source.span(node), importpath, name, use))

    def _declare(self, names: Iterable[Node], own_type: str = "") -> None:
        for node in names:
            if node.type in {"identifier", "type_identifier"}:
                self._scopes[-1][self._source.words(node)] = own_type

    def _local(self, name: str) -> str | None:
        """Return a local name's type in this package, "" if it has another, None if not local."""
        for scope in reversed(self._scopes):
            if name in scope:
                return scope[name]
        return None

    def _own_type(self, kind: Node | None) -> str:
        """Return the name of a type of this package, a pointer to it included; else ""."""
        while kind is not None and kind.type in {"pointer_type", "generic_type"}:
            kind = kind.child_by_field_name("type") or kind.named_children[0]
        if kind is None or kind.type != "type_identifier":
            return ""
        name = self._source.words(kind)
        is_own = name in self._names and self._names[name].is_type and self._local(name) is None
        return name if is_own else ""


_COLLECTIONS = ("map_type", "array_type", "slice_type")


def _called(selector: Node) -> Use:
    parent = selector.parent
    is_call = (
        parent is not None
        and parent.type == "call_expression"
        and parent.child_by_field_name("function") == selector
    )
    return Use.FUNC if is_call else Use.OTHER


def _element_type(kind: Node | None) -> Node | None:
    if kind is None:
        return None
    inner = kind.child_by_field_name("value") or kind.child_by_field_name("element")
    return inner.named_children[0] if inner is not None and inner.type == "pointer_type" else inner
