"""Which Go field holds a field of an object's JSON: struct types read by their json tags.

Only the files that declare the types are parsed, and only their shapes are kept. Source: package
encoding/json, "Marshal" (tags, embedded structs); Go specification, "Struct types".
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from portal.source.errors import SourceError
from portal.source.golang import Node, Source, parse
from portal.source.imports import import_table
from portal.source.package import MAX_FILE_BYTES
from portal.source.tree import Tree

Path: TypeAlias = tuple[str | int, ...]
"""Names of JSON fields, keys of maps and places in lists, from the object inwards."""

MOST_STEPS = 16
"""How many named types may stand for one another in a row."""

_JSON = re.compile(r'json:"([^",]*)(,[^"]*)?"')


@dataclass(frozen=True, slots=True)
class Named:
    """A declared type."""

    importpath: str
    name: str


@dataclass(frozen=True, slots=True)
class Many:
    """A list or a map, by what it holds."""

    of: "Shape"
    is_map: bool


Shape: TypeAlias = Named | Many | None
"""A type without its pointers; None: one that has no fields in JSON."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a struct; `json` is "" for one that is embedded and adds its own fields."""

    name: str
    json: str
    shape: Shape


@dataclass(frozen=True, slots=True)
class Struct:
    """The fields of a struct, in source order."""

    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a field is declared: an anchor's import path and name."""

    importpath: str
    name: str


def locate(tree: Tree, root: Named, paths: Iterable[Path]) -> dict[Path, Place]:
    """Return where the fields at `paths` are declared, from the type of the object on.

    Keys of maps and items of lists are no fields and are absent, as is what no type explains.
    """
    reader = _Reader(tree)
    shapes: dict[Path, Shape] = {(): root}
    found: dict[Path, Place] = {}
    for path in sorted(set(paths), key=len):
        for length in range(1, len(path) + 1):
            head = path[:length]
            if head not in shapes:
                place, shapes[head] = reader.step(shapes[head[:-1]], head[-1])
                if place is not None:
                    found[head] = place
    return found


class _Reader:
    """Types of one snapshot, read as they are needed."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree

    def step(self, shape: Shape, part: str | int) -> tuple[Place | None, Shape]:
        """Return where `part` of a value is declared, and what it is."""
        for _ in range(MOST_STEPS):
            if isinstance(shape, Many):
                return None, shape.of if shape.is_map != isinstance(part, int) else None
            if shape is None or isinstance(part, int):
                break
            declared = self._declared(shape)
            if isinstance(declared, Struct):
                return self._field(shape, declared, part)
            shape = declared
        return None, None

    def _field(self, owner: Named, struct: Struct, json: str) -> tuple[Place | None, Shape]:
        for field in struct.fields:
            if field.json == json:
                return Place(owner.importpath, f"{owner.name}.{field.name}"), field.shape
        for field in struct.fields:
            if not field.json and isinstance(field.shape, Named):
                place, shape = self.step(field.shape, json)
                if place is not None:
                    return place, shape
        return None, None

    def _declared(self, named: Named) -> Struct | Shape:
        try:
            folder = self._tree.folder_of(named.importpath)
            files = [e.name for e in self._tree.listing(folder) if e.name.endswith(".go")]
        except SourceError:
            return None
        # Hand-written types stand in few files, and generated ones are the largest.
        for file in sorted(files, key=lambda name: (not name.startswith("types"), name)):
            if file.startswith(("zz_", "generated.")) or file.endswith("_test.go"):
                continue
            types = _types(self._tree, named.importpath, f"{folder}/{file}")
            if named.name in types:
                return types[named.name]
        return None


@lru_cache(maxsize=256)
def _types(tree: Tree, importpath: str, path: str) -> Mapping[str, Struct | Shape]:
    try:
        source = parse(tree.read(path, MAX_FILE_BYTES))
    except SourceError:
        return {}
    imports = import_table(source)
    return {
        source.words(name): _declaration(source, under, importpath, imports)
        for declaration in source.root.children
        if declaration.type == "type_declaration"
        for spec in declaration.named_children
        if (name := spec.child_by_field_name("name"))
        and (under := spec.child_by_field_name("type"))
    }


def _declaration(
    source: Source, under: Node, importpath: str, imports: Mapping[str, str]
) -> Struct | Shape:
    if under.type != "struct_type":
        return _shape(source, under, importpath, imports)
    fields = [
        field
        for fields in under.named_children
        for node in fields.named_children
        if node.type == "field_declaration"
        for field in _fields(source, node, importpath, imports)
    ]
    return Struct(tuple(fields))


def _fields(
    source: Source, node: Node, importpath: str, imports: Mapping[str, str]
) -> Iterator[Field]:
    kind, tag = node.child_by_field_name("type"), node.child_by_field_name("tag")
    if kind is None:
        return
    said = _JSON.search(source.words(tag)) if tag else None
    json = said[1] if said else ""
    if json == "-":
        return
    shape = _shape(source, kind, importpath, imports)
    names = [source.words(name) for name in node.children_by_field_name("name")]
    for name in names:
        yield Field(name, json or name, shape)
    if not names and isinstance(shape, Named):
        yield Field(shape.name, json, shape)


def _shape(source: Source, node: Node | None, importpath: str, imports: Mapping[str, str]) -> Shape:
    while node is not None and node.type in {"pointer_type", "parenthesized_type"}:
        node = node.named_children[0]
    if node is None:
        return None
    match node.type:
        case "slice_type" | "array_type":
            inner = node.child_by_field_name("element")
            return Many(_shape(source, inner, importpath, imports), is_map=False)
        case "map_type":
            inner = node.child_by_field_name("value")
            return Many(_shape(source, inner, importpath, imports), is_map=True)
        case "type_identifier":
            return Named(importpath, source.words(node))
        case "qualified_type":
            package, _dot, name = source.words(node).partition(".")
            return Named(imports[package], name) if package in imports else None
    return None
