"""What one Go file says about method sets: its types, what they embed, and their methods' signatures.

Read from what the file declares and its text, without another look at the tree. Source: Go specification,
"Method sets", "Struct types", "Interface types".
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any, NamedTuple

from portal.source.declared import Declared, Mark
from portal.source.lexer import COMMENT
from portal.source.signature import NoType, constraints_of, of_method, of_type, parameters_of
from portal.source.symbols import MAX_SIGNATURE, Kind

STRUCT, INTERFACE, DEFINED, ALIAS = "struct", "interface", "defined", "alias"

_EMBEDDED = re.compile(r"\*?(?:\w+\.)?(\w+)(?:\[.*\])?")
_DOTTED = re.compile(r'^\s*(?:import\s+)?\. "([^"]+)"', re.MULTILINE)


class Shape(NamedTuple):
    """A type of a file."""

    name: str
    form: str
    """STRUCT, INTERFACE, DEFINED (`type X Y`) or ALIAS (`type X = Y`)."""
    parameters: tuple[str, ...]
    """The constraints of its type parameters; "" is one that is no plain type."""
    embeds: tuple[str, ...]
    """What it embeds, as portal.source.signature spells types; of a DEFINED or ALIAS, its other type."""
    fields: tuple[str, ...] = ()
    """A struct's fields that are not embedded."""
    only_constrains: bool = False
    """Whether an interface has elements that are no interfaces and no methods, or cannot be read."""
    terms: tuple[str, ...] = ()
    """The types of the one union of an interface, if it has one of plain types."""

    @classmethod
    def read(cls, row: list[Any]) -> "Shape":
        """Return what `json` made of one."""
        name, form, parameters, embeds, fields, only_constrains, terms = row
        return cls(
            name,
            form,
            tuple(parameters),
            tuple(embeds),
            tuple(fields),
            only_constrains,
            tuple(terms),
        )


class Method(NamedTuple):
    """A method of a type, or of an interface."""

    owner: str
    name: str
    is_pointer: bool
    """Whether its receiver is a pointer."""
    signature: str
    """As portal.source.signature spells it; what it cannot read stands as it is behind a question mark."""


class Facts(NamedTuple):
    """What one file adds to the method sets of its package."""

    constraint: str
    """Its build constraint as it is written."""
    shapes: tuple[Shape, ...]
    methods: tuple[Method, ...]
    dotted: tuple[str, ...] = ()
    """The packages that it imports with a dot: one of its own types may be one of theirs."""

    @classmethod
    def read(cls, row: list[Any]) -> "Facts":
        """Return what `json` made of one."""
        return cls(
            row[0],
            tuple(map(Shape.read, row[1])),
            tuple(Method(*r) for r in row[2]),
            tuple(row[3]),
        )


def facts(text: str, declared: Declared) -> Facts:
    """Return what a file of this text, that declares this, adds; what cannot be read equals nothing else."""
    reader = _Reader(text, declared)
    return Facts(
        declared.constraint, tuple(reader.shapes()), tuple(reader.methods()), reader.dotted()
    )


class _Reader:
    def __init__(self, text: str, declared: Declared) -> None:
        self._text = text
        self._imports = declared.imports
        self._symbols = declared.symbols
        self._members: dict[str, list[Mark]] = {}
        self._interfaces: dict[str, tuple[str, ...]] = {}
        for mark in declared.symbols:
            if mark.kind in {Kind.FIELD, Kind.METHOD}:
                self._members.setdefault(mark.name.partition(".")[0], []).append(mark)
            elif mark.kind == Kind.INTERFACE:
                self._interfaces[mark.name] = parameters_of(self._parameters(mark))

    def shapes(self) -> Iterator[Shape]:
        for mark in self._symbols:
            if mark.kind == Kind.STRUCT:
                yield self._struct(mark)
            elif mark.kind == Kind.INTERFACE:
                yield self._interface(mark)
            elif mark.kind == Kind.TYPE and (shape := self._other(mark)):
                yield shape

    def methods(self) -> Iterator[Method]:
        for mark in self._symbols:
            if mark.kind == Kind.METHOD:
                yield self._method(mark)

    def dotted(self) -> tuple[str, ...]:
        head = self._text[: self._symbols[0].start] if self._symbols else ""
        return tuple(_DOTTED.findall(head)) if '. "' in head else ()

    def _parameters(self, mark: Mark) -> str:
        """Return the list of type parameters of a type, "" where it has none."""
        # Type parameters stand at the name, an array's size behind a space.
        head = mark.signature.removeprefix(f"type {mark.name}")
        return head[: _closing(head)] if head.startswith("[") else ""

    def _struct(self, mark: Mark) -> Shape:
        listed = self._parameters(mark)
        parameters = parameters_of(listed)
        embeds: list[str] = []
        fields: list[str] = []
        for member in self._members.get(mark.name, ()):
            if member.kind == Kind.FIELD and mark.start <= member.start < mark.end:
                name = member.name.rpartition(".")[2]
                if _is_embedded(name, member.signature):
                    embeds.extend(self._types([member.signature], parameters))
                else:
                    fields.append(name)
        constraints = constraints_of(listed, self._imports)
        return Shape(mark.name, STRUCT, constraints, tuple(embeds), tuple(fields))

    def _interface(self, mark: Mark) -> Shape:
        parameters = self._interfaces[mark.name]
        elements = self._elements(mark)
        unions = [element for element in elements if re.search(r"[|~]", element)]
        plain = [element for element in elements if element not in unions]
        embeds = self._types(plain, parameters)
        terms = unions[0].split("|") if len(unions) == 1 and "~" not in unions[0] else []
        return Shape(
            mark.name,
            INTERFACE,
            constraints_of(self._parameters(mark), self._imports),
            embeds,
            only_constrains=bool(unions) or len(embeds) < len(plain),
            terms=self._types(terms, parameters),
        )

    def _elements(self, mark: Mark) -> list[str]:
        """Return what an interface holds beside its methods, one element each."""
        at = self._text.find("{", self._text.find("interface", mark.name_start))
        rest: list[str] = []
        for member in self._members.get(mark.name, ()):
            if at < member.start < mark.end:
                rest.append(self._text[at : member.start])
                at = member.end
        rest.append(self._text[at : mark.end])
        body = "".join(rest)
        if "/" in body:
            body = re.sub(COMMENT, "", body)
        body = body.strip()
        body = re.sub(r"\|\s*", "| ", body.removeprefix("{").removesuffix("}"))
        return [part.strip() for part in re.split(r"[\n;]", body) if part.strip()]

    def _other(self, mark: Mark) -> Shape | None:
        listed = self._parameters(mark)
        parameters = parameters_of(listed)
        rest = mark.signature.removeprefix(f"type {mark.name}{listed}")
        form, rest = (ALIAS, rest[2:]) if rest.startswith(" =") else (DEFINED, rest)
        embeds = self._types([rest.strip()], parameters)
        constraints = constraints_of(listed, self._imports)
        return Shape(mark.name, form, constraints, embeds) if embeds else None

    def _method(self, mark: Mark) -> Method:
        owner, _dot, name = mark.name.partition(".")
        receiver, _bracket, rest = mark.signature.partition(")")
        if len(mark.signature) >= MAX_SIGNATURE:
            rest = self._text[mark.name_start : mark.end]
        parameters = self._interfaces.get(owner)
        if parameters is None:
            parameters = parameters_of(receiver[receiver.find("[") :]) if "[" in receiver else ()
        rest = rest.strip()[len(name) :]
        try:
            found = of_method(rest, self._imports, parameters)
        except NoType:
            found = f"?{rest}"
        return Method(owner, name, "*" in receiver, found)

    def _types(self, texts: Iterable[str], parameters: tuple[str, ...]) -> tuple[str, ...]:
        found: list[str] = []
        for text in texts:
            with suppress(NoType):
                found.append(of_type(text, self._imports, parameters))
        return tuple(found)


def _is_embedded(name: str, signature: str) -> bool:
    """Whether a field of this name and signature is its type alone."""
    if not signature.endswith((name, "]")):
        return False
    found = _EMBEDDED.fullmatch(signature)
    return found is not None and found[1] == name


def _closing(text: str) -> int:
    """Return where the bracket at the start of `text` has been closed."""
    depth = 0
    for at, character in enumerate(text):
        depth += (character == "[") - (character == "]")
        if depth == 0:
            return at + 1
    return len(text)
